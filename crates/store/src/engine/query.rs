//! One way to send the statements of the list, whichever engine is behind.

use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{
    AssertSqlSafe, Decode, FromRow, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow,
};

use super::{Connection, Pool, Value, is_connection_lost};
use crate::store::Outage;

/// A row of either engine.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as.
pub(crate) trait Readable<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> Readable<'r> for T where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl Row {
    /// The column at a place.
    pub(crate) fn try_get<'r, T: Readable<'r>>(&'r self, column: usize) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// A tuple of columns.
pub(crate) trait Columns: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl<T> Columns for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

fn columns<T: Columns>(row: &Row) -> Result<T, sqlx::Error> {
    match row {
        Row::Sqlite(row) => T::from_row(row),
        Row::Postgres(row) => T::from_row(row),
    }
}

/// Where a statement goes.
pub(crate) enum Target<'e> {
    Connection(&'e mut Connection),
    Pool(&'e Pool),
}

impl<'e> From<&'e mut Connection> for Target<'e> {
    fn from(connection: &'e mut Connection) -> Self {
        Self::Connection(connection)
    }
}

impl<'e> From<&'e Pool> for Target<'e> {
    fn from(pool: &'e Pool) -> Self {
        Self::Pool(pool)
    }
}

/// A statement with its values.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    sql: Sql,
    values: Vec<Value>,
}

#[derive(Debug, Clone)]
enum Sql {
    Listed(&'static str),
    /// Put together from names that the database itself gave.
    Assembled(String),
}

/// A statement of the list.
pub(crate) fn query(sql: &'static str) -> Query {
    Query { sql: Sql::Listed(sql), values: Vec::new() }
}

/// A statement put together from names of tables and columns, never from what users or feeds say.
pub(crate) fn assembled(sql: String) -> Query {
    Query { sql: Sql::Assembled(sql), values: Vec::new() }
}

/// A statement whose rows are read as tuples.
pub(crate) fn query_as<T: Columns>(sql: &'static str) -> QueryAs<T> {
    QueryAs { query: query(sql), read: columns }
}

/// A statement whose rows have one column.
pub(crate) fn query_scalar<T>(sql: &'static str) -> QueryAs<T>
where
    (T,): Columns,
{
    QueryAs { query: query(sql), read: |row| columns::<(T,)>(row).map(|(value,)| value) }
}

/// Runs `$body` with the engine's own query, its executor and the variant its rows become. A value that cannot be encoded
/// fails the query when it is run.
macro_rules! on {
    ($self:ident, $connection:expr, |$query:ident, $executor:ident, $row:pat_param| $body:expr) => {
        match $connection {
            Connection::Sqlite(connection) => {
                let ($executor, $row) = (&mut **connection, Row::Sqlite);
                let $query = bound!($self, Sqlite);
                $body
            }
            Connection::Postgres(connection) => {
                let ($executor, $row) = (&mut **connection, Row::Postgres);
                let $query = bound!($self, Postgres);
                $body
            }
        }
    };
}

macro_rules! bound {
    ($self:ident, $engine:ty) => {{
        let query = match $self.sql {
            Sql::Listed(sql) => sqlx::query::<$engine>(sql),
            Sql::Assembled(sql) => sqlx::query::<$engine>(AssertSqlSafe(sql)),
        };
        $self.values.into_iter().fold(query, |query, value| match value {
            Value::Integer(n) => query.bind(n),
            Value::Real(x) => query.bind(x),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }};
}

impl Query {
    /// The value of the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Rows changed.
    pub(crate) async fn execute(self, on: impl Into<Target<'_>>) -> Result<u64, sqlx::Error> {
        match on.into() {
            Target::Connection(connection) => self.change(connection).await,
            Target::Pool(pool) => self.change(&mut pool.acquire().await?).await,
        }
    }

    async fn change(self, connection: &mut Connection) -> Result<u64, sqlx::Error> {
        on!(self, connection, |query, executor, _| Ok(query.execute(executor).await?.rows_affected()))
    }

    /// What is read by itself, outside a transaction, is read again when the server went away meanwhile.
    pub(crate) async fn fetch_all(self, on: impl Into<Target<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        match on.into() {
            Target::Connection(connection) => self.read_all(connection).await,
            Target::Pool(pool) => {
                let mut outage = Outage::default();
                loop {
                    let read = async { self.clone().read_all(&mut pool.acquire().await?).await };
                    match read.await {
                        Err(error) if outage.outlast(is_connection_lost(&error)).await => {}
                        done => break done,
                    }
                }
            }
        }
    }

    async fn read_all(self, connection: &mut Connection) -> Result<Vec<Row>, sqlx::Error> {
        on!(self, connection, |query, executor, row| {
            Ok(query.fetch_all(executor).await?.into_iter().map(row).collect())
        })
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<Target<'_>>) -> Result<Option<Row>, sqlx::Error> {
        match on.into() {
            Target::Connection(connection) => {
                on!(self, connection, |query, executor, row| Ok(query
                    .fetch_optional(executor)
                    .await?
                    .map(row)))
            }
            // Statements of one row answer with one row: reading all of them costs nothing.
            Target::Pool(pool) => Ok(self.fetch_all(pool).await?.into_iter().next()),
        }
    }

    pub(crate) async fn fetch_one(self, on: impl Into<Target<'_>>) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Rows as they come.
    pub(crate) fn fetch(self, connection: &mut Connection) -> BoxStream<'_, Result<Row, sqlx::Error>> {
        on!(self, connection, |query, executor, row| query.fetch(executor).map_ok(row).boxed())
    }
}

/// A statement and how its rows are read.
pub(crate) struct QueryAs<T> {
    query: Query,
    read: fn(&Row) -> Result<T, sqlx::Error>,
}

impl<T> QueryAs<T> {
    /// The value of the next placeholder.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    pub(crate) async fn fetch_all(self, on: impl Into<Target<'_>>) -> Result<Vec<T>, sqlx::Error> {
        self.query.fetch_all(on).await?.iter().map(self.read).collect()
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<Target<'_>>) -> Result<Option<T>, sqlx::Error> {
        self.query.fetch_optional(on).await?.as_ref().map(self.read).transpose()
    }

    pub(crate) async fn fetch_one(self, on: impl Into<Target<'_>>) -> Result<T, sqlx::Error> {
        (self.read)(&self.query.fetch_one(on).await?)
    }
}
