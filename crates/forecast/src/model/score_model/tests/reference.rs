//! Against maxima and likelihoods computed by other programs: `poisson.json` (key `exact`, two independent codes),
//! `likelihood_points.json` and `other_models.json` of `reference/models` in the shared folder. Dixon-Coles has its own file.

use serde_json::Value;
use testkit::shared::{number, numbers, reference, shared_text};

use super::*;
use crate::model::{
    bivariate_poisson::SharedCount, dixon_coles::LowScores, negative_binomial::Overdispersed,
    poisson::Independent, score_model::fit::at_point, weibull_copula::JoinedWeibull,
    zero_inflated_poisson::ZeroInflated,
};

const FILES: [&str; 3] = ["epl_1s", "epl_5s", "epl_11s"];
const DECAYS: [&str; 2] = ["0.0", "0.0018"];

fn leagues() -> impl Iterator<Item = (String, Vec<MatchRow>, Vec<String>)> {
    FILES.iter().flat_map(|file| DECAYS.iter().map(move |xi| (file, xi))).filter_map(|(file, xi)| {
        let csv = shared_text(&format!("reference/models/{file}.csv"))?;
        let (rows, teams) = english_league(&csv, xi.parse().unwrap());
        Some((format!("{file}|xi={xi}"), rows, teams))
    })
}

#[test]
fn poisson_reaches_the_verified_maximum() {
    let Some(all) = reference("models/poisson.json") else { return };
    for (key, rows, teams) in leagues() {
        let exact = &all[&key]["exact"];
        let fit = fit::<Independent>(&rows, teams.len(), &Options::default(), None).unwrap();
        let gap = fit.log_likelihood - number(exact, "loglik");
        assert!(fit.converged && gap.abs() < 1e-6, "{key}: {gap}");
        let errors = fit.standard_errors().unwrap();
        for (i, team) in teams.iter().enumerate() {
            for (kind, got, error) in [
                ("attack", fit.parameters.attack[i], errors.attack[i]),
                ("defence", fit.parameters.defence[i], errors.defence[i]),
            ] {
                let name = format!("{kind}_{team}");
                assert!((got - number(&exact["params"], &name)).abs() < 1e-5, "{key} {name}");
                let expected = number(&exact["se_observed_info"], &name);
                assert!((error / expected - 1.0).abs() < 1e-4, "{key} {name}: {error}, {expected}");
            }
        }
    }
}

/// The point of `likelihood_points.json`.
fn test_point(n_teams: usize, own: &[f64]) -> Parameters {
    let offset = |i: usize| i as f64 - 9.5;
    Parameters {
        attack: (0..n_teams).map(|i| 1.0 + 0.02 * offset(i)).collect(),
        defence: (0..n_teams).map(|i| -1.0 - 0.015 * offset(i)).collect(),
        home_advantage: 0.25,
        covariates: Vec::new(),
        own: own.to_vec(),
    }
}

/// One law at the point of `likelihood_points.json`. `own` and `slopes` translate the file's own parameters to ours: their
/// values, and the derivative of ours by theirs.
fn agrees_at_the_point<L: ScoreLaw>(all: &Value, name: &str, own: &[f64], slopes: &[f64], tolerance: f64) {
    let Some(csv) = shared_text("reference/models/epl_1s.csv") else { return };
    for xi in DECAYS {
        let point = &all[format!("{name}|xi={xi}")];
        let (rows, teams) = english_league(&csv, xi.parse().unwrap());
        let at = test_point(teams.len(), own);
        let (log_likelihood, mut gradient) = at_point::<L>(&rows, &at).unwrap();
        let n = gradient.len();
        for (g, slope) in gradient[n - own.len()..].iter_mut().zip(slopes) {
            *g *= slope;
        }
        let nll = number(point, "nll");
        assert!((-log_likelihood - nll).abs() < tolerance, "{name}: {} against {nll}", -log_likelihood);
        let expected = numbers(&point["gradient_fd"]);
        assert_eq!(expected.len(), n);
        for (i, (got, want)) in gradient.iter().zip(expected).enumerate() {
            // The differences themselves are good to about 1e-6.
            assert!((-got - want).abs() < 1e-5 + 10.0 * tolerance, "{name} {i}: {} against {want}", -got);
        }
        let team = |name: &str| teams.iter().position(|t| t == name).unwrap();
        let (lambda, mu) = at.rates(team("Arsenal"), team("Chelsea"), false);
        let grid = L::at(own, 15).unwrap().grid(lambda, mu, 15).unwrap();
        for (home, row) in (0..).zip(point["grid00_to_33"].as_array().unwrap()) {
            for (away, want) in (0..).zip(numbers(row)) {
                let got = grid.probability(domain::Score::new(home, away));
                assert!((got - want).abs() < 1e-8 + tolerance / 100.0, "{name} {home}-{away}: {got}, {want}");
            }
        }
    }
}

