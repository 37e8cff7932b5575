//! Roles of a server are allowed what they need and no more.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use touchline_store::{
    Access, ActivityFilter, KeptAs, Roles, Scope, Store, StoreError, Upgrade, database_status,
};

use crate::{
    postgres::money::bet,
    sample::{At, Engine, LATER, NOW, Place, batch, eng, roster, season, ts},
};

/// A schema with roles of its own, which are dropped with it.
struct Server {
    /// As the superuser.
    url: String,
    roles: Roles,
}

impl Server {
    async fn new(name: &str) -> Option<Self> {
        let At::Schema(url) = At::new(Engine::Postgres).await else { return None };
        let roles = Roles::new(&format!("test_{}_{name}", std::process::id())).unwrap();
        Some(Self { url, roles })
    }

    fn place(&self, user: &str) -> touchline_store::Place {
        touchline_store::Place::parse(&self.as_user(user)).unwrap()
    }

    fn superuser(&self) -> touchline_store::Place {
        touchline_store::Place::parse(&self.url).unwrap()
    }

    fn as_user(&self, user: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.split_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{user}@{host}")
    }

    async fn open(&self, user: &str, access: Access) -> Result<Store, StoreError> {
        Store::open(self.place(user), access).await
    }

    /// What the server says to a statement; the SQLSTATE when it refuses.
    async fn ask(&self, user: &str, sql: &str) -> Result<(), String> {
        let mut connection = PgConnection::connect(&self.as_user(user)).await.unwrap();
        let answer = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
        answer.map(drop).map_err(|e| e.as_database_error().unwrap().code().unwrap().into_owned())
    }

    async fn drop(self) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        for role in self.roles.names() {
            let drop = format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
        }
    }
}

/// SQLSTATE of what a user may not do.
const DENIED: &str = "42501";

#[tokio::test]
async fn from_an_empty_database_to_a_running_one() {
    let Some(server) = Server::new("empty").await else { return };
    let [owner, writer, reader] = server.roles.names();
    // The superuser makes the roles, the owner the tables, and the owner alone grants rights to them.
    server.roles.apply(&server.superuser()).await.unwrap();
    let error = server.open(writer, Access::ReadWrite).await.unwrap_err();
    assert!(matches!(error, StoreError::MayNotMigrate { found: None, .. }), "{error:?}");
    server.open(owner, Access::ReadWrite).await.unwrap().close().await;
    server.roles.apply(&server.place(owner)).await.unwrap();
    let store = server.open(writer, Access::ReadWrite).await.unwrap();
    store.sync_roster(&roster()).await.unwrap();
    assert_eq!(store.import(batch("a", NOW, season(2))).await.unwrap().fixtures, 6);
    assert_eq!(server.open(reader, Access::ReadOnly).await.unwrap().teams().await.unwrap().len(), 6);
    server.drop().await;
}

