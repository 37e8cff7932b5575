//! How fast a store takes matches with their prices, the way every import goes.

use std::time::Instant;

use anyhow::{Result, ensure};
use domain::TeamId;
use serde_json::{Value, json};
use store::{Access, Place, Store};

use crate::generate::{League, PRICES, SEASONS, seeds};

/// Loads leagues into an empty store; the time is that of the imports alone, not of making up the matches.
pub(crate) async fn run(place: &str, leagues: u64) -> Result<Value> {
    let store = Store::open(Place::parse(place)?, Access::ReadWrite).await?;
    ensure!(store.last_sequence().await?.is_none(), "{place} is not empty");
    let mut seconds = 0.0;
    let (mut quotes, mut fixtures) = (0, 0);
    let mut slowest: f64 = 0.0;
    for number in 0..leagues {
        let league = known(&store, number).await?;
        for season in 0..SEASONS {
            let batch = league.season(season)?;
            let begun = Instant::now();
            let outcome = store.import(batch).await?;
            let took = begun.elapsed().as_secs_f64();
            seconds += took;
            slowest = slowest.max(took);
            quotes += outcome.quotes;
            fixtures += outcome.fixtures;
        }
        if number % 5 == 4 {
            eprintln!("{} of {leagues} leagues, {:.0} prices a second", number + 1, quotes as f64 / seconds);
        }
    }
    ensure!(quotes == fixtures * PRICES as u64, "{quotes} prices of {fixtures} matches");
    let bytes = store.status().await?.database_bytes;
    // As `touchline db vacuum` after a large load: else a server does so by itself for minutes, beside who is measured next.
    store.vacuum(&mut |_| {}).await?;
    store.close().await;
    Ok(
        json!({ "fixtures": fixtures, "quotes": quotes, "seconds": seconds, "slowest_import_secs": slowest, "bytes": bytes }),
    )
}

/// A league whose teams the store knows.
pub(crate) async fn known(store: &Store, number: u64) -> Result<League> {
    store.sync_roster(&seeds(number).collect::<Vec<_>>()).await?;
    let pool = format!("gen{number}");
    let teams: Vec<TeamId> =
        store.teams().await?.into_iter().filter(|team| team.pool == pool).map(|team| team.id).collect();
    League::new(number, teams)
}
