//! The database engines behind the statements. The rest of the crate names only what is exported here.
//!
//! Every statement of the list runs on both engines unchanged. What only one of them understands is in its file: how it is
//! opened and migrated, how a transaction takes the right to write, how rows go in by the thousand, what its errors mean.

mod postgres;
mod query;
pub(crate) mod quote_activity;
mod side;
mod sqlite;
mod timescale;
mod unmigrated;
mod upkeep;
mod value;

use std::{
    cmp::Ordering,
    ops::{Deref, DerefMut},
};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, pool::PoolConnection};

pub(crate) use self::value::unsigned_zero;
pub(crate) use self::{
    query::{Query, Row, Target, assembled, query, query_as, query_scalar},
    side::Side,
    sqlite::{occupancy::Occupancy, restoring::is_taken},
    unmigrated::{Unmigrated, begin_upgrade},
    upkeep::{extents, look, objects, partitions, run_all, schema, vitals},
};
pub use self::{quote_activity::KeptAs, value::Value};
use crate::{Access, Column, Kind, Place, StoreError, column, statement::BulkInsert};

/// What a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The end of the process. For imports, which can be run again from the same file.
    Process,
    /// The loss of power as well. For bets, forecasts and decisions.
    Power,
}

/// Connections of one engine.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A connection of one engine, back in its pool when dropped.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A store that was opened.
pub(crate) struct Opened {
    /// None of a store for reading.
    pub(crate) writer: Option<Pool>,
    pub(crate) readers: Pool,
    /// Keeps others from replacing the file; connections to a server do so themselves.
    pub(crate) occupancy: Option<Occupancy>,
}

/// Opens a store, whose schema is made where there is none and must be the newest otherwise.
pub(crate) async fn open(place: &Place, access: Access) -> Result<Opened, StoreError> {
    match place {
        Place::File(path) => sqlite::open(path, access).await,
        Place::Server(server) => postgres::open(server, access).await,
    }
}

/// As [`open`], of a store that is made with an older schema.
pub(crate) async fn open_older(place: &Place, schema: i64) -> Result<Opened, StoreError> {
    match place {
        Place::File(path) => sqlite::open_beside(path, schema).await,
        Place::Server(server) => postgres::open_beside(server, schema).await,
    }
}

/// The newest schema that this version knows; a test holds both engines to the same.
pub(crate) fn newest_schema() -> i64 {
    upkeep::known_version(&sqlite::MIGRATIONS)
}

fn check_known(place: Place, found: i64) -> Result<(), StoreError> {
    let known = newest_schema();
    match found.cmp(&known) {
        Ordering::Greater => Err(StoreError::Newer { place, found, known }),
        Ordering::Less => Err(StoreError::Older { place, found, known }),
        Ordering::Equal => Ok(()),
    }
}

impl Pool {
    pub(crate) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// Closes every connection once it is idle.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// As [`Pool::close`], of the connections that write.
    pub(crate) async fn close_writer(&self) {
        if let Self::Sqlite(pool) = self {
            sqlite::prepare_close(pool).await;
        }
        self.close().await;
    }

    /// A transaction that sees one state of the database throughout, and writes nothing.
    pub(crate) async fn begin_read(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.transaction().await?;
        match &mut transaction.connection {
            Connection::Sqlite(connection) => sqlite::begin_read(connection).await?,
            Connection::Postgres(connection) => postgres::begin_read(connection).await?,
        }
        Ok(transaction)
    }

    /// A transaction that holds the right to write from its first statement on. One that is dropped without a commit leaves
    /// nothing behind.
    pub(crate) async fn begin_write(&self, durability: Durability) -> Result<Transaction, StoreError> {
        let mut transaction = self.transaction().await?;
        match &mut transaction.connection {
            Connection::Sqlite(connection) => sqlite::begin_write(connection, durability).await?,
            Connection::Postgres(connection) => postgres::begin_write(connection, durability).await?,
        }
        Ok(transaction)
    }

    /// A connection that is closed unless it is brought to an end, from before its first statement on.
    async fn transaction(&self) -> Result<Transaction, StoreError> {
        Ok(Transaction { connection: self.acquire().await?, finished: false })
    }

    /// Bytes of the database.
    pub(crate) async fn bytes(&self) -> Result<i64, StoreError> {
        match self {
            Self::Sqlite(pool) => sqlite::bytes(pool).await,
            Self::Postgres(pool) => postgres::bytes(pool).await,
        }
    }

    /// What the engine itself finds wrong with the database.
    pub(crate) async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(pool) => sqlite::integrity(pool).await,
            Self::Postgres(pool) => postgres::integrity(pool).await,
        }
    }
}

/// All or nothing.
#[derive(Debug)]
pub(crate) struct Transaction {
    connection: Connection,
    finished: bool,
}

impl Transaction {
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        query("COMMIT").execute(&mut self.connection).await?;
        self.finished = true;
        Ok(())
    }

    /// Gives up, keeping the connection.
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        query("ROLLBACK").execute(&mut self.connection).await?;
        self.finished = true;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Transaction {
    /// A transaction that was neither committed nor rolled back may have failed in any way, the connection included: it is
    /// closed, which ends both.
    fn drop(&mut self) {
        if !self.finished {
            match &mut self.connection {
                Connection::Sqlite(connection) => connection.close_on_drop(),
                Connection::Postgres(connection) => connection.close_on_drop(),
            }
        }
    }
}

