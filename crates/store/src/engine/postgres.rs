//! Everything that only PostgreSQL understands: advisory locks, COPY, partitions, SQLSTATE codes.

mod role;
mod upkeep;

use std::time::Duration;

use sqlx::{
    ConnectOptions as _, Connection as _,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions},
};

pub(super) use self::{
    role::{objects, run_all},
    upkeep::{extents, look, partitions, vacuum, vitals},
};
use super::{
    Durability, Pool, Sink, Value, Values, timescale,
    upkeep::{known_version, migration_failed},
};
use crate::{Access, Place, StoreError, place::Server, statement::BulkInsert};

/// Under our own lock, which is a schema's and not the whole database's.
pub(super) static MIGRATIONS: Migrator = Migrator { locking: false, ..sqlx::migrate!("migrations/postgres") };

/// How long a writer waits for another, as with SQLite.
const LOCK_TIMEOUT: Duration = Duration::from_mins(2);
/// How long a connection is waited for: a server that restarts is back within this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Statements kept prepared per connection.
const STATEMENT_CACHE: usize = 256;
/// The oldest release that is supported.
const OLDEST: u32 = 15;

/// What writers of a schema take turns at: those that hand out numbers of facts, and those that record work on them.
const LOCKS: [(Durability, i32); 2] = [(Durability::Process, 0x746f_7501), (Durability::Power, 0x746f_7502)];
/// Held until the transaction ends.
const LOCK: &str = "SELECT pg_advisory_xact_lock($1, hashtext(CAST(current_schema() AS TEXT)))";

/// Opens the connections; for writing, brings the schema up to date first.
pub(super) async fn open(server: &Server, access: Access) -> Result<(Option<Pool>, Pool), StoreError> {
    let options = options(server, access);
    let mut connection = first_connection(server, &options).await?;
    match access {
        Access::ReadWrite => migrate(server, &mut connection).await?,
        Access::ReadOnly => check_version(server, &mut connection).await?,
    }
    connection.close().await?;
    let pool = PgPoolOptions::new()
        .min_connections(server.min_connections)
        .max_connections(server.max_connections)
        .acquire_timeout(CONNECT_TIMEOUT)
        .connect_lazy_with(options);
    let readers = Pool::Postgres(pool);
    Ok(((access == Access::ReadWrite).then(|| readers.clone()), readers))
}

fn options(server: &Server, access: Access) -> PgConnectOptions {
    let read_only = if access == Access::ReadOnly { "on" } else { "off" };
    server
        .options
        .clone()
        .application_name("touchline")
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging()
        .options([("default_transaction_read_only", read_only), ("timezone", "UTC")])
}

/// A pool waits for a server that restarts; at the start it is better to hear at once that there is none.
async fn first_connection(server: &Server, options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connected = PgConnection::connect_with(options).await;
    let mut connection = connected.map_err(|error| unreachable(server, error))?;
    check_release(server, &mut connection).await?;
    Ok(connection)
}

fn unreachable(server: &Server, error: sqlx::Error) -> StoreError {
    match classify(error) {
        StoreError::Disconnected { detail } => StoreError::Unreachable { server: server.to_string(), detail },
        StoreError::Database(error) => {
            StoreError::Unreachable { server: server.to_string(), detail: error.to_string() }
        }
        other => other,
    }
}

async fn check_release(server: &Server, connection: &mut PgConnection) -> Result<(), StoreError> {
    let number: String = sqlx::query_scalar("SHOW server_version_num").fetch_one(connection).await?;
    let release = number.parse::<u32>().unwrap_or_default() / 10_000;
    if release < OLDEST {
        let detail = format!("it runs PostgreSQL {release}, and Touchline needs {OLDEST} or later");
        return Err(StoreError::Unreachable { server: server.to_string(), detail });
    }
    Ok(())
}

/// The newest migration in the database; none in an empty one.
pub(super) async fn applied_version(
    server: &Server,
    connection: &mut PgConnection,
) -> Result<Option<i64>, StoreError> {
    const TABLES: &str = "SELECT COUNT(*), COUNT(*) FILTER (WHERE tablename = '_sqlx_migrations') \
        FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";
    let (objects, ours): (i64, i64) = sqlx::query_as(TABLES).fetch_one(&mut *connection).await?;
    if ours == 0 {
        let place = Place::Server(server.clone());
        return if objects == 0 { Ok(None) } else { Err(StoreError::NotAStore { place }) };
    }
    Ok(sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?)
}

