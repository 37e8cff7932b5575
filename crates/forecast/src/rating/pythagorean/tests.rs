use std::collections::BTreeMap;

use super::*;
use crate::rating::elo::tests::fixture;

fn team_season(scored: f64, conceded: f64, share: f64) -> TeamSeason {
    TeamSeason { scored, conceded, wins: 16.0 * share, n_matches: 16.0 }
}

#[test]
fn expectation_by_hand() {
    // James's square: twice the runs, four wins in five.
    assert!((expectation(2f64.ln(), 2.0) - 0.8).abs() < 1e-15);
    assert_eq!(expectation(0.0, 13.9), 0.5);
    // 400 points for and 300 against in the NFL: 400^2.37 / (400^2.37 + 300^2.37) = 0.66414.
    assert!((expectation((400.0_f64 / 300.0).ln(), 2.37) - 0.664_14).abs() < 1e-5);
}

#[test]
fn a_known_exponent_is_found() {
    for exponent in [1.3, 2.37, 13.9] {
        let seasons: Vec<TeamSeason> = (-10..=10)
            .map(|i| {
                let log_ratio = f64::from(i) / 10.0 / exponent;
                team_season(100.0 * log_ratio.exp(), 100.0, expectation(log_ratio, exponent))
            })
            .collect();
        let got = fit_exponent(&seasons).unwrap();
        assert!((got - exponent).abs() < 1e-6, "{got} against {exponent}");
    }
}

#[test]
fn seasons_that_say_nothing_fit_no_exponent() {
    assert_eq!(fit_exponent(&[]), None);
    assert_eq!(fit_exponent(&[team_season(10.0, 10.0, 0.7), team_season(0.0, 3.0, 0.1)]), None);
    // Those who scored less won more.
    assert_eq!(fit_exponent(&[team_season(8.0, 10.0, 0.7), team_season(10.0, 8.0, 0.3)]), None);
}

/// Every team's seasons in a file of results.
fn seasons(results: impl Iterator<Item = (i32, String, String, f64, f64)>) -> Vec<TeamSeason> {
    let mut teams: BTreeMap<(i32, String), TeamSeason> = BTreeMap::new();
    for (season, home, away, ours, theirs) in results {
        let share = f64::midpoint(1.0, (ours - theirs).partial_cmp(&0.0).map_or(0.0, |o| f64::from(o as i8)));
        for (team, scored, conceded, wins) in [(home, ours, theirs, share), (away, theirs, ours, 1.0 - share)]
        {
            let none = TeamSeason { scored: 0.0, conceded: 0.0, wins: 0.0, n_matches: 0.0 };
            let record = teams.entry((season, team)).or_insert(none);
            record.scored += scored;
            record.conceded += conceded;
            record.wins += wins;
            record.n_matches += 1.0;
        }
    }
    teams.into_values().collect()
}

/// The columns of a file as season, home, away and both scores; rows without a score are left out.
fn results(file: &str, columns: [&str; 5]) -> Option<Vec<(i32, String, String, f64, f64)>> {
    let text = testkit::shared::shared_text(file)?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next()?.split(',').collect();
    let places = columns.map(|c| head.iter().position(|h| *h == c).unwrap());
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [season, home, away, ours, theirs] = places.map(|p| fields[p]);
        let scores = (ours.parse().ok()?, theirs.parse().ok()?);
        Some((season.parse().ok()?, home.to_owned(), away.to_owned(), scores.0, scores.1))
    };
    Some(lines.filter_map(row).collect())
}

#[test]
fn exponents_of_real_seasons() {
    let nfl = results("data/nfl/games.csv", ["season", "home_team", "away_team", "home_score", "away_score"]);
    let nba =
        results("data/nba/games_with_lines.csv", ["season", "home", "away", "score_home", "score_away"]);
    // The minima are those of a golden-section search in another language on the same files. Morey's 13.91 has held; Schatz's
    // 2.37 for the NFL has not: 2.63 fits 2009 to 2014, 2.74 fits 2015 to 2023.
    for (results, expected, published, tolerance) in
        [(nfl, 2.737_474_65, 2.37, 0.4), (nba, 13.901_792_17, 13.91, 0.05)]
    {
        let Some(results) = results else { continue };
        let got = fit_exponent(&seasons(results.into_iter())).unwrap();
        assert!((got - expected).abs() < 1e-6, "{got} against {expected}");
        assert!((got - published).abs() < tolerance, "{got} against {published}");
    }
}

#[test]
fn records_carry_over_and_exponents_are_fitted_when_a_season_ends() {
    let rules = PythagoreanRules { exponent: 2.0, prior_matches: 0.0, carry_over: 0.5, newcomer: -0.2 };
    let mut table = PythagoreanTable::new(rules);
    table.learn(&fixture(1, 2, 2020), Score::new(30, 10));
    table.learn(&fixture(2, 1, 2020), Score::new(20, 10));
    // 40 for and 30 against: 16 / 25 by the square.
    assert!((table.rating(TeamId(1), Season::starting(2020)) - 0.64).abs() < 1e-12);
    assert!((table.difference(&fixture(1, 2, 2020)) - 2.0 * (16.0_f64 / 9.0).ln()).abs() < 1e-12);
    assert_eq!(table.exponent(), 2.0);
    // Half the record is left, so its ratio stays until something is added.
    assert!((table.rating(TeamId(1), Season::starting(2021)) - 0.64).abs() < 1e-12);
    assert_eq!(table.log_odds(TeamId(9), Season::starting(2020)), 0.0, "first season on record");
    table.learn(&fixture(1, 2, 2021), Score::new(20, 15));
    // Both won one of two, so the season that ended says x = 0, which is none; the default stays.
    assert_eq!(table.exponent(), 2.0);
    let expected = 2.0 * (40.0_f64 / 30.0).ln();
    assert!((table.log_odds(TeamId(1), Season::starting(2021)) - expected).abs() < 1e-12);
}

#[test]
fn average_matches_steady_a_first_result() {
    let rules = PythagoreanRules { exponent: 2.0, prior_matches: 4.0, carry_over: 0.5, newcomer: -0.2 };
    let mut table = PythagoreanTable::new(rules);
    table.learn(&fixture(1, 2, 2020), Score::new(30, 10));
    // m = 20 per side: (30 + 80) / (10 + 80).
    let expected = 2.0 * (110.0_f64 / 90.0).ln();
    assert!((table.log_odds(TeamId(1), Season::starting(2020)) - expected).abs() < 1e-12);
    assert!((table.log_odds(TeamId(9), Season::starting(2021)) + 0.4).abs() < 1e-12, "a newcomer");
}
