use jiff::Timestamp;

use super::*;
use crate::{
    competition::CompetitionId,
    fact::{KnownRule, Times},
    fixture::{FixtureStatus, Kickoff, Stage},
    line_up::{LineUp, Starter},
    market::{Market, Selection},
    odds::DecimalOdds,
    outcome::Score,
    quote::{BookId, Phase, Series},
    season::Season,
    sport::Sport,
    team::TeamId,
};

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

fn times(known: i64, sequence: i64) -> Times {
    Times {
        occurred_at: second(known),
        known_at: second(known),
        known_rule: KnownRule::Observed,
        recorded_at: second(1_000_000 + sequence),
        sequence: Sequence(sequence),
    }
}

fn fixture(id: i64, kickoff: i64) -> Fixture {
    Fixture {
        id: FixtureId(id),
        competition: CompetitionId::literal("eng.1"),
        sport: Sport::Soccer,
        season: Season::starting(2023),
        home: TeamId(1),
        away: TeamId(2),
        kickoff: Kickoff::At(second(kickoff)),
        neutral: false,
        stage: Stage::Regular,
        status: FixtureStatus::Scheduled,
    }
}

fn result(id: i64, home: u16) -> ResultOf {
    ResultOf { fixture: FixtureId(id), outcome: Outcome::completed(Score::new(home, 0)) }
}

fn quote(id: i64, odds: f64) -> Quote {
    let series = Series {
        book: BookId::MARKET_AVERAGE,
        market: Market::THREE_WAY,
        selection: Selection::Home,
        phase: Phase::Observed,
    };
    Quote { fixture: FixtureId(id), series, odds: DecimalOdds::new(odds).unwrap() }
}

fn line_up(id: i64, home: &str) -> LineUpOf {
    let home = Some(Starter { player: home.parse().unwrap(), name: home.to_uppercase() });
    LineUpOf { fixture: FixtureId(id), line_up: LineUp { home, away: None } }
}

fn fact<T>(value: T, known: i64, sequence: i64) -> Fact<T> {
    Fact { times: times(known, sequence), value }
}

fn sample() -> History {
    History::new(
        vec![fact(fixture(7, 100), 10, 1), fact(fixture(3, 200), 20, 1), fact(fixture(3, 300), 150, 2)],
        vec![fact(result(7, 1), 110, 1), fact(result(7, 2), 400, 3), fact(result(99, 5), 110, 1)],
        vec![],
        vec![fact(quote(3, 2.0), 30, 1), fact(quote(3, 2.1), 40, 2), fact(quote(3, 2.2), 500, 2)],
    )
    .with_line_ups(vec![
        fact(line_up(3, "first"), 210, 1),
        fact(line_up(3, "second"), 220, 2),
        fact(line_up(99, "nobody"), 20, 1),
        fact(line_up(7, "other"), 90, 1),
    ])
}

#[test]
fn a_fact_is_visible_only_after_it_became_known() {
    let history = sample();
    let at = |t| history.as_of(second(t), RecordedBy::Now);
    assert_eq!(at(10).fixtures().count(), 0, "known_at < t is strict");
    assert_eq!(at(11).fixtures().count(), 1);
    assert_eq!(at(110).played().count(), 0);
    assert_eq!(at(111).played().count(), 1);
    assert_eq!(at(1000).played().count(), 1, "a result of no announced fixture is dropped");
}

#[test]
fn a_briefing_has_the_prices_known_before_its_moment_and_none_recorded_later() {
    let history = sample();
    let fixture = fixture(3, 300);
    let prices = |at, recorded_by| history.briefing(&fixture, second(at), recorded_by).quotes().count();
    assert_eq!([30, 31, 40, 41, 501].map(|at| prices(at, RecordedBy::Now)), [0, 1, 1, 2, 3]);
    assert_eq!(prices(501, RecordedBy::Import(Sequence(1))), 1);
    let snapshot = history.as_of(second(45), RecordedBy::Now);
    assert_eq!(snapshot.briefing(&fixture).quotes().count(), 2);
    assert_eq!(snapshot.briefing_before(&fixture, second(35)).quotes().count(), 1);
    assert_eq!(snapshot.briefing_before(&fixture, second(501)).quotes().count(), 2, "time only runs back");
    assert_eq!(Briefing::bare(&fixture).quotes().count(), 0);
}

#[test]
fn a_line_up_is_visible_after_it_became_known_and_the_last_one_counts() {
    let history = sample();
    let fixture = fixture(3, 300);
    let named = |line_up: Option<&LineUp>| line_up.map(|l| l.home.as_ref().unwrap().player.to_string());
    let briefed = |at, recorded_by| {
        named(history.briefing(&fixture, second(at), recorded_by).line_up()).unwrap_or_default()
    };
    assert_eq!([210, 211, 220, 221].map(|at| briefed(at, RecordedBy::Now)), ["", "first", "first", "second"]);
    assert_eq!(briefed(900, RecordedBy::Import(Sequence(1))), "first", "recorded later does not count");
    for (at, expected) in [(210, None), (215, Some("first")), (300, Some("second"))] {
        let snapshot = history.as_of(second(at), RecordedBy::Now);
        assert_eq!(named(snapshot.line_up(FixtureId(3))).as_deref(), expected, "as of {at}");
        assert_eq!(named(snapshot.briefing(&fixture).line_up()).as_deref(), expected, "as of {at}");
    }
    assert!(Briefing::bare(&fixture).line_up().is_none());
    assert_eq!(history.line_up_facts().len(), 3, "that of no announced fixture is dropped");
}

