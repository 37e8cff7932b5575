//! What only TimescaleDB understands.
//!
//! A table that PostgreSQL itself partitions cannot become a hypertable, so prices are put into one while there are none: when
//! the tables are made in a database that has the extension already. A database that holds prices keeps its monthly partitions;
//! `touchline db copy` brings them into a new one.
//!
//! Features are taken one at a time. Hypertables are under the Apache licence; compression and continuous aggregates are under
//! the Timescale licence, which `timescaledb.license` names. What the server refuses, for its licence or its version, is left
//! as it was, and plain PostgreSQL serves the same.

use sqlx::{AssertSqlSafe, postgres::PgConnection};

use super::postgres::is_lost;

/// Under which licence the extension runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Licence {
    /// Hypertables only.
    Apache,
    /// Everything.
    Timescale,
}

/// What was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Taken {
    /// Prices are in a hypertable.
    hypertable: bool,
    /// Their daily activity is a continuous aggregate.
    continuous: bool,
    /// Months that are over are compressed.
    compression: bool,
}

/// Takes what the extension offers, in the transaction that made the tables; nothing without it.
pub(super) async fn adopt(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // The library says nothing when it is not loaded, which allows nothing.
    const INSTALLED: &str = "SELECT COALESCE(current_setting('timescaledb.license', true), ''), \
        CAST(extnamespace AS BIGINT) FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'";
    let installed: Option<(String, i64)> = sqlx::query_as(INSTALLED).fetch_optional(&mut *connection).await?;
    let Some((licence, schema)) = installed else { return Ok(()) };
    let licence = if licence == "timescale" { Licence::Timescale } else { Licence::Apache };
    find_functions(connection, schema).await?;
    take(connection, licence).await?;
    Ok(())
}

/// Lets what follows in this transaction name the functions of the extension, in whichever schema they are, beside our tables.
async fn find_functions(connection: &mut PgConnection, schema: i64) -> Result<(), sqlx::Error> {
    const FIND: &str = "SELECT set_config('search_path', \
        quote_ident(current_schema()) || ', ' || CAST(CAST($1 AS OID) AS REGNAMESPACE), true)";
    sqlx::query(FIND).bind(schema).execute(connection).await?;
    Ok(())
}

async fn take(connection: &mut PgConnection, licence: Licence) -> Result<Taken, sqlx::Error> {
    let hypertable = has_empty_partitions(connection).await? && make_hypertable(connection).await?;
    let all = hypertable && licence == Licence::Timescale;
    Ok(Taken {
        hypertable,
        continuous: all && attempt(connection, &MAKE_CONTINUOUS.map(String::from)).await?,
        compression: all && attempt(connection, &COMPRESS.map(String::from)).await?,
    })
}

async fn has_empty_partitions(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    const FOUND: &str = "SELECT relkind = 'p' AND NOT EXISTS (SELECT 1 FROM quote) FROM pg_class \
        WHERE oid = CAST('quote' AS REGCLASS)";
    sqlx::query_scalar(FOUND).fetch_one(connection).await
}

/// The activity of prices hangs on their table and is put back as the server describes it.
async fn make_hypertable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    const ACTIVITY: &str = "SELECT definition, (SELECT indexdef FROM pg_indexes i WHERE i.schemaname = m.schemaname \
        AND i.tablename = m.matviewname) FROM pg_matviews m \
        WHERE schemaname = current_schema() AND matviewname = '_quote_activity_daily'";
    let (view, index): (String, String) = sqlx::query_as(ACTIVITY).fetch_one(&mut *connection).await?;
    let view = view.trim_end_matches(';');
    let activity = [format!("CREATE MATERIALIZED VIEW _quote_activity_daily AS {view} WITH NO DATA"), index];
    let statements: Vec<String> = MAKE_HYPERTABLE.map(String::from).into_iter().chain(activity).collect();
    attempt(connection, &statements).await
}

/// Chunks of thirty days; TimescaleDB makes each when its first price comes in.
const MAKE_HYPERTABLE: [&str; 6] = [
    "DROP MATERIALIZED VIEW _quote_activity_daily",
    "CREATE TABLE quote_whole (LIKE quote INCLUDING ALL)",
    "DROP TABLE quote",
    "ALTER TABLE quote_whole RENAME TO quote",
    "ALTER TABLE quote RENAME CONSTRAINT quote_whole_pkey TO quote_key",
    "SELECT create_hypertable('quote', 'known_at', chunk_time_interval => BIGINT '2592000000000', \
        create_default_indexes => FALSE)",
];

