use domain::{CompetitionId, FixtureId, FixtureStatus, Kickoff, Stage};
use jiff::Timestamp;

use super::*;

/// A fixture of two teams in a season, at home.
pub(crate) fn fixture(home: i64, away: i64, season: i16) -> Fixture {
    Fixture {
        id: FixtureId(1),
        competition: CompetitionId::literal("eng.1"),
        sport: Sport::Soccer,
        season: Season::starting(season),
        home: TeamId(home),
        away: TeamId(away),
        kickoff: Kickoff::At(Timestamp::UNIX_EPOCH),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    }
}

fn plain() -> EloRules {
    EloRules {
        k: 20.0,
        settling: 0.0,
        home_advantage: 100.0,
        home_step: 0.0,
        team_home_step: 0.0,
        initial: 1500.0,
        newcomer: 1500.0,
        carry_over: 1.0,
        margin: MarginOfVictory::Ignored,
        quarterbacks: None,
    }
}

/// reference/models/elo_pi.json, elo: ratings after the 4,180 matches of epl_11s.csv with K 20, H 100, start 1500.
const FINAL_RATINGS: &[(&str, f64)] = &[
    ("Arsenal", 1713.946718480466),
    ("Sunderland", 1383.1110655832128),
    ("Fulham", 1488.844080984295),
    ("Norwich", 1330.513160719952),
    ("Newcastle", 1651.4196553467716),
    ("Tottenham", 1617.9219356440099),
    ("QPR", 1368.241571539193),
    ("Swansea", 1442.1969954191936),
    ("Reading", 1395.9765075659996),
    ("Stoke", 1455.2045561495545),
    ("West Brom", 1407.302846583657),
    ("Liverpool", 1739.9706272958426),
    ("West Ham", 1521.6193494690315),
    ("Aston Villa", 1597.206273460075),
    ("Man City", 1833.0638067197087),
    ("Southampton", 1405.9446820260737),
    ("Wigan", 1436.6211087409613),
    ("Chelsea", 1564.5310147463958),
    ("Everton", 1489.7860750461732),
    ("Man United", 1682.8631531741762),
    ("Cardiff", 1405.4837652801589),
    ("Hull", 1410.390523765408),
    ("Crystal Palace", 1532.4065364973371),
    ("Leicester", 1492.4465006830267),
    ("Burnley", 1474.0700448374175),
    ("Bournemouth", 1452.6746410697244),
    ("Watford", 1372.9984975154891),
    ("Middlesbrough", 1418.9709576920413),
    ("Brighton", 1598.0353672252927),
    ("Huddersfield", 1347.505261809271),
    ("Wolves", 1509.32022386191),
    ("Sheffield United", 1423.174015046421),
    ("Leeds", 1447.3501574212673),
    ("Brentford", 1595.6475117484144),
    ("Nott'm Forest", 1493.2408108520774),
];

/// The same file, pre_match: row of epl_11s.csv and the home side's share of the mass without the draw, which is E.
const PRE_MATCH: &[(usize, f64)] = &[
    (0, 0.6400649998028851),
    (1, 0.6400649998028851),
    (2, 0.6400649998028851),
    (3, 0.6400649998028851),
    (4, 0.6400649998028851),
    (5, 0.6400649998028851),
    (6, 0.6400649998028851),
    (7, 0.6400649998028851),
    (8, 0.6400649998028851),
    (9, 0.6400649998028851),
    (10, 0.6604862947063808),
    (11, 0.6207583268673686),
    (12, 0.6563308062731564),
    (13, 0.6207583268673686),
    (14, 0.6474610286777415),
    (15, 0.6474610286777415),
    (16, 0.6474610286777415),
    (17, 0.6207583268673686),
    (18, 0.6207583268673686),
    (19, 0.6474610286777415),
    (4160, 0.8251094085027636),
    (4161, 0.2968679698851387),
    (4162, 0.7113839855549893),
    (4163, 0.6870866714822745),
    (4164, 0.8457313659280346),
    (4165, 0.8980041713162118),
    (4166, 0.7187713052552109),
    (4167, 0.8339757767047605),
    (4168, 0.29663373316769903),
    (4169, 0.7653101207434423),
    (4170, 0.8479430902858361),
    (4171, 0.6184609910146592),
    (4172, 0.2773955304076263),
    (4173, 0.5200099345151973),
    (4174, 0.6999682566174634),
    (4175, 0.6711884606542186),
    (4176, 0.42342045293652864),
    (4177, 0.5769597656582214),
    (4178, 0.8396446738063429),
    (4179, 0.19507366365332413),
];

