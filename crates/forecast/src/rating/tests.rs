//! What holds for every rating on the list, and what their own tests share.

use std::collections::BTreeSet;

use domain::{Conditions, Outcome, RecordedBy, Score};
use jiff::Timestamp;
use testkit::{PointsLeague, SoccerLeague};

use super::{elo::tests::fixture, *};

/// Home, away, score.
pub(super) type Result = (i64, i64, (u16, u16));

/// A team with its name in a reference file.
pub(super) type Named = (String, TeamId);

/// What a reference file rates a team at.
pub(super) type Expected = (Named, f64);

/// Duke (1), Miami (2), North Carolina (3), Virginia (4) and Virginia Tech (5) against each other in 2005: the example of
/// Langville and Meyer (2012), Who's #1?, table 1.1.
pub(super) const ACC_2005: [Result; 10] = [
    (1, 2, (7, 52)),
    (1, 3, (21, 24)),
    (1, 4, (7, 38)),
    (1, 5, (0, 45)),
    (2, 3, (34, 16)),
    (2, 4, (25, 17)),
    (2, 5, (27, 7)),
    (3, 4, (7, 5)),
    (3, 5, (3, 30)),
    (4, 5, (14, 52)),
];

/// A table after the matches of one season.
pub(super) fn fed<T: RatingTable>(mut table: T, matches: &[Result]) -> T {
    for (home, away, score) in matches {
        feed(&mut table, &fixture(*home, *away, 2005), Score::new(score.0, score.1));
    }
    table
}

fn feed(table: &mut dyn RatingTable, fixture: &Fixture, score: Score) {
    let outcome = Outcome::completed(score);
    table.update(&PlayedMatch {
        fixture,
        outcome: &outcome,
        statistics: None,
        line_up: None,
        conditions: Conditions::default(),
    });
}

/// Teams by name, and the matches of a reference file; none when the folder of shared data is not there.
pub(super) fn reference_matches(file: &str) -> Option<(Vec<Named>, Vec<Result>)> {
    let text = testkit::shared::shared_text(&format!("reference/models/{file}"))?;
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let names: BTreeSet<&str> = rows.iter().flat_map(|row| [row[2], row[3]]).collect();
    let names: Vec<Named> = names.into_iter().map(str::to_owned).zip((1..).map(TeamId)).collect();
    let id = |name: &str| names.iter().find(|(n, _)| n == name).map(|(_, team)| team.0).unwrap();
    let matches = rows
        .iter()
        .map(|row| (id(row[2]), id(row[3]), (row[4].parse().unwrap(), row[5].parse().unwrap())))
        .collect();
    Some((names, matches))
}

/// The matches of epl_1s.csv or epl_5s.csv and the ratings massey_colley.json has for them.
pub(super) fn reference_table(seasons: &str, system: &str) -> Option<(Vec<Result>, Vec<Expected>)> {
    let (names, matches) = reference_matches(&format!("epl_{seasons}.csv"))?;
    let file = testkit::shared::reference("models/massey_colley.json")?;
    let table = &file[format!("epl_{seasons}")][system];
    let rating = |name: &str| table[name].as_f64().or(table[name]["rating"].as_f64()).unwrap();
    let ratings = names.iter().map(|named| (named.clone(), rating(&named.0))).collect();
    Some((matches, ratings))
}

/// Every rating in every sport it is defined for.
fn for_every_rating(check: impl Fn(&dyn Rating, Sport)) {
    for rating in ratings() {
        assert!(Sport::ALL.iter().any(|sport| rating.supports(*sport)), "{} rates nothing", rating.name());
        for sport in Sport::ALL.into_iter().filter(|sport| rating.supports(*sport)) {
            check(rating.as_ref(), sport);
        }
    }
}

/// Two seasons of six teams with scores as they may be, some at neutral venues.
fn some_matches(sport: Sport) -> Vec<(Fixture, Score)> {
    let points = |n: u16| match sport {
        Sport::Soccer => n % 5,
        Sport::Nfl => 7 * (n % 6),
        Sport::Nba => 90 + n % 31,
    };
    let a_match = |i: u16| {
        let (home, away) = (i64::from(i % 6), i64::from((i + 1 + i / 6 % 5) % 6));
        let (ours, theirs) = (points(i * 7 + i / 4), points(i * 5 + 2));
        let level = sport == Sport::Nba && ours == theirs;
        let score = Score::new(ours + u16::from(level), theirs);
        let of = fixture(home, away, 2020 + i16::try_from(i / 60).unwrap());
        (Fixture { sport, neutral: i.is_multiple_of(4), ..of }, score)
    };
    (0..120).map(a_match).collect()
}

#[test]
fn names_are_unique_and_lead_back() {
    let names: BTreeSet<&str> = ratings().iter().map(|rating| rating.name()).collect();
    assert_eq!(names.len(), ratings().len());
    for name in names {
        assert_eq!(by_name(name).map(|rating| rating.name()), Some(name));
    }
    assert!(by_name("astrology").is_none());
}

