//! Everything that only PostgreSQL understands: advisory locks, COPY, partitions, SQLSTATE codes.

pub(super) mod array;
pub(super) mod restoring;
mod role;
mod upkeep;

use std::time::Duration;

use sqlx::{
    ConnectOptions as _, Connection as _, Postgres,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions},
};

pub(super) use self::{
    role::{objects, run_all},
    upkeep::{extents, look, partitions, vacuum, vitals},
};
use super::{
    Durability, Opened, Pool, Sink, Unmigrated, Value, Values, check_known, newest_schema, timescale,
    unmigrated::UnmigratedLock, upkeep::migration_failed,
};
use crate::{Access, Place, StoreError, place::Server, statement::BulkInsert};

/// Under our own lock, which is a schema's and not the whole database's.
pub(super) static MIGRATIONS: Migrator = Migrator { locking: false, ..sqlx::migrate!("migrations/postgres") };

/// How long a writer waits for another, as with SQLite.
const LOCK_TIMEOUT: Duration = Duration::from_mins(2);
/// A connection that nobody used for so long is asked whether the server is still there; asking each time costs a tenth of a
/// short question. What a server that goes away meanwhile does not answer is asked again.
const IDLE: Duration = Duration::from_secs(1);
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

/// Held by every connection to a store, and by a restoration alone; the second number is that of the schema.
const IN_USE: i32 = 0x746f_7563;

/// Opens the connections; for writing, makes the schema where there is none.
pub(super) async fn open(server: &Server, access: Access) -> Result<Opened, StoreError> {
    let options = options(server, access);
    let mut connection = first_connection(server, &options).await?;
    share(&mut connection).await?;
    match access {
        Access::ReadWrite => {
            restoring::clear(&mut connection).await;
            prepare(server, &mut connection, None).await?;
        }
        Access::ReadOnly => check_version(server, &mut connection).await?,
    }
    let pool = pool(server, options);
    // There is always a connection that says that the place is in use: the pool's before the first one goes.
    drop(pool.acquire().await?);
    connection.close().await?;
    let pool = Pool::Postgres(pool);
    Ok(Opened { writer: (access == Access::ReadWrite).then(|| pool.clone()), readers: pool, occupancy: None })
}

/// As [`open`], for who has the place alone, of a store that may be made with an older schema and is not in force yet.
pub(super) async fn open_beside(server: &Server, schema: i64) -> Result<Opened, StoreError> {
    let options = options(server, Access::ReadWrite).options([("synchronous_commit", "off")]);
    let mut connection = first_connection(server, &options).await?;
    prepare(server, &mut connection, Some(schema)).await?;
    connection.close().await?;
    let pool = Pool::Postgres(pool(server, options));
    Ok(Opened { writer: Some(pool.clone()), readers: pool, occupancy: None })
}

fn pool(server: &Server, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .min_connections(server.min_connections.max(1))
        .max_connections(server.max_connections)
        .acquire_timeout(CONNECT_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| Box::pin(share(connection)))
        .connect_lazy_with(options)
}

/// Waits until nobody replaces the store, and keeps others from it for as long as the connection lasts.
async fn share(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let share = sqlx::query("SELECT pg_advisory_lock_shared($1, hashtext(CAST(current_schema() AS TEXT)))");
    share.bind(IN_USE).execute(connection).await.map(drop)
}

