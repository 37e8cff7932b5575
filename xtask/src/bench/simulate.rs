//! Ten thousand plays of a match and of a season, on one thread.

use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Figure, measure};
use crate::process;

const REPEATS: usize = 25;

/// Times of one run, in seconds.
#[derive(Deserialize)]
struct Timed {
    match_seconds: Vec<f64>,
    season_seconds: Vec<f64>,
    season_with_doubt_seconds: Vec<f64>,
}

pub(super) fn run() -> Result<Vec<Figure>> {
    let runner = measure::release_binary("bench-runner")?;
    let mut command = Command::new(runner);
    command.args(["simulate", &REPEATS.to_string()]);
    let text = process::text(&mut command)?;
    let timed: Timed =
        serde_json::from_str(&text).with_context(|| format!("the runner printed {text:.200}"))?;
    let ms = |name, seconds| Figure::new(name, measure::median(seconds) * 1e3, "ms");
    Ok(vec![
        ms("match_10000_ms", timed.match_seconds),
        ms("season_380_x_10000_ms", timed.season_seconds),
        ms("season_380_x_10000_with_doubt_ms", timed.season_with_doubt_seconds),
    ])
}
