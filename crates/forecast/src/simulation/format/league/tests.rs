use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, Kickoff, ScoreDistribution, Sport, Stage,
    forecast::Uncertainty,
};
use jiff::Timestamp;

use super::*;
use crate::{model::dixon_coles::score_grid, simulation::Played};

const SEASON: Season = Season::starting(2023);

fn rules(id: &str) -> LeagueRules {
    LeagueRules::of(id.parse().unwrap())
}

fn fixture(home: i64, away: i64) -> Fixture {
    Fixture {
        id: FixtureId(0),
        competition: CompetitionId::literal("eng.1"),
        sport: Sport::Soccer,
        season: SEASON,
        home: TeamId(home),
        away: TeamId(away),
        kickoff: Kickoff::At(Timestamp::UNIX_EPOCH),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    }
}

/// Teams 0..n as ids 0..n.
fn state(n: i64, played: &[(u8, u8, (u16, u16))], remaining: &[(i64, i64)]) -> SeasonState {
    let played = played.iter().map(|(home, away, score)| Played {
        home: *home,
        away: *away,
        score: Score::new(score.0, score.1),
    });
    SeasonState {
        teams: (0..n).map(TeamId).collect(),
        played: played.collect(),
        remaining: remaining.iter().map(|(home, away)| fixture(*home, *away)).collect(),
        n_listed: remaining.len(),
        playoffs: Vec::new(),
    }
}

fn predicted(lambda: f64, mu: f64) -> Predicted {
    Predicted { distribution: score_grid(lambda, mu, -0.05, 15).unwrap(), uncertainty: None }
}

fn certain(score: (u16, u16)) -> Predicted {
    let distribution =
        ScoreDistribution::from_fn(9, 9, |s| f64::from(u8::from(s == Score::new(score.0, score.1)))).unwrap();
    Predicted { distribution, uncertainty: None }
}

fn league<'a>(state: &'a SeasonState, id: &str, forecasts: &'a [Predicted]) -> League<'a> {
    League { state, season: SEASON, rules: rules(id), forecasts, adjustments: &[], carry_doubt: false }
}

/// Final order of a season with nothing left to chance.
fn order(id: &str, n: i64, played: &[(u8, u8, (u16, u16))]) -> Vec<usize> {
    let state = state(n, played, &[]);
    let shares = league(&state, id, &[]).simulate(Runs { n: 300, seed: 1 }).unwrap();
    let mut order: Vec<(usize, usize)> = (0..state.teams.len())
        .map(|team| (shares.positions(team).iter().position(|c| *c == 300).expect("no lots"), team))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, team)| team).collect()
}

#[test]
fn one_match_left_gives_its_exact_probabilities() {
    // 0 has 6 points and +6, 1 has 6 and -1, 2 has none and cannot win: a draw is enough for 1.
    let played = [(0, 1, (3, 0)), (0, 2, (4, 0)), (1, 0, (1, 0)), (2, 1, (0, 1))];
    let state = state(3, &played, &[(1, 2)]);
    let forecasts = [predicted(1.7, 1.1)];
    let shares = league(&state, "eng.1", &forecasts).simulate(Runs { n: 200_000, seed: 4 }).unwrap();
    let exact = forecasts[0].distribution.outcome_probabilities();
    let title = shares.within(1, 1..=1);
    assert!(
        (title.value - exact.home - exact.draw).abs() < 4.0 * title.standard_error,
        "{title:?} {exact:?}"
    );
    assert!((shares.within(0, 1..=1).value + title.value - 1.0).abs() < 1e-12);
    let points = shares.expected_points(1);
    let expected = 6.0 + 3.0 * exact.home + exact.draw;
    assert!((points.value - expected).abs() < 4.0 * points.standard_error, "{points:?} {expected}");
}

#[test]
fn every_position_is_taken_once() {
    let pairs: Vec<(i64, i64)> =
        (0..6).flat_map(|h| (0..6).map(move |a| (h, a))).filter(|(h, a)| h != a).collect();
    let state = state(6, &[], &pairs);
    let forecasts: Vec<Predicted> =
        pairs.iter().map(|(h, a)| predicted(1.0 + 0.2 * *h as f64, 1.0 + 0.1 * *a as f64)).collect();
    for id in ["eng.1", "esp.1", "fra.1", "bel.1", "por.1"] {
        let n = 1000;
        let shares = league(&state, id, &forecasts).simulate(Runs { n, seed: 2 }).unwrap();
        for position in 0..6 {
            assert_eq!((0..6).map(|team| shares.positions(team)[position]).sum::<u32>(), n, "{id}");
        }
        let points: f64 = (0..6).map(|team| shares.expected_points(team).value).sum();
        assert!(points > 60.0 && points < 90.0, "{id}: two or three points a match, {points}");
        let quantile = |q| shares.points_quantile(5, q).unwrap();
        assert!(quantile(0.1) <= quantile(0.5) && quantile(0.5) <= quantile(0.9));
    }
}

#[test]
fn the_seed_decides_and_the_number_of_threads_does_not() {
    let pairs: Vec<(i64, i64)> =
        (0..8).flat_map(|h| (0..8).map(move |a| (h, a))).filter(|(h, a)| h != a).collect();
    let state = state(8, &[], &pairs);
    let uncertainty = Uncertainty { home_log_se: 0.12, away_log_se: 0.15, correlation: 0.1 };
    let forecasts: Vec<Predicted> =
        pairs.iter().map(|_| Predicted { uncertainty: Some(uncertainty), ..predicted(1.4, 1.2) }).collect();
    let run = |seed, threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let league = League { carry_doubt: true, ..league(&state, "esp.1", &forecasts) };
        pool.install(|| league.simulate(Runs { n: 3000, seed }).unwrap())
    };
    let one = run(7, 1);
    assert_eq!(one, run(7, 4));
    assert_ne!(one, run(8, 1));
}

