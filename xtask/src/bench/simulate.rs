//! Ten thousand plays of a match and of a season, on one thread; the season against the same method compiled by numba.

use std::process::Command;

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::{Figure, measure};
use crate::python::Environment;

const PEER: &str = "numba 0.68.1";
const PEER_ENVIRONMENT: Environment = Environment { name: "bench-venv", packages: &["numba==0.68.1"] };

/// Both sides take turns, so that other work on the machine falls on both.
const N_ROUNDS: usize = 3;
const REPEATS: usize = 9;

/// Plays of each side behind a share of seasons.
const N_PLAYS: f64 = 10_000.0;

/// One run of ours, in seconds.
#[derive(Deserialize)]
struct Timed {
    matches: usize,
    /// In how many seasons the strongest team came first.
    champion_share: f64,
    match_seconds: Vec<f64>,
    season_seconds: Vec<f64>,
    season_with_doubt_seconds: Vec<f64>,
}

/// One run of the peer.
#[derive(Deserialize)]
struct PeerTimed {
    matches: usize,
    champion_share: f64,
    seconds: Vec<f64>,
}

pub(super) fn run() -> Result<Vec<Figure>> {
    let runner = measure::release_binary("bench-runner")?;
    let python = PEER_ENVIRONMENT.install()?;
    let (mut one_match, mut season, mut with_doubt, mut peers) = (vec![], vec![], vec![], vec![]);
    for _ in 0..N_ROUNDS {
        let ours: Timed = measure::json(Command::new(&runner).args(["simulate", &REPEATS.to_string()]))?;
        let peer: PeerTimed =
            measure::json(measure::peer_script(&python, "numba_season.py").arg(REPEATS.to_string()))?;
        check_same_task(&ours, &peer)?;
        one_match.extend(ours.match_seconds);
        season.extend(ours.season_seconds);
        with_doubt.extend(ours.season_with_doubt_seconds);
        peers.extend(peer.seconds);
    }
    let ms = |name, seconds| Figure::new(name, measure::median(seconds) * 1e3, "ms");
    let season = ms("season_380_x_10000_ms", season);
    let ratio = measure::median(peers) * 1e3 / season.value;
    Ok(vec![
        ms("match_10000_ms", one_match),
        season.against(PEER, ratio),
        ms("season_380_x_10000_with_doubt_ms", with_doubt),
    ])
}

/// The same matches, and champions as often as chance allows: within four standard errors of a difference of two shares.
fn check_same_task(ours: &Timed, peer: &PeerTimed) -> Result<()> {
    ensure!(ours.matches == peer.matches, "{} matches against {}", ours.matches, peer.matches);
    let (a, b) = (ours.champion_share, peer.champion_share);
    let error = ((a * (1.0 - a) + b * (1.0 - b)) / N_PLAYS).sqrt();
    ensure!((a - b).abs() < 4.0 * error, "the strongest team comes first in {a} of ours, {b} of the peer's");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_task_is_told_by_its_champions() {
        let ours = Timed {
            matches: 380,
            champion_share: 0.34,
            match_seconds: vec![],
            season_seconds: vec![],
            season_with_doubt_seconds: vec![],
        };
        let peer = |champion_share| PeerTimed { matches: 380, champion_share, seconds: vec![] };
        assert!(check_same_task(&ours, &peer(0.35)).is_ok());
        assert!(check_same_task(&ours, &peer(0.40)).is_err());
        assert!(check_same_task(&ours, &PeerTimed { matches: 379, ..peer(0.34) }).is_err());
    }
}
