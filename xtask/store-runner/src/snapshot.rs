//! How long one league's ten years take as a snapshot: fixtures, results, statistics and closing prices.

use std::{hint::black_box, time::Instant};

use anyhow::{Result, ensure};
use domain::RecordedBy;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Access, Place, QuoteScope, Scope, Store};

use crate::generate::league_id;

/// The first is cold: a process that has just begun. The others find connections open and statements prepared.
pub(crate) async fn run(place: &str, repeats: u32) -> Result<Value> {
    let as_of: Timestamp = "2030-01-01T00:00:00Z".parse()?;
    let begun = Instant::now();
    let store = Store::open(Place::parse(place)?, Access::ReadOnly).await?;
    let scope = Scope {
        competitions: vec![league_id(1)?],
        quotes: QuoteScope::Closing(Vec::new()),
        known_before: None,
    };
    let mut seconds = Vec::new();
    for repeat in 0..=repeats {
        let begun = if repeat == 0 { begun } else { Instant::now() };
        let history = store.history(&scope).await?;
        let snapshot = history.as_of(as_of, RecordedBy::Now);
        let played = black_box(&snapshot).played().count();
        seconds.push(begun.elapsed().as_secs_f64());
        ensure!(played == 3800, "{played} matches");
    }
    let cold = seconds.remove(0);
    Ok(json!({ "cold": cold, "warm": seconds }))
}