#[test]
fn a_neutral_venue_favours_nobody() {
    for_every_rating(|rating, sport| {
        let mut table = rating.table(sport);
        for (fixture, score) in some_matches(sport) {
            let here = Fixture { neutral: true, ..fixture };
            let there = Fixture { home: here.away, away: here.home, ..here };
            let (a, b) = (table.difference(&here), table.difference(&there));
            assert!((a + b).abs() < 1e-9, "{} in {sport}: {a} {b}", rating.name());
            feed(table.as_mut(), &fixture, score);
        }
    });
}

#[test]
fn changed_sides_at_a_neutral_venue_leave_the_same_ratings() {
    for_every_rating(|rating, sport| {
        let (mut here, mut there) = (rating.table(sport), rating.table(sport));
        for (fixture, score) in some_matches(sport) {
            let fixture = Fixture { neutral: true, ..fixture };
            feed(here.as_mut(), &fixture, score);
            let mirrored = Fixture { home: fixture.away, away: fixture.home, ..fixture };
            feed(there.as_mut(), &mirrored, Score::new(score.away, score.home));
        }
        for ((team, a), (_, b)) in here.ratings().into_iter().zip(there.ratings()) {
            assert!((a - b).abs() < 1e-9, "{} in {sport}: {team:?} {a} {b}", rating.name());
        }
    });
}

#[test]
fn a_copy_goes_its_own_way_and_repeats_the_original() {
    for_every_rating(|rating, sport| {
        let mut table = rating.table(sport);
        let matches = some_matches(sport);
        let (first, second) = matches.split_at(70);
        for (fixture, score) in first {
            feed(table.as_mut(), fixture, *score);
        }
        let mut copy = table.clone();
        let before = table.ratings();
        for (fixture, score) in second {
            feed(copy.as_mut(), fixture, *score);
        }
        assert_eq!(table.ratings(), before, "{} shares state with its copy", rating.name());
        for (fixture, score) in second {
            feed(table.as_mut(), fixture, *score);
        }
        assert_eq!(table.ratings(), copy.ratings(), "{} is not deterministic", rating.name());
        assert_eq!(
            table.n_matches(TeamId(0)),
            matches.iter().filter(|(f, _)| f.home.0 == 0 || f.away.0 == 0).count()
        );
    });
}

#[test]
fn winners_rise_and_strangers_are_level() {
    for_every_rating(|rating, sport| {
        let mut table = rating.table(sport);
        let of = |home, away| Fixture { sport, ..fixture(home, away, 2020) };
        assert_eq!(table.difference(&Fixture { neutral: true, ..of(1, 2) }), 0.0);
        let before = table.rating(TeamId(1), Season::starting(2020));
        feed(table.as_mut(), &of(1, 2), Score::new(101, 90));
        assert!(table.rating(TeamId(1), Season::starting(2020)) > before, "{}", rating.name());
        assert!(table.difference(&of(1, 2)) > 0.0 && table.difference(&of(2, 1)) < 0.0, "{}", rating.name());
        assert!(rating.scale(sport) > 0.0 && rating.constants(sport).is_object());
    });
}

/// Correlation of pairs.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / n;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    let xy = mean(&|p| (p.0 - x) * (p.1 - y));
    xy / (mean(&|p| (p.0 - x).powi(2)) * mean(&|p| (p.1 - y).powi(2))).sqrt()
}

#[test]
fn strengths_of_synthetic_leagues_are_found() {
    let soccer = SoccerLeague { n_seasons: 4, promoted: 0, ..SoccerLeague::default() }.generate();
    let margin = |f: &Fixture| {
        let (home, away) = soccer.truth.expected_goals(f);
        home - away
    };
    let nfl = PointsLeague::nfl().generate();
    let nba = PointsLeague { n_seasons: 2, ..PointsLeague::nba() }.generate();
    for rating in ratings() {
        let check = |sport: Sport,
                     fixtures: &[Fixture],
                     history: &domain::History,
                     truth: &dyn Fn(&Fixture) -> f64| {
            let mut table = rating.table(sport);
            for played in history.as_of(Timestamp::MAX, RecordedBy::Now).played() {
                table.update(&played);
            }
            let neutral = fixtures.iter().rev().take(200).map(|f| Fixture { neutral: true, ..*f });
            let pairs: Vec<(f64, f64)> = neutral.map(|f| (table.difference(&f), truth(&f))).collect();
            let found = correlation(&pairs);
            assert!(found > 0.8, "{} in {sport}: {found}", rating.name());
        };
        if rating.supports(Sport::Soccer) {
            check(Sport::Soccer, &soccer.fixtures, &soccer.history, &margin);
        }
        if rating.supports(Sport::Nfl) {
            check(Sport::Nfl, &nfl.fixtures, &nfl.history, &|f| nfl.truth.expected_margin(f));
        }
        if rating.supports(Sport::Nba) {
            check(Sport::Nba, &nba.fixtures, &nba.history, &|f| nba.truth.expected_margin(f));
        }
    }
}
