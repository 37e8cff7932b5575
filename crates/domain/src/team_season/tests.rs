use jiff::{SignedDuration, Timestamp, civil::date};
use proptest::prelude::*;

use super::*;
use crate::{
    competition::{COMPETITIONS, Competition},
    fact::{Fact, KnownRule, Sequence, Times},
    fixture::{FixtureId, Kickoff},
    history::{History, RecordedBy, ResultOf, StatisticsOf},
    outcome::{Outcome, Score},
    statistics::MatchStatistics,
};

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// Facts as an import would store them.
#[derive(Default)]
struct Facts {
    fixtures: Vec<Fact<Fixture>>,
    results: Vec<Fact<ResultOf>>,
    statistics: Vec<Fact<StatisticsOf>>,
    sequence: i64,
}

fn competition(id: &str) -> &'static Competition {
    COMPETITIONS.iter().find(|c| c.id.as_str() == id).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A match of teams 1 and 2 in one season of a competition.
fn fixture(competition: &Competition, id: i64, kickoff: &str) -> Fixture {
    Fixture {
        id: FixtureId(id),
        competition: competition.id,
        sport: competition.sport,
        season: Season::starting(2023),
        home: TeamId(1),
        away: TeamId(2),
        kickoff: Kickoff::At(at(kickoff)),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    }
}

impl Facts {
    fn times(&mut self, known_at: Timestamp) -> Times {
        self.sequence += 1;
        let sequence = Sequence(self.sequence);
        Times {
            occurred_at: known_at,
            known_at,
            known_rule: KnownRule::Observed,
            recorded_at: known_at,
            sequence,
        }
    }

    fn announce(&mut self, fixture: Fixture, known_at: Timestamp) {
        let times = self.times(known_at);
        self.fixtures.push(Fact { times, value: fixture });
    }

    fn end(&mut self, fixture: &Fixture, outcome: Outcome, known_at: Timestamp) {
        let times = self.times(known_at);
        self.results.push(Fact { times, value: ResultOf { fixture: fixture.id, outcome } });
    }

    fn count(&mut self, fixture: &Fixture, expected: (f64, f64), known_at: Timestamp) {
        let pair = Some(Pair { home: expected.0, away: expected.1 });
        let statistics = MatchStatistics { expected_goals: pair, ..MatchStatistics::default() };
        let times = self.times(known_at);
        self.statistics.push(Fact { times, value: StatisticsOf { fixture: fixture.id, statistics } });
    }

    /// Listed a week before, played to its end, known two and a half hours later.
    fn play(&mut self, fixture: Fixture, outcome: Outcome) {
        let kickoff = fixture.kickoff.earliest();
        self.announce(fixture, kickoff - hours(168));
        self.announce(Fixture { status: FixtureStatus::Completed, ..fixture }, kickoff + hours(2));
        self.end(&fixture, outcome, kickoff + hours(2));
    }

    fn history(self) -> History {
        History::new(self.fixtures, self.results, self.statistics, Vec::new())
    }
}

fn score(home: u16, away: u16) -> Outcome {
    Outcome::completed(Score::new(home, away))
}

fn standing(history: &History, competition: &Competition, team: i64, as_of: Timestamp) -> TeamSeason {
    let all = seasons(&history.as_of(as_of, RecordedBy::Now), competition.id);
    all.into_iter().find(|s| s.team == TeamId(team)).unwrap()
}

fn tally(won: u32, drawn: u32, lost: u32, scored: u32, conceded: u32) -> Tally {
    Tally { won, drawn, lost, scored, conceded }
}

