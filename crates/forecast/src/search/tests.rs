use domain::{RecordedBy, Season, Sport};
use testkit::SoccerLeague;

use super::*;
use crate::backtest::{Briefed, Schedule};

fn ranges(d: usize) -> Vec<Range> {
    let range = |i: usize| Range {
        name: format!("x{i}"),
        low: 1.0,
        high: 1000.0,
        scale: Scale::Logarithmic,
        default: 1.0,
    };
    (0..d).map(range).collect()
}

/// A bowl around x = 50 in every direction, on the scale of the search.
fn loss(ranges: &[Range], values: &[f64]) -> f64 {
    ranges.iter().zip(values).map(|(r, x)| (r.unit(*x) - r.unit(50.0)).powi(2)).sum()
}

fn run(ranges: &[Range], seed: u64, mut trials: Vec<Trial>, budget: usize) -> Vec<Trial> {
    while trials.len() < budget {
        let values = propose(ranges, seed, &trials).unwrap();
        let loss = Some(loss(ranges, &values));
        trials.push(Trial { values, loss });
    }
    trials
}

#[test]
fn the_sequence_is_haltons() {
    // The first points in base 2 and 3.
    let points: Vec<(f64, f64)> = (1..=4).map(|i| (radical_inverse(2, i), radical_inverse(3, i))).collect();
    for (got, expected) in
        points.iter().zip([(0.5, 1.0 / 3.0), (0.25, 2.0 / 3.0), (0.75, 1.0 / 9.0), (0.125, 4.0 / 9.0)])
    {
        assert!((got.0 - expected.0).abs() < 1e-15 && (got.1 - expected.1).abs() < 1e-15);
    }
    assert!(halton(3, 5, 17).iter().all(|u| (0.0..1.0).contains(u)));
}

#[test]
fn the_defaults_come_first_and_the_bottom_of_a_bowl_is_found() {
    for (d, budget) in [(1, 25), (2, 40), (4, 80)] {
        let ranges = ranges(d);
        for seed in 0..10 {
            let trials = run(&ranges, seed, Vec::new(), budget);
            assert_eq!(trials[0].values, vec![1.0; d]);
            let found = best(&trials).unwrap().loss.unwrap();
            // Within a tenth of the range per setting, as a root mean square; that of a random point is a third.
            assert!(found < d as f64 / 100.0, "{d} settings, seed {seed}: {found}");
        }
    }
}

#[test]
fn a_stopped_search_goes_on_as_if_it_had_not_been() {
    let ranges = ranges(2);
    let at_once = run(&ranges, 3, Vec::new(), 30);
    let stopped = run(&ranges, 3, Vec::new(), 11);
    assert_eq!(run(&ranges, 3, stopped, 30), at_once);
    assert_ne!(run(&ranges, 4, Vec::new(), 30), at_once);
}

#[test]
fn no_point_is_tried_twice_and_failures_are_passed_over() {
    let mut trials = run(&ranges(1), 1, Vec::new(), 60);
    let mut values: Vec<f64> = trials.iter().map(|t| t.values[0]).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    assert_eq!(values.len(), 60);
    for trial in &mut trials {
        trial.loss = None;
    }
    assert!(best(&trials).is_none() && propose(&ranges(1), 1, &trials).is_some());
    // A range with room for three values only.
    let tiny = [Range { name: "x".into(), low: 1.0, high: 1.02, scale: Scale::Linear, default: 1.0 }];
    let mut tried = Vec::new();
    while let Some(values) = propose(&tiny, 1, &tried) {
        tried.push(Trial { values, loss: Some(1.0) });
    }
    assert_eq!(tried.len(), 3);
}

#[test]
fn trials_do_not_see_beyond_their_seasons() {
    let league =
        SoccerLeague { n_teams: 8, n_seasons: 4, strength_sd: 0.4, ..SoccerLeague::default() }.generate();
    let competition = league.fixtures[0].competition;
    let first = league.fixtures[0].season.start_year;
    let scene = |history| Scene {
        competitions: vec![(competition, history)],
        seasons: vec![Season::starting(first + 1), Season::starting(first + 2)],
        schedule: Schedule::every(28),
        briefed: Briefed::AtFit,
        min_training: 50,
    };
    let elo = tunable("elo", Sport::Soccer).unwrap();
    let model = || elo.model(&elo.defaults());
    let whole = score(&scene(&league.history), &model).unwrap();
    let end = scene(&league.history).ends_before().unwrap();
    let forgetful = league.history.forgetting_from(end);
    let held_out = Season::starting(first + 3);
    let of_later = |h: &domain::History| {
        let snapshot = h.as_of(jiff::Timestamp::MAX, RecordedBy::Now);
        snapshot.played().filter(|m| m.fixture.season == held_out).count()
    };
    assert!(of_later(&league.history) > 0 && of_later(&forgetful) == 0);
    assert_eq!(score(&scene(&forgetful), &model).unwrap(), whole);
    assert!(whole.n > 80 && whole.log_loss > 0.8 && whole.log_loss < 1.1, "{whole:?}");
}