#[test]
fn likelihood_and_gradient_agree_at_a_point_far_from_the_maximum() {
    let Some(all) = reference("models/likelihood_points.json") else { return };
    agrees_at_the_point::<Independent>(&all, "poisson", &[], &[], 1e-8);
    agrees_at_the_point::<LowScores>(&all, "dixon_coles", &[-0.08], &[1.0], 1e-8);
    // Theirs is r = 1 / phi = 8.
    agrees_at_the_point::<Overdispersed>(&all, "neg_binomial", &[0.125], &[-1.0 / 64.0], 1e-8);
    // Theirs is ln lambda3 = -2.
    let lambda3 = (-2.0_f64).exp();
    agrees_at_the_point::<SharedCount>(&all, "bivariate_poisson", &[lambda3], &[lambda3], 1e-8);
    agrees_at_the_point::<ZeroInflated>(&all, "zip", &[0.03], &[1.0], 1e-8);
    // Their series is cut short: it is off by 0.005 in 1,239, and by 0.08 in the slope of the shape.
    agrees_at_the_point::<JoinedWeibull>(&all, "weibull_copula", &[1.05, 0.3], &[1.0, 1.0], 1e-2);
}

/// At the same point, every match by its series with 40 digits (mpmath 1.3); slopes by differences of it.
#[test]
fn the_weibull_likelihood_agrees_with_high_precision() {
    let Some(csv) = shared_text("reference/models/epl_1s.csv") else { return };
    for (xi, expected) in [(0.0, 1239.4476271753559), (0.0018, 980.6540198431442)] {
        let (rows, teams) = english_league(&csv, xi);
        let at = test_point(teams.len(), &[1.05, 0.3]);
        let (log_likelihood, gradient) = at_point::<JoinedWeibull>(&rows, &at).unwrap();
        assert!((log_likelihood + expected).abs() < 1e-9, "{xi}: {log_likelihood} against {expected}");
        if xi == 0.0 {
            let slopes = [
                (11, -31.4570832110124),
                (40, -139.973915719933),
                (41, 215.763179703302),
                (42, 6.6994021904599),
            ];
            for (i, expected) in slopes {
                assert!((gradient[i] + expected).abs() < 1e-8, "{i}: {} against {expected}", gradient[i]);
            }
        }
    }
}

/// Cold and from a fit on fewer matches: at a maximum, not below Poisson's, and not below what the peer found.
fn is_nested<L: ScoreLaw>(peer: Option<(&Value, &str)>) {
    for (key, rows, teams) in leagues() {
        let n = teams.len();
        let poisson = fit::<Independent>(&rows, n, &Options::default(), None).unwrap().log_likelihood;
        let cold = fit::<L>(&rows, n, &Options::default(), None).unwrap();
        let mut earlier = rows.clone();
        for row in &mut earlier[rows.len() - rows.len() / 10..] {
            row.weight *= 1e-3;
        }
        let before = fit::<L>(&earlier, n, &Options::default(), None).unwrap();
        let warm = fit::<L>(&rows, n, &Options::default(), Some(&before.parameters)).unwrap();
        println!(
            "{} {key}: {:+.6} to Poisson, own {:?}, on bounds {:?}, gradient {:.1e}, {} steps cold, {} warm",
            L::NAME,
            cold.log_likelihood - poisson,
            cold.parameters.own,
            cold.at_bounds,
            cold.gradient_norm,
            cold.iterations,
            warm.iterations
        );
        for fit in [&cold, &warm] {
            assert!(fit.converged && fit.gradient_norm < 1e-6, "{} {key}: {}", L::NAME, fit.gradient_norm);
            assert!(fit.log_likelihood >= poisson - 1e-9, "{} {key}", L::NAME);
        }
        assert!((cold.log_likelihood - warm.log_likelihood).abs() < 1e-7, "{} {key}", L::NAME);
        assert_eq!(cold.at_bounds, warm.at_bounds, "{} {key}", L::NAME);
        if let Some((all, name)) = peer {
            let theirs = number(&all[format!("{name}|{key}")], "loglik");
            assert!(cold.log_likelihood >= theirs - 1e-6, "{} {key}: {theirs}", L::NAME);
        }
    }
}

#[test]
fn no_law_ends_below_its_special_case() {
    let peer = reference("models/other_models.json");
    let of = |name: &'static str| peer.as_ref().map(|all| (all, name));
    is_nested::<LowScores>(None);
    is_nested::<SharedCount>(of("bivariate_poisson"));
    is_nested::<Overdispersed>(of("neg_binomial"));
    is_nested::<ZeroInflated>(of("zip"));
    is_nested::<JoinedWeibull>(None);
}
