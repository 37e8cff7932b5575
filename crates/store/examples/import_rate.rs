//! How fast synthetic seasons are imported and aggregates brought up to date, and how many bytes a price takes on disk.
//!
//! `cargo run --release -p touchline-store --example import_rate [SEASONS]`: each season has 358 matches of 34 prices; the default
//! of 545 seasons is the size of thirty years of 22 leagues. The store is made in a temporary folder and removed.

use std::time::{Duration, Instant};

use domain::{
    Competition, DecimalOdds, FixtureStatus, Kickoff, KnownRule, Market, MatchRecord, Outcome, Phase, Score,
    Selection, Stage, TeamId,
    competition::COMPETITIONS,
    market::{Line, MarketKind},
    quote::Series,
    record::QuoteRecord,
    statistics::{MatchStatistics, Pair},
};
use jiff::{Timestamp, ToSpan, civil::date, tz::TimeZone};
use touchline_store::{Access, ImportBatch, QuoteScope, Scope, Store, TeamSeed};

const MATCHES: usize = 358;
const PRICES: usize = 34;
const TEAMS: i64 = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seasons: usize = std::env::args().nth(1).map_or(Ok(545), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("touchline.db");
    let store = Store::open(&path, Access::ReadWrite).await?;
    store.sync_roster(&roster()).await?;
    let series = series()?;
    let (mut importing, mut prices) = (Duration::ZERO, 0);
    for season in 0..seasons {
        let batch = batch(season, &series)?;
        let started = Instant::now();
        let outcome = store.import(batch).await?;
        importing += started.elapsed();
        prices += outcome.quotes;
    }
    let secs = importing.as_secs_f64();
    println!(
        "{} matches and {prices} prices in {secs:.1} s: {:.0} prices/s",
        seasons * MATCHES,
        prices as f64 / secs
    );

    refresh(&store, "the first time").await?;
    let started = Instant::now();
    let again = store
        .import(ImportBatch { file: "again".into(), payload: b"again".to_vec(), ..batch(0, &series)? })
        .await?;
    println!("one season again: {} duplicates in {:.3} s", again.duplicates, started.elapsed().as_secs_f64());
    refresh(&store, "with nothing new").await?;
    store.import(batch(seasons, &series)?).await?;
    refresh(&store, "after one more season").await?;

    let started = Instant::now();
    let status = store.status().await?;
    println!(
        "{} bytes, {:.1} per price with everything; status took {:.2} s",
        status.database_bytes,
        status.database_bytes as f64 / prices as f64,
        started.elapsed().as_secs_f64()
    );
    let started = Instant::now();
    let competitions = vec![COMPETITIONS[0].id];
    let history = store.history(&Scope { competitions, ..Scope::default() }).await?;
    println!(
        "history of one competition: {} facts in {:.2} s",
        history.fixture_facts().len(),
        started.elapsed().as_secs_f64()
    );
    store.close().await;
    let on_disk = std::fs::metadata(&path)?.len();
    println!("file after closing: {on_disk} bytes");

    let started = Instant::now();
    let store = Store::open(&path, Access::ReadWrite).await?;
    println!("opened again in {:.3} s", started.elapsed().as_secs_f64());
    for quotes in [QuoteScope::Books(vec!["book3".parse()?]), QuoteScope::All] {
        let started = Instant::now();
        let competitions = vec![COMPETITIONS[0].id];
        let history = store.history(&Scope { competitions, quotes, ..Scope::default() }).await?;
        let fixtures = history.fixtures_for_scoring();
        let prices: usize = fixtures.iter().map(|f| history.quotes_for_scoring(f.id).count()).sum();
        println!("history of one competition with {prices} prices: {:.2} s", started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Brings the aggregates up to date.
async fn refresh(store: &Store, when: &str) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let teams = store.refresh_team_statistics(false).await?;
    let of_teams = started.elapsed().as_secs_f64();
    let started = Instant::now();
    store.refresh_quote_activity(false).await?;
    let of_prices = started.elapsed().as_secs_f64();
    println!(
        "aggregates {when}: {of_teams:.3} s for {} rows of teams, {of_prices:.3} s for prices",
        teams.days
    );
    Ok(())
}

fn competition(season: usize) -> &'static Competition {
    &COMPETITIONS[season % 22]
}

fn roster() -> Vec<TeamSeed> {
    (0..TEAMS)
        .map(|n| TeamSeed { pool: "eng".into(), name: format!("Team {n}"), aliases: Vec::new() })
        .collect()
}

fn series() -> Result<Vec<Series>, Box<dyn std::error::Error>> {
    let mut series = Vec::new();
    for n in 0..PRICES {
        let book = format!("book{}", n / 3).parse()?;
        let selection = [Selection::Home, Selection::Draw, Selection::Away][n % 3];
        series.push(Series { book, market: Market::THREE_WAY, selection, phase: Phase::PreMatch });
    }
    let line = Some(Line::from_quarters(10));
    let market = Market::new(MarketKind::AsianTotal, line)?;
    series[PRICES - 1] = Series { market, selection: Selection::Over, ..series[PRICES - 1] };
    Ok(series)
}

/// One season of one competition. Prices vary as real ones do, so that they take as many bytes.
fn batch(season: usize, series: &[Series]) -> Result<ImportBatch, Box<dyn std::error::Error>> {
    let competition = competition(season);
    let year = 1993 + i16::try_from(season / 22)?;
    let mut records = Vec::with_capacity(MATCHES);
    for n in 0..MATCHES {
        let day = date(year, 8, 10).checked_add((i64::try_from(n / 10)? * 7).days())?;
        let at = day.at(15, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
        let home = i64::try_from(n)? * 7 % TEAMS;
        let pair = Some(Pair { home: (n % 17) as f64, away: (n % 13) as f64 });
        records.push(MatchRecord {
            row: u32::try_from(n)? + 2,
            competition: competition.id,
            sport: competition.sport,
            source_id: None,
            season: competition.season.season_of(day),
            season_label: None,
            home: TeamId(home + 1),
            away: TeamId((home + 1 + i64::try_from(n / 10)? % (TEAMS - 1)) % TEAMS + 1),
            local_date: day,
            kickoff: Kickoff::At(at),
            neutral: false,
            stage: Stage::Regular,
            status: FixtureStatus::Completed,
            outcome: Some(Outcome {
                periods: vec![Score::new(0, 0), Score::new((n % 4) as u16, (n % 3) as u16)],
                ..Outcome::completed(Score::new((n % 4) as u16, (n % 3) as u16))
            }),
            statistics: MatchStatistics { shots: pair, corners: pair, ..MatchStatistics::default() },
            line_up: domain::LineUp::default(),
            venue: None,
            weather: domain::Weather::default(),
            quotes: quotes(series, season * MATCHES + n, at)?,
        });
    }
    Ok(ImportBatch {
        source: "synthetic".into(),
        format: "synthetic".into(),
        file: format!("season {season}"),
        payload: format!("season {season}").repeat(4000).into_bytes(),
        recorded_at: "2026-01-01T00:00:00Z".parse()?,
        records,
        competitions: vec![competition.clone()],
        ..ImportBatch::default()
    })
}

fn quotes(
    series: &[Series],
    seed: usize,
    kickoff: Timestamp,
) -> Result<Vec<QuoteRecord>, Box<dyn std::error::Error>> {
    let known_at = kickoff - jiff::SignedDuration::from_hours(46);
    let quote = |(n, series): (usize, &Series)| {
        let odds = DecimalOdds::new(1.05 + ((seed * 37 + n * 101) % 900) as f64 / 100.0)?;
        Ok(QuoteRecord { series: *series, odds, known_at, known_rule: KnownRule::FridayOrTuesdayBefore })
    };
    series.iter().enumerate().map(quote).collect()
}
