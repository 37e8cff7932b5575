//! Both engines have the same schema at every version, and a server's schema keeps what is not Touchline's.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use touchline_store::{Access, Place, Restoration, Store};

use crate::sample::{At, Engine, LATER, NOW, batch, roster, season, ts};

#[tokio::test]
async fn both_engines_have_the_same_tables_at_every_version() {
    for schema in 1..=Store::newest_schema() {
        let mut tables = Vec::new();
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let at = At::new(engine).await;
            let restoration = Restoration::begin(at.place(), schema, false).await.unwrap();
            tables.push(restoration.tables().await.unwrap());
            restoration.abandon().await;
        }
        assert_eq!(tables[0], tables[1], "schema {schema}");
    }
}

/// A database of its own, where a store is in the schema that extensions use too.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    async fn new() -> Option<Self> {
        let Ok(server) = std::env::var("TOUCHLINE_TEST_POSTGRES_URL") else {
            println!("skipped: TOUCHLINE_TEST_POSTGRES_URL names no server; `cargo xtask test` starts one");
            return None;
        };
        let name = format!("schemas_{}", std::process::id());
        let (start, _) = server.rsplit_once('/').unwrap();
        let database = Self { url: format!("{start}/{name}"), name, server: server.clone() };
        database.on_server(&format!("DROP DATABASE IF EXISTS {} (FORCE)", database.name)).await;
        database.on_server(&format!("CREATE DATABASE {}", database.name)).await;
        Some(database)
    }

    async fn on_server(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }

    async fn execute(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }

    async fn ask(&self, sql: &str) -> String {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
    }
}

#[tokio::test]
async fn everything_of_a_schema_is_replaced_but_what_extensions_keep_there() {
    let Some(database) = Database::new().await else { return };
    let place = || Place::parse(&database.url).unwrap();
    let store = Store::open(place(), Access::ReadWrite).await.unwrap();
    store.sync_roster(&roster()).await.unwrap();
    store.import(batch("a", NOW, season(3))).await.unwrap();
    store.close().await;
    let beside = "CREATE EXTENSION citext SCHEMA public; \
        CREATE VIEW priced AS SELECT DISTINCT fixture_id FROM quote; \
        CREATE MATERIALIZED VIEW counted AS SELECT COUNT(*) AS n FROM quote; \
        CREATE SEQUENCE apart; \
        CREATE TABLE halves (n BIGINT) PARTITION BY RANGE (n); \
        CREATE TABLE half PARTITION OF halves FOR VALUES FROM (0) TO (10); \
        CREATE FUNCTION prices() RETURNS BIGINT LANGUAGE sql SET search_path FROM CURRENT \
            AS 'SELECT COUNT(*) FROM quote'";
    database.execute(beside).await;

    let restoration = Restoration::begin(place(), Store::newest_schema(), true).await.unwrap();
    let side = database
        .ask("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'touchline_restoring_%'")
        .await;
    let function = format!(
        "SET search_path TO {side}; CREATE FUNCTION teams() RETURNS BIGINT LANGUAGE sql SET search_path FROM CURRENT \
         AS 'SELECT COUNT(*) FROM team'"
    );
    database.execute(&function).await;
    let restored = restoration.finish(ts(LATER)).await.unwrap();
    restored.store.sync_roster(&roster()[..2]).await.unwrap();
    restored.store.close().await;

    assert_eq!(restored.replaced.as_deref(), Some("public_replaced_20240701t000000z"));
    assert_eq!(database.ask("SELECT public.teams()::text").await, "2", "it looks where it is");
    let kept = database.ask("SELECT public_replaced_20240701t000000z.prices()::text").await;
    assert_eq!(kept, "27", "so does the one that was moved away");
    assert_eq!(database.ask("SELECT (CAST('A' AS public.citext) = 'a')::text").await, "true");
    let left = "SELECT COALESCE(string_agg(relname::text, ' ' ORDER BY relname), '') FROM pg_class \
        WHERE relnamespace = 'public'::regnamespace AND relname IN ('priced', 'counted', 'apart', 'halves', 'half')";
    assert_eq!(database.ask(left).await, "");
    assert_eq!(
        database.ask(&left.replace("'public'", "'public_replaced_20240701t000000z'")).await,
        "apart counted half halves priced"
    );
    let sides = "SELECT COUNT(*)::text FROM pg_namespace WHERE nspname LIKE 'touchline_restoring_%'";
    assert_eq!(database.ask(sides).await, "0");
    database.on_server(&format!("DROP DATABASE {} (FORCE)", database.name)).await;
}

#[tokio::test]
async fn tables_of_somebody_else_are_never_replaced() {
    let at = At::new(Engine::Postgres).await;
    let At::Schema(url) = &at else { return };
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("CREATE TABLE recipe (id INTEGER)").execute(&mut connection).await.unwrap();
    let refused = Restoration::begin(Place::parse(url).unwrap(), Store::newest_schema(), true).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, touchline_store::StoreError::NotAStore { .. }), "{error:?}");
    sqlx::query("SELECT id FROM recipe").execute(&mut connection).await.unwrap();
}
