use super::*;
use crate::{
    rating::{EloRules, elo::expectation},
    test_history::{TestHistory, at, noon},
};

/// Team 1 meets 2 on `n` days and wins 2-0 at home, loses 0-1 away, in turn.
fn alternating(n: i64) -> TestHistory {
    let mut history = TestHistory::default();
    for day in 0..n {
        if day % 2 == 0 {
            history.play(day, 1, 2, (2, 0));
        } else {
            history.play(day, 2, 1, (1, 0));
        }
    }
    history
}

fn value(feature: &dyn Feature, history: TestHistory, fixture: &Fixture) -> Option<f64> {
    let history = history.build();
    feature.value(&at(&history, fixture.kickoff.earliest()), fixture)
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = features().iter().map(|f| f.name()).collect();
    assert!(names.contains(&"form_points_5") && names.contains(&"rest_days"));
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn form_is_points_per_match_over_exactly_n() {
    // Of its last five matches (days 1 to 5) team 1 won two and lost three, team 2 the reverse: (6 - 9) / 5.
    let mut history = alternating(6);
    let next = history.announce(7, 1, 2);
    assert!((value(&FormPoints::LAST_5, history, &next).unwrap() - (6.0 - 9.0) / 5.0).abs() < 1e-12);
    let mut history = alternating(4);
    let next = history.announce(7, 1, 2);
    assert_eq!(value(&FormPoints::LAST_5, history, &next), None, "only four matches");
}

#[test]
fn form_of_a_draw() {
    let mut history = TestHistory::default();
    for day in 0..5 {
        history.play(day, 1, 3, (1, 1));
        history.play(day, 4, 2, (3, 0));
    }
    let next = history.announce(7, 1, 2);
    assert_eq!(value(&FormPoints::LAST_5, history, &next), Some(1.0));
}

#[test]
fn goal_difference_seen_from_each_side() {
    // Ten matches: team 1 won five by two at home and lost five by one away, team 2 is its mirror.
    let mut history = alternating(10);
    let next = history.announce(12, 2, 1);
    let got = value(&GoalDifference::LAST_10, history, &next).unwrap();
    assert!((got - (-0.5 - 0.5)).abs() < 1e-12);
}

#[test]
fn expected_goals_count_once_they_are_known() {
    let mut history = TestHistory::default();
    let mut last = None;
    for day in 0..10 {
        let played = history.play(day, 1, 2, (0, 0));
        history.expected_goals(&played, 1.5, 0.5);
        last = Some(played);
    }
    let next = history.announce(12, 1, 2);
    let history = history.build();
    let known_at = last.unwrap().kickoff.statistics_known_at(domain::Sport::Soccer).0;
    let feature = ExpectedGoalsDifference::LAST_10;
    assert_eq!(feature.value(&at(&history, known_at), &next), None, "the tenth is not visible yet");
    assert_eq!(feature.value(&at(&history, noon(12)), &next), Some(2.0));
}

#[test]
fn rest_is_counted_to_the_fixture_and_capped() {
    let mut history = TestHistory::default();
    history.play(0, 1, 3, (0, 0));
    history.play(17, 4, 2, (0, 0));
    let next = history.announce(20, 1, 2);
    let new_team = history.announce(20, 1, 9);
    let history = history.build();
    let snapshot = at(&history, noon(20));
    assert_eq!(RestDays.value(&snapshot, &next), Some(14.0 - 3.0));
    assert_eq!(RestDays.value(&snapshot, &new_team), None);
}

#[test]
fn elo_after_one_match_by_hand() {
    let mut history = TestHistory::default();
    history.play(0, 1, 2, (1, 0));
    let next = history.announce(5, 1, 2);
    let rules = EloRules::of(domain::Sport::Soccer);
    // The first match on record moves a rating by three steps.
    let step = 3.0
        * rules.k
        * rules.margin.multiplier(1, rules.home_advantage)
        * (1.0 - expectation(rules.home_advantage));
    let got = value(&EloDifference, history, &next).unwrap();
    assert!((got - 2.0 * step).abs() < 1e-12, "{got}");
}

#[test]
fn a_moment_before_the_result_is_known_shows_nothing_of_it() {
    let mut history = alternating(10);
    let next = history.announce(12, 1, 2);
    let history = history.build();
    let tenth_known = noon(9) + domain::Sport::Soccer.rules().result_known_after;
    for feature in features() {
        let unaware = feature.value(&at(&history, noon(9)), &next);
        assert_eq!(feature.value(&at(&history, tenth_known), &next), unaware, "{}", feature.name());
    }
}
