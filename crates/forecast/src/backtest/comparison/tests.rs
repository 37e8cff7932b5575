use domain::{History, OutcomeClass};
use testkit::SoccerLeague;

use super::*;
use crate::{
    backtest::{Backtest, Period, Plan, walk_forward},
    model::{base_rate::BaseRate, elo::Elo},
    test_history::LEAGUE,
};

fn walk(history: &History, seasons: &[i16]) -> Backtest {
    let seasons = seasons.iter().copied().map(Season::starting).collect();
    let models: Vec<Box<dyn crate::Model>> = vec![Box::new(BaseRate), Box::new(Elo::default())];
    walk_forward(history, &Plan::new(LEAGUE, Period::Seasons(seasons), models), &|_| {}).unwrap()
}

fn side(walk: &Backtest, position: usize) -> Side<'_> {
    Side { competition: walk.competition, sport: walk.sport, matches: &walk.matches, position }
}

fn history() -> History {
    SoccerLeague { n_teams: 10, n_seasons: 5, strength_sd: 0.4, ..SoccerLeague::default() }.generate().history
}

#[test]
fn a_comparison_says_what_the_summaries_say() {
    let walk = walk(&history(), &[2019, 2020, 2021]);
    let (elo, base_rate) = (&walk.forecasters[1], &walk.forecasters[0]);
    let options = SummaryOptions::default();
    let compared = compare(&[side(&walk, 1)], &[side(&walk, 0)], &options).unwrap();
    assert_eq!((compared.n, compared.n_unpaired, compared.n_corrected), (walk.matches.len(), 0, 0));
    let names: Vec<&str> = compared.rules.iter().map(|r| r.rule.as_str()).collect();
    assert_eq!(names, ["rps", "log_loss", "brier_sum", "brier_mean"]);
    let rps = &compared.rules[0];
    let versus = elo.versus.iter().find(|v| v.rule == "rps" && v.baseline == "base_rate").unwrap();
    assert_eq!(rps.difference, versus.difference, "the same interval from the same seed");
    assert!((rps.first - elo.rps).abs() < 1e-12 && (rps.second - base_rate.rps).abs() < 1e-12);
    // Strengths this wide are found: every test agrees.
    let test = rps.diebold_mariano.unwrap();
    assert!(test.statistic < -3.0 && test.p_value < 0.01 && rps.sign.p_value < 0.01, "{rps:?}");
    assert!(rps.better_share > 0.5 && rps.difference.high < 0.0);
    assert_eq!(compared.by_season.iter().map(|g| g.n).sum::<usize>(), compared.n);
    assert!(compared.by_competition.is_empty());
    let end = compared.curve.last().unwrap();
    assert!((end.sum / end.n as f64 - rps.difference.estimate).abs() < 1e-12);
}

#[test]
fn changing_sides_changes_signs() {
    let walk = walk(&history(), &[2020]);
    let options = SummaryOptions::default();
    let one = compare(&[side(&walk, 1)], &[side(&walk, 2)], &options).unwrap();
    let other = compare(&[side(&walk, 2)], &[side(&walk, 1)], &options).unwrap();
    for (a, b) in one.rules.iter().zip(&other.rules) {
        assert_eq!(a.difference.estimate, -b.difference.estimate);
        assert_eq!((a.sign.first_lower, a.sign.p_value), (b.sign.second_lower, b.sign.p_value));
        assert!((a.better_share + b.better_share - 1.0).abs() < 1e-12);
    }
}

#[test]
fn only_common_matches_with_the_same_result_count() {
    let history = history();
    let (long, short) = (walk(&history, &[2019, 2020]), walk(&history, &[2020, 2021]));
    let options = SummaryOptions::default();
    let compared = compare(&[side(&long, 1)], &[side(&short, 1)], &options).unwrap();
    let shared = long.matches.iter().filter(|m| m.season == Season::starting(2020)).count();
    assert_eq!(compared.n, shared);
    assert_eq!(compared.n_unpaired, long.matches.len() + short.matches.len() - 2 * shared);
    // The same forecaster twice: no difference, and no variance to test with.
    assert!(compared.rules.iter().all(|r| r.difference.estimate.abs() < 1e-9 && r.sign.p_value > 0.0));
    let mut corrected = short.clone();
    let changed = corrected.matches.iter_mut().find(|m| m.season == Season::starting(2020)).unwrap();
    changed.outcome =
        if changed.outcome == OutcomeClass::Home { OutcomeClass::Away } else { OutcomeClass::Home };
    let again = compare(&[side(&long, 1)], &[side(&corrected, 1)], &options).unwrap();
    assert_eq!((again.n, again.n_corrected, again.n_unpaired), (shared - 1, 1, compared.n_unpaired));
    let nothing = compare(&[side(&long, 1)], &[], &options);
    assert_eq!(nothing, Err(ForecastError::NothingToScore));
}
