//! Facts that contradict what is stored, or each other.

use std::sync::Arc;

use domain::{
    FixtureStatus, History, Kickoff, KnownRule, LineUp, MatchRecord, MatchStatistics, Outcome, Reason,
    RecordedBy, Score, Selection, TeamId, line_up::Starter, statistics::Pair,
};
use jiff::{SignedDuration, civil::date, tz::TimeZone};
use touchline_store::{ImportBatch, QuarantineStatus, QuoteScope, Scope};

use super::place;
use crate::sample::{LATER, NOW, Place, batch, played, quote, scheduled, season, ts};

async fn history(place: &Place) -> Arc<History> {
    place.store.history(&Scope { quotes: QuoteScope::All, ..Scope::default() }).await.unwrap()
}

fn opening_day(score: (u16, u16)) -> MatchRecord<TeamId> {
    played(2, date(2023, 8, 12), (1, 4), score)
}

#[tokio::test]
async fn another_score_is_known_when_imported() {
    let place = place().await;
    place.import(batch("a", NOW, vec![opening_day((2, 1))])).await;
    let outcome = place.import(batch("b", LATER, vec![opening_day((3, 1))])).await;
    assert_eq!((outcome.corrections, outcome.results, outcome.duplicates, outcome.updated), (1, 1, 0, 0));
    let history = history(&place).await;
    let score = |t: &str| history.as_of(ts(t), RecordedBy::Now).played().next().unwrap().score();
    assert_eq!(score(NOW), Score::new(2, 1));
    assert_eq!(score("2024-07-01T00:00:00.000001Z"), Score::new(3, 1));
    // The corrected file again says nothing new, the old one again corrects it back.
    assert_eq!(place.import(batch("c", LATER, vec![opening_day((3, 1))])).await.duplicates, 1);
    assert_eq!(place.import(batch("d", LATER, vec![opening_day((2, 1))])).await.corrections, 1);
}

#[tokio::test]
async fn two_scores_in_one_file_are_both_held_back() {
    let place = place().await;
    place.import(batch("a", NOW, vec![opening_day((0, 0))])).await;
    let contradicting = |recorded_at| {
        let other = MatchRecord { row: 9, ..opening_day((1, 2)) };
        let fine = played(10, date(2023, 8, 12), (2, 5), (1, 0));
        batch("b", recorded_at, vec![opening_day((2, 1)), other, fine])
    };
    let outcome = place.import(contradicting(LATER)).await;
    assert_eq!((outcome.fixtures, outcome.corrections, outcome.rejected), (1, 0, 2));
    let conflicts: Vec<(u32, Reason, &str)> =
        outcome.conflicts.iter().map(|r| (r.row, r.reason, r.value.as_str())).collect();
    assert_eq!(conflicts, [(2, Reason::ConflictInFile, "2-1"), (9, Reason::ConflictInFile, "1-2")]);
    let stored = history(&place).await;
    let first = stored.fixtures_for_scoring()[0].id;
    assert_eq!(stored.outcome_for_scoring(first).unwrap().full_time, Score::new(0, 0));

    // Row 9 is right after all: released, it comes in when the payload is read again.
    let held = place.store.quarantine(Some(QuarantineStatus::Held)).await.unwrap();
    assert_eq!(held.iter().map(|q| q.row).collect::<Vec<u32>>(), [2, 9]);
    assert!(place.import(contradicting(LATER)).await.unchanged);
    place.store.release(held[1].id, ts(LATER)).await.unwrap();
    assert!(!place.store.is_imported(held[1].payload_hash, "format").await.unwrap());
    let released = place.import(contradicting(LATER)).await;
    assert_eq!((released.corrections, released.rejected), (1, 0));
    let stored = history(&place).await;
    assert_eq!(stored.outcome_for_scoring(first).unwrap().full_time, Score::new(1, 2));
    place.store.reject(held[0].id, ts(LATER)).await.unwrap();
    assert!(place.store.quarantine(Some(QuarantineStatus::Held)).await.unwrap().is_empty());
    assert!(place.import(contradicting(LATER)).await.unchanged);
    assert!(place.store.release(4711, ts(LATER)).await.is_err());
}

