//! The store at full size: 250,800 matches and 50,160,000 prices, generated, on a file and on a throw-away server; and against
//! pandas with SQLAlchemy on one league of it.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::{Figure, measure};
use crate::{python::Environment, services, tree};

/// Leagues of ten seasons of 380 matches with 200 prices each.
const LEAGUES: &str = "66";
const READ_SECS: &str = "20";
const COLD_STARTS: usize = 20;
const WARM_REPEATS: &str = "10";

const PEER: &str = "pandas and SQLAlchemy";
const PEER_ENVIRONMENT: Environment =
    Environment { name: "bench-venv", packages: &["pandas==3.1.1", "sqlalchemy==2.0.44"] };

pub(super) fn run() -> Result<Vec<Figure>> {
    let runner = measure::release_binary("store-runner")?;
    let folder = tree::target().join("bench/store-data");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut figures = vec![against_pandas(&runner, &folder)?];
    let file = folder.join("touchline.db");
    figures.extend(on(&runner, &file.display().to_string(), &SQLITE)?);
    fs::remove_dir_all(&folder)?;
    match services::postgres(&folder.join("server"))? {
        Some((address, _server)) => figures.extend(on(&runner, &address, &POSTGRES)?),
        None => eprintln!("skipped: PostgreSQL is not installed"),
    }
    fs::remove_dir_all(&folder)?;
    Ok(figures)
}

/// Names of the figures of one engine.
struct Names {
    load: &'static str,
    bytes: &'static str,
    latest: &'static str,
    path: &'static str,
    team: &'static str,
    cold: &'static str,
    warm: &'static str,
}

const SQLITE: Names = Names {
    load: "sqlite_quotes_per_sec",
    bytes: "sqlite_bytes_per_quote",
    latest: "latest_odds_p95_ms",
    path: "odds_path_p95_ms",
    team: "team_history_p95_ms",
    cold: "snapshot_ten_years_cold_p95_ms",
    warm: "snapshot_ten_years_warm_p95_ms",
};

const POSTGRES: Names = Names {
    load: "postgres_quotes_per_sec",
    bytes: "postgres_bytes_per_quote",
    latest: "latest_odds_p95_ms_postgres",
    path: "odds_path_p95_ms_postgres",
    team: "team_history_p95_ms_postgres",
    cold: "snapshot_ten_years_cold_p95_ms_postgres",
    warm: "snapshot_ten_years_warm_p95_ms_postgres",
};

#[derive(Deserialize)]
struct Loaded {
    quotes: f64,
    seconds: f64,
    bytes: f64,
}

#[derive(Deserialize)]
struct Read {
    latest_odds_p95_ms: f64,
    odds_path_p95_ms: f64,
    team_history_p95_ms: f64,
    reads: [u64; 3],
    quotes_written: u64,
}

#[derive(Deserialize)]
struct Snapshots {
    cold: f64,
    warm: Vec<f64>,
}

fn on(runner: &Path, place: &str, names: &Names) -> Result<Vec<Figure>> {
    let ask = |what: &str, number: &str| {
        let mut command = Command::new(runner);
        command.args([what, place, number]);
        command
    };
    let loaded: Loaded = measure::json(&mut ask("load", LEAGUES))?;
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..COLD_STARTS {
        let snapshots: Snapshots = measure::json(&mut ask("snapshot", WARM_REPEATS))?;
        cold.push(snapshots.cold);
        warm.extend(snapshots.warm);
    }
    let read: Read = measure::json(&mut ask("read", READ_SECS))?;
    ensure!(read.quotes_written > 0 && read.reads.iter().all(|n| *n > 100), "too little was read or written");
    Ok(vec![
        Figure::new(names.load, loaded.quotes / loaded.seconds, "prices/s"),
        Figure::new(names.bytes, loaded.bytes / loaded.quotes, "bytes"),
        Figure::new(names.latest, read.latest_odds_p95_ms, "ms"),
        Figure::new(names.path, read.odds_path_p95_ms, "ms"),
        Figure::new(names.team, read.team_history_p95_ms, "ms"),
        Figure::new(names.cold, p95_ms(cold), "ms"),
        Figure::new(names.warm, p95_ms(warm), "ms"),
    ])
}

/// The 95th percentile of some seconds by nearest rank, in milliseconds.
fn p95_ms(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get((seconds.len() * 95).div_ceil(100).saturating_sub(1)).map_or(f64::NAN, |s| s * 1e3)
}

/// One side of the task that both do: a league's prices from CSV into SQLite, then of every match and series the last price
/// known an hour before kick-off.
#[derive(Deserialize)]
struct Joined {
    import_secs: f64,
    join_secs: f64,
    quotes: u64,
    /// Of the joined prices: how many, and their sum in millionths.
    joined: u64,
    sum_micros: i64,
}

fn against_pandas(runner: &Path, folder: &Path) -> Result<Figure> {
    let python = PEER_ENVIRONMENT.install()?;
    let csv = folder.join("prices.csv");
    let _: serde_json::Value = measure::json(Command::new(runner).arg("csv").arg(&csv).arg("10"))?;
    let ours: Joined = measure::json(Command::new(runner).arg("join").arg(folder.join("ours.db")).arg(&csv))?;
    let peer: Joined = measure::json(
        measure::peer_script(&python, "pandas_store.py").arg(folder.join("peer.db")).arg(&csv),
    )?;
    ensure!(
        (ours.quotes, ours.joined, ours.sum_micros) == (peer.quotes, peer.joined, peer.sum_micros),
        "the two did not do the same: {} prices, {} joined, sum {} against {}, {}, {}",
        ours.quotes,
        ours.joined,
        ours.sum_micros,
        peer.quotes,
        peer.joined,
        peer.sum_micros
    );
    let seconds = |side: &Joined| side.import_secs + side.join_secs;
    let ratio = seconds(&peer) / seconds(&ours);
    eprintln!(
        "import and join: {:.2} + {:.2} s against {:.2} + {:.2} s",
        ours.import_secs, ours.join_secs, peer.import_secs, peer.join_secs
    );
    Ok(Figure::new("import_vs_pandas", ratio, "times").against(PEER, ratio))
}
