use domain::{Conditions, LineUp, Outcome, Score, line_up::Starter};

use super::*;
use crate::rating::elo::tests::fixture;

const RULES: QuarterbackRules =
    QuarterbackRules { per_point: 12.0, step: 0.1, team_step: 0.05, newcomer: 10.0 };

fn code(name: &str) -> PlayerCode {
    name.parse().unwrap()
}

/// A match of two teams, with who starts where that is known.
fn learn(table: &mut Quarterbacks, teams: (i64, i64), starters: [Option<&str>; 2], score: (u16, u16)) {
    let fixture = fixture(teams.0, teams.1, 2020);
    let outcome = Outcome::completed(Score::new(score.0, score.1));
    let [home, away] =
        starters.map(|name| name.map(|name| Starter { player: code(name), name: name.to_owned() }));
    let line_up = LineUp { home, away };
    let line_up = (!line_up.is_empty()).then_some(&line_up);
    table.learn(&PlayedMatch {
        fixture: &fixture,
        outcome: &outcome,
        statistics: None,
        line_up,
        conditions: Conditions::default(),
    });
}

fn adjustment(table: &Quarterbacks, teams: (i64, i64), starters: [Option<&str>; 2]) -> f64 {
    table.adjustment(&fixture(teams.0, teams.1, 2020), starters.map(|name| name.map(code)))
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-12, "{got} is not {want}");
}

#[test]
fn three_matches_by_hand() {
    let mut table = Quarterbacks::new(RULES);
    // Without line-ups only C is learnt: 17 and 27, then (27 + 13) / 2 = 20 for team 2.
    learn(&mut table, (1, 2), [None, None], (27, 17));
    learn(&mut table, (2, 3), [None, None], (20, 13));
    assert_eq!(table.values().count(), 0);
    close(table.team(TeamId(2)).concedes, 20.0);
    // Team 1's star starts 10 below t = 0 and scores 30 against 20: v = -10 + .1 (10 + 10) = -8, t = .05 x 10 = .5.
    learn(&mut table, (1, 2), [Some("star"), None], (30, 10));
    close(adjustment(&table, (1, 3), [Some("star"), None]), 12.0 * (-8.0 - 0.5));
    // C of team 2 is now the mean of 27, 13 and 30, 70 / 3; the star scores 35 there.
    learn(&mut table, (1, 2), [Some("star"), None], (35, 10));
    let seen = 35.0 - 70.0 / 3.0;
    let (v, t) = (-8.0 + 0.1 * (seen + 8.0), 0.5 + 0.05 * (seen - 0.5));
    close(adjustment(&table, (1, 3), [Some("star"), None]), 12.0 * (v - t));
    close(adjustment(&table, (3, 1), [None, Some("star")]), -12.0 * (v - t));
    // Whoever comes new to a team is 10 below what it is used to.
    close(adjustment(&table, (1, 3), [Some("backup"), None]), -120.0);
    close(adjustment(&table, (1, 3), [Some("backup"), Some("another")]), 0.0);
    // He takes his value along: team 3 has had no starter, so its t is 0.
    close(adjustment(&table, (3, 1), [Some("star"), None]), 12.0 * v);
    let values: Vec<(PlayerCode, f64)> = table.values().collect();
    assert_eq!(values.len(), 1);
    close(values[0].1, 12.0 * v);
}

#[test]
fn nobody_named_adds_nothing() {
    let mut table = Quarterbacks::new(RULES);
    for week in 0..20 {
        learn(&mut table, (1, 2), [Some("a"), Some("b")], (20 + week, 17));
    }
    assert_eq!(adjustment(&table, (1, 2), [None, None]), 0.0);
    assert_ne!(adjustment(&table, (1, 2), [Some("a"), None]), 0.0);
}

/// C is the mean of 20 matches and forgets after them: the 21st moves it by a twentieth.
#[test]
fn what_a_team_concedes_is_a_mean_that_forgets() {
    let mut table = Quarterbacks::new(RULES);
    for _ in 0..20 {
        learn(&mut table, (1, 2), [None, None], (24, 10));
    }
    close(table.team(TeamId(1)).concedes, 10.0);
    learn(&mut table, (1, 2), [None, None], (24, 30));
    close(table.team(TeamId(1)).concedes, 11.0);
    learn(&mut table, (1, 2), [None, None], (24, 31));
    close(table.team(TeamId(1)).concedes, 12.0);
}
