use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, Kickoff, Sport, Stage, TeamId,
    table_rules::nba::DIVISIONS,
};
use jiff::Timestamp;
use rand_xoshiro::rand_core::SeedableRng;

use super::*;
use crate::simulation::{Played, format::seats};

fn names() -> Vec<String> {
    let mut names: Vec<String> =
        DIVISIONS.iter().flat_map(|d| d.teams).map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    names
}

fn state(played: Vec<Played>, remaining: Vec<Fixture>) -> SeasonState {
    SeasonState {
        teams: (0..30).map(TeamId).collect(),
        played,
        n_listed: remaining.len(),
        remaining,
        playoffs: Vec::new(),
    }
}

#[test]
fn a_series_of_even_games_is_even_and_a_certain_home_side_wins_in_seven() {
    assert!((series_won(0.5, 0.5, 0, 0) - 0.5).abs() < 1e-12);
    assert_eq!(series_won(1.0, 0.0, 0, 0), 1.0, "four of seven games at home");
    assert_eq!((series_won(0.3, 0.3, 4, 2), series_won(0.9, 0.9, 0, 4)), (1.0, 0.0));
    // Binomial: at least 4 of 7 at 0.6 each.
    assert!((series_won(0.6, 0.6, 0, 0) - 0.710208).abs() < 1e-6);
    // From 3-3 only the last game counts, at home.
    assert_eq!(series_won(0.7, 0.4, 3, 3), 0.7);
}

#[test]
fn margins_keep_their_probabilities() {
    let exact =
        ScoreDistribution::from_fn(5, 4, |s| f64::from(u8::from(s.home != s.away)) * f64::from(1 + s.home))
            .unwrap();
    let margins = MarginForecast::of(&exact);
    let mean: f64 = margins.scores.iter().zip(&margins.weights).map(|(s, w)| w * f64::from(s.margin())).sum();
    assert!((mean - exact.expectation(|s| f64::from(s.margin()))).abs() < 1e-12);
    let home: f64 =
        margins.scores.iter().zip(&margins.weights).filter(|(s, _)| s.margin() > 0).map(|(_, w)| w).sum();
    assert!((home - exact.outcome_probabilities().home).abs() < 1e-12);
}

#[test]
fn everybody_who_should_goes_on() {
    let seats = seats(&names(), &DIVISIONS).unwrap();
    let mut remaining = Vec::new();
    for home in 0..30 {
        for away in (0..30).filter(|away| *away != home) {
            remaining.push(Fixture {
                id: FixtureId(0),
                competition: CompetitionId::literal("nba"),
                sport: Sport::Nba,
                season: Season::starting(2022),
                home: TeamId(home),
                away: TeamId(away),
                kickoff: Kickoff::At(Timestamp::UNIX_EPOCH),
                neutral: false,
                stage: Stage::Regular,
                status: FixtureStatus::Scheduled,
            });
        }
    }
    let state = state(Vec::new(), remaining);
    let even = ScoreDistribution::from_fn(9, 9, |s| f64::from(u8::from(s.home != s.away))).unwrap();
    let forecasts = vec![MarginForecast::of(&even); state.remaining.len()];
    let play_offs = PairingOdds::by(30, |_, _| 0.6);
    for (season, play_in) in [(2018, 0.0), (2022, 8.0)] {
        let season = Season::starting(season);
        let nba = Nba { state: &state, season, seats: &seats, forecasts: &forecasts, play_offs: &play_offs };
        let shares = nba.simulate(Runs { n: 300, seed: 2 }).unwrap();
        let sum = |name: usize| (0..30).map(|team| shares.reached(team)[name].value).sum::<f64>();
        for (name, expected) in [6.0, play_in, 16.0, 4.0, 2.0, 1.0].into_iter().enumerate() {
            assert!((sum(name) - expected).abs() < 1e-9, "{season} {}: {}", NAMES[name], sum(name));
        }
    }
}

/// Final order of the conferences in 2018-19, places 1 to 8. Source: the play-off bracket of the league.
const PLACES: [[&str; 8]; 2] = [
    ["Milwaukee", "Toronto", "Philadelphia", "Boston", "Indiana", "Brooklyn", "Orlando", "Detroit"],
    [
        "Golden State",
        "Denver",
        "Portland",
        "Houston",
        "Utah",
        "Oklahoma City",
        "San Antonio",
        "Los Angeles Clippers",
    ],
];

#[test]
fn the_order_of_a_real_season() {
    let Some(csv) = testkit::shared::shared_text("data/nba/games_with_lines.csv") else { return };
    // The file's spellings in the order of the sorted names.
    let codes = "atl bos bkn cha chi cle dal den det gs hou ind lac lal mem mia mil min no ny okc orl phi phx por sac sa tor utah wsh";
    let codes: Vec<&str> = codes.split(' ').collect();
    let team = |code: &str| codes.iter().position(|c| *c == code).unwrap_or_else(|| panic!("{code}")) as u8;
    let mut played = Vec::new();
    for line in csv.lines().filter(|line| line.starts_with("2019,")) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[2] == "TRUE" {
            let score = Score::new(cells[7].parse().unwrap(), cells[6].parse().unwrap());
            played.push(Played { home: team(cells[5]), away: team(cells[4]), score });
        }
    }
    assert_eq!(played.len(), 1230);
    let (names, state) = (names(), state(played, Vec::new()));
    let seats = seats(&names, &DIVISIONS).unwrap();
    let schedule = Schedule::of(&state, &seats);
    let scores: Vec<Score> = state.played.iter().map(|p| p.score).collect();
    let standings = Standings::of(&schedule, &scores);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    for (conference, expected) in (0..).zip(PLACES) {
        let mut counts = Milestones::new(30, NAMES.len(), 82);
        let order = conference_order(&standings, conference, &mut counts, &mut generator);
        for (team, expected) in order.iter().zip(expected) {
            let name = &names[usize::from(*team)];
            assert!(name.starts_with(expected), "{expected} stood where {name} is: {order:?}");
        }
    }
}