/// Inserts rows by the thousand; `add` adds one row's values.
pub(crate) async fn insert_rows<T>(
    connection: &mut Connection,
    insert: &BulkInsert,
    rows: &[T],
    add: impl FnMut(&mut Values<'_>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    match connection {
        Connection::Sqlite(connection) => sqlite::insert_rows(connection, insert, rows, add).await,
        Connection::Postgres(connection) => postgres::insert_rows(connection, insert, rows, add).await,
    }
}

/// Tables that are kept in parts by month where the engine has such.
pub(crate) const PARTITIONED: [&str; 2] = ["quote", "play"];

/// Makes room for rows of a table of that list that became known between two moments, in microseconds since 1970.
pub(crate) async fn prepare_months(
    connection: &mut Connection,
    table: &str,
    first_at: i64,
    last_at: i64,
) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(connection) => {
            postgres::prepare_months(connection, table, first_at, last_at).await
        }
    }
}

/// The same in a database of any version.
pub(crate) async fn prepare_months_of_any_version(
    connection: &mut Connection,
    table: &str,
    first_at: i64,
    last_at: i64,
) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(connection) => {
            postgres::prepare_months_of_any_version(connection, table, first_at, last_at).await
        }
    }
}

/// Values of a row on their way in.
pub(crate) struct Values<'v>(Sink<'v>);

enum Sink<'v> {
    Sqlite(&'v mut sqlx::sqlite::SqliteArguments),
    /// In the binary format of COPY.
    Copy(&'v mut Vec<u8>),
    Arrays(&'v mut postgres::array::Arrays),
}

impl Values<'_> {
    /// The value of the next column.
    pub(crate) fn add(&mut self, value: impl Into<Value>) -> Result<(), StoreError> {
        match &mut self.0 {
            Sink::Sqlite(arguments) => Ok(sqlite::add(arguments, value.into())?),
            Sink::Copy(bytes) => {
                postgres::copy(bytes, value.into());
                Ok(())
            }
            Sink::Arrays(arrays) => arrays.add(value.into()),
        }
    }
}

/// A column as an engine describes it.
pub(crate) struct Described {
    pub(crate) table: String,
    pub(crate) column: Column,
    /// Place in the primary key from 1 on; 0 when it is not part of it.
    pub(crate) key_place: i64,
}

/// Every column of every table that is the store's own, by table and place.
pub(crate) async fn columns(connection: &mut Connection) -> Result<Vec<Described>, StoreError> {
    let sql = match connection {
        Connection::Sqlite(_) => sqlite::COLUMNS,
        Connection::Postgres(_) => postgres::COLUMNS,
    };
    let rows: Vec<(String, String, String, i64, i64)> = query_as(sql).fetch_all(connection).await?;
    let described = rows.into_iter().map(|(table, name, kind, nullable, key_place)| {
        let kind = match kind.as_str() {
            "INTEGER" | "bigint" => Kind::Integer,
            "REAL" | "double precision" => Kind::Real,
            "TEXT" | "text" => Kind::Text,
            "BLOB" | "bytea" => Kind::Bytes,
            other => return Err(column::not_understood("type of column", format!("{table}.{name} {other}"))),
        };
        Ok(Described { table, column: Column { name, kind, nullable: nullable != 0 }, key_place })
    });
    described.collect()
}

/// A column that refers to a row of another table, as an engine describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) parent: String,
    pub(crate) parent_column: String,
    /// Whether the column alone names the row; else it is one of several that do so together.
    pub(crate) is_whole: bool,
}

/// Every column that is declared to refer to a row of another table.
pub(crate) async fn references(connection: &mut Connection) -> Result<Vec<Reference>, StoreError> {
    let sql = match connection {
        Connection::Sqlite(_) => sqlite::REFERENCES,
        Connection::Postgres(_) => postgres::REFERENCES,
    };
    let rows: Vec<(String, String, String, String, i64)> = query_as(sql).fetch_all(connection).await?;
    let reference = |(table, column, parent, parent_column, columns)| Reference {
        table,
        column,
        parent,
        parent_column,
        is_whole: columns == 1,
    };
    Ok(rows.into_iter().map(reference).collect())
}

/// Lets new rows be numbered after those that came with numbers of their own, which SQLite does by itself, and the planner
/// count them.
pub(crate) async fn continue_numbering(connection: &mut Connection) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => sqlite::count_rows(connection).await,
        Connection::Postgres(connection) => postgres::continue_numbering(connection).await,
    }
}

/// Lets the planner count the rows.
pub(crate) async fn count_rows(connection: &mut Connection) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => sqlite::count_rows(connection).await,
        Connection::Postgres(connection) => postgres::count_rows(connection).await,
    }
}

/// Whether the server went away; what was asked may be asked again.
pub(crate) fn is_connection_lost(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut) || (postgres::is_from(error) && postgres::is_lost(error))
}

/// The store's own words for what a database said.
pub(crate) fn classify(error: sqlx::Error) -> StoreError {
    match error {
        error if is_connection_lost(&error) => StoreError::Disconnected { detail: error.to_string() },
        error if postgres::is_from(&error) => postgres::classify(error),
        error => sqlite::classify(error),
    }
}