#[tokio::test]
async fn a_reader_reads_and_a_writer_appends() {
    let Some(server) = Server::new("rights").await else { return };
    let store = Store::open(server.superuser(), Access::ReadWrite).await.unwrap();
    store.close().await;
    let applied = server.roles.apply(&server.superuser()).await.unwrap();
    assert_eq!(applied, server.roles.apply(&server.superuser()).await.unwrap(), "they may be run again");
    let [_, writer, reader] = server.roles.names();

    let writing = server.open(writer, Access::ReadWrite).await.unwrap();
    writing.sync_roster(&roster()).await.unwrap();
    writing.import(batch("a", NOW, season(2))).await.unwrap();
    // A second one corrects, reopens and counts: everything that changes a row.
    let mut corrected = season(2);
    corrected[0].outcome = Some(domain::Outcome::completed(domain::Score::new(7, 7)));
    assert_eq!(writing.import(batch("b", LATER, corrected)).await.unwrap().corrections, 1);
    assert!(writing.place_bets(&[bet("one", 1, 100)]).await.unwrap()[0].inserted);
    assert!(
        writing.deposit("paper", domain::Money::new(5, domain::Currency::EUR), "d", ts(NOW)).await.unwrap()
    );

    // Aggregates are made, made anew, and seen by all.
    for rebuild in [false, true] {
        assert_eq!(writing.refresh_team_statistics(rebuild).await.unwrap().teams, 6);
        let kept_as = writing.refresh_quote_activity(rebuild).await.unwrap();
        assert_eq!(kept_as, Some(KeptAs::View));
    }

    let reading = server.open(reader, Access::ReadOnly).await.unwrap();
    assert_eq!(reading.team_standings(eng(), None, None).await.unwrap().len(), 6);
    assert_eq!(reading.quote_totals(&ActivityFilter::default()).await.unwrap()[0].prices, 18);
    assert_eq!(reading.history(&Scope::default()).await.unwrap().fixtures_for_scoring().len(), 6);
    assert!(reading.competitions().await.unwrap().iter().any(|c| c.id == eng()));
    assert!(reading.integrity().await.unwrap().is_empty());
    let status = database_status(&server.place(reader)).await.unwrap();
    assert!(status.tables.iter().any(|size| size.table == "quote" && size.rows == 18));
    assert_eq!(status.vitals.wal_bytes, None, "the log of the server is not a reader's to see");

    // Even one that asks for more is refused by the server, not by us.
    let greedy = server.open(reader, Access::ReadWrite).await.unwrap();
    let error = greedy.import(batch("c", LATER, season(3))).await.unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");
    assert!(error.to_string().contains("touchline db roles"), "{error}");
    let error = writing.vacuum(&mut |_| ()).await.unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");

    // A function of the owner's does what its caller may not, for the writer alone.
    for sql in [
        "CREATE FUNCTION make_table() RETURNS VOID LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT \
         AS 'CREATE TABLE made (id BIGINT)'",
        "DROP TABLE IF EXISTS made",
    ] {
        At::Schema(server.url.clone()).execute(sql).await.unwrap();
    }
    server.roles.apply(&server.superuser()).await.unwrap();
    assert_eq!(server.ask(writer, "SELECT make_table()").await, Ok(()));
    server.ask(reader, "SELECT id FROM made").await.expect("a new table of the owner's can be read at once");

    for (user, sql) in [
        (reader, "INSERT INTO report (kind, created_at, body) VALUES ('a', 1, '')"),
        (reader, "UPDATE import SET complete = 0"),
        (reader, "SELECT make_table()"),
        (writer, "DELETE FROM quote"),
        (writer, "DELETE FROM ledger"),
        (writer, "TRUNCATE rejection"),
        (writer, "UPDATE result SET full_time_home = 9"),
        (writer, "UPDATE import SET recorded_at = 0"),
        (writer, "UPDATE team_season_statistics SET won = 9"),
        (writer, "DELETE FROM import_fixture"),
        (writer, "REFRESH MATERIALIZED VIEW _quote_activity_daily"),
        (reader, "SELECT refresh_quote_activity()"),
        (writer, "UPDATE ledger SET amount_minor = 0"),
        (writer, "DROP TABLE quote"),
        (writer, "CREATE TABLE mine (id BIGINT)"),
        (writer, "INSERT INTO _identity (identity) VALUES ('another')"),
    ] {
        assert_eq!(server.ask(user, sql).await, Err(DENIED.to_owned()), "{user}: {sql}");
    }
    server.drop().await;
}

#[tokio::test]
async fn a_writer_that_should_migrate_says_who_may() {
    let Some(server) = Server::new("older").await else { return };
    Store::open(server.superuser(), Access::ReadWrite).await.unwrap().close().await;
    server.roles.apply(&server.superuser()).await.unwrap();
    let [_, writer, _] = server.roles.names();
    let at = At::Schema(server.url.clone());
    at.execute("DELETE FROM _sqlx_migrations WHERE version > 5").await.unwrap();
    let error = server.open(writer, Access::ReadWrite).await.unwrap_err();
    assert!(matches!(error, StoreError::Older { found: 5, .. }), "{error:?}");
    let error = Upgrade::begin(&server.place(writer)).await.unwrap_err();
    assert!(matches!(error, StoreError::MayNotMigrate { found: Some(5), .. }), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("touchline db migrate") && words.contains("touchline_owner"), "{words}");
    server.drop().await;
}

#[tokio::test]
async fn files_have_no_roles_and_names_are_checked() {
    let place = crate::sample::place_on(Engine::Sqlite).await;
    let Place { at, store } = place;
    let error = Roles::new("touchline").unwrap().apply(store.place()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoRoles { .. }), "{error:?}");
    drop(at);
    for wrong in ["", "a; DROP TABLE quote", "Ann", &"x".repeat(41)] {
        assert!(matches!(Roles::new(wrong), Err(StoreError::RoleName { .. })), "{wrong:?}");
    }
}
