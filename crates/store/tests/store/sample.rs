//! Small stores, batches and records to vary.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use domain::{
    BookId, CompetitionId, DecimalOdds, FixtureStatus, Kickoff, KnownRule, Market, MatchRecord,
    MatchStatistics, Outcome, Phase, Score, Season, Selection, Sport, Stage, TeamId,
    competition::COMPETITIONS, quote::Series, record::QuoteRecord,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use sqlx::{AssertSqlSafe, ColumnIndex, Connection as _, Decode, PgConnection, Row, SqliteConnection, Type};
use tempfile::TempDir;
use touchline_store::{Access, ImportBatch, ImportOutcome, Store, StoreError, TeamSeed, Upgrade};

pub(crate) const TEAMS: i64 = 6;
pub(crate) const NOW: &str = "2024-06-01T00:00:00Z";
pub(crate) const LATER: &str = "2024-07-01T00:00:00Z";

pub(crate) fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn eng() -> CompetitionId {
    CompetitionId::literal("eng.1")
}

/// Which engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A store with six teams in a folder, or a schema, of its own.
pub(crate) struct Place {
    pub(crate) at: At,
    pub(crate) store: Store,
}

/// Where it is.
pub(crate) enum At {
    Folder(TempDir),
    /// The address, which names the schema.
    Schema(String),
}

impl At {
    /// A new place for a store; a schema's name must be quoted. Without a server the test runs on a file instead, and is counted
    /// as skipped.
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::named(engine, "Test-").await
    }

    /// As [`At::new`], for a store of an earlier version: those could not hold prices where the name must be quoted.
    pub(crate) async fn for_earlier(engine: Engine) -> Self {
        Self::named(engine, "test_").await
    }

    async fn named(engine: Engine, prefix: &str) -> Self {
        const VARIABLE: &str = "TOUCHLINE_TEST_POSTGRES_URL";
        match (engine, std::env::var(VARIABLE)) {
            (Engine::Postgres, Ok(url)) => Self::Schema(new_schema(&url, prefix).await),
            (Engine::Postgres, Err(_)) => {
                println!("skipped: {VARIABLE} names no server; `cargo xtask test` starts one");
                Self::Folder(tempfile::tempdir().unwrap())
            }
            (Engine::Sqlite, _) => Self::Folder(tempfile::tempdir().unwrap()),
        }
    }

    /// As the store parses it.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().join("touchline.db").display().to_string(),
            Self::Schema(url) => url.clone(),
        }
    }

    pub(crate) async fn open(&self, access: Access) -> Result<Store, StoreError> {
        Store::open(self.place(), access).await
    }

    pub(crate) fn place(&self) -> touchline_store::Place {
        touchline_store::Place::parse(&self.address()).unwrap()
    }

    /// Opens it for writing, brought up to date if it is older.
    pub(crate) async fn open_migrated(&self) -> Result<Store, StoreError> {
        migrate(&self.place()).await?;
        self.open(Access::ReadWrite).await
    }
}

/// Brings a store up to date if it is older.
pub(crate) async fn migrate(place: &touchline_store::Place) -> Result<(), StoreError> {
    match Upgrade::begin(place).await? {
        Some(upgrade) => upgrade.run().await,
        None => Ok(()),
    }
}

impl At {
    /// Does something to the database beside any store.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Folder(_) => {
                let mut connection = SqliteConnection::connect(&self.address()).await?;
                sqlx::query(sql).execute(&mut connection).await.map(drop)
            }
            Self::Schema(url) => {
                sqlx::query(sql).execute(&mut PgConnection::connect(url).await?).await.map(drop)
            }
        }
    }

    /// The number a statement answers, asked beside the store; an error where there is nothing to ask yet.
    pub(crate) async fn number(&self, sql: &'static str) -> Result<i64, sqlx::Error> {
        match self {
            Self::Folder(_) => {
                let mut connection = SqliteConnection::connect(&self.address()).await?;
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
            Self::Schema(url) => {
                let mut connection = PgConnection::connect(url).await?;
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
        }
    }
}

async fn new_schema(url: &str, prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("{prefix}{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(url).await.unwrap();
    let create = format!("DROP SCHEMA IF EXISTS \"{name}\" CASCADE; CREATE SCHEMA \"{name}\"");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options=-csearch_path%3D%22{name}%22")
}

impl Place {
    /// A store in a schema of its own on a server.
    pub(crate) async fn on_server(url: &str) -> Self {
        Self::filled(At::Schema(new_schema(url, "Test-").await)).await
    }

    async fn filled(at: At) -> Self {
        let store = at.open(Access::ReadWrite).await.unwrap();
        store.sync_roster(&roster()).await.unwrap();
        Self { at, store }
    }

    /// The database file, of a store that has one.
    pub(crate) fn path(&self) -> PathBuf {
        self.at.address().into()
    }

    pub(crate) async fn import(&self, batch: ImportBatch) -> ImportOutcome {
        self.store.import(batch).await.unwrap()
    }

    /// What a statement answers, asked beside the store, as text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.at {
            At::Folder(_) => {
                let mut connection = connect(self).await;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                rows.iter().map(|row| (0..row.len()).map(|i| shown(row, i)).collect()).collect()
            }
            At::Schema(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                rows.iter().map(|row| (0..row.len()).map(|i| shown(row, i)).collect()).collect()
            }
        }
    }

    /// Does something to the database beside the store.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        self.at.execute(sql).await
    }
}

pub(crate) async fn place_on(engine: Engine) -> Place {
    Place::filled(At::new(engine).await).await
}

pub(crate) fn roster() -> Vec<TeamSeed> {
    let seed = |n| TeamSeed { pool: "eng".into(), name: format!("Team {n}"), aliases: vec![format!("T{n}")] };
    (1..=TEAMS).map(seed).collect()
}