/// Matches of a reference file as home, away, score; none when the folder of shared data is not there.
fn reference_matches() -> Option<Vec<(String, String, Score)>> {
    let text = testkit::shared::shared_text("reference/models/epl_11s.csv")?;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let score = Score::new(fields[4].parse().unwrap(), fields[5].parse().unwrap());
        (fields[2].to_owned(), fields[3].to_owned(), score)
    };
    Some(text.lines().skip(1).map(row).collect())
}

#[test]
fn ratings_of_eleven_seasons() {
    let Some(matches) = reference_matches() else { return };
    let mut names: Vec<String> = matches.iter().map(|m| m.0.clone()).collect();
    names.sort();
    names.dedup();
    let id = |name: &str| (0..).zip(&names).find(|(_, n)| *n == name).unwrap().0;
    let mut table = EloTable::new(plain());
    for (row, (home, away, score)) in matches.iter().enumerate() {
        // The reference knows no seasons: relegated teams keep their rating until they return.
        let fixture = fixture(id(home), id(away), 2012);
        if let Some((_, expected)) = PRE_MATCH.iter().find(|(i, _)| *i == row) {
            let got = expectation(table.advantage(&fixture));
            assert!((got - expected).abs() < 1e-12, "row {row}: {got} against {expected}");
        }
        table.learn(&fixture, *score);
    }
    assert_eq!(table.ratings().len(), FINAL_RATINGS.len());
    for (name, expected) in FINAL_RATINGS {
        let got = table.rating(TeamId(id(name)), Season::starting(2012));
        assert!((got - expected).abs() < 1e-6, "{name}: {got} against {expected}");
    }
}

#[test]
fn expectation_of_round_numbers() {
    assert_eq!(expectation(0.0), 0.5);
    assert!((expectation(400.0) - 10.0 / 11.0).abs() < 1e-15);
    assert!((expectation(-400.0) - 1.0 / 11.0).abs() < 1e-15);
}

#[test]
fn the_first_match_of_the_reference_by_hand() {
    // Arsenal 0-0 Sunderland at 1500 each: E = 1 / (1 + 10^(-100/400)) = 0.640065, a draw costs 20 * 0.140065.
    let mut table = EloTable::new(plain());
    table.learn(&fixture(1, 2, 2012), Score::new(0, 0));
    let step = 20.0 * (1.0 / (1.0 + 10f64.powf(-0.25)) - 0.5);
    assert!((table.rating(TeamId(1), Season::starting(2012)) - (1500.0 - step)).abs() < 1e-12);
    assert!((table.rating(TeamId(2), Season::starting(2012)) - (1500.0 + step)).abs() < 1e-12);
}

#[test]
fn published_multipliers() {
    let goal = |margin| MarginOfVictory::GoalIndex.multiplier(margin, 0.0);
    // eloratings.net: 1 up to one goal, 3/2 for two, (11 + n) / 8 for more.
    assert_eq!((goal(0), goal(-1), goal(2), goal(3), goal(-5)), (1.0, 1.0, 1.5, 1.75, 2.0));
    // A ten-point NFL win of a 100-point favourite: ln 11 * 2.2 / 2.3; of the outsider: ln 11 * 2.2 / 2.1.
    let log = MarginOfVictory::Logarithm;
    assert!((log.multiplier(10, 100.0) - 11f64.ln() * 2.2 / 2.3).abs() < 1e-12);
    assert!((log.multiplier(-10, 100.0) - 11f64.ln() * 2.2 / 2.1).abs() < 1e-12);
    assert!((log.multiplier(0, 300.0) - 2f64.ln()).abs() < 1e-12);
    // A ten-point NBA win of equals: 13^0.8 / 7.5 = 1.0377.
    let power = MarginOfVictory::Power.multiplier(10, 0.0);
    assert!((power - 1.0377).abs() < 1e-4, "{power}");
}

