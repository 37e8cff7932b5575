//! Imports: what comes in, that it comes in once, and that a killed import was never there.

use std::{sync::Arc, time::Duration};

use domain::{History, Loss, Reason, RecordedBy, Rejection, Score, history::RecordedBy as By};
use touchline_store::{ImportBatch, PayloadHash, QuoteScope, RejectionFilter, Scope};

use super::place;
use crate::sample::{LATER, NOW, batch, count, eng, facts, played, season, ts};

async fn history(place: &crate::sample::Place) -> Arc<History> {
    place.store.history(&Scope { quotes: QuoteScope::All, ..Scope::default() }).await.unwrap()
}

#[tokio::test]
async fn records_become_facts() {
    let place = place().await;
    let outcome = place.import(batch("a", NOW, season(4))).await;
    assert_eq!((outcome.fixtures, outcome.results, outcome.quotes), (12, 12, 36));
    assert_eq!((outcome.duplicates, outcome.corrections, outcome.rejected), (0, 0, 0));
    let history = history(&place).await;
    let before = history.as_of(ts("2023-08-12T13:00:00Z"), RecordedBy::Now);
    assert_eq!(before.played().count(), 0, "a result is not known before it is played");
    assert!(before.fixtures().all(|f| f.status == domain::FixtureStatus::Scheduled));
    assert_eq!(before.fixtures().count(), 3, "the second round is listed a week before it");
    let first = before.fixtures().next().unwrap();
    assert_eq!(before.quotes(first.id).count(), 3);
    let after = history.as_of(ts("2023-08-13T00:00:00Z"), RecordedBy::Now);
    assert_eq!(after.played().next().unwrap().score(), Score::new(0, 0));
    assert_eq!(history.last_sequence(), outcome.sequence);
}

#[tokio::test]
async fn the_same_payload_again_changes_nothing() {
    let place = place().await;
    let mut original = batch("a", NOW, season(4));
    original.rejections = vec![rejection(40)];
    place.import(original.clone()).await;
    let before = facts(&place).await;
    let again = place.import(ImportBatch { recorded_at: ts(LATER), ..original }).await;
    assert!(again.unchanged && again.sequence.is_none());
    assert_eq!((again.fixtures, again.results, again.quotes, again.corrections), (0, 0, 0, 0));
    assert_eq!(again.duplicates, 12);
    assert_eq!(facts(&place).await, before);
    assert!(place.store.is_imported(PayloadHash::of(b"a"), "format").await.unwrap());
    assert!(!place.store.is_imported(PayloadHash::of(b"a"), "another format").await.unwrap());
}

#[tokio::test]
async fn the_same_records_in_another_payload_add_no_facts() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    let before = facts(&place).await;
    let mut longer = season(4);
    longer.push(played(99, jiff::civil::date(2024, 5, 1), (1, 6), (1, 1)));
    let again = place.import(batch("b", LATER, longer)).await;
    assert_eq!((again.duplicates, again.fixtures, again.results, again.quotes), (12, 1, 1, 3));
    assert_eq!(again.corrections, 0);
    let after = facts(&place).await;
    assert_eq!(after.iter().filter(|row| !before.contains(row)).count(), 1 + 1 + 2 + 1 + 3 + 1);
    assert!(before.iter().all(|row| after.contains(row)));
}