/// Buckets of whole numbers need a function that says what now is. Sub-queries are refused in here, a join with one plain table
/// is not.
const MAKE_CONTINUOUS: [&str; 4] = [
    "DROP MATERIALIZED VIEW _quote_activity_daily",
    "CREATE FUNCTION now_micros() RETURNS BIGINT LANGUAGE sql STABLE AS \
        'SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000000 AS BIGINT)'",
    "SELECT set_integer_now_func('quote', 'now_micros')",
    "CREATE MATERIALIZED VIEW _quote_activity_daily WITH (timescaledb.continuous, timescaledb.materialized_only = TRUE) AS \
        SELECT s.book, s.kind, time_bucket(BIGINT '86400000000', q.known_at) AS day, COUNT(*) AS prices, \
        COUNT(DISTINCT q.fixture_id) AS fixtures, MIN(q.known_at) AS first_at, MAX(q.known_at) AS last_at \
        FROM quote q JOIN quote_series s ON s.id = q.series_id \
        GROUP BY s.book, s.kind, time_bucket(BIGINT '86400000000', q.known_at) WITH NO DATA",
];

/// Prices of more than ninety days ago. Earlier releases take no rows with a key into what is compressed.
const COMPRESS: [&str; 3] = [
    "DO $$ BEGIN IF (SELECT CAST(string_to_array(split_part(extversion, '-', 1), '.') AS INTEGER[]) < ARRAY[2, 11] \
        FROM pg_extension WHERE extname = 'timescaledb') THEN RAISE feature_not_supported; END IF; END $$",
    "ALTER TABLE quote SET (timescaledb.compress, timescaledb.compress_segmentby = 'fixture_id', \
        timescaledb.compress_orderby = 'series_id, known_at, sequence')",
    "SELECT add_compression_policy('quote', BIGINT '7776000000000')",
];

/// Whether all of it was done; nothing of it when the server refused any.
async fn attempt(connection: &mut PgConnection, statements: &[String]) -> Result<bool, sqlx::Error> {
    sqlx::query("SAVEPOINT feature").execute(&mut *connection).await?;
    for statement in statements {
        // Each as it is: preparing would refuse some of them.
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *connection).await;
        match done {
            Err(error) if is_lost(&error) => return Err(error),
            Err(_) => {
                sqlx::query("ROLLBACK TO SAVEPOINT feature").execute(connection).await?;
                return Ok(false);
            }
            Ok(_) => {}
        }
    }
    sqlx::query("RELEASE SAVEPOINT feature").execute(connection).await?;
    Ok(true)
}

