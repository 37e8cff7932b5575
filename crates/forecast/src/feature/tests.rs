//! Every feature against a value worked out by hand on a league of a few matches.

use domain::{
    BookId, Briefing, Phase, RecordedBy, Season, Weather, conditions::Condition, statistics::Pair,
    venue::Roof,
};

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

fn named(name: &str) -> Box<dyn Feature> {
    features().into_iter().find(|f| f.name() == name).unwrap_or_else(|| panic!("no feature {name}"))
}

/// The feature as of the fixture's kick-off.
fn value(name: &str, history: TestHistory, fixture: &Fixture) -> Option<f64> {
    let history = history.build();
    named(name).value(&at(&history, fixture.kickoff.earliest()), fixture)
}

fn close(got: Option<f64>, want: f64) {
    assert!(got.is_some_and(|got| (got - want).abs() < 1e-12), "{got:?} is not {want}");
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = features().iter().map(|f| f.name()).collect();
    names.extend(odds_features().iter().map(|f| f.name()));
    assert!(names.contains(&"form_points_5") && names.contains(&"rest_days") && names.contains(&"elo"));
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
    close(value("form_points_5", history, &next), (6.0 - 9.0) / 5.0);
    let mut history = alternating(4);
    let next = history.announce(7, 1, 2);
    assert_eq!(value("form_points_5", history, &next), None, "only four matches");
    for (n, name) in [(10, "form_points_10"), (20, "form_points_20")] {
        let mut history = alternating(n + 1);
        let next = history.announce(30, 2, 1);
        // Team 2 won at home on the odd days, which are half of the last n.
        close(value(name, history, &next), 0.0);
        let mut history = alternating(n - 1);
        let next = history.announce(30, 2, 1);
        assert_eq!(value(name, history, &next), None, "{name}");
    }
}

#[test]
fn form_of_a_draw() {
    let mut history = TestHistory::default();
    for day in 0..5 {
        history.play(day, 1, 3, (1, 1));
        history.play(day, 4, 2, (3, 0));
    }
    let next = history.announce(7, 1, 2);
    assert_eq!(value("form_points_5", history, &next), Some(1.0));
}

#[test]
fn form_at_the_venue_looks_at_home_matches_of_one_and_away_matches_of_the_other() {
    // Twenty matches: ten at each ground, the home side always won.
    for (home, away) in [(1, 2), (2, 1)] {
        let mut history = alternating(20);
        let next = history.announce(30, home, away);
        close(value("form_points_venue_10", history, &next), 3.0);
    }
    let mut history = alternating(20);
    let next = history.announce(30, 1, 2);
    // At home team 1 scored 2, away team 2 scored 0; it conceded 0, team 2 conceded 2.
    close(value("goals_for_venue_10", history, &next), 2.0);
    let mut history = alternating(20);
    let next = history.announce(30, 1, 2);
    close(value("goals_against_venue_10", history, &next), -2.0);
    let mut history = alternating(19);
    let next = history.announce(30, 2, 1);
    assert_eq!(value("goals_for_venue_10", history, &next), None, "nine home matches of team 2");
}

#[test]
fn goals_for_and_against_seen_from_each_side() {
    // Of the last five of seven (days 2 to 6) three are 2-0 for team 1 and two 1-0 for team 2.
    let at_five = |name| {
        let mut history = alternating(7);
        let next = history.announce(12, 1, 2);
        value(name, history, &next)
    };
    close(at_five("goals_for_5"), (6.0 - 2.0) / 5.0);
    close(at_five("goals_against_5"), (2.0 - 6.0) / 5.0);
    for (n, at_n) in [(10, ["goals_for_10", "goals_against_10"]), (20, ["goals_for_20", "goals_against_20"])]
    {
        for (name, sign) in at_n.into_iter().zip([1.0, -1.0]) {
            let mut history = alternating(n);
            let next = history.announce(30, 1, 2);
            // Half of them brought 2-0, the other half 0-1.
            close(value(name, history, &next), sign * (1.0 - 0.5));
        }
    }
    let mut history = alternating(20);
    let next = history.announce(30, 1, 2);
    close(value("goals_both_20", history, &next), 1.5);
}

