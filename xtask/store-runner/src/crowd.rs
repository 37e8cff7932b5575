//! Many writers and readers at once: nothing may fail, get lost or be doubled.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, ensure};
use domain::{Currency, FixtureId, Money};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Access, OddsFilter, Place, Store};
use tokio::task::JoinSet;

use crate::{load::known, read::polled};

const WRITERS: u64 = 8;
const READERS: u64 = 8;
const RUN: &str = "crowd";

/// Eight writers, each with connections of its own as another process would have, import prices and move money; eight readers
/// read. Afterwards every sum is that of what the writers gave it.
pub(crate) async fn run(place: &str, time: Duration) -> Result<Value> {
    let open = async || Store::open(Place::parse(place)?, Access::ReadWrite).await;
    let store = open().await?;
    for number in 0..WRITERS {
        store.import(known(&store, number).await?.season(0)?).await?;
    }
    let before = store.status().await?.quotes;
    let stop = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicU64::new(0));
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    for number in 0..WRITERS {
        writers.spawn(write(open().await?, number, Arc::clone(&stop)));
    }
    for number in 0..READERS {
        readers.spawn(read(open().await?, number, Arc::clone(&stop), Arc::clone(&reads)));
    }
    eprintln!("{WRITERS} writers and {READERS} readers at work for {} s", time.as_secs());
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    while let Some(read) = readers.join_next().await {
        read??;
    }
    let (mut quotes, mut minor, mut writes) = (0, 0, 0);
    while let Some(written) = writers.join_next().await {
        let written = written??;
        quotes += written.quotes;
        minor += written.minor;
        writes += written.writes;
    }
    let after = store.status().await?.quotes;
    ensure!(after == before + quotes, "{after} prices, and the writers gave {before} + {quotes}");
    let balance = store.balance(RUN).await?;
    ensure!(balance == [Money::new(minor, Currency::EUR)], "{balance:?}, and the writers deposited {minor}");
    let findings = store.integrity().await?;
    ensure!(findings.is_empty(), "{}", findings.join("; "));
    store.close().await;
    Ok(
        json!({ "writes": writes, "quotes": quotes, "deposited_minor": minor, "reads": reads.load(Ordering::Relaxed) }),
    )
}

/// What a writer wrote.
#[derive(Default)]
struct Written {
    writes: u64,
    quotes: u64,
    minor: i64,
}

async fn write(store: Store, number: u64, stop: Arc<AtomicBool>) -> Result<Written> {
    let season = known(&store, number).await?.season(0)?;
    let at: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let mut written = Written::default();
    for poll in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut batch = polled(&season, poll);
        batch.payload = format!("writer {number} poll {poll}").into_bytes();
        let offered: u64 = batch.records.iter().map(|record| record.quotes.len() as u64).sum();
        let outcome = store.import(batch).await?;
        // One whose commit was not heard of, because the server went away, is found to be there.
        ensure!(outcome.unchanged || outcome.quotes == offered, "{outcome:?} of {offered} prices");
        let (amount, key) = (Money::new(poll + 1, Currency::EUR), format!("writer {number} deposit {poll}"));
        store.deposit(RUN, amount, &key, at).await?;
        ensure!(!store.deposit(RUN, amount, &key, at).await?, "the same deposit was taken twice");
        written.quotes += offered;
        written.minor += poll + 1;
        written.writes += 2;
    }
    store.close().await;
    Ok(written)
}

async fn read(store: Store, number: u64, stop: Arc<AtomicBool>, reads: Arc<AtomicU64>) -> Result<()> {
    let end: Timestamp = "2030-01-01T00:00:00Z".parse()?;
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        let fixture = FixtureId(i64::try_from(1 + number * 380)?);
        let path = store.odds_path(fixture, OddsFilter::default(), end).await?;
        ensure!(path.len() >= seen, "a price that was there is gone");
        ensure!(path.is_sorted_by_key(|price| price.known_at), "out of order");
        seen = path.len();
        store.balance(RUN).await?;
        reads.fetch_add(2, Ordering::Relaxed);
    }
    store.close().await;
    Ok(())
}