#[tokio::test]
async fn the_same_score_twice_in_one_file_is_one_match() {
    let place = place().await;
    let outcome = place.import(batch("a", NOW, vec![opening_day((2, 1)), opening_day((2, 1))])).await;
    assert_eq!((outcome.fixtures, outcome.duplicates, outcome.quotes), (1, 1, 3));
    assert!(outcome.conflicts.is_empty());
}

#[tokio::test]
async fn a_pairing_may_repeat_on_another_date() {
    let place = place().await;
    let again = played(3, date(2024, 3, 2), (1, 4), (0, 0));
    let outcome = place.import(batch("a", NOW, vec![opening_day((2, 1)), again])).await;
    assert_eq!((outcome.fixtures, outcome.duplicates), (2, 0));
}

#[tokio::test]
async fn a_date_gains_its_time() {
    let place = place().await;
    let day = Kickoff::on_date(date(2023, 8, 12), &TimeZone::UTC).unwrap();
    place.import(batch("a", NOW, vec![MatchRecord { kickoff: day, ..opening_day((2, 1)) }])).await;
    let outcome = place.import(batch("b", LATER, vec![opening_day((2, 1))])).await;
    assert_eq!((outcome.updated, outcome.corrections, outcome.fixtures), (1, 0, 0));
    let history = history(&place).await;
    let kickoff = |t: &str| history.as_of(ts(t), RecordedBy::Now).fixtures().next().unwrap().kickoff;
    assert_eq!(kickoff("2023-08-05T14:00:00Z"), day, "listed by date first");
    assert_eq!(kickoff("2023-08-12T00:00:00Z"), opening_day((2, 1)).kickoff);
    assert_eq!(kickoff(NOW), opening_day((2, 1)).kickoff);
    // A date never overwrites a time.
    let back =
        place.import(batch("c", LATER, vec![MatchRecord { kickoff: day, ..opening_day((2, 1)) }])).await;
    assert_eq!((back.duplicates, back.updated), (1, 0));
}

#[tokio::test]
async fn another_price_for_the_same_moment_is_a_correction() {
    let place = place().await;
    place.import(batch("a", NOW, season(3))).await;
    let mut records = season(3);
    let at = records[4].kickoff.earliest();
    records[4].quotes[0] = quote(Selection::Home, 2.2, at);
    let outcome = place.import(batch("b", LATER, records.clone())).await;
    assert_eq!((outcome.quotes, outcome.corrections, outcome.duplicates), (1, 1, 8));
    let history = history(&place).await;
    let fixture = history.fixtures_for_scoring()[4].id;
    let snapshot = history.as_of(at, RecordedBy::Now);
    let home: Vec<f64> = snapshot
        .quotes(fixture)
        .filter(|q| q.value.series.selection == Selection::Home)
        .map(|q| q.value.odds.value())
        .collect();
    assert_eq!(home, [2.1, 2.2], "the later word comes last");
    assert_eq!(place.import(batch("c", LATER, records)).await.duplicates, 9);
}

#[tokio::test]
async fn two_prices_for_one_moment_in_one_file_are_rejected() {
    let place = place().await;
    let mut record = opening_day((2, 1));
    let at = record.kickoff.earliest();
    record.quotes.push(quote(Selection::Home, 9.9, at));
    record.quotes.push(quote(Selection::Draw, 3.4, at));
    let outcome = place.import(batch("a", NOW, vec![record])).await;
    assert_eq!((outcome.quotes, outcome.rejected, outcome.results), (2, 2, 1));
    assert!(outcome.conflicts.iter().all(|r| r.reason == Reason::ConflictInFile));
}

