//! The daily activity of prices, which each engine keeps in its own way under one name: SQLite as a table that grows by what is
//! new, PostgreSQL as a materialised view, or as a continuous aggregate where TimescaleDB makes one.

use serde::Serialize;
use sqlx::{PgPool, sqlite::SqliteConnection};

use super::{Connection, Pool, timescale};
use crate::StoreError;

/// How the engine keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptAs {
    /// A table that is added to.
    Table,
    /// A materialised view that is made anew while it is read.
    View,
    /// A continuous aggregate of TimescaleDB.
    ContinuousAggregate,
}

/// Lets an engine that has views bring its own up to date, and says how it is kept. Others keep a table, by [`refresh_table`].
pub(crate) async fn refresh_view(pool: &Pool) -> Result<KeptAs, StoreError> {
    match pool {
        Pool::Sqlite(_) => Ok(KeptAs::Table),
        Pool::Postgres(pool) => Ok(refresh_on_postgres(pool).await?),
    }
}

/// Adds the prices of the imports after `since` up to `to`; all up to there anew when `since` is none. Nothing where there is a view.
pub(crate) async fn refresh_table(
    connection: &mut Connection,
    since: Option<i64>,
    to: i64,
) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => Ok(refresh_on_sqlite(connection, since, to).await?),
        Connection::Postgres(_) => Ok(()),
    }
}

const DROP_ALL: &str = "DELETE FROM _quote_activity_daily";
const COUNT_ALL: &str = "INSERT INTO _quote_activity_daily (book, kind, day, prices, fixtures, first_at, last_at) \
    SELECT s.book, s.kind, q.known_at - (q.known_at % 86400000000 + 86400000000) % 86400000000, COUNT(*), COUNT(DISTINCT q.fixture_id), \
    MIN(q.known_at), MAX(q.known_at) FROM quote q JOIN quote_series s ON s.id = q.series_id \
    WHERE q.sequence <= $1 GROUP BY 1, 2, 3";
/// Looks at the fixtures only that the new imports spoke of: one that has older prices in a group was counted there before.
const COUNT_NEW: &str = "INSERT INTO _quote_activity_daily (book, kind, day, prices, fixtures, first_at, last_at) \
    SELECT book, kind, day, SUM(fresh), SUM(CASE WHEN old = 0 THEN 1 ELSE 0 END), MIN(first_at), MAX(last_at) FROM \
    (SELECT q.fixture_id, s.book, s.kind, q.known_at - (q.known_at % 86400000000 + 86400000000) % 86400000000 AS day, \
    SUM(CASE WHEN q.sequence > $1 THEN 1 ELSE 0 END) AS fresh, SUM(CASE WHEN q.sequence > $1 THEN 0 ELSE 1 END) AS old, \
    MIN(q.known_at) AS first_at, MAX(q.known_at) AS last_at FROM quote q JOIN quote_series s ON s.id = q.series_id \
    WHERE q.sequence <= $2 AND q.fixture_id IN \
    (SELECT t.fixture_id FROM import_fixture t WHERE t.sequence > $1 AND t.sequence <= $2) \
    GROUP BY 1, 2, 3, 4) WHERE fresh > 0 GROUP BY book, kind, day \
    ON CONFLICT (book, kind, day) DO UPDATE SET prices = prices + excluded.prices, \
    fixtures = fixtures + excluded.fixtures, first_at = MIN(first_at, excluded.first_at), \
    last_at = MAX(last_at, excluded.last_at)";

async fn refresh_on_sqlite(
    connection: &mut SqliteConnection,
    since: Option<i64>,
    to: i64,
) -> Result<(), sqlx::Error> {
    if let Some(since) = since {
        sqlx::query(COUNT_NEW).bind(since).bind(to).execute(connection).await?;
    } else {
        sqlx::query(DROP_ALL).execute(&mut *connection).await?;
        sqlx::query(COUNT_ALL).bind(to).execute(connection).await?;
    }
    Ok(())
}

async fn refresh_on_postgres(pool: &PgPool) -> Result<KeptAs, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    if timescale::refresh_activity(&mut connection).await? {
        return Ok(KeptAs::ContinuousAggregate);
    }
    sqlx::query("SELECT refresh_quote_activity()").execute(&mut *connection).await?;
    Ok(KeptAs::View)
}
