//! Everything that only SQLite understands: pragmas, `BEGIN IMMEDIATE`, result codes, the limit on variables.

pub(super) mod occupancy;
pub(super) mod restoring;
mod upkeep;

use std::{io, path::Path, sync::Arc, time::Duration};

use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, Sqlite,
    migrate::Migrator,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions},
};

use self::occupancy::Occupancy;
pub(super) use self::upkeep::{extents, look, vacuum, vitals};
use super::{
    Durability, Opened, Pool, Sink, Unmigrated, Value, Values, check_known, newest_schema,
    unmigrated::UnmigratedLock, upkeep::migration_failed,
};
use crate::{Access, StoreError, statement::BulkInsert};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another process. An import of the largest file holds the lock for some seconds.
const BUSY_TIMEOUT: Duration = Duration::from_mins(2);
/// Each is a thread: as many as readers that should not wait for each other while a page asks for a dozen things.
const MAX_READERS: u32 = 8;
/// Statements kept prepared per connection: all of the list and the bulk sizes.
const STATEMENT_CACHE: usize = 256;
/// Rows handed from the thread that reads to the task that takes them: few hand-overs on a busy machine.
const ROW_BUFFER: usize = 4096;

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

/// Opens the writing connection, which creates the file and its folder where needed, and the reading ones.
pub(super) async fn open(path: &Path, access: Access) -> Result<Opened, StoreError> {
    refuse_folder(path)?;
    match access {
        Access::ReadWrite => create_folder(path)?,
        Access::ReadOnly => restoring::must_be_taken(path)?,
    }
    let occupancy = occupancy::share(path, access).await?;
    let writer = match access {
        Access::ReadWrite => Some(open_writer(path, None).await?),
        Access::ReadOnly => None,
    };
    Ok(Opened { writer, readers: open_readers(path, access).await?, occupancy })
}

fn refuse_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        let source = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(StoreError::Open { path: path.to_owned(), source });
    }
    Ok(())
}

/// Takes a place for one process alone.
pub(super) async fn begin_restoring(path: &Path) -> Result<Occupancy, StoreError> {
    refuse_folder(path)?;
    create_folder(path)?;
    let occupancy = occupancy::alone(path)?;
    restoring::release(path).await?;
    Ok(occupancy)
}

/// As [`open`], for who has the place alone, of a store that may be made with an older schema and is not in force yet.
pub(super) async fn open_beside(path: &Path, schema: i64) -> Result<Opened, StoreError> {
    let writer = Some(open_writer(path, Some(schema)).await?);
    Ok(Opened { writer, readers: open_readers(path, Access::ReadWrite).await?, occupancy: None })
}

async fn open_writer(path: &Path, schema: Option<i64>) -> Result<Pool, StoreError> {
    let pool = writing_pool(path).await?;
    let mut connection = pool.acquire().await?;
    let log = use_journal(&mut connection, "PRAGMA journal_mode = WAL", BUSY_TIMEOUT).await;
    log.map_err(|e| at_opening(path, e))?;
    prepare(path, &mut connection, schema).await?;
    drop(connection);
    Ok(Pool::Sqlite(pool))
}

async fn writing_pool(path: &Path) -> Result<SqlitePool, StoreError> {
    let options = options(path)
        .create_if_missing(true)
        // Larger pages hold more of the clustered quotes per split; must precede the first write.
        .page_size(8192)
        .pragma("cache_size", "-65536")
        .pragma("wal_autocheckpoint", "4000");
    // The one connection that writes is kept for ever and asked nothing before it is used.
    SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(BUSY_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(|e| at_opening(path, e))
}

async fn open_readers(path: &Path, access: Access) -> Result<Pool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(MAX_READERS)
        // A file does not go away as a server does.
        .test_before_acquire(false)
        .connect_with(reading(path))
        .await
        .map_err(|e| at_opening(path, e))?;
    if access == Access::ReadOnly {
        check_version(path, &pool).await?;
    }
    Ok(Pool::Sqlite(pool))
}