#[test]
fn seasons_newcomers_and_neutral_venues() {
    let rules = EloRules { newcomer: 1400.0, carry_over: 0.75, ..plain() };
    let mut table = EloTable::new(rules);
    assert_eq!(table.rating(TeamId(1), Season::starting(2020)), 1500.0, "everybody is new");
    table.learn(&fixture(1, 2, 2020), Score::new(3, 0));
    let after = table.rating(TeamId(1), Season::starting(2020));
    let next = table.rating(TeamId(1), Season::starting(2021));
    assert!((next - (1500.0 + 0.75 * (after - 1500.0))).abs() < 1e-12);
    assert_eq!(table.rating(TeamId(9), Season::starting(2021)), 1400.0, "promoted");
    assert_eq!(table.rating(TeamId(9), Season::starting(2020)), 1500.0, "first season on record");
    table.learn(&fixture(1, 9, 2021), Score::new(1, 1));
    assert_eq!(table.rating(TeamId(2), Season::starting(2022)), 1400.0, "came back after a season below");
    assert_eq!(table.n_matches(TeamId(1)), 2);
    let neutral = Fixture { neutral: true, ..fixture(1, 9, 2021) };
    assert_eq!(table.advantage(&neutral), table.difference(&neutral));
    assert_eq!(table.advantage(&fixture(1, 9, 2021)), table.difference(&neutral) + 100.0);
}

#[test]
fn home_advantage_follows_results_where_it_is_learnt() {
    let mut table = EloTable::new(EloRules { home_step: 0.1, team_home_step: 0.25, ..plain() });
    let (first, second) = (fixture(1, 2, 2020), fixture(3, 4, 2020));
    let neutral = Fixture { neutral: true, ..first };
    table.learn(&first, Score::new(1, 0));
    let step = 20.0 * (1.0 - expectation(100.0));
    assert!((table.home_advantage(&second) - (100.0 + 0.1 * step)).abs() < 1e-12, "the league's");
    assert!((table.home_advantage(&first) - (100.0 + 0.35 * step)).abs() < 1e-12, "and the team's own");
    assert_eq!(table.home_advantage(&neutral), 0.0);
    assert!((table.difference(&first) - table.difference(&neutral) - 0.35 * step).abs() < 1e-12);
    let before = table.home_advantage(&second);
    table.learn(&neutral, Score::new(0, 4));
    assert_eq!(table.home_advantage(&second), before, "a neutral venue says nothing of it");
}

#[test]
fn first_steps_on_record_are_longer_and_fade() {
    let mut table = EloTable::new(EloRules { settling: 10.0, ..plain() });
    let gap = |table: &EloTable| table.difference(&fixture(1, 2, 2020));
    table.learn(&fixture(1, 2, 2020), Score::new(1, 0));
    let share = 1.0 - expectation(100.0);
    assert!((gap(&table) - 2.0 * 3.0 * 20.0 * share).abs() < 1e-9, "three steps at first");
    let (before, share) = (gap(&table), 1.0 - expectation(100.0 + gap(&table)));
    table.learn(&fixture(1, 2, 2020), Score::new(1, 0));
    let second = 20.0 * (1.0 + 2.0 * (-0.1f64).exp());
    assert!((gap(&table) - before - 2.0 * second * share).abs() < 1e-9, "less in the second match");
    // A team that joins in a later season takes plain steps.
    table.learn(&fixture(1, 9, 2021), Score::new(0, 1));
    let joined = table.rating(TeamId(9), Season::starting(2021)) - 1500.0;
    let founder = 1500.0 + before / 2.0 + second * share - table.rating(TeamId(1), Season::starting(2021));
    assert!(joined > 0.0 && founder > 2.0 * joined, "{joined} {founder}");
}

#[test]
fn what_one_side_gains_the_other_loses() {
    for sport in Sport::ALL {
        let mut table = EloTable::new(EloRules { settling: 0.0, ..EloRules::of(sport) });
        for i in 0..50u16 {
            table.learn(&fixture(i64::from(i % 5), i64::from(5 + i % 3), 2020), Score::new(i % 7, i % 4));
        }
        let sum: f64 = table.ratings().iter().map(|(_, rating)| rating - 1500.0).sum();
        assert!(sum.abs() < 1e-9, "{sport}: {sum}");
    }
}