fn options(server: &Server, access: Access) -> PgConnectOptions {
    let read_only = if access == Access::ReadOnly { "on" } else { "off" };
    let lock_timeout = format!("{}s", LOCK_TIMEOUT.as_secs());
    server
        .options
        .clone()
        .application_name("touchline")
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging()
        .options([
            ("default_transaction_read_only", read_only),
            ("timezone", "UTC"),
            ("lock_timeout", &lock_timeout),
            // Planned for spinning disks, a team's ten years are found by reading every match there is.
            ("random_page_cost", "1.1"),
            // No statement runs for long enough to be worth compiling.
            ("jit", "off"),
        ])
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

/// Makes the schema of an empty place, all of it or nothing, while other processes wait. One that is there must be the one
/// wanted: an older one is migrated by [`begin_upgrade`] alone.
async fn prepare(
    server: &Server,
    connection: &mut PgConnection,
    schema: Option<i64>,
) -> Result<(), StoreError> {
    if applied_version(server, connection).await?.is_none() {
        let mut transaction = connection.begin().await?;
        exclude_writers(&mut transaction).await?;
        if applied_version(server, &mut transaction).await?.is_none() {
            let made = MIGRATIONS.run_direct(schema, &mut *transaction, false).await;
            made.map_err(|error| match migration_failed(error) {
                StoreError::Denied { detail } => may_not_migrate(server, None, detail),
                other => other,
            })?;
            // An earlier version does not have all that this takes over.
            if schema.is_none_or(|schema| schema == newest_schema()) {
                timescale::adopt(&mut transaction).await?;
            }
        }
        transaction.commit().await?;
    }
    match applied_version(server, connection).await? {
        Some(found) if schema.is_none() => check_known(Place::Server(server.clone()), found),
        _ => Ok(()),
    }
}

/// Keeps every other writer waiting to the end of the transaction. Nobody else takes more than one of the locks, and this
/// always in the same order, so nobody waits in a circle.
async fn exclude_writers(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for (_, lock) in LOCKS {
        sqlx::query(LOCK).bind(lock).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Takes the right to write to a store of an older schema. Who may not migrate it hears so before anybody makes a backup.
pub(super) async fn begin_upgrade(server: &Server) -> Result<Option<Unmigrated>, StoreError> {
    const MAY: &str = "SELECT pg_has_role(tableowner, 'USAGE') FROM pg_catalog.pg_tables \
        WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'";
    // One connection holds the right while another one reads.
    let at_least_two = Server { max_connections: server.max_connections.max(2), ..server.clone() };
    let pool = pool(&at_least_two, options(server, Access::ReadWrite));
    let mut transaction = pool.begin().await?;
    exclude_writers(&mut transaction).await?;
    let found = applied_version(server, &mut transaction).await?;
    let Some(found) = found.filter(|found| *found < newest_schema()) else { return Ok(None) };
    if !sqlx::query_scalar::<_, bool>(MAY).fetch_one(&mut *transaction).await? {
        let detail = "its tables belong to another role".to_owned();
        return Err(may_not_migrate(server, Some(found), detail));
    }
    let (readers, lock) = (Pool::Postgres(pool), UnmigratedLock::Postgres(transaction));
    Ok(Some(Unmigrated { found, readers, lock, occupancy: None }))
}

fn may_not_migrate(server: &Server, found: Option<i64>, detail: String) -> StoreError {
    StoreError::MayNotMigrate { place: Place::Server(server.clone()), found, known: newest_schema(), detail }
}

/// Brings the schema up to date, all of it or nothing.
pub(super) async fn migrate(mut transaction: sqlx::Transaction<'static, Postgres>) -> Result<(), StoreError> {
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(migration_failed)?;
    timescale::adopt(&mut transaction).await?;
    Ok(transaction.commit().await?)
}

/// A reader neither migrates nor guesses.
async fn check_version(server: &Server, connection: &mut PgConnection) -> Result<(), StoreError> {
    let place = Place::Server(server.clone());
    match applied_version(server, connection).await? {
        Some(found) => check_known(place, found),
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

/// As [`prepare_months`], in a schema of any version: one may not keep the table in parts yet, or know another function for it.
pub(super) async fn prepare_months_of_any_version(
    connection: &mut PgConnection,
    table: &str,
    first_at: i64,
    last_at: i64,
) -> Result<(), StoreError> {
    const IS_TODAYS: &str = "SELECT to_regproc('add_month_partitions') IS NOT NULL FROM pg_class \
        WHERE oid = to_regclass($1) AND relkind = 'p'";
    match sqlx::query_scalar(IS_TODAYS).bind(table).fetch_optional(&mut *connection).await? {
        None => Ok(()),
        Some(true) => prepare_months(connection, table, first_at, last_at).await,
        Some(false) => {
            let add = sqlx::query("SELECT add_quote_partitions($1, $2)");
            add.bind(first_at).bind(last_at).execute(connection).await?;
            Ok(())
        }
    }
}

/// Bytes handed over at once.
const COPY_CHUNK: usize = 256 * 1024;

/// Up to so many rows go in by one statement: COPY ends in a small packet of its own, which TCP holds back until the one before
/// it is acknowledged, up to 40 ms later (Nagle's algorithm against delayed acknowledgement, RFC 1122, 4.2.3).
const FEW_ROWS: usize = 4096;

pub(super) async fn insert_rows<T>(
    connection: &mut PgConnection,
    insert: &BulkInsert,
    rows: &[T],
    add: impl FnMut(&mut Values<'_>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if rows.len() <= FEW_ROWS {
        array::insert_rows(connection, insert, rows, add).await
    } else {
        copy_rows(connection, insert, rows, add).await
    }
}

/// Inserts rows by COPY in its binary format,
/// <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4>.
async fn copy_rows<T>(
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
        if let Err(error) = add(&mut Values(Sink::Copy(&mut bytes)), row) {
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
    WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
    AND substr(c.relname, 1, 1) <> '_' ORDER BY c.relname COLLATE \"C\", a.attnum";
/// Table, column, table and column referred to, how many columns make the reference.
pub(super) const REFERENCES: &str = "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), CAST(p.relname AS TEXT), \
    CAST(b.attname AS TEXT), CAST(cardinality(r.conkey) AS BIGINT) FROM pg_constraint r \
    JOIN pg_class c ON c.oid = r.conrelid JOIN pg_class p ON p.oid = r.confrelid \
    CROSS JOIN LATERAL unnest(r.conkey, r.confkey) AS k (column_number, parent_number) \
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.column_number \
    JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = k.parent_number \
    WHERE r.contype = 'f' AND c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND NOT c.relispartition";

/// Sets what numbers rows to the largest number there is, and lets the planner count the rows.
pub(super) async fn continue_numbering(connection: &mut PgConnection) -> Result<(), StoreError> {
    const NUMBERED: &str = "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_attribute a \
        JOIN pg_class c ON c.oid = a.attrelid \
        WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND a.attidentity <> '' ORDER BY 1, 2";
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
        AND relnamespace = to_regnamespace(quote_ident(current_schema())) ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(WHOLE).fetch_all(&mut *connection).await?;
    for table in tables {
        let analyze = sqlx::AssertSqlSafe(format!("ANALYZE \"{table}\""));
        sqlx::query(analyze).execute(&mut *connection).await?;
    }
    Ok(())
}