#[tokio::test]
async fn sources_complete_each_other() {
    let place = place().await;
    let shots = Pair { home: 11.0, away: 7.0 };
    let goals = Pair { home: 1.4, away: 0.3 };
    let with = |statistics| vec![MatchRecord { statistics, ..opening_day((2, 1)) }];
    place.import(batch("a", NOW, with(MatchStatistics { shots: Some(shots), ..Default::default() }))).await;
    let other = MatchStatistics { expected_goals: Some(goals), ..Default::default() };
    let outcome = place.import(ImportBatch { source: "xg".into(), ..batch("b", LATER, with(other)) }).await;
    assert_eq!((outcome.statistics, outcome.corrections, outcome.fixtures), (1, 0, 0));
    let history = history(&place).await;
    let snapshot = history.as_of(ts(NOW), RecordedBy::Now);
    let seen = snapshot.played().next().unwrap().statistics.copied().unwrap();
    assert_eq!((seen.shots, seen.expected_goals), (Some(shots), Some(goals)));
    let early = history.as_of(ts("2023-08-13T16:00:00Z"), RecordedBy::Now);
    assert!(early.played().next().unwrap().statistics.is_none(), "statistics take another day");
}

#[tokio::test]
async fn a_line_up_is_stored_and_shown_once_it_is_known() {
    let place = place().await;
    let starter = |player: &str| Some(Starter { player: player.parse().unwrap(), name: "A. Passer".into() });
    let line_up = LineUp { home: starter("00-0019596"), away: None };
    let records = || vec![MatchRecord { line_up: line_up.clone(), ..opening_day((2, 1)) }];
    assert_eq!(place.import(batch("a", NOW, records())).await.line_ups, 1);
    assert_eq!(place.import(batch("b", LATER, records())).await.line_ups, 0, "nothing new");
    let history = history(&place).await;
    let fact = &history.line_up_facts()[0];
    assert_eq!((&fact.value.line_up, fact.times.known_rule), (&line_up, KnownRule::LineUpBeforeKickoff));
    let known_at = fact.times.known_at;
    assert!(history.as_of(known_at, RecordedBy::Now).line_up(fact.value.fixture).is_none());
    let after = history.as_of(known_at + SignedDuration::from_secs(1), RecordedBy::Now);
    assert_eq!(after.line_up(fact.value.fixture), Some(&line_up));
}

/// A fixture as a source with ids of its own lists it.
fn listed(id: &str, day: jiff::civil::Date) -> MatchRecord<TeamId> {
    MatchRecord { source_id: Some(id.into()), ..scheduled(played(2, day, (1, 4), (0, 0))) }
}

#[tokio::test]
async fn a_postponed_fixture_keeps_its_number() {
    let place = place().await;
    let (first, second) = (date(2023, 8, 12), date(2023, 9, 20));
    place.import(batch("a", "2023-08-01T00:00:00Z", vec![listed("m1", first)])).await;
    let off = MatchRecord { status: FixtureStatus::Postponed, ..listed("m1", first) };
    place.import(batch("b", "2023-08-12T09:00:00Z", vec![off])).await;
    place.import(batch("c", "2023-08-20T09:00:00Z", vec![listed("m1", second)])).await;
    // Another source without ids finds it by its new date.
    let result = played(7, second, (1, 4), (2, 2));
    let done = place
        .import(ImportBatch { source: "results".into(), ..batch("d", "2023-09-21T09:00:00Z", vec![result]) })
        .await;
    assert_eq!((done.fixtures, done.results, done.updated), (0, 1, 1));
    let history = history(&place).await;
    let seen = |t: &str| {
        let snapshot = history.as_of(ts(t), RecordedBy::Now);
        let fixture = *snapshot.fixtures().next().unwrap();
        (fixture.status, fixture.kickoff.earliest().to_string())
    };
    assert_eq!(seen("2023-08-10T00:00:00Z"), (FixtureStatus::Scheduled, "2023-08-12T14:00:00Z".into()));
    assert_eq!(seen("2023-08-13T00:00:00Z"), (FixtureStatus::Postponed, "2023-08-12T14:00:00Z".into()));
    assert_eq!(seen("2023-09-01T00:00:00Z"), (FixtureStatus::Scheduled, "2023-09-20T14:00:00Z".into()));
    assert_eq!(seen("2023-09-21T00:00:00Z"), (FixtureStatus::Completed, "2023-09-20T14:00:00Z".into()));
    assert_eq!(history.fixtures_for_scoring().len(), 1);
}