/// Brings the days up to date whose prices changed, where a continuous aggregate counts them, and says whether one does. Only
/// its owner may, and not in a transaction.
pub(super) async fn refresh_activity(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // It is a view to PostgreSQL, and what plain PostgreSQL keeps is a materialised one.
    const SCHEMA: &str = "SELECT CAST(CAST(e.extnamespace AS REGNAMESPACE) AS TEXT) FROM pg_class c, pg_extension e \
        WHERE c.oid = CAST('_quote_activity_daily' AS REGCLASS) AND c.relkind = 'v' AND e.extname = 'timescaledb'";
    let schema: Option<String> = sqlx::query_scalar(SCHEMA).fetch_optional(&mut *connection).await?;
    let Some(schema) = schema else { return Ok(false) };
    let refresh = format!("CALL {schema}.refresh_continuous_aggregate('_quote_activity_daily', NULL, NULL)");
    sqlx::raw_sql(AssertSqlSafe(refresh)).execute(connection).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use domain::{
        BookId, DecimalOdds, KnownRule, Market, Phase, Selection, quote::Series, record::QuoteRecord,
    };
    use sqlx::{Connection as _, Executor as _};

    use super::*;
    use crate::{Access, Place, Store, import::sample};

    /// The tables in a schema of their own on a plain server, and a connection to them.
    async fn on_plain_server(name: &str) -> Option<(Place, PgConnection)> {
        let Ok(url) = std::env::var("TOUCHLINE_TEST_POSTGRES_URL") else {
            println!("skipped: TOUCHLINE_TEST_POSTGRES_URL names no server; `cargo xtask test` starts one");
            return None;
        };
        let schema = format!("timescale_{}_{name}", std::process::id());
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
        let url = format!("{url}?options=-csearch_path%3D{schema}");
        let place = Place::parse(&url).unwrap();
        Store::open(place.clone(), Access::ReadWrite).await.unwrap().close().await;
        Some((place, PgConnection::connect(&url).await.unwrap()))
    }

    async fn taken(connection: &mut PgConnection, licence: Licence) -> Taken {
        let mut transaction = connection.begin().await.unwrap();
        let taken = take(&mut transaction, licence).await.unwrap();
        transaction.commit().await.unwrap();
        taken
    }

    fn price(known_at: &str) -> QuoteRecord {
        QuoteRecord {
            series: Series {
                book: BookId::MARKET_AVERAGE,
                market: Market::THREE_WAY,
                selection: Selection::Home,
                phase: Phase::PreMatch,
            },
            odds: DecimalOdds::new(2.0).unwrap(),
            known_at: known_at.parse().unwrap(),
            known_rule: KnownRule::FridayOrTuesdayBefore,
        }
    }

    /// Imports into it, and counts what came in, by day.
    async fn assert_serves(place: Place) {
        let store = Store::open(place, Access::ReadWrite).await.unwrap();
        let mut record = sample::record();
        record.quotes = ["2023-07-01T12:00:00Z", "2023-08-01T12:00:00Z"].map(price).into();
        let batch = crate::ImportBatch {
            source: "feed".into(),
            format: "format".into(),
            recorded_at: "2024-06-01T00:00:00Z".parse().unwrap(),
            records: vec![record],
            competitions: domain::competition::COMPETITIONS[..1].to_vec(),
            ..crate::ImportBatch::default()
        };
        let seed =
            |name: &str| crate::TeamSeed { pool: "eng".into(), name: name.into(), aliases: Vec::new() };
        store.sync_roster(&[seed("Home"), seed("Away")]).await.unwrap();
        store.import(batch).await.unwrap();
        assert_eq!(store.refresh_quote_activity(false).await.unwrap(), Some(crate::KeptAs::View));
        let totals = store.quote_totals(&crate::ActivityFilter::default()).await.unwrap();
        assert_eq!(totals.iter().map(|total| (total.days, total.prices)).collect::<Vec<_>>(), [(2, 2)]);
        store.close().await;
    }

    #[tokio::test]
    async fn a_server_that_refuses_everything_keeps_its_partitions() {
        let Some((place, mut connection)) = on_plain_server("refused").await else { return };
        assert_eq!(taken(&mut connection, Licence::Timescale).await, Taken::default());
        assert!(has_empty_partitions(&mut connection).await.unwrap());
        assert!(!refresh_activity(&mut connection).await.unwrap());
        assert_serves(place).await;
    }

    /// With a function in the place of TimescaleDB's that does nothing, so that all the rest of it is done for real.
    #[tokio::test]
    async fn a_server_with_hypertables_alone_gets_no_more() {
        for licence in [Licence::Apache, Licence::Timescale] {
            let Some((place, mut connection)) = on_plain_server(&format!("{licence:?}")).await else {
                return;
            };
            let stand_in = "CREATE FUNCTION create_hypertable(relation REGCLASS, time_column_name NAME, \
                chunk_time_interval BIGINT, create_default_indexes BOOLEAN) RETURNS VOID LANGUAGE sql AS ''";
            connection.execute(stand_in).await.unwrap();
            let expected = Taken { hypertable: true, ..Taken::default() };
            assert_eq!(taken(&mut connection, licence).await, expected, "{licence:?}");
            assert_eq!(taken(&mut connection, licence).await, Taken::default(), "it is one already");
            assert_serves(place).await;
        }
    }

    #[tokio::test]
    async fn prices_that_are_there_stay_where_they_are() {
        let Some((place, mut connection)) = on_plain_server("filled").await else { return };
        assert_serves(place).await;
        assert!(!has_empty_partitions(&mut connection).await.unwrap());
    }
}