/// A batch whose payload is its label.
pub(crate) fn batch(label: &str, recorded_at: &str, records: Vec<MatchRecord<TeamId>>) -> ImportBatch {
    ImportBatch {
        source: "feed".into(),
        format: "format".into(),
        file: format!("{label}.csv"),
        payload: label.as_bytes().to_vec(),
        recorded_at: ts(recorded_at),
        records,
        competitions: COMPETITIONS[..2].to_vec(),
        ..ImportBatch::default()
    }
}

/// A played match at 14:00 UTC.
pub(crate) fn played(
    row: u32,
    day: Date,
    (home, away): (i64, i64),
    score: (u16, u16),
) -> MatchRecord<TeamId> {
    let at = day.at(14, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    MatchRecord {
        row,
        competition: eng(),
        sport: Sport::Soccer,
        source_id: None,
        season: Season::starting(2023),
        season_label: None,
        home: TeamId(home),
        away: TeamId(away),
        local_date: day,
        kickoff: Kickoff::At(at),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Completed,
        outcome: Some(Outcome::completed(Score::new(score.0, score.1))),
        statistics: MatchStatistics::default(),
        line_up: domain::LineUp::default(),
        venue: None,
        weather: domain::Weather::default(),
        quotes: vec![
            quote(Selection::Home, 2.1, at),
            quote(Selection::Draw, 3.4, at),
            quote(Selection::Away, 3.6, at),
        ],
    }
}

/// The same match before it is played.
pub(crate) fn scheduled(record: MatchRecord<TeamId>) -> MatchRecord<TeamId> {
    MatchRecord { status: FixtureStatus::Scheduled, outcome: None, quotes: Vec::new(), ..record }
}

pub(crate) fn quote(selection: Selection, odds: f64, kickoff: Timestamp) -> QuoteRecord {
    let series =
        Series { book: BookId::MARKET_AVERAGE, market: Market::THREE_WAY, selection, phase: Phase::PreMatch };
    QuoteRecord {
        series,
        odds: DecimalOdds::new(odds).unwrap(),
        known_at: kickoff - SignedDuration::from_hours(40),
        known_rule: KnownRule::FridayOrTuesdayBefore,
    }
}

/// The prices of a match once more, as those a book closed with.
pub(crate) fn closing_line(record: &MatchRecord<TeamId>, book: BookId) -> Vec<QuoteRecord> {
    let closing = |quote: &QuoteRecord| QuoteRecord {
        series: Series { book, phase: Phase::Closing, ..quote.series },
        odds: quote.odds,
        known_at: record.kickoff.earliest(),
        known_rule: KnownRule::ClosingAtKickoff,
    };
    record.quotes.iter().filter(|quote| quote.series.phase == Phase::PreMatch).map(closing).collect()
}

/// Some rounds of three matches each, a week apart from 12 August 2023 on.
pub(crate) fn season(rounds: u32) -> Vec<MatchRecord<TeamId>> {
    let mut records = Vec::new();
    for round in 0..rounds {
        let day = date(2023, 8, 12).checked_add(jiff::Span::new().weeks(i64::from(round))).unwrap();
        for n in 0..3_i64 {
            let away = (n + i64::from(round)) % 3 + 4;
            let score = ((round + n as u32) as u16 % 4, round as u16 % 3);
            records.push(played(2 + 3 * round + n as u32, day, (n + 1, away), score));
        }
    }
    records
}

/// Every row of every table of facts, as text: equal before and after what must not change anything.
pub(crate) async fn facts(place: &Place) -> Vec<String> {
    const TABLES: [(&str, &str); 17] = [
        ("fixture", "id"),
        ("fixture_key", "fixture_id, local_date"),
        ("fixture_source", "source, source_id"),
        ("fixture_version", "fixture_id, known_at, sequence"),
        ("result", "fixture_id, known_at, sequence"),
        ("statistics", "fixture_id, known_at, sequence"),
        ("quote", "fixture_id, series_id, known_at, sequence"),
        ("player", "id"),
        ("player_version", "player_id, known_at, sequence"),
        ("fixture_venue", "fixture_id, known_at, sequence"),
        ("weather", "fixture_id, known_at, sequence"),
        ("player_statistics", "fixture_id, player_id, known_at, sequence"),
        ("injury", "team_id, season, week, player_id, known_at, sequence"),
        ("fixture_plays", "fixture_id"),
        ("play", "fixture_id, number, known_at, sequence"),
        ("rejection", "sequence, position"),
        ("import", "sequence"),
    ];
    let mut all = Vec::new();
    for (table, order) in TABLES {
        let rows = place.rows(&format!("SELECT * FROM {table} ORDER BY {order}")).await;
        all.extend(rows.iter().map(|values| format!("{table}: {}", values.join(" | "))));
    }
    all
}

fn shown<'r, R: Row>(row: &'r R, i: usize) -> String
where
    usize: ColumnIndex<R>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<f64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
{
    let number = row.try_get::<Option<i64>, _>(i).map(|n| format!("{n:?}"));
    let real = || row.try_get::<Option<f64>, _>(i).map(|n| format!("{n:?}"));
    number
        .or_else(|_| real())
        .or_else(|_| row.try_get::<Option<String>, _>(i).map(|t| format!("{t:?}")))
        .unwrap()
}

/// A connection to a file beside the store, to look and to damage.
pub(crate) async fn connect(place: &Place) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", place.path().display())).await.unwrap()
}

pub(crate) async fn count(place: &Place, table: &str) -> i64 {
    let rows = place.rows(&format!("SELECT COUNT(*) FROM {table}")).await;
    rows[0][0].trim_start_matches("Some(").trim_end_matches(')').parse().unwrap()
}