#[test]
fn statistics_count_once_they_are_known() {
    let mut history = TestHistory::default();
    let mut last = None;
    for day in 0..10 {
        let played = history.play(day, 1, 2, (0, 0));
        let statistics = MatchStatistics {
            expected_goals: Some(Pair { home: 1.5, away: 0.5 }),
            shots: Some(Pair { home: 14.0, away: 9.0 }),
            shots_on_target: Some(Pair { home: 6.0, away: 2.0 }),
            ..MatchStatistics::default()
        };
        history.count(&played, statistics);
        last = Some(played);
    }
    let next = history.announce(12, 1, 2);
    let history = history.build();
    let known_at = last.unwrap().kickoff.statistics_known_at(domain::Sport::Soccer).0;
    for (name, want) in [
        ("expected_goals_for_10", 1.0),
        ("expected_goals_against_10", -1.0),
        ("shots_for_10", 5.0),
        ("shots_against_10", -5.0),
        ("shots_on_target_for_10", 4.0),
        ("shots_on_target_against_10", -4.0),
    ] {
        let feature = named(name);
        assert_eq!(feature.value(&at(&history, known_at), &next), None, "the tenth is not visible yet");
        assert_eq!(feature.value(&at(&history, noon(12)), &next), Some(want), "{name}");
    }
    let of_five = named("expected_goals_for_5");
    assert_eq!(of_five.value(&at(&history, noon(8)), &next), Some(1.0));
}

#[test]
fn windows_of_twenty_matches_of_statistics() {
    let mut history = TestHistory::default();
    for day in 0..20 {
        let played = history.play(day, 1, 2, (0, 0));
        // The mean of 0 to 19 is 9.5.
        let shots = Some(Pair { home: day as f64, away: 3.0 });
        history.count(
            &played,
            MatchStatistics { expected_goals: shots, shots, shots_on_target: shots, ..Default::default() },
        );
    }
    let next = history.announce(22, 2, 1);
    let history = history.build();
    for (kind, sign) in [("for", -1.0), ("against", 1.0)] {
        for quantity in ["expected_goals", "shots", "shots_on_target"] {
            let feature = named(&format!("{quantity}_{kind}_20"));
            close(feature.value(&at(&history, noon(22)), &next), sign * 6.5);
        }
    }
    let five = named("expected_goals_against_5");
    close(five.value(&at(&history, noon(22)), &next), 17.0 - 3.0);
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
    for (name, want) in [("rest_days", 14.0 - 3.0), ("rest_days_home", 14.0), ("rest_days_away", 3.0)] {
        assert_eq!(named(name).value(&snapshot, &next), Some(want));
    }
    assert_eq!(named("rest_days").value(&snapshot, &new_team), None);
    assert_eq!(named("rest_days_home").value(&snapshot, &new_team), Some(14.0));
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
    close(value("elo", history, &next), 2.0 * step / crate::rating::elo::SCALE);
}

#[test]
fn every_rating_has_its_difference() {
    let mut history = alternating(12);
    let next = history.announce(14, 1, 2);
    let history = history.build();
    let snapshot = at(&history, noon(14));
    for rating in ratings() {
        let mut table = rating.table(domain::Sport::Soccer);
        snapshot.played().for_each(|played| table.update(&played));
        let want = table.difference(&next) / rating.scale(domain::Sport::Soccer);
        let got = named(rating.name()).value(&snapshot, &next);
        assert_eq!(got, rating.supports(domain::Sport::Soccer).then_some(want), "{}", rating.name());
    }
}