#[test]
fn a_season_with_everything_that_happens_to_matches() {
    let league = competition("eng.1");
    let of = |id, kickoff| fixture(league, id, kickoff);
    let mut facts = Facts::default();
    facts.play(of(1, "2023-08-12T14:00:00Z"), score(2, 0));
    facts.play(of(2, "2023-08-19T14:00:00Z"), score(1, 1));
    facts.play(Fixture { home: TeamId(2), away: TeamId(1), ..of(3, "2023-08-26T14:00:00Z") }, score(3, 1));
    facts.play(Fixture { neutral: true, ..of(4, "2023-09-02T14:00:00Z") }, score(1, 0));
    // Extra time belongs to a cup: the record takes the score after regulation.
    let extra = Outcome::after_overtime(Some(Score::new(2, 2)), Score::new(3, 2));
    facts.play(of(5, "2023-09-09T14:00:00Z"), extra);
    facts.play(Fixture { stage: Stage::Playoff, ..of(6, "2023-09-16T14:00:00Z") }, score(4, 0));
    let listed = at("2023-08-01T00:00:00Z");
    for (id, status) in [
        (7, FixtureStatus::Scheduled),
        (8, FixtureStatus::Postponed),
        (9, FixtureStatus::Abandoned),
        (10, FixtureStatus::Cancelled),
    ] {
        facts.announce(Fixture { status, ..of(id, "2023-10-01T14:00:00Z") }, listed);
    }
    let broken_off = Outcome { status: OutcomeStatus::Abandoned, ..score(1, 0) };
    facts.end(&of(9, "2023-10-01T14:00:00Z"), broken_off, at("2023-10-01T17:00:00Z"));
    facts.announce(Fixture { home: TeamId(3), away: TeamId(4), ..of(11, "2023-10-01T14:00:00Z") }, listed);
    let history = facts.history();
    let one = standing(&history, league, 1, Timestamp::MAX);
    assert_eq!(one.statistics.all, tally(2, 2, 1, 7, 6));
    assert_eq!(one.statistics.home, tally(1, 2, 0, 5, 3));
    assert_eq!(one.statistics.away, tally(0, 0, 1, 1, 3));
    assert_eq!((one.statistics.points, one.statistics.overtime), (Some(8), None));
    assert_eq!(one.statistics.playoffs, Playoffs { played: 1, won: 1 });
    assert_eq!(
        (one.statistics.form.to_string(), one.statistics.streak.unwrap().to_string()),
        ("WDLWD".into(), "D1".into())
    );
    assert_eq!(one.unplayed, 3, "scheduled, postponed and abandoned, not the cancelled one");
    let two = standing(&history, league, 2, Timestamp::MAX);
    assert_eq!((two.statistics.all, two.statistics.points), (tally(1, 2, 2, 6, 7), Some(5)));
    let waiting = standing(&history, league, 3, Timestamp::MAX);
    assert_eq!(
        (waiting.statistics.all.played(), waiting.unplayed, waiting.statistics.points),
        (0, 1, Some(0))
    );
    assert_eq!(waiting.statistics.all.win_share(), None);
}

#[test]
fn a_win_was_worth_two_points_once() {
    let league = competition("esp.1");
    for (year, points) in [(1994, 3), (1995, 4)] {
        let mut facts = Facts::default();
        let season = Season::starting(year);
        facts.play(Fixture { season, ..fixture(league, 1, "1995-02-04T14:00:00Z") }, score(1, 0));
        facts.play(Fixture { season, ..fixture(league, 2, "1995-02-11T14:00:00Z") }, score(0, 0));
        let one = standing(&facts.history(), league, 1, Timestamp::MAX);
        assert_eq!(one.statistics.points, Some(points), "{season}");
    }
}

#[test]
fn ties_and_overtime_of_the_nfl() {
    let nfl = competition("nfl");
    let of = |id, kickoff| fixture(nfl, id, kickoff);
    let mut facts = Facts::default();
    facts.play(of(1, "2023-09-10T17:00:00Z"), score(24, 20));
    facts.play(
        of(2, "2023-09-17T17:00:00Z"),
        Outcome::after_overtime(Some(Score::new(20, 20)), Score::new(23, 20)),
    );
    facts.play(of(3, "2023-09-24T17:00:00Z"), Outcome::after_overtime(None, Score::new(20, 20)));
    facts.play(of(4, "2023-10-01T17:00:00Z"), Outcome::after_overtime(None, Score::new(17, 20)));
    facts.play(Fixture { stage: Stage::Playoff, ..of(5, "2024-01-14T17:00:00Z") }, score(10, 30));
    let one = standing(&facts.history(), nfl, 1, Timestamp::MAX).statistics;
    assert_eq!((one.all, one.points), (tally(2, 1, 1, 84, 80), None));
    assert_eq!(one.overtime, Some(Overtime { won: 1, lost: 0, unknown: 1 }));
    assert_eq!(one.playoffs, Playoffs { played: 1, won: 0 });
    assert_eq!(one.all.win_share(), Some(0.625));
}