/// Brings the schema up to date, all of it or nothing, while other processes wait.
async fn migrate(server: &Server, connection: &mut PgConnection) -> Result<(), StoreError> {
    if applied_version(server, connection).await? == Some(known_version(&MIGRATIONS)) {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    sqlx::query(LOCK).bind(LOCKS[0].1).execute(&mut *transaction).await?;
    let (place, known) = (Place::Server(server.clone()), known_version(&MIGRATIONS));
    let found = applied_version(server, &mut transaction).await?;
    if let Some(found) = found.filter(|found| *found > known) {
        return Err(StoreError::Newer { place, found, known });
    }
    let migrated = MIGRATIONS.run_direct(None, &mut *transaction, false).await;
    migrated.map_err(|error| match migration_failed(error) {
        StoreError::Denied { detail } => StoreError::MayNotMigrate { place, found, known, detail },
        other => other,
    })?;
    timescale::adopt(&mut transaction).await?;
    Ok(transaction.commit().await?)
}

/// A reader neither migrates nor guesses.
async fn check_version(server: &Server, connection: &mut PgConnection) -> Result<(), StoreError> {
    let (place, known) = (Place::Server(server.clone()), known_version(&MIGRATIONS));
    match applied_version(server, connection).await? {
        Some(found) if found > known => Err(StoreError::Newer { place, found, known }),
        Some(found) if found < known => Err(StoreError::Older { place, found, known }),
        Some(_) => Ok(()),
        None => Err(StoreError::Absent { place }),
    }
}

/// A transaction whose statements all see the same state.
pub(super) async fn begin_read(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(connection).await?;
    Ok(())
}

/// A transaction that waits for its turn among the writers of its kind, of all processes. Each takes one lock only, so they
/// cannot wait for each other in a circle.
pub(super) async fn begin_write(
    connection: &mut PgConnection,
    durability: Durability,
) -> Result<(), StoreError> {
    let lock = LOCKS.iter().find(|(kind, _)| *kind == durability).map_or(0, |(_, lock)| *lock);
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    let timeout = sqlx::query("SELECT set_config('lock_timeout', $1, true)");
    timeout.bind(format!("{}s", LOCK_TIMEOUT.as_secs())).execute(&mut *connection).await?;
    sqlx::query(LOCK).bind(lock).execute(connection).await?;
    Ok(())
}

/// Bytes of every table and index.
pub(super) async fn bytes(pool: &PgPool) -> Result<i64, StoreError> {
    const SIZE: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid)), 0) AS BIGINT) FROM pg_class c \
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'm')";
    Ok(sqlx::query_scalar(SIZE).fetch_one(pool).await?)
}

/// Tables of the schema, partitions among them.
const TABLES: &str = "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() \
    ORDER BY tablename";

/// PostgreSQL enforces references as it goes and has no check of its pages to ask for: every table is read through instead.
pub(super) async fn integrity(pool: &PgPool) -> Result<Vec<String>, StoreError> {
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(pool).await?;
    let mut findings = Vec::new();
    for table in tables {
        let count =
            sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM (SELECT * FROM \"{table}\" OFFSET 0) t"));
        if let Err(error) = sqlx::query(count).execute(pool).await {
            match classify(error) {
                StoreError::Damaged { detail } => findings.push(format!("table {table}: {detail}")),
                other => return Err(other),
            }
        }
    }
    Ok(findings)
}

/// Makes the monthly partitions that are missing between two moments.
pub(super) async fn prepare_months(
    connection: &mut PgConnection,
    table: &str,
    first_at: i64,
    last_at: i64,
) -> Result<(), StoreError> {
    let add = sqlx::query("SELECT add_month_partitions($1, $2, $3)").bind(table);
    add.bind(first_at).bind(last_at).execute(connection).await?;
    Ok(())
}

/// Bytes handed over at once.
const COPY_CHUNK: usize = 256 * 1024;