#[tokio::test]
async fn payloads_come_back_as_they_were() {
    let place = place().await;
    let bytes = "Div,Date,HomeTeam\nE0,12/08/23,Arsenal\n".repeat(300).into_bytes();
    let hash = PayloadHash::of(&bytes);
    place.import(ImportBatch { payload: bytes.clone(), ..batch("a", NOW, season(1)) }).await;
    assert_eq!(place.store.payload(hash).await.unwrap().unwrap(), bytes);
    assert!(place.store.payload(PayloadHash::of(b"never")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_file_that_is_no_file_is_on_record() {
    let place = place().await;
    let mut page = batch("<html>404</html>", NOW, Vec::new());
    page.rejections =
        vec![Rejection { row: 0, reason: Reason::NotThisFormat, loss: Loss::File, ..rejection(0) }];
    let outcome = place.import(page.clone()).await;
    assert_eq!((outcome.rejected, outcome.fixtures), (1, 0));
    assert!(place.import(page).await.unchanged);
    let stored = place.store.rejections(&RejectionFilter::default()).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].rejection.reason, Reason::NotThisFormat);
    assert_eq!(stored[0].file, "<html>404</html>.csv");
}

#[tokio::test]
async fn rejections_are_counted_by_reason() {
    let place = place().await;
    let mut some = batch("a", NOW, season(1));
    some.rejections = (0..1500).map(|row| rejection(row + 2)).collect();
    some.rejections.push(Rejection { reason: Reason::BadDate, loss: Loss::Row, ..rejection(1) });
    assert_eq!(place.import(some).await.rejected, 1501);
    let status = place.store.status().await.unwrap();
    let counts: Vec<(&str, u64)> = status.rejections.iter().map(|c| (c.reason.as_str(), c.count)).collect();
    assert_eq!(counts, [("bad_odds", 1500), ("bad_date", 1)]);
    let dates = RejectionFilter { reason: Some(Reason::BadDate), ..RejectionFilter::default() };
    assert_eq!(place.store.rejections(&dates).await.unwrap().len(), 1);
    let few = RejectionFilter { limit: Some(7), ..RejectionFilter::default() };
    assert_eq!(place.store.rejections(&few).await.unwrap().len(), 7);
}

#[tokio::test]
async fn status_counts_by_season() {
    let place = place().await;
    place.import(batch("a", NOW, season(4))).await;
    let status = place.store.status().await.unwrap();
    let [season] = status.seasons.as_slice() else { panic!("{status:?}") };
    assert_eq!((season.competition, season.fixtures, season.results, season.quotes), (eng(), 12, 12, 36));
    assert_eq!(season.first_on.to_string(), "2023-08-12");
    assert_eq!(season.last_on.to_string(), "2023-09-02");
    assert_eq!(status.quotes, 36);
    assert!(status.database_bytes > 0);
    assert_eq!(status.last_import.unwrap().file, "a.csv");
}

#[tokio::test]
async fn an_import_given_up_leaves_nothing_or_is_whole() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let before = facts(&place).await;
    // Given up at ever later moments, from before the first statement to somewhere in the middle.
    for micros in [0, 200, 1000, 3000, 9000, 27000] {
        let import = place.store.import(batch("b", LATER, season(40)));
        let finished = tokio::time::timeout(Duration::from_micros(micros), import).await.is_ok();
        if finished {
            assert!(micros > 0, "nothing is imported at once");
            return;
        }
        if count(&place, "import").await == 2 {
            // It was being committed just then.
            assert!(place.import(batch("b", LATER, season(40))).await.unchanged);
            assert_eq!(count(&place, "fixture").await, 120);
            return;
        }
        assert_eq!(facts(&place).await, before, "given up after {micros} us");
    }
    assert_eq!(place.import(batch("b", LATER, season(40))).await.fixtures, 114);
}

#[tokio::test]
async fn an_import_that_fails_leaves_nothing() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let before = facts(&place).await;
    let mut records = season(40);
    records[70].home = domain::TeamId(4711);
    let error = place.store.import(batch("b", LATER, records)).await.unwrap_err();
    assert!(error.to_string().contains("team or competition"), "{error}");
    assert_eq!(facts(&place).await, before);
    assert_eq!(count(&place, "payload").await, 1);
    assert_eq!(place.import(batch("b", LATER, season(40))).await.fixtures, 114);
}

#[tokio::test]
async fn facts_are_those_recorded_by_an_import() {
    let place = place().await;
    let first = place.import(batch("a", NOW, season(2))).await.sequence.unwrap();
    place.import(batch("b", LATER, season(4))).await;
    let history = history(&place).await;
    let at = ts("2024-01-01T00:00:00Z");
    assert_eq!(history.as_of(at, By::Import(first)).played().count(), 6);
    assert_eq!(history.as_of(at, By::Now).played().count(), 12);
}

fn rejection(row: u32) -> Rejection {
    Rejection {
        row,
        field: Some("B365H".into()),
        value: "0".into(),
        reason: Reason::BadOdds,
        loss: Loss::Field,
    }
}
