//! Everything that only SQLite understands: pragmas, `BEGIN IMMEDIATE`, result codes, the limit on variables.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection as _, Row as _,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions},
};

use crate::{Access, StoreError, statement::BulkInsert};

pub(crate) type Arguments = sqlx::sqlite::SqliteArguments;
pub(crate) type Connection = SqliteConnection;
pub(crate) type Pool = SqlitePool;
pub(crate) type Row = sqlx::sqlite::SqliteRow;
pub(crate) type Transaction<'c> = sqlx::Transaction<'c, sqlx::Sqlite>;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another process. An import of the largest file holds the lock for some seconds.
const BUSY_TIMEOUT: Duration = Duration::from_mins(2);
/// Readers work on what models ask for, which is read once and kept by the caller.
const MAX_READERS: u32 = 4;
/// Statements kept prepared per connection: all of the list and the bulk sizes.
const STATEMENT_CACHE: usize = 256;
/// Rows handed from the thread that reads to the task that takes them: few hand-overs on a busy machine.
const ROW_BUFFER: usize = 4096;

/// What a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The end of the process. For imports, which can be run again from the same file.
    Process,
    /// The loss of power as well. For bets, forecasts and decisions.
    Power,
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENT_CACHE)
        .row_buffer_size(ROW_BUFFER)
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// Opens the writing connection, creates the file and its folder where needed, and brings the schema up to date.
pub(crate) async fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    create_folder(path)?;
    let options = options(path)
        .create_if_missing(true)
        // Larger pages hold more of the clustered quotes per split; must precede the first write.
        .page_size(8192)
        .pragma("cache_size", "-65536")
        .pragma("wal_autocheckpoint", "4000");
    let mut connection = options.connect().await.map_err(|e| at_opening(path, e))?;
    use_write_ahead_log(&mut connection).await.map_err(|e| at_opening(path, e))?;
    migrate(path, &mut connection).await?;
    Ok(connection)
}

/// Opens the reading connections.
pub(crate) async fn open_readers(path: &Path, access: Access) -> Result<Pool, StoreError> {
    if access == Access::ReadOnly && !path.exists() {
        return Err(StoreError::Absent { path: path.to_owned() });
    }
    let options = options(path)
        .read_only(access == Access::ReadOnly)
        .pragma("query_only", "ON")
        .pragma("cache_size", "-16384");
    let pool = SqlitePoolOptions::new()
        .max_connections(MAX_READERS)
        .connect_with(options)
        .await
        .map_err(|e| at_opening(path, e))?;
    if access == Access::ReadOnly {
        check_version(path, &pool).await?;
    }
    Ok(pool)
}

/// Closes the writing connection and lets the query planner keep what it learnt.
pub(crate) async fn close(mut connection: Connection) {
    // Both are best effort: everything is committed already.
    let _ = sqlx::query("PRAGMA optimize").execute(&mut connection).await;
    let _ = connection.close().await;
}

/// Says what the next commits must survive, and whether the connection is fit for a transaction. On a full disk or a failed
/// write SQLite ends a transaction by itself, and the driver goes on counting it: such a connection must be replaced.
pub(crate) async fn prepare_write(
    connection: &mut Connection,
    durability: Durability,
) -> Result<bool, StoreError> {
    let synchronous = match durability {
        Durability::Process => "PRAGMA synchronous = NORMAL",
        Durability::Power => "PRAGMA synchronous = FULL",
    };
    // Runs after the rollback of a transaction that was dropped, so the answer below is final.
    sqlx::query(synchronous).execute(&mut *connection).await?;
    Ok(!connection.is_in_transaction())
}

