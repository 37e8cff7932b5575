//! Small stores, batches and records to vary.

use std::path::PathBuf;

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
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};
use tempfile::TempDir;
use touchline_store::{Access, ImportBatch, ImportOutcome, Store, TeamSeed};

pub(crate) const TEAMS: i64 = 6;
pub(crate) const NOW: &str = "2024-06-01T00:00:00Z";
pub(crate) const LATER: &str = "2024-07-01T00:00:00Z";

pub(crate) fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn eng() -> CompetitionId {
    CompetitionId::literal("eng.1")
}

/// A store with six teams in a folder of its own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
}

impl Place {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("touchline.db")
    }

    pub(crate) async fn import(&self, batch: ImportBatch) -> ImportOutcome {
        self.store.import(batch).await.unwrap()
    }
}

pub(crate) async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
    store.sync_roster(&roster()).await.unwrap();
    Place { folder, store }
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
    const TABLES: [(&str, &str); 9] = [
        ("fixture", "id"),
        ("fixture_key", "fixture_id, local_date"),
        ("fixture_source", "source, source_id"),
        ("fixture_version", "fixture_id, known_at, sequence"),
        ("result", "fixture_id, known_at, sequence"),
        ("statistics", "fixture_id, known_at, sequence"),
        ("quote", "fixture_id, series_id, known_at, sequence"),
        ("rejection", "sequence, position"),
        ("import", "sequence"),
    ];
    let mut connection = connect(place).await;
    let mut all = Vec::new();
    for (table, order) in TABLES {
        let sql = format!("SELECT * FROM {table} ORDER BY {order}");
        for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap() {
            let values: Vec<String> = (0..row.len()).map(|i| value(&row, i)).collect();
            all.push(format!("{table}: {}", values.join(" | ")));
        }
    }
    connection.close().await.unwrap();
    all
}

fn value(row: &sqlx::sqlite::SqliteRow, i: usize) -> String {
    let number = row.try_get::<Option<i64>, _>(i).map(|n| format!("{n:?}"));
    let real = || row.try_get::<Option<f64>, _>(i).map(|n| format!("{n:?}"));
    number
        .or_else(|_| real())
        .or_else(|_| row.try_get::<Option<String>, _>(i).map(|t| format!("{t:?}")))
        .unwrap()
}

/// A connection beside the store, to look and to damage.
pub(crate) async fn connect(place: &Place) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", place.path().display())).await.unwrap()
}

pub(crate) async fn count(place: &Place, table: &str) -> i64 {
    let mut connection = connect(place).await;
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}