#[test]
fn head_to_head_is_the_home_sides_mean_margin_with_two_level_meetings() {
    // The last five of seven meetings: three by 2 for team 1, two by 1 for team 2: 4 / 7.
    let mut history = alternating(7);
    let next = history.announce(12, 2, 1);
    close(value("head_to_head_5", history, &next), -4.0 / 7.0);
    let mut history = alternating(1);
    let next = history.announce(12, 1, 2);
    close(value("head_to_head_5", history, &next), 2.0 / 3.0);
    let mut history = alternating(3);
    let next = history.announce(12, 1, 3);
    assert_eq!(value("head_to_head_5", history, &next), Some(0.0), "never met");
}

/// Teams 1 and 2 play four matches in 2019, 1 and 3 (new) one in 2020 and are to meet again.
fn two_seasons() -> (TestHistory, Fixture) {
    let mut history = TestHistory::default();
    for day in 0..4 {
        history.play_in(2019, day, 1, 2, (1, 1));
    }
    history.play_in(2020, 100, 1, 3, (0, 1));
    history.play_in(2020, 101, 1, 2, (0, 1));
    let next = history.announce(110, 1, 3);
    (history, next)
}

#[test]
fn the_phase_of_the_season() {
    let (history, next) = two_seasons();
    // Team 1 has played two, team 3 one; last season had four.
    close(value("season_matches", history, &next), 1.5);
    let (history, next) = two_seasons();
    close(value("season_share", history, &next), 1.5 / 4.0);
    let mut history = alternating(3);
    let first = history.announce(5, 1, 2);
    assert_eq!(value("season_share", history, &first), None, "no season before");
    let (mut history, next) = two_seasons();
    let later = history.amend(Fixture { season: Season::starting(2021), ..next });
    close(value("season_matches", history, &later), 0.0);
}

#[test]
fn who_is_new() {
    let (history, next) = two_seasons();
    assert_eq!(value("newcomer_home", history, &next), Some(0.0));
    let (history, next) = two_seasons();
    assert_eq!(value("newcomer_away", history, &next), Some(1.0));
    let mut history = alternating(3);
    let next = history.announce(5, 1, 9);
    assert_eq!(value("newcomer_away", history, &next), None, "everybody is new in the first season");
}

#[test]
fn the_level_of_the_league() {
    let mut history = alternating(3);
    let away_win = history.announce(4, 1, 2);
    let neutral = history.amend(Fixture { neutral: true, ..away_win });
    history.end(&neutral, (0, 3), noon(4));
    let next = history.announce(9, 1, 2);
    let history = history.build();
    let snapshot = at(&history, noon(9));
    close(named("league_home_share").value(&snapshot, &next), 1.0);
    close(named("league_goals").value(&snapshot, &next), (2.0 + 1.0 + 2.0 + 3.0) / 4.0);
    // After 300 matches the oldest fade: 400 matches of 2 goals, then one of 5.
    let mut history = TestHistory::default();
    for day in 0..400 {
        history.play(day, 1, 2, (2, 0));
    }
    history.play(400, 1, 2, (4, 1));
    let next = history.announce(402, 1, 2);
    close(value("league_goals", history, &next), 2.0 + 3.0 / 300.0);
}

#[test]
fn whether_nobody_is_at_home() {
    let mut history = alternating(2);
    let next = history.announce(5, 1, 2);
    assert_eq!(value("neutral_venue", alternating(2), &next), Some(0.0));
    let there = history.amend(Fixture { neutral: true, ..next });
    assert_eq!(value("neutral_venue", history, &there), Some(1.0));
}

