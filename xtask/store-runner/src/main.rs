//! What `cargo xtask bench store` times inside one process: a world of generated leagues, loaded, read under load and fought
//! over. Apart from `bench-runner`, because it needs no model.
//!
//! ```text
//! store-runner load PLACE LEAGUES      imports of that many leagues into an empty store
//! store-runner read PLACE SECONDS      eight readers beside one writer
//! store-runner snapshot PLACE REPEATS  one league's ten years, cold and then warm
//! store-runner crowd PLACE SECONDS     eight writers and eight readers; fails when anything is lost or doubled
//! store-runner csv FILE SEASONS        a league's prices for the task that a peer does too
//! store-runner join PLACE FILE         that task
//! ```

mod crowd;
mod generate;
mod load;
mod peer;
mod read;
mod snapshot;

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answer = runtime.block_on(run(&words))?;
    println!("{answer}");
    Ok(())
}

/// Runs one measurement on a place: a path or the address of a server.
async fn run(words: &[&str]) -> Result<Value> {
    match words {
        ["load", place, leagues] => load::run(place, leagues.parse()?).await,
        ["read", place, seconds] => read::run(place, Duration::from_secs(seconds.parse()?)).await,
        ["snapshot", place, repeats] => snapshot::run(place, repeats.parse()?).await,
        ["csv", path, seasons] => peer::write(path.as_ref(), seasons.parse()?),
        ["join", place, path] => peer::join(place, path.as_ref()).await,
        ["crowd", place, seconds] => crowd::run(place, Duration::from_secs(seconds.parse()?)).await,
        _ => bail!("no such measurement: {}; main.rs lists them", words.join(" ")),
    }
}

/// The 95th percentile of some times, in milliseconds.
fn p95_ms(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let place = (seconds.len() * 95).div_ceil(100).saturating_sub(1);
    seconds.get(place).map_or(f64::NAN, |s| s * 1000.0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn percentiles_by_nearest_rank() {
        assert_eq!(super::p95_ms((1..=100).map(|n| f64::from(n) / 1000.0).collect()), 95.0);
        assert_eq!(super::p95_ms(vec![0.002]), 2.0);
        assert!(super::p95_ms(Vec::new()).is_nan());
    }
}
