//! A store as an earlier version of the schema holds it: an empty one of that version, and every row of a store of today that it
//! has a table for.

use std::collections::BTreeMap;

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
};
use touchline_store::{Store, StoreError, Table, Value, Values};

static ON_SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static ON_POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The newest version of the schema.
pub(crate) fn latest() -> i64 {
    ON_SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Tables that migrations fill themselves.
const SEEDED: &str = "known_rule";
/// Tables a server keeps in monthly partitions, and since when; those are made before rows go in.
const PARTITIONED: [(&str, i64); 2] = [("quote", 7), ("play", 9)];
/// Since then one function makes those of all tables.
const ONE_FUNCTION_SINCE: i64 = 9;
/// Rows read at once.
const PAGE: u32 = 10_000;

/// What can go wrong.
#[derive(Debug)]
#[expect(dead_code, reason = "shown by Debug")]
pub(crate) enum Failed {
    Database(sqlx::Error),
    Migration(MigrateError),
    Store(StoreError),
}

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for Failed {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from! { sqlx::Error => Database, MigrateError => Migration, StoreError => Store }

enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

macro_rules! insert {
    ($connection:expr, $sql:expr, $values:expr) => {{
        let query = $values.into_iter().fold(sqlx::query(AssertSqlSafe($sql)), |query, value| match value {
            Value::Integer(n) => query.bind(n),
            Value::Real(x) => query.bind(x),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        });
        query.execute(&mut *$connection).await.map(drop)
    }};
}

impl Database {
    async fn connect(address: &str) -> Result<Self, sqlx::Error> {
        if address.starts_with("postgres") {
            return Ok(Self::Postgres(PgConnection::connect(address).await?));
        }
        let connection = SqliteConnection::connect(&format!("sqlite://{address}?mode=rwc")).await?;
        Ok(Self::Sqlite(connection))
    }

    async fn migrate_to(&mut self, version: i64) -> Result<(), MigrateError> {
        match self {
            Self::Sqlite(connection) => {
                sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
                ON_SQLITE.run_to(version, connection).await
            }
            Self::Postgres(connection) => ON_POSTGRES.run_to(version, connection).await,
        }
    }

    /// Columns by table.
    async fn columns(&mut self) -> Result<BTreeMap<String, Vec<String>>, sqlx::Error> {
        const SQLITE: &str = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
            WHERE m.type = 'table' ORDER BY m.name, c.cid";
        const POSTGRES: &str = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) \
            FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
        let columns: Vec<(String, String)> = match self {
            Self::Sqlite(connection) => sqlx::query_as(SQLITE).fetch_all(connection).await?,
            Self::Postgres(connection) => sqlx::query_as(POSTGRES).fetch_all(connection).await?,
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in columns {
            tables.entry(table).or_default().push(column);
        }
        Ok(tables)
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.insert(sql.to_owned(), Vec::new()).await
    }

    /// Makes the partitions of some rows of a table.
    async fn prepare(&mut self, table: &Table, rows: &[Values], version: i64) -> Result<(), sqlx::Error> {
        let Self::Postgres(connection) = self else { return Ok(()) };
        let is_partitioned = PARTITIONED.iter().any(|(name, since)| *name == table.name && version >= *since);
        let place = table.columns.iter().position(|column| column.name == "known_at");
        let Some(place) = place.filter(|_| is_partitioned) else { return Ok(()) };
        let moments = || {
            rows.iter().filter_map(|row| match &row[place] {
                Value::Integer(at) => *at,
                _ => None,
            })
        };
        let prepare = if version >= ONE_FUNCTION_SINCE {
            sqlx::query("SELECT add_month_partitions($1, $2, $3)").bind(&table.name)
        } else {
            sqlx::query("SELECT add_quote_partitions($1, $2)")
        };
        prepare.bind(moments().min()).bind(moments().max()).execute(connection).await.map(drop)
    }

    async fn insert(&mut self, sql: String, values: Values) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => insert!(connection, sql, values),
            Self::Postgres(connection) => insert!(connection, sql, values),
        }
    }
}

/// Makes it at an address where there is nothing yet.
pub(crate) async fn make(from: &Store, address: &str, version: i64) -> Result<(), Failed> {
    let mut database = Database::connect(address).await?;
    database.migrate_to(version).await?;
    let columns = database.columns().await?;
    let mut view = from.view().await?;
    for table in from.tables().await?.iter().filter(|table| table.name != SEEDED) {
        let Some(columns) = columns.get(&table.name) else { continue };
        let insert = insert(table, columns);
        let mut after: Option<Values> = None;
        loop {
            let page = view.page(table, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(table.key_of(last));
            database.run("BEGIN").await?;
            database.prepare(table, &page, version).await?;
            for row in page {
                database.insert(insert.clone(), known(table, columns, row)).await?;
            }
            database.run("COMMIT").await?;
        }
    }
    Ok(())
}

fn insert(table: &Table, columns: &[String]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), places.join(", "))
}

/// The values of the columns that the earlier version knows.
fn known(table: &Table, columns: &[String], row: Values) -> Values {
    let named = table.columns.iter().zip(row);
    let mut values: BTreeMap<&str, Value> = named.map(|(column, value)| (&*column.name, value)).collect();
    columns.iter().map(|column| values.remove(&**column).unwrap_or(Value::Integer(None))).collect()
}
