//! How long readers wait for what a page or a model asks, while prices are being written.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use domain::{FixtureId, MatchRecord, Phase, TeamId, record::QuoteRecord};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{Access, ImportBatch, OddsFilter, Place, Store};
use tokio::task::JoinSet;

use crate::{
    generate::{Dice, PRICES},
    load::known,
    p95_ms,
};

const READERS: u64 = 8;
/// Until connections are open and statements planned; what is read meanwhile does not count.
const WARM_UP: Duration = Duration::from_secs(5);

/// What eight readers met while one writer wrote.
pub(crate) async fn run(place: &str, time: Duration) -> Result<Value> {
    let store = Store::open(Place::parse(place)?, Access::ReadWrite).await?;
    let fixtures: u64 = store.status().await?.seasons.iter().map(|season| season.fixtures).sum();
    ensure!(fixtures > 0, "{place} is empty: load it first");
    let teams = store.teams().await?.len() as u64;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn(write(store.clone(), Arc::clone(&stop)));
    let mut readers = JoinSet::new();
    for number in 0..READERS {
        readers.spawn(read(store.clone(), Dice(number), (fixtures, teams), Arc::clone(&stop)));
    }
    tokio::time::sleep(WARM_UP + time).await;
    stop.store(true, Ordering::Relaxed);
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    while let Some(read) = readers.join_next().await {
        for (all, mine) in all.iter_mut().zip(read??) {
            all.extend(mine);
        }
    }
    let written = writer.await??;
    store.close().await;
    let counts: Vec<usize> = all.iter().map(Vec::len).collect();
    let [latest, path, team] = all.map(p95_ms);
    Ok(json!({
        "latest_odds_p95_ms": latest,
        "odds_path_p95_ms": path,
        "team_history_p95_ms": team,
        "reads": counts,
        "quotes_written": written,
    }))
}

/// Asks the three questions in turn about matches and teams at random.
async fn read(
    store: Store,
    mut dice: Dice,
    (fixtures, teams): (u64, u64),
    stop: Arc<AtomicBool>,
) -> Result<[Vec<f64>; 3]> {
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    let end: Timestamp = "2030-01-01T00:00:00Z".parse()?;
    let start: Timestamp = "2014-01-01T00:00:00Z".parse()?;
    let counts_from = Instant::now() + WARM_UP;
    while !stop.load(Ordering::Relaxed) {
        let fixture = FixtureId(i64::try_from(1 + dice.below(fixtures))?);
        let begun = Instant::now();
        let latest = store.latest_odds(fixture, end).await?;
        times[0].push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let path = store.odds_path(fixture, OddsFilter::default(), end).await?;
        times[1].push(begun.elapsed().as_secs_f64());
        ensure!(path.len() >= PRICES && latest.len() < path.len(), "a match without its prices: {fixture:?}");
        let team = TeamId(i64::try_from(1 + dice.below(teams))?);
        let begun = Instant::now();
        let matches = store.team_history(team, start, end).await?;
        times[2].push(begun.elapsed().as_secs_f64());
        ensure!(matches.len() == 380, "{} matches of team {}", matches.len(), team.0);
        if begun < counts_from {
            times.iter_mut().for_each(Vec::clear);
        }
    }
    Ok(times)
}

/// What a live feed is polled for.
const POLL: Duration = Duration::from_millis(100);

/// Writes observed prices of one league's first season, poll by poll, as a live feed would: 3,000 prices a second.
async fn write(store: Store, stop: Arc<AtomicBool>) -> Result<u64> {
    let season = known(&store, 0).await?.season(0)?;
    let mut written = 0;
    let begun = store.last_sequence().await?.context("the store is empty")?.0;
    let mut polls = tokio::time::interval(POLL);
    for poll in begun.. {
        polls.tick().await;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        written += store.import(polled(&season, poll)).await?.quotes;
    }
    Ok(written)
}

/// The first round again, with prices of another moment: later than all that is stored, as a feed's are.
pub(crate) fn polled(season: &ImportBatch, poll: i64) -> ImportBatch {
    let moved = |price: &QuoteRecord, record: &MatchRecord<TeamId>| QuoteRecord {
        known_at: record.kickoff.earliest() + SignedDuration::from_millis(1 + poll),
        ..*price
    };
    let records = season.records.iter().take(10).map(|record| {
        let observed = record.quotes.iter().filter(|price| price.series.phase == Phase::Observed);
        let mut quotes: Vec<QuoteRecord> = observed.map(|price| moved(price, record)).collect();
        quotes.sort_by_key(|price| price.series);
        quotes.dedup_by_key(|price| price.series);
        MatchRecord { quotes, ..record.clone() }
    });
    ImportBatch {
        file: format!("poll {poll}"),
        payload: format!("poll {poll}").into_bytes(),
        records: records.collect(),
        ..season.clone()
    }
}