/// Inserts rows by COPY in its binary format,
/// <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4>.
pub(super) async fn insert_rows<T>(
    connection: &mut PgConnection,
    insert: &BulkInsert,
    rows: &[T],
    mut add: impl FnMut(&mut Values<'_>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    let columns = i16::try_from(insert.columns()).unwrap_or(i16::MAX).to_be_bytes();
    let mut sink = connection.copy_in_raw(&insert.as_copy()).await?;
    let mut bytes = Vec::with_capacity(COPY_CHUNK + 4096);
    bytes.extend_from_slice(SIGNATURE);
    for row in rows {
        bytes.extend_from_slice(&columns);
        if let Err(error) = add(&mut Values(Sink::Postgres(&mut bytes)), row) {
            sink.abort("a row could not be written").await?;
            return Err(error);
        }
        if bytes.len() >= COPY_CHUNK {
            sink.send(bytes.as_slice()).await?;
            bytes.clear();
        }
    }
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    sink.send(bytes.as_slice()).await?;
    sink.finish().await?;
    Ok(())
}

/// A value in the binary format of COPY: its length and its bytes, most significant first; a length of -1 is null.
pub(super) fn copy(bytes: &mut Vec<u8>, value: Value) {
    let mut field = |content: Option<&[u8]>| match content {
        Some(content) => {
            let length = i32::try_from(content.len()).unwrap_or(i32::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(content);
        }
        None => bytes.extend_from_slice(&(-1_i32).to_be_bytes()),
    };
    match value {
        Value::Integer(n) => field(n.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
        Value::Real(x) => field(x.map(f64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
        Value::Text(text) => field(text.as_deref().map(str::as_bytes)),
        Value::Bytes(content) => field(content.as_deref()),
    }
}

/// Whether PostgreSQL, or the connection to it, failed. SQLite has no connection that could.
pub(super) fn is_from(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Database(error) => error.try_downcast_ref::<PgDatabaseError>().is_some(),
        E::Io(_) | E::Tls(_) | E::Protocol(_) => true,
        _ => false,
    }
}

/// Whether the connection is gone: administrators and crashes end connections; a server that starts or stops takes none.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // 08P01 is a message that the server did not understand, and will not the next time.
    let is_outage = |code: &str| {
        (code.starts_with("08") && code != "08P01") || ["57P01", "57P02", "57P03"].contains(&code)
    };
    code.is_none_or(|code| is_outage(&code))
}

/// The store's own words, by SQLSTATE: <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
pub(super) fn classify(error: sqlx::Error) -> StoreError {
    let detail = error.to_string();
    let code = error.as_database_error().and_then(|e| e.code().map(std::borrow::Cow::into_owned));
    match code.as_deref() {
        Some("55P03" | "40P01" | "57014") => StoreError::Busy { waited_secs: LOCK_TIMEOUT.as_secs() },
        Some("53100") => StoreError::DiskFull,
        Some("25006") => StoreError::ReadOnly,
        Some("42501") => StoreError::Denied { detail },
        Some("58030") => StoreError::Io { detail },
        Some("XX001" | "XX002") => StoreError::Damaged { detail },
        _ => StoreError::Database(error),
    }
}

/// Table, column, type, whether it may be null, place in the primary key; of partitioned tables, not of their partitions.
pub(super) const COLUMNS: &str = "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, NULL), \
    CASE WHEN a.attnotnull THEN CAST(0 AS BIGINT) ELSE 1 END, \
    CAST(COALESCE(array_position(CAST(i.indkey AS SMALLINT[]), a.attnum) + 1, 0) AS BIGINT) \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
    AND substr(c.relname, 1, 1) <> '_' ORDER BY c.relname COLLATE \"C\", a.attnum";
/// Table, column, table and column referred to, how many columns make the reference.
pub(super) const REFERENCES: &str = "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), CAST(p.relname AS TEXT), \
    CAST(b.attname AS TEXT), CAST(cardinality(r.conkey) AS BIGINT) FROM pg_constraint r \
    JOIN pg_class c ON c.oid = r.conrelid JOIN pg_class p ON p.oid = r.confrelid \
    CROSS JOIN LATERAL unnest(r.conkey, r.confkey) AS k (column_number, parent_number) \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.column_number \
    JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = k.parent_number \
    WHERE r.contype = 'f' AND c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) AND NOT c.relispartition";

/// Sets what numbers rows to the largest number there is, and lets the planner count the rows.
pub(super) async fn continue_numbering(connection: &mut PgConnection) -> Result<(), StoreError> {
    const NUMBERED: &str = "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_attribute a \
        JOIN pg_class c ON c.oid = a.attrelid \
        WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) AND a.attidentity <> '' ORDER BY 1, 2";
    let numbered: Vec<(String, String)> = sqlx::query_as(NUMBERED).fetch_all(&mut *connection).await?;
    for (table, column) in numbered {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), \
             COALESCE(MAX(\"{column}\"), 1), MAX(\"{column}\") IS NOT NULL) FROM \"{table}\""
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    count_rows(connection).await
}

/// Lets the planner know how many rows came in at once, those of partitions aside, which are found by their keys alone. The
/// server would find out by itself some minutes later; statements planned meanwhile can be a hundred times slower.
pub(super) async fn count_rows(connection: &mut PgConnection) -> Result<(), StoreError> {
    const WHOLE: &str = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' AND NOT relispartition \
        AND relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(WHOLE).fetch_all(&mut *connection).await?;
    for table in tables {
        let analyze = sqlx::AssertSqlSafe(format!("ANALYZE \"{table}\""));
        sqlx::query(analyze).execute(&mut *connection).await?;
    }
    Ok(())
}