#[test]
fn form_is_the_last_five_and_a_streak_goes_on() {
    let mut form = Form::default();
    assert_eq!(form.to_string(), "");
    for ended in [Ended::Lost, Ended::Won, Ended::Drawn, Ended::Won, Ended::Won, Ended::Won] {
        form.push(ended);
    }
    assert_eq!(form.to_string(), "WDWWW");
    let league = competition("eng.1");
    let mut facts = Facts::default();
    for day in 1..=4 {
        facts.play(fixture(league, day, &format!("2023-09-0{day}T14:00:00Z")), score(1, 0));
    }
    let history = facts.history();
    assert_eq!(standing(&history, league, 1, Timestamp::MAX).statistics.streak.unwrap().to_string(), "W4");
    assert_eq!(standing(&history, league, 2, Timestamp::MAX).statistics.streak.unwrap().to_string(), "L4");
}

/// Day, moment and points of a team's rows.
fn rows(history: &History, competition: &Competition, team: i64) -> Vec<(String, String, Option<u32>)> {
    let of_team = days(history, competition).into_iter().filter(|row| row.team == TeamId(team));
    of_team.map(|row| (row.on.to_string(), row.known_at.to_string(), row.statistics.points)).collect()
}

#[test]
fn a_correction_is_known_from_its_moment_on_and_goes_through_all_later_days() {
    let league = competition("eng.1");
    let of = |id, kickoff| fixture(league, id, kickoff);
    let mut facts = Facts::default();
    facts.play(of(1, "2023-08-12T14:00:00Z"), score(2, 0));
    facts.play(of(2, "2023-08-19T14:00:00Z"), score(0, 1));
    facts.count(&of(1, "2023-08-12T14:00:00Z"), (1.5, 0.5), at("2023-08-13T16:00:00Z"));
    facts.end(&of(1, "2023-08-12T14:00:00Z"), score(1, 1), at("2024-01-01T00:00:00Z"));
    let history = facts.history();
    let row = |on: &str, known: &str, points| (on.to_owned(), known.to_owned(), Some(points));
    assert_eq!(
        rows(&history, league, 1),
        [
            row("2023-08-12", "2023-08-12T16:00:00Z", 3),
            row("2023-08-12", "2023-08-13T16:00:00Z", 3),
            row("2023-08-12", "2024-01-01T00:00:00Z", 1),
            row("2023-08-19", "2023-08-19T16:00:00Z", 3),
            row("2023-08-19", "2024-01-01T00:00:00Z", 1),
        ]
    );
    let last = days(&history, league).into_iter().rfind(|row| row.team == TeamId(1)).unwrap();
    assert_eq!(last.statistics.expected_goals, Counted { matches: 1, own: 1.5, other: 0.5 });
}

#[test]
fn a_match_that_turns_out_to_have_been_another_day_leaves_its_day_behind() {
    let league = competition("eng.1");
    let old = fixture(league, 1, "2023-08-12T14:00:00Z");
    let mut facts = Facts::default();
    facts.play(old, score(2, 0));
    let moved =
        Fixture { kickoff: Kickoff::At(at("2023-08-15T14:00:00Z")), status: FixtureStatus::Completed, ..old };
    facts.announce(moved, at("2023-09-01T00:00:00Z"));
    facts.end(&old, Outcome { status: OutcomeStatus::Cancelled, ..score(2, 0) }, at("2023-10-01T00:00:00Z"));
    let row = |on: &str, known: &str, points| (on.to_owned(), known.to_owned(), Some(points));
    assert_eq!(
        rows(&facts.history(), league, 1),
        [
            row("2023-08-12", "2023-08-12T16:00:00Z", 3),
            row("2023-08-12", "2023-09-01T00:00:00Z", 0),
            row("2023-08-15", "2023-09-01T00:00:00Z", 3),
            row("2023-08-15", "2023-10-01T00:00:00Z", 0),
        ]
    );
}