/// Starts a transaction that is a writer from its start, so that it never fails half-way for want of the lock.
pub(crate) async fn begin_write(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.begin_with("BEGIN IMMEDIATE").await?)
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Turning the log on needs the file for itself for a moment and does not wait by the busy timeout, so it is tried again.
async fn use_write_ahead_log(connection: &mut Connection) -> Result<(), sqlx::Error> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut attempts = BUSY_TIMEOUT.as_millis() / PAUSE.as_millis();
    loop {
        let turned = sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await;
        match turned {
            Err(error) if attempts > 0 && primary_code(&error) == Some(BUSY) => attempts -= 1,
            other => return other.map(drop),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Brings the schema up to date, all of it or nothing, while other processes wait.
async fn migrate(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    if applied_version(path, connection).await? == Some(known_version()) {
        return Ok(());
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    match applied_version(path, &mut transaction).await? {
        Some(found) if found > known_version() => {
            return Err(StoreError::Newer { path: path.to_owned(), found, known: known_version() });
        }
        _ => MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(migration_failed)?,
    }
    Ok(transaction.commit().await?)
}

fn migration_failed(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match classify(error) {
            StoreError::Database(error) => StoreError::Migration { detail: error.to_string() },
            classified => classified,
        },
        other => StoreError::Migration { detail: other.to_string() },
    }
}

/// A reader neither migrates nor guesses.
async fn check_version(path: &Path, pool: &Pool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    let (path, known) = (path.to_owned(), known_version());
    match applied_version(&path, &mut connection).await? {
        Some(found) if found > known => Err(StoreError::Newer { path, found, known }),
        Some(found) if found < known => Err(StoreError::Older { path, found, known }),
        Some(_) => Ok(()),
        None => Err(StoreError::NotAStore { path }),
    }
}

fn known_version() -> i64 {
    MIGRATIONS.iter().map(|m| m.version).max().unwrap_or_default()
}

/// The newest migration in the database; none in an empty file.
async fn applied_version(path: &Path, connection: &mut Connection) -> Result<Option<i64>, StoreError> {
    const TABLES: &str = "SELECT COUNT(*), COALESCE(SUM(name = '_sqlx_migrations'), 0) FROM sqlite_master";
    let (objects, ours): (i64, i64) =
        sqlx::query_as(TABLES).fetch_one(&mut *connection).await.map_err(|e| at_opening(path, e))?;
    if ours == 0 {
        return if objects == 0 { Ok(None) } else { Err(StoreError::NotAStore { path: path.to_owned() }) };
    }
    Ok(sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?)
}

// Primary result codes, https://www.sqlite.org/rescode.html; the extended ones carry more in their higher bits.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const IO_ERROR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// The store's own words for what the database said.
pub(crate) fn classify(error: sqlx::Error) -> StoreError {
    let detail = error.to_string();
    match primary_code(&error) {
        Some(BUSY | LOCKED) => StoreError::Busy { waited_secs: BUSY_TIMEOUT.as_secs() },
        Some(READ_ONLY) => StoreError::ReadOnly,
        Some(FULL) => StoreError::DiskFull,
        Some(IO_ERROR | CANNOT_OPEN) => StoreError::Io { detail },
        Some(CORRUPT | NOT_A_DATABASE) => StoreError::Damaged { detail },
        _ => StoreError::Database(error),
    }
}

/// As [`classify`], while the file is being opened.
fn at_opening(path: &Path, error: sqlx::Error) -> StoreError {
    let path = path.to_owned();
    match primary_code(&error) {
        Some(NOT_A_DATABASE) => StoreError::NotAStore { path },
        Some(CANNOT_OPEN) => StoreError::Open { path, source: std::io::Error::other(error) },
        _ => classify(error),
    }
}

/// Variables one statement may have.
const MAX_VARIABLES: usize = 32_766;
/// Rows of the largest bulk statement: beyond this, longer statements gain nothing.
const MAX_ROWS: usize = 1024;

/// Inserts rows by multi-row VALUES; `bind` adds one row's values. Rows go in blocks of 1024, 256, 64, 16, 4 and 1, so that a
/// few prepared statements serve every count. The placeholders are anonymous, because SQLite looks numbered ones up one by
/// one.
pub(crate) async fn insert_rows<T>(
    connection: &mut Connection,
    insert: &BulkInsert,
    rows: &[T],
    mut bind: impl FnMut(&mut Arguments, &T) -> Result<(), sqlx::error::BoxDynError>,
) -> Result<(), StoreError> {
    let mut rest = rows;
    let mut size = MAX_ROWS;
    while size > 0 {
        if size * insert.columns() <= MAX_VARIABLES && rest.len() >= size {
            let statement: Arc<str> = insert.of_rows(size).into();
            while rest.len() >= size {
                let (block, later) = rest.split_at(size);
                let mut arguments = Arguments::default();
                sqlx::Arguments::reserve(&mut arguments, size * insert.columns(), 0);
                for row in block {
                    bind(&mut arguments, row).map_err(sqlx::Error::Encode)?;
                }
                let query = sqlx::query_with(AssertSqlSafe(Arc::clone(&statement)), arguments);
                query.execute(&mut *connection).await?;
                rest = later;
            }
        }
        size /= 4;
    }
    Ok(())
}

/// Size of the database on disk, the write-ahead log not counted.
pub(crate) async fn database_bytes(pool: &Pool) -> Result<i64, StoreError> {
    const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    Ok(sqlx::query_scalar(SIZE).fetch_one(pool).await?)
}

/// What SQLite itself finds wrong: damaged pages first, then rows that refer to nothing.
pub(crate) async fn integrity(pool: &Pool) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let pages: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(pool).await?;
    findings.extend(pages.into_iter().filter(|line| line != "ok"));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(pool).await? {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        findings.push(format!("a row of {table} refers to a row of {parent} that does not exist"));
    }
    Ok(findings)
}