#[test]
fn prices_of_the_match_as_log_odds() {
    let mut history = TestHistory::default();
    let next = history.announce(5, 1, 2);
    history.quote(&next, BookId::PINNACLE, Phase::PreMatch, 30, &[2.0, 3.0, 4.0]);
    history.quote(&next, BookId::MARKET_MAXIMUM, Phase::PreMatch, 30, &[9.0, 9.0, 9.0]);
    let history = history.build();
    let value = |position: usize, hours_before: i64| {
        let moment = noon(5) - jiff::SignedDuration::from_hours(hours_before);
        odds_features()[position].value(&history.briefing(&next, moment, RecordedBy::Now))
    };
    close(value(0, 0), (4.0_f64 / 2.0).ln());
    close(value(1, 0), (8.0_f64.sqrt() / 3.0).ln());
    assert_eq!(value(0, 30), None, "not quoted yet");
    assert!(odds_features().iter().all(|f| f.value(&Briefing::bare(&next)).is_none()));
}

#[test]
fn those_who_start_are_worth_what_they_scored_beyond_what_opponents_concede() {
    let mut history = TestHistory::default();
    let one = history.play(0, 1, 2, (20, 10));
    history.start(&one, [Some("ann"), Some("bob")]);
    let two = history.play(7, 1, 2, (30, 10));
    history.start(&two, [Some("ann"), Some("bob")]);
    let next = history.announce(14, 1, 2);
    history.start(&next, [Some("ann"), Some("new")]);
    // Before the second match team 2 conceded 20 and team 1 10. Ann: v = -10 + .1 (30 - 20 + 10) = -8, t = .05 (30 - 20) = .5.
    // Bob's team: t = .05 (10 - 10) = 0, and somebody new is worth 10 less than that.
    close(value("line_up_strength", history, &next), (-8.0 - 0.5) - (-10.0));
    let mut history = TestHistory::default();
    history.play(0, 1, 2, (20, 10));
    let next = history.announce(14, 1, 2);
    assert_eq!(value("line_up_strength", history, &next), None, "nobody is named");
}

#[test]
fn conditions_are_those_known_before_else_those_of_the_last_match_at_home() {
    let weather = |temperature, wind| {
        Condition::Weather(Weather { temperature_celsius: Some(temperature), wind_mps: Some(wind) })
    };
    let played = || {
        let mut history = TestHistory::default();
        for (day, temperature) in [(0, 20.0), (7, 12.0)] {
            let fixture = history.play(day, 1, 2, (20, 10));
            history.under(&fixture, Condition::Roof(Roof::Open), noon(day));
            history.under(
                &fixture,
                weather(temperature, 4.0),
                fixture.kickoff.result_known_at(fixture.sport).0,
            );
        }
        history
    };
    let all = |history: &dyn Fn() -> (TestHistory, Fixture)| {
        ["open_air", "temperature", "wind"].map(|name| {
            let (history, next) = history();
            value(name, history, &next)
        })
    };
    let next_on = |day: i64, home: i64, known: &[(Condition, i64)]| {
        let mut history = played();
        let next = history.announce(day, home, 3 - home);
        for (condition, hours) in known {
            history.under(&next, *condition, noon(day) - jiff::SignedDuration::from_hours(*hours));
        }
        (history, next)
    };
    assert_eq!(all(&|| next_on(14, 1, &[])), [Some(1.0), Some(12.0), Some(4.0)]);
    assert_eq!(all(&|| next_on(36, 1, &[])), [Some(1.0), None, None], "weather lasts four weeks");
    assert_eq!(all(&|| next_on(14, 2, &[])), [None; 3], "not at home before");
    let forecast = [(weather(3.0, 9.0), 24)];
    assert_eq!(all(&|| next_on(14, 1, &forecast)), [Some(1.0), Some(3.0), Some(9.0)]);
    assert_eq!(
        all(&|| next_on(14, 1, &[(weather(3.0, 9.0), 0)])),
        [Some(1.0), Some(12.0), Some(4.0)],
        "too late"
    );
    assert_eq!(all(&|| next_on(14, 1, &[(Condition::Roof(Roof::Closed), 2)])), [Some(0.0), None, None]);
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

mod table_tests;
