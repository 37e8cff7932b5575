//! Score models against penaltyblog, in the same run: how fast they fit, and how well Dixon-Coles forecasts when equally
//! informed. And how long a weekly walk through ten seasons takes.

use std::{collections::BTreeMap, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::{Figure, measure};
use crate::{python::Environment, tree};

const PEER: &str = "penaltyblog 1.13.1";
const PEER_ENVIRONMENT: Environment = Environment { name: "bench-venv", packages: &["penaltyblog==1.13.1"] };

/// Both sides take turns, so that other work on the machine falls on both.
const N_ROUNDS: usize = 7;
const OUR_REPEATS: usize = 31;
const PEER_REPEATS: usize = 5;

/// The peer's Weibull fit takes so long that once says enough.
const WEIBULL_REPEATS: usize = 7;

const N_SEASONS: usize = 10;
const N_WALKS: usize = 3;

/// The season that both forecast.
const SEASON: u16 = 2023;

/// Both maxima are of the same likelihood, so ours may not be lower. (The peer's Weibull fit ends below its own Poisson fit.)
const LIKELIHOOD_TOLERANCE: f64 = 1e-6;

pub(super) fn run() -> Result<Vec<Figure>> {
    let python = PEER_ENVIRONMENT.install()?;
    let runner = measure::release_binary("bench-runner")?;
    let mut figures = Vec::new();
    let reference = tree::shared().join("reference/models");
    if reference.exists() {
        let rows = reference.join("epl_5s.csv");
        figures.extend(speed(&runner, &python, &rows)?);
        figures.extend(weibull_speed(&runner, &python, &rows)?);
        figures.push(walk(&runner, &reference.join("epl_11s.csv"))?);
    } else {
        eprintln!("skipped: {} is not there; set TOUCHLINE_SHARED", reference.display());
    }
    figures.extend(quality(&runner, &python)?);
    Ok(figures)
}

#[derive(Deserialize)]
struct Timed {
    seconds: Vec<f64>,
    matches: usize,
    log_likelihood: f64,
    #[serde(default)]
    converged: Option<bool>,
}

/// Cold start, rows in memory to parameters, medians.
fn speed(runner: &Path, python: &Path, rows: &Path) -> Result<[Figure; 2]> {
    let (mut our_seconds, mut peer_seconds) = (Vec::new(), Vec::new());
    for _ in 0..N_ROUNDS {
        let ours = our_fits(runner, "dixon_coles", rows, OUR_REPEATS)?;
        let peer = peer_fits(python, "DixonColesGoalModel", rows, PEER_REPEATS)?;
        check_same_task(&ours, &peer)?;
        our_seconds.extend(ours.seconds);
        peer_seconds.extend(peer.seconds);
    }
    let (ours, peer) = (measure::median(our_seconds), measure::median(peer_seconds));
    let ratio = peer / ours;
    Ok([
        Figure::new("dixon_coles_1900_vs_penaltyblog", ratio, "times").against(PEER, ratio),
        Figure::new("dixon_coles_1900_fit_ms", ours * 1e3, "ms").against(PEER, ratio),
    ])
}

fn our_fits(runner: &Path, law: &str, rows: &Path, repeats: usize) -> Result<Timed> {
    measure::json(Command::new(runner).args(["fit", law]).arg(rows).arg(repeats.to_string()))
}

fn peer_fits(python: &Path, model: &str, rows: &Path, repeats: usize) -> Result<Timed> {
    measure::json(
        measure::peer_script(python, "penaltyblog_fit.py").arg(model).arg(rows).arg(repeats.to_string()),
    )
}

fn weibull_speed(runner: &Path, python: &Path, rows: &Path) -> Result<[Figure; 2]> {
    let ours = our_fits(runner, "weibull_copula", rows, WEIBULL_REPEATS)?;
    let peer = peer_fits(python, "WeibullCopulaGoalsModel", rows, 1)?;
    check_same_task(&ours, &peer)?;
    let (ours, peer) = (measure::median(ours.seconds), measure::median(peer.seconds));
    let ratio = peer / ours;
    Ok([
        Figure::new("weibull_1900_vs_penaltyblog", ratio, "times").against(PEER, ratio),
        Figure::new("weibull_1900_fit_ms", ours * 1e3, "ms").against(PEER, ratio),
    ])
}

/// The fastest of some walks: what slows one down is other work on the machine.
fn walk(runner: &Path, rows: &Path) -> Result<Figure> {
    let mut fastest = f64::INFINITY;
    for _ in 0..N_WALKS {
        let walk: Walk =
            measure::json(Command::new(runner).arg("walk-seasons").arg(rows).arg(N_SEASONS.to_string()))?;
        ensure!(walk.fits > 300 && walk.matches > 3700, "{} fits, {} matches", walk.fits, walk.matches);
        fastest = fastest.min(walk.seconds);
    }
    Ok(Figure::new("walk_forward_ten_seasons_secs", fastest, "s"))
}

#[derive(Deserialize)]
struct Walk {
    seconds: f64,
    fits: usize,
    matches: usize,
}

fn check_same_task(ours: &Timed, peer: &Timed) -> Result<()> {
    ensure!(ours.converged == Some(true), "our fit did not reach its maximum");
    ensure!(ours.matches == peer.matches, "{} matches against {}", ours.matches, peer.matches);
    ensure!(
        ours.log_likelihood >= peer.log_likelihood - LIKELIHOOD_TOLERANCE,
        "our log-likelihood {} is below the peer's {}",
        ours.log_likelihood,
        peer.log_likelihood
    );
    Ok(())
}

#[derive(Deserialize)]
struct Walked {
    #[serde(default)]
    xi: Option<f64>,
    training_matches: BTreeMap<String, usize>,
    forecasts: Vec<Forecast>,
}

#[derive(Deserialize)]
struct Forecast {
    date: String,
    home: String,
    away: String,
    probabilities: [f64; 3],
    outcome: usize,
}

/// Over the matches that both forecast, after checking that both learnt from the same ones.
fn quality(runner: &Path, python: &Path) -> Result<[Figure; 2]> {
    let data = tree::root().join("data/matches.csv");
    let ours: Walked =
        measure::json(Command::new(runner).arg("walk-forward").arg(&data).arg(SEASON.to_string()))?;
    let xi = ours.xi.context("our forecasts do not say their time decay")?;
    let peer: Walked = measure::json(
        measure::peer_script(python, "penaltyblog_walk_forward.py")
            .arg(&data)
            .arg(SEASON.to_string())
            .arg(xi.to_string()),
    )?;
    if ours.training_matches != peer.training_matches {
        bail!("unequally informed: {:?} against {:?}", ours.training_matches, peer.training_matches);
    }
    let (our_mean, peer_mean, n_matches) = mean_scores(&ours.forecasts, &peer.forecasts)?;
    eprintln!(
        "{n_matches} of {} matches forecast by both: RPS {our_mean:.5} against {peer_mean:.5}",
        ours.forecasts.len()
    );
    Ok([
        Figure::new("dixon_coles_2023_rps", our_mean, "RPS"),
        Figure::new("dixon_coles_2023_rps_vs_penaltyblog", our_mean - peer_mean, "RPS").beside(PEER),
    ])
}

fn mean_scores(ours: &[Forecast], peer: &[Forecast]) -> Result<(f64, f64, usize)> {
    let key = |one: &Forecast| (one.date.clone(), one.home.clone(), one.away.clone());
    let peer: BTreeMap<_, _> = peer.iter().map(|one| (key(one), one)).collect();
    let pairs: Vec<_> = ours.iter().filter_map(|one| Some((one, *peer.get(&key(one))?))).collect();
    ensure!(
        !pairs.is_empty() && pairs.len() == peer.len(),
        "{} of {} matches found",
        pairs.len(),
        peer.len()
    );
    ensure!(pairs.iter().all(|(a, b)| a.outcome == b.outcome), "the outcomes differ");
    let mean = |scores: Vec<f64>| scores.iter().sum::<f64>() / scores.len() as f64;
    let our_mean = mean(pairs.iter().map(|(one, _)| ranked_probability_score(one)).collect());
    let peer_mean = mean(pairs.iter().map(|(_, one)| ranked_probability_score(one)).collect());
    Ok((our_mean, peer_mean, pairs.len()))
}

/// Squared differences of the cumulated probabilities, divided by outcomes - 1 (Epstein 1969).
fn ranked_probability_score(forecast: &Forecast) -> f64 {
    let [home, draw, _] = forecast.probabilities;
    let happened = |by: usize| if forecast.outcome <= by { 1.0 } else { 0.0 };
    let steps = [home - happened(0), home + draw - happened(1)];
    steps.map(|step| step * step).iter().sum::<f64>() / steps.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecast(home: &str, probabilities: [f64; 3], outcome: usize) -> Forecast {
        Forecast { date: "2023-08-11".into(), home: home.into(), away: "Z".into(), probabilities, outcome }
    }

    #[test]
    fn scores_as_the_peer_computes_them() {
        // reference/models/metrics.json, rps_each.
        for (probabilities, outcome, expected) in [
            ([0.6, 0.25, 0.15], 0, 0.09125),
            ([0.33, 0.34, 0.33], 1, 0.1089),
            ([0.1, 0.2, 0.7], 2, 0.05),
            ([0.8, 0.15, 0.05], 2, 0.77125),
            ([0.25, 0.25, 0.5], 0, 0.40625),
        ] {
            let score = ranked_probability_score(&forecast("A", probabilities, outcome));
            assert!((score - expected).abs() < 1e-12, "{probabilities:?}: {score}");
        }
    }

    #[test]
    fn only_matches_of_both_count() {
        let ours = [forecast("A", [1.0, 0.0, 0.0], 0), forecast("B", [0.9, 0.1, 0.0], 0)];
        let peer = [forecast("B", [1.0, 0.0, 0.0], 0)];
        assert_eq!(mean_scores(&ours, &peer).unwrap().2, 1);
        assert!((mean_scores(&ours, &peer).unwrap().0 - 0.005).abs() < 1e-12);
        assert!(mean_scores(&ours, &[forecast("C", [1.0, 0.0, 0.0], 0)]).is_err());
        assert!(mean_scores(&ours, &[forecast("B", [1.0, 0.0, 0.0], 1)]).is_err());
    }
}
