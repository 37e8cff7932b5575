//! A training table in one pass is what every moment would have seen, bit for bit.

use domain::{History, Score};
use jiff::{SignedDuration, Timestamp};
use testkit::{Played, PointsLeague, SoccerLeague};

use super::*;
use crate::feature::{Ahead, Table, Tracking};

/// Every `step`-th row against a snapshot of its moment.
fn rows_are_live(history: &History, now: Timestamp, since: Option<Timestamp>, step: usize) -> usize {
    let list = features();
    let refs: Vec<&dyn Feature> = list.iter().map(AsRef::as_ref).collect();
    let windowed = |at: Timestamp| {
        let snapshot = history.as_of(at, RecordedBy::Now);
        since.map_or(snapshot.clone(), |since| snapshot.since(since))
    };
    let snapshot = windowed(now);
    let Some(first) = snapshot.played().next().map(|m| *m.fixture) else { return 0 };
    let (table, tracking) = Table::of(&refs, &snapshot, first.competition, first.sport);
    let mut checked = 0;
    for (i, row) in table.rows().iter().enumerate().step_by(step) {
        let then = windowed(row.at);
        let known = then.fixture(row.fixture.id).copied().unwrap_or(row.fixture);
        let seen_from_home = row.fixture.home == known.home;
        assert!(seen_from_home || row.fixture.neutral, "row {i}: {:?}, then {known:?}", row.fixture);
        let live = Tracking::of(&refs, &then, first.competition, first.sport)
            .values(&row.fixture, &Ahead::of(&then.briefing(&row.fixture), row.mirrored));
        for (name, (table, live)) in table.names().iter().zip(table.values(i).iter().zip(&live)) {
            assert_eq!(table.map(f64::to_bits), live.map(f64::to_bits), "{name} of row {i} at {}", row.at);
        }
        checked += 1;
    }
    let next = Tracking::of(&refs, &snapshot, first.competition, first.sport);
    let ahead = Ahead::default();
    assert_eq!(
        tracking.values(&first, &ahead),
        next.values(&first, &ahead),
        "the trackers end at the snapshot's moment"
    );
    checked
}

fn end(history: &Played<impl Sized>) -> Timestamp {
    history.fixtures.last().map_or(Timestamp::MAX, |f| f.kickoff.latest() + SignedDuration::from_hours(96))
}

#[test]
fn rows_equal_what_would_have_been_computed_live() {
    for date_only in [false, true] {
        let league = SoccerLeague {
            n_teams: 8,
            n_seasons: 3,
            neutral_share: 0.1,
            date_only,
            ..SoccerLeague::default()
        };
        let league = league.generate();
        assert!(rows_are_live(&league.history, end(&league), None, 7) > 20);
        let since = league.fixtures[60].kickoff.earliest();
        assert!(rows_are_live(&league.history, end(&league), Some(since), 11) > 8);
    }
    let league = PointsLeague { n_teams: 8, n_seasons: 2, ..PointsLeague::nfl() }.generate();
    assert!(rows_are_live(&league.history, end(&league), None, 9) > 10);
    // With line-ups, roofs and weather.
    let league =
        PointsLeague { n_teams: 8, n_seasons: 2, quarterback_sd: 3.0, ..PointsLeague::nfl() }.generate();
    assert!(rows_are_live(&league.history, end(&league), None, 9) > 10);
    let since = league.fixtures[30].kickoff.earliest();
    assert!(rows_are_live(&league.history, end(&league), Some(since), 9) > 8);
    let league = PointsLeague { n_teams: 6, games: 30, n_seasons: 2, ..PointsLeague::nba() }.generate();
    assert!(rows_are_live(&league.history, end(&league), None, 13) > 10);
}

/// Ten matches; the third is put off to day 6 and its score corrected on day 8, the fifth is withdrawn on day 9, statistics
/// of the first come before its result, those of the second twice.
fn troubled() -> TestHistory {
    let mut history = TestHistory::default();
    let known = |day: i64| noon(day) + SignedDuration::from_hours(3);
    let mut fixtures = Vec::new();
    for day in 0..12 {
        let fixture = history.announce(day, 1 + day % 3, 4 + day % 2);
        history.end(&fixture, (u16::try_from(day % 4).unwrap(), 1), known(if day == 2 { 6 } else { day }));
        fixtures.push(fixture);
    }
    history.end(&fixtures[2], (5, 0), noon(8));
    history.withdraw(&fixtures[4], noon(9));
    history.version(Fixture { neutral: true, ..fixtures[1] }, noon(7));
    for (fixture, day, home) in [(0, -1, 1.0), (1, 3, 2.0), (1, 5, 0.25), (3, 5, 1.5)] {
        history.expected_goals_known(&fixtures[fixture], home, 0.5, known(day));
    }
    history
}

#[test]
fn corrections_take_effect_when_they_are_known_and_not_before() {
    let history = troubled().build();
    assert_eq!(rows_are_live(&history, noon(20), None, 1), 11, "one was withdrawn");
    let goals = named("league_goals");
    let next = Fixture { id: domain::FixtureId(99), ..*history.fixtures_for_scoring()[0] };
    let mean = |day: i64| goals.value(&at(&history, noon(day)), &next).unwrap();
    // Days 0 to 6: 1, 2, 4, 1, 2, 3 and the late third, 3. Then 4; corrected on day 8: 5 in place of 3.
    assert!((mean(7) - 16.0 / 7.0).abs() < 1e-12);
    assert!((mean(8) - 20.0 / 8.0).abs() < 1e-12, "known at noon is not known before noon");
    assert!(
        (goals.value(&at(&history, noon(8) + SignedDuration::from_mins(1)), &next).unwrap() - 22.0 / 8.0)
            .abs()
            < 1e-12
    );
    // On day 9 the fifth (1 goal) is withdrawn and the ninth (1 goal) was told.
    let later = goals.value(&at(&history, noon(9) + SignedDuration::from_mins(1)), &next).unwrap();
    assert!((later - 22.0 / 8.0).abs() < 1e-12, "{later}");
}

#[test]
fn a_match_at_a_neutral_venue_is_seen_from_both_sides() {
    let league = SoccerLeague { n_teams: 6, n_seasons: 2, neutral_share: 0.3, ..SoccerLeague::default() };
    let league = league.generate();
    let snapshot = at(&league.history, end(&league));
    let list = features();
    let refs: Vec<&dyn Feature> = list.iter().map(AsRef::as_ref).collect();
    let (table, _) = Table::of(&refs, &snapshot, league.fixtures[0].competition, domain::Sport::Soccer);
    let weight: f64 = table.rows().iter().map(|r| r.weight).sum();
    assert_eq!(weight, snapshot.played().count() as f64);
    let pairs: Vec<_> = table.rows().windows(2).filter(|w| w[0].fixture.id == w[1].fixture.id).collect();
    assert!(pairs.len() > 3);
    for pair in pairs {
        assert!(pair[0].fixture.neutral && pair[0].fixture.home == pair[1].fixture.away);
        assert_eq!(pair[0].score, Score::new(pair[1].score.away, pair[1].score.home));
    }
    assert_eq!(table.value(table.rows().len(), 0), None);
    assert_eq!(table.value(0, table.names().len()), None);
    assert_eq!(table.rows()[0].n_before, 0);
}
