//! Against maxima found by two independent programs, in `reference/models/dixon_coles.json` of the shared folder: key
//! `exact`, where both agree to 1e-9 in log-likelihood. The library's own default fit is no maximum and is not used.

use domain::{
    Market, Selection,
    market::{Line, MarketKind},
};
use serde_json::Value;
use testkit::shared::{reference, shared_text};

use super::*;
use crate::model::score_model::english_league;

fn parameters(by_name: &Value, teams: &[String]) -> Parameters {
    let get = |name: String| by_name[&name].as_f64().unwrap();
    Parameters {
        attack: teams.iter().map(|t| get(format!("attack_{t}"))).collect(),
        defence: teams.iter().map(|t| get(format!("defence_{t}"))).collect(),
        home_advantage: get("home_advantage".to_owned()),
        covariates: Vec::new(),
        own: vec![get("rho".to_owned())],
    }
}

fn flat(p: &Parameters) -> impl Iterator<Item = f64> + '_ {
    p.attack.iter().chain(&p.defence).copied().chain([p.home_advantage, p.own[0]])
}

#[test]
fn reaches_the_maximum() {
    let Some(all) = reference("models/dixon_coles.json") else { return };
    for (file, xi) in ["epl_1s", "epl_5s", "epl_11s"].iter().flat_map(|f| [(f, "0.0"), (f, "0.0018")]) {
        let Some(csv) = shared_text(&format!("reference/models/{file}.csv")) else { return };
        let exact = &all[format!("{file}|xi={xi}")]["exact"];
        let (rows, teams) = english_league(&csv, xi.parse().unwrap());
        let fit = fit(&rows, teams.len(), &Options::default(), None).unwrap();
        let name = format!("{file} xi {xi}");
        let gap = fit.log_likelihood - exact["loglik"].as_f64().unwrap();
        let expected = parameters(&exact["params"], &teams);
        let errors = parameters(&exact["se_observed_info"], &teams);
        let largest = |pairs: Vec<f64>| pairs.into_iter().fold(0.0, f64::max);
        let distance =
            largest(flat(&fit.parameters).zip(flat(&expected)).map(|(a, b)| (a - b).abs()).collect());
        let mine = fit.standard_errors().unwrap();
        let se_gap = largest(flat(&mine).zip(flat(&errors)).map(|(a, b)| (a / b - 1.0).abs()).collect());
        println!(
            "{name}: log-likelihood gap {gap:.1e}, parameters {distance:.1e}, standard errors {se_gap:.1e}, \
             gradient {:.1e}, {} steps",
            fit.gradient_norm, fit.iterations
        );
        assert!(fit.converged && fit.gradient_norm < 1e-8, "{name}");
        assert!(gap.abs() < 1e-6, "{name}: {gap}");
        assert!(distance < 1e-5, "{name}: {distance}");
        assert!(se_gap < 1e-4, "{name}: {se_gap}");
        assert!((fit.parameters.attack.iter().sum::<f64>() - teams.len() as f64).abs() < 1e-9, "{name}");
        markets_agree(&all[format!("{file}|xi={xi}")]["prediction_at_exact_params"], &fit.parameters, &teams);
    }
}

/// The markets of Arsenal v Chelsea.
fn markets_agree(prediction: &Value, fitted: &Parameters, teams: &[String]) {
    let index = |key: &str| teams.iter().position(|t| t == prediction[key].as_str().unwrap()).unwrap();
    let (lambda, mu) = fitted.rates(index("home"), index("away"), false);
    let grid = score_grid(lambda, mu, fitted.own[0], 15).unwrap();
    let markets = &prediction["markets"];
    let close = |name: &str, got: f64, want: &Value| {
        assert!((got - want.as_f64().unwrap()).abs() < 1e-6, "{name}: {got} against {want}");
    };
    close("home_expectation", lambda, &markets["home_expectation"]);
    close("away_expectation", mu, &markets["away_expectation"]);
    let outcome = grid.outcome_probabilities();
    close("home_win", outcome.home, &markets["home_win"]);
    close("draw", outcome.draw, &markets["draw"]);
    close("away_win", outcome.away, &markets["away_win"]);
    close("btts", grid.expectation(|s| f64::from(u8::from(s.home > 0 && s.away > 0))), &markets["btts_yes"]);
    for (score, want) in markets["correct_score"].as_object().unwrap() {
        let Ok(Selection::Exactly(cell)) = score.parse::<Selection>() else { panic!("{score}") };
        close(score, grid.probability(cell), want);
    }
    for (line, want) in markets["totals_under_push_over"].as_object().unwrap() {
        let market = Market::new(MarketKind::AsianTotal, Some(parsed_line(line))).unwrap();
        let price = market.price(Selection::Under, &grid).unwrap();
        close(line, price.won, &want[0]);
        close(line, price.refunded, &want[1]);
        close(line, price.lost, &want[2]);
    }
    for (line, want) in markets["asian_handicap_home"].as_object().unwrap() {
        let market = Market::new(MarketKind::AsianHandicap, Some(parsed_line(line))).unwrap();
        let price = market.price(Selection::Home, &grid).unwrap();
        close(line, price.won, &want["win"]);
        close(line, price.refunded, &want["push"]);
        close(line, price.lost, &want["lose"]);
    }
}

fn parsed_line(text: &str) -> Line {
    Line::try_from(text.parse::<f64>().unwrap()).unwrap()
}

#[test]
fn grids_agree_with_the_betting_reference() {
    let Some(all) = reference("betting/dixon_coles.json") else { return };
    for row in all.as_array().unwrap() {
        let get = |key: &str| row[key].as_f64().unwrap();
        let grid = score_grid(get("lam"), get("mu"), get("rho"), get("max_goals") as u16).unwrap();
        let outcome = grid.outcome_probabilities();
        let p = |home, away| grid.probability(domain::Score::new(home, away));
        let share = |f: &dyn Fn(domain::Score) -> bool| grid.expectation(|s| f64::from(u8::from(f(s))));
        let quarter = Market::new(MarketKind::AsianHandicap, Some(parsed_line("-0.25"))).unwrap();
        let fair = quarter.price(Selection::Home, &grid).unwrap().fair_odds().unwrap().value();
        for (name, got) in [
            ("home", outcome.home),
            ("draw", outcome.draw),
            ("away", outcome.away),
            ("over25", share(&|s| s.total() > 2)),
            ("btts", share(&|s| s.home > 0 && s.away > 0)),
            ("p00", p(0, 0)),
            ("p11", p(1, 1)),
            ("p21", p(2, 1)),
            ("ah_home_minus_025_fair", fair),
        ] {
            assert!((got - get(name)).abs() < 1e-9, "{name}: {got} against {}", get(name));
        }
    }
}