#[test]
fn a_day_is_the_venue_s() {
    let nba = competition("nba");
    let mut facts = Facts::default();
    facts.play(fixture(nba, 1, "2024-01-02T03:30:00Z"), score(101, 99));
    assert_eq!(
        days(&facts.history(), nba)[0].on,
        date(2024, 1, 1),
        "half past ten in the evening of New York"
    );
}

/// Something that becomes known about one of a few fixtures.
#[derive(Debug, Clone)]
enum Event {
    Version { day: i64, season: i16, status: usize, neutral: bool, playoff: bool },
    Result { home: u16, away: u16, completed: bool },
    Statistics { home: u8, away: u8 },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..20_i64, 2022..2024_i16, 0..6_usize, any::<bool>(), any::<bool>()).prop_map(
            |(day, season, status, neutral, playoff)| Event::Version {
                day,
                season,
                status,
                neutral,
                playoff
            }
        ),
        (0..4_u16, 0..4_u16, any::<bool>()).prop_map(|(home, away, completed)| Event::Result {
            home,
            away,
            completed
        }),
        (0..9_u8, 0..9_u8).prop_map(|(home, away)| Event::Statistics { home, away }),
    ]
}

fn told(league: &Competition, events: &[(i64, i64, Event)]) -> History {
    let begin = at("2023-08-01T12:00:00Z");
    let mut facts = Facts::default();
    for (id, known, event) in events {
        let known_at = begin + hours(*known);
        let plain = Fixture {
            home: TeamId(id % 3),
            away: TeamId(id % 3 + 1),
            ..fixture(league, *id, "2023-08-01T12:00:00Z")
        };
        match event {
            Event::Version { day, season, status, neutral, playoff } => {
                let version = Fixture {
                    season: Season::starting(*season),
                    kickoff: Kickoff::At(begin + hours(*day * 24)),
                    status: FixtureStatus::ALL[*status],
                    neutral: *neutral,
                    stage: if *playoff { Stage::Playoff } else { Stage::Regular },
                    ..plain
                };
                facts.announce(version, known_at);
            }
            Event::Result { home, away, completed } => {
                let status = if *completed { OutcomeStatus::Completed } else { OutcomeStatus::Abandoned };
                facts.end(&plain, Outcome { status, ..score(*home, *away) }, known_at);
            }
            Event::Statistics { home, away } => {
                facts.count(&plain, (f64::from(*home) / 10.0, f64::from(*away) / 10.0), known_at);
            }
        }
    }
    facts.history()
}

proptest! {
    /// However facts come and go, the rows known before a moment say what a snapshot of that moment says.
    #[test]
    fn the_last_row_known_is_the_record_of_a_snapshot(
        events in prop::collection::vec((0..5_i64, 0..60_i64, event()), 1..60)
    ) {
        let league = competition("eng.1");
        let history = told(league, &events);
        let rows = days(&history, league);
        for hour in 0..=61_i64 {
            let as_of = at("2023-08-01T12:00:00Z") + hours(hour);
            let known = rows.iter().filter(|row| row.known_at < as_of);
            let mut last: BTreeMap<(Season, TeamId), &TeamDay> = BTreeMap::new();
            for row in known {
                last.insert((row.season, row.team), row);
            }
            for expected in seasons(&history.as_of(as_of, RecordedBy::Now), league.id) {
                let start = TeamStatistics::start(league.sport);
                let told = last.remove(&(expected.season, expected.team)).map_or(start, |row| row.statistics);
                prop_assert_eq!(told, expected.statistics, "{:?} as of {}", expected.team, as_of);
            }
            for ((season, team), row) in last {
                let start = TeamStatistics::start(league.sport);
                prop_assert_eq!(row.statistics, start, "{}: {:?} has left it", season, team);
            }
        }
    }
}