#[test]
fn corrections_and_new_dates_supersede_from_their_own_moment() {
    let history = sample();
    let score = |t| history.as_of(second(t), RecordedBy::Now).played().next().unwrap().score().home;
    assert_eq!((score(200), score(401)), (1, 2));
    let kickoff =
        |t| history.as_of(second(t), RecordedBy::Now).fixture(FixtureId(3)).unwrap().kickoff.earliest();
    assert_eq!((kickoff(100), kickoff(151)), (second(200), second(300)));
    assert_eq!(history.outcome_for_scoring(FixtureId(7)).unwrap().full_time.home, 2);
}

#[test]
fn a_later_import_does_not_change_what_was_recorded() {
    let history = sample();
    let odds = |recorded_by| -> Vec<f64> {
        history.as_of(second(100), recorded_by).quotes(FixtureId(3)).map(|q| q.value.odds.value()).collect()
    };
    assert_eq!(odds(RecordedBy::Import(Sequence(1))), [2.0]);
    assert_eq!(odds(RecordedBy::Now), [2.0, 2.1]);
}

#[test]
fn forgetting_the_future_leaves_the_snapshot_as_it_was() {
    let history = sample();
    for t in 0..600 {
        let full = history.as_of(second(t), RecordedBy::Now);
        let forgotten = history.forgetting_from(second(t));
        let truncated = forgotten.as_of(second(t), RecordedBy::Now);
        let view = |s: &Snapshot<'_>| {
            let fixtures: Vec<Fixture> = s.fixtures().copied().collect();
            let scores: Vec<Score> = s.played().map(|m| m.score()).collect();
            let quotes: Vec<Quote> = s.quotes(FixtureId(3)).map(|q| q.value).collect();
            let line_ups: Vec<_> = [3, 7].map(|id| s.line_up(FixtureId(id)).cloned()).into();
            (fixtures, scores, quotes, line_ups)
        };
        assert_eq!(view(&full), view(&truncated), "as of {t}");
    }
}

#[test]
fn time_only_runs_back() {
    let history = sample();
    let now = history.as_of(second(50), RecordedBy::Now);
    assert_eq!(now.rewound(second(500)).at(), second(50));
    assert_eq!(now.rewound(second(20)).fixtures().count(), 1);
}

#[test]
fn a_clone_is_the_same_history_and_another_load_is_not() {
    let history = sample();
    let identity = |h: &History| h.as_of(second(50), RecordedBy::Now).history_identity().clone();
    assert_eq!(identity(&history), identity(&history.clone()));
    assert_ne!(identity(&history), identity(&sample()));
    assert_ne!(identity(&history), identity(&history.forgetting_from(second(50))));
}

#[test]
fn a_moment_is_one_the_store_can_keep() {
    let fine: Timestamp = "2024-01-01T00:00:00.123456789Z".parse().unwrap();
    let history = sample();
    assert_eq!(history.as_of(fine, RecordedBy::Now).at(), "2024-01-01T00:00:00.123456Z".parse().unwrap());
}

#[test]
fn conditions_are_seen_as_they_become_known() {
    use crate::{
        conditions::{Condition, ConditionOf},
        venue::Roof,
        weather::Weather,
    };
    let of = |id, condition| ConditionOf { fixture: FixtureId(id), condition };
    let cold = |celsius| Condition::Weather(Weather { temperature_celsius: Some(celsius), wind_mps: None });
    let history = sample().with_conditions(vec![
        fact(of(3, cold(-2.0)), 320, 2),
        fact(of(3, Condition::Roof(Roof::Open)), 210, 1),
        fact(of(99, cold(30.0)), 20, 1),
        fact(of(7, cold(15.0)), 110, 1),
        fact(of(3, cold(4.0)), 200, 1),
    ]);
    assert_eq!(history.condition_facts().len(), 4, "nobody announced fixture 99");
    let seen = |history: &History, at: i64, import: i64| {
        let briefing = history.briefing(&fixture(3, 300), second(at), RecordedBy::Import(Sequence(import)));
        (briefing.conditions().roof, briefing.conditions().weather.temperature_celsius)
    };
    assert_eq!(seen(&history, 200, 2), (None, None));
    assert_eq!(seen(&history, 201, 2), (None, Some(4.0)));
    assert_eq!(seen(&history, 211, 2), (Some(Roof::Open), Some(4.0)));
    assert_eq!(seen(&history, 321, 2), (Some(Roof::Open), Some(-2.0)));
    assert_eq!(seen(&history, 321, 1), (Some(Roof::Open), Some(4.0)), "the later import was not there yet");
    let forgetful = history.forgetting_from(second(320));
    assert_eq!(seen(&forgetful, 900, 2), (Some(Roof::Open), Some(4.0)));
    let snapshot = history.as_of(second(111), RecordedBy::Now);
    let played = snapshot.played().next().unwrap();
    assert_eq!(played.conditions.weather.temperature_celsius, Some(15.0));
    assert_eq!(history.as_of(second(211), RecordedBy::Now).condition_facts().count(), 3);
}