#[test]
fn goal_difference_first_in_england_and_head_to_head_first_in_spain() {
    // 0 and 1 end on 6 points. 0 has the better goal difference, 1 won both meetings.
    let played =
        [(0, 1, (0, 1)), (1, 0, (1, 0)), (0, 2, (5, 0)), (2, 0, (0, 5)), (1, 2, (0, 1)), (2, 1, (1, 0))];
    // 2 has 6 points too, against 1 alone; take its wins away by a third team's results.
    let with_fourth: Vec<_> = played.iter().copied().chain([(3, 2, (1, 0)), (2, 3, (0, 1))]).collect();
    assert_eq!(order("eng.1", 4, &with_fourth)[0], 0, "+8 against 0");
    let spain = order("esp.1", 4, &with_fourth);
    // Among 0, 1, 2 and 3, all on 6 points: 0, 1 and 2 won two each, 3 has two wins against 2.
    assert_eq!(spain[0], 0, "level on points among all four, so their goal difference decides");
    let two = [(0, 1, (0, 1)), (1, 0, (1, 0)), (0, 2, (5, 0)), (2, 0, (0, 5))];
    assert_eq!(order("eng.1", 3, &two), [0, 1, 2]);
    assert_eq!(order("esp.1", 3, &two), [1, 0, 2]);
    assert_eq!(order("ita.1", 3, &two), [1, 0, 2]);
    assert_eq!(order("fra.1", 3, &two), [0, 1, 2]);
}

#[test]
fn level_teams_start_over_among_themselves() {
    // All on 6 points in Portugal's order: among the three, 2 is last on goal difference; 0 and 1 are level there and
    // part by their own two matches.
    let played =
        [(0, 1, (2, 0)), (1, 0, (1, 0)), (1, 2, (2, 0)), (2, 1, (1, 0)), (2, 0, (1, 0)), (0, 2, (1, 0))];
    assert_eq!(order("esp.1", 3, &played), [0, 1, 2]);
}

#[test]
fn wins_come_first_in_belgium() {
    // 0: a win and a loss; 1: three draws.
    let played = [(0, 3, (1, 0)), (2, 0, (9, 0)), (1, 2, (0, 0)), (1, 3, (0, 0)), (3, 1, (0, 0))];
    let place = |id: &str, team| order(id, 4, &played).iter().position(|t| *t == team).unwrap();
    assert!(place("bel.1", 0) < place("bel.1", 1));
    assert!(place("eng.1", 0) > place("eng.1", 1));
}

#[test]
fn lots_decide_when_nothing_else_does() {
    let state = state(2, &[(0, 1, (1, 1)), (1, 0, (1, 1))], &[]);
    for id in ["eng.1", "esp.1"] {
        let title = league(&state, id, &[]).simulate(Runs { n: 40_000, seed: 3 }).unwrap().within(0, 1..=1);
        assert!((title.value - 0.5).abs() < 4.0 * title.standard_error, "{id}: {title:?}");
    }
}

#[test]
fn points_taken_by_a_court_count() {
    let state = state(2, &[(0, 1, (1, 0))], &[(1, 0)]);
    let forecasts = [certain((0, 0))];
    let adjustments = [(TeamId(0), -6)];
    let league = League { adjustments: &adjustments, ..league(&state, "eng.1", &forecasts) };
    let shares = league.simulate(Runs::default()).unwrap();
    assert_eq!((shares.expected_points(0).value, shares.points_quantile(0, 0.5)), (-2.0, Some(-2)));
    assert_eq!(shares.within(1, 1..=1).value, 1.0);
    let adjustments = [(TeamId(9), -6)];
    assert!(League { adjustments: &adjustments, ..league }.simulate(Runs::default()).is_err());
    assert!(League { forecasts: &[], ..league }.simulate(Runs::default()).is_err());
}

#[test]
fn doubt_about_strengths_widens_the_points_and_keeps_their_mean() {
    let pairs: Vec<(i64, i64)> =
        (0..10).flat_map(|h| (0..10).map(move |a| (h, a))).filter(|(h, a)| h != a).collect();
    let state = state(10, &[], &pairs);
    let uncertainty = Uncertainty { home_log_se: 0.2, away_log_se: 0.2, correlation: 0.0 };
    let forecasts: Vec<Predicted> =
        pairs.iter().map(|_| Predicted { uncertainty: Some(uncertainty), ..predicted(1.4, 1.2) }).collect();
    let run = |carry_doubt| {
        let league = League { carry_doubt, ..league(&state, "eng.1", &forecasts) };
        league.simulate(Runs { n: 20_000, seed: 1 }).unwrap()
    };
    let spread = |shares: &LeagueShares| {
        // The error of the mean times the root of n is the deviation of points.
        shares.expected_points(0).standard_error * f64::from(shares.n()).sqrt()
    };
    let (sure, doubtful) = (run(false), run(true));
    let (a, b) = (sure.expected_points(0).value, doubtful.expected_points(0).value);
    assert!((a - b).abs() < 0.15, "{a} {b}");
    // Attack and defence of deviation 0.14 each move a match by about 0.25 points, all 18 matches together by 4.5; chance
    // alone gives 1.3 a match, 5.5 together.
    let ratio = spread(&doubtful) / spread(&sure);
    assert!((1.08..1.5).contains(&ratio), "{} {}", spread(&sure), spread(&doubtful));
}