#[tokio::test]
async fn what_may_mean_two_fixtures_is_held_back() {
    let place = place().await;
    let (first, second) = (date(2023, 8, 12), date(2023, 9, 20));
    place.import(batch("a", NOW, vec![listed("m1", first)])).await;
    let other = ImportBatch {
        source: "other".into(),
        ..batch("b", NOW, vec![scheduled(played(2, second, (1, 4), (0, 0)))])
    };
    place.import(other).await;
    let moved = place.import(batch("c", LATER, vec![listed("m1", second)])).await;
    assert_eq!((moved.fixtures, moved.updated, moved.rejected), (0, 0, 1));
    let stranger = MatchRecord { home: TeamId(2), ..listed("m1", first) };
    assert_eq!(place.import(batch("d", LATER, vec![stranger])).await.rejected, 1);
    let held = place.store.quarantine(None).await.unwrap();
    assert!(held[0].detail.contains("same teams on this date"), "{}", held[0].detail);
    assert!(held[1].detail.contains("belongs to teams 1 and 4"), "{}", held[1].detail);
}

#[tokio::test]
async fn a_result_of_a_cancelled_match_is_held_back() {
    let place = place().await;
    let off = MatchRecord { status: FixtureStatus::Cancelled, ..scheduled(opening_day((0, 0))) };
    place.import(batch("a", NOW, vec![off])).await;
    let outcome = place.import(batch("b", LATER, vec![opening_day((2, 1))])).await;
    assert_eq!((outcome.results, outcome.rejected), (0, 1));
    assert_eq!(outcome.conflicts[0].reason, Reason::FailedCheck);
}

#[tokio::test]
async fn no_fact_is_known_too_early() {
    let place = place().await;
    let mut records = season(6);
    for (n, record) in records.iter_mut().enumerate() {
        let pair = Some(Pair { home: n as f64, away: 1.0 });
        record.statistics = MatchStatistics { shots: pair, ..Default::default() };
        if n % 2 == 0 {
            record.kickoff = Kickoff::on_date(record.local_date, &TimeZone::UTC).unwrap();
        }
    }
    place.import(batch("a", NOW, records)).await;
    let history = history(&place).await;
    for result in history.result_facts() {
        assert!(result.times.known_at >= result.times.occurred_at + SignedDuration::from_mins(150));
    }
    for statistics in history.statistics_facts() {
        assert!(statistics.times.known_at >= statistics.times.occurred_at + SignedDuration::from_hours(26));
    }
    for version in history.fixture_facts().iter().filter(|v| v.value.status == FixtureStatus::Completed) {
        assert!(version.times.known_at >= version.value.kickoff.latest(), "{version:?}");
    }
    assert_eq!(history.result_facts().len(), 18);
}

#[tokio::test]
async fn a_later_result_with_periods_completes_the_earlier() {
    let place = place().await;
    place.import(batch("a", NOW, vec![opening_day((2, 1))])).await;
    let periods = vec![Score::new(1, 1), Score::new(1, 0)];
    let full = Outcome { periods: periods.clone(), ..Outcome::completed(Score::new(2, 1)) };
    let outcome = place
        .import(batch("b", LATER, vec![MatchRecord { outcome: Some(full), ..opening_day((2, 1)) }]))
        .await;
    assert_eq!((outcome.results, outcome.corrections), (1, 0));
    let history = history(&place).await;
    let first = history.fixtures_for_scoring()[0].id;
    assert_eq!(history.outcome_for_scoring(first).unwrap().periods, periods);
}