/// The file is opened for writing all the same, so that what a killed process left half-way is rolled back before it is read.
fn reading(path: &Path) -> SqliteConnectOptions {
    options(path).pragma("query_only", "ON").pragma("cache_size", "-16384")
}

/// Lets the query planner keep what it learnt.
pub(super) async fn prepare_close(pool: &SqlitePool) {
    // Best effort: everything is committed already.
    let _ = sqlx::query("PRAGMA optimize").execute(pool).await;
}

/// Lets the query planner know how many rows came in at once.
pub(super) async fn count_rows(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // A sample of each index is enough to choose between them.
    sqlx::raw_sql("PRAGMA analysis_limit = 1000; ANALYZE").execute(connection).await?;
    Ok(())
}

/// A deferred transaction: what it sees is fixed by its first read.
pub(super) async fn begin_read(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("BEGIN").execute(connection).await?;
    Ok(())
}

/// A transaction that is a writer from its start, so that it never fails half-way for want of the lock.
pub(super) async fn begin_write(
    connection: &mut SqliteConnection,
    durability: Durability,
) -> Result<(), StoreError> {
    let synchronous = match durability {
        Durability::Process => "PRAGMA synchronous = NORMAL",
        Durability::Power => "PRAGMA synchronous = FULL",
    };
    sqlx::query(synchronous).execute(&mut *connection).await?;
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await?;
    Ok(())
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = restoring::folder(path) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Changes the journal. That needs the file for itself for a moment and does not wait by the busy timeout, so it is tried
/// again. Returns the journal in use.
async fn use_journal(
    connection: &mut SqliteConnection,
    pragma: &'static str,
    patience: Duration,
) -> Result<String, sqlx::Error> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut attempts = patience.as_millis() / PAUSE.as_millis();
    loop {
        let turned = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await;
        match turned {
            Err(error) if attempts > 0 && primary_code(&error) == Some(BUSY) => attempts -= 1,
            other => return other,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Makes the schema of an empty file, all of it or nothing, while other processes wait. One that is there must be the one
/// wanted: an older one is migrated by [`begin_upgrade`] alone.
async fn prepare(
    path: &Path,
    connection: &mut SqliteConnection,
    schema: Option<i64>,
) -> Result<(), StoreError> {
    if applied_version(path, connection).await?.is_none() {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        if applied_version(path, &mut transaction).await?.is_none() {
            MIGRATIONS.run_direct(schema, &mut *transaction, false).await.map_err(migration_failed)?;
        }
        transaction.commit().await?;
    }
    match applied_version(path, connection).await? {
        Some(found) if schema.is_none() => check_known(path.into(), found),
        _ => Ok(()),
    }
}

/// Takes the right to write to a store of an older schema.
pub(super) async fn begin_upgrade(path: &Path) -> Result<Option<Unmigrated>, StoreError> {
    let occupancy = occupancy::share(path, Access::ReadWrite).await?;
    unmigrated(path, occupancy).await
}

/// As [`begin_upgrade`], for who has the place already.
pub(super) async fn unmigrated(
    path: &Path,
    occupancy: Option<Occupancy>,
) -> Result<Option<Unmigrated>, StoreError> {
    let pool = writing_pool(path).await?;
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    match applied_version(path, &mut transaction).await? {
        Some(found) if found < newest_schema() => {
            let readers = open_readers(path, Access::ReadWrite).await?;
            Ok(Some(Unmigrated { found, readers, lock: UnmigratedLock::Sqlite(transaction), occupancy }))
        }
        _ => Ok(None),
    }
}

/// Brings the schema up to date, all of it or nothing.
pub(super) async fn migrate(mut transaction: sqlx::Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(migration_failed)?;
    Ok(transaction.commit().await?)
}

/// A reader neither migrates nor guesses.
async fn check_version(path: &Path, pool: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    match applied_version(path, &mut connection).await? {
        Some(found) => check_known(path.into(), found),
        None => Err(StoreError::Absent { place: path.into() }),
    }
}

/// The newest migration in the database; none in an empty file.
pub(super) async fn applied_version(
    path: &Path,
    connection: &mut SqliteConnection,
) -> Result<Option<i64>, StoreError> {
    const TABLES: &str = "SELECT COUNT(*), COALESCE(SUM(name = '_sqlx_migrations'), 0) FROM sqlite_master";
    let (objects, ours): (i64, i64) =
        sqlx::query_as(TABLES).fetch_one(&mut *connection).await.map_err(|e| at_opening(path, e))?;
    if ours == 0 {
        return if objects == 0 { Ok(None) } else { Err(StoreError::NotAStore { place: path.into() }) };
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
pub(super) fn classify(error: sqlx::Error) -> StoreError {
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
    match primary_code(&error) {
        Some(NOT_A_DATABASE) => StoreError::NotAStore { place: path.into() },
        Some(CANNOT_OPEN) => StoreError::Open { path: path.to_owned(), source: std::io::Error::other(error) },
        _ => classify(error),
    }
}

/// Variables one statement may have.
const MAX_VARIABLES: usize = 32_766;
/// Rows of the largest bulk statement: beyond this, longer statements gain nothing.
const MAX_ROWS: usize = 1024;

/// Inserts rows by multi-row VALUES, in blocks of 1024, 256, 64, 16, 4 and 1, so that a few prepared statements serve every
/// count. The placeholders are anonymous, because SQLite looks numbered ones up one by one.
pub(super) async fn insert_rows<T>(
    connection: &mut SqliteConnection,
    insert: &BulkInsert,
    rows: &[T],
    mut add: impl FnMut(&mut Values<'_>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rest = rows;
    let mut size = MAX_ROWS;
    while size > 0 {
        if size * insert.columns() <= MAX_VARIABLES && rest.len() >= size {
            let statement: Arc<str> = insert.of_rows(size).into();
            while rest.len() >= size {
                let (block, later) = rest.split_at(size);
                let mut arguments = SqliteArguments::default();
                arguments.reserve(size * insert.columns(), 0);
                let mut values = Values(Sink::Sqlite(&mut arguments));
                block.iter().try_for_each(|row| add(&mut values, row))?;
                let query = sqlx::query_with(AssertSqlSafe(Arc::clone(&statement)), arguments);
                query.execute(&mut *connection).await?;
                rest = later;
            }
        }
        size /= 4;
    }
    Ok(())
}

pub(super) fn add(arguments: &mut SqliteArguments, value: Value) -> Result<(), sqlx::Error> {
    let added = match value {
        Value::Integer(n) => arguments.add(n),
        Value::Real(x) => arguments.add(x),
        Value::Text(text) => arguments.add(text),
        Value::Bytes(bytes) => arguments.add(bytes),
    };
    added.map_err(sqlx::Error::Encode)
}

/// Size of the database on disk, the write-ahead log not counted.
pub(super) async fn bytes(pool: &SqlitePool) -> Result<i64, StoreError> {
    const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    Ok(sqlx::query_scalar(SIZE).fetch_one(pool).await?)
}

/// What SQLite itself finds wrong: damaged pages first, then rows that refer to nothing.
pub(super) async fn integrity(pool: &SqlitePool) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let pages: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(pool).await?;
    findings.extend(pages.into_iter().filter(|line| line != "ok"));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(pool).await? {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        findings.push(format!("a row of {table} refers to a row of {parent} that does not exist"));
    }
    Ok(findings)
}

/// Table, column, type, whether it may be null, place in the primary key. A column of a primary key is never null in a strict
/// table that has no row number, or when it is the row number.
pub(super) const COLUMNS: &str = "SELECT m.name, c.name, c.type, CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END, c.pk \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND substr(m.name, 1, 1) <> '_' ORDER BY m.name, c.cid";
/// Table, column, table and column referred to, how many columns make the reference.
pub(super) const REFERENCES: &str = "SELECT m.name, f.\"from\", f.\"table\", f.\"to\", \
    COUNT(*) OVER (PARTITION BY m.name, f.id) FROM sqlite_master m \
    JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
