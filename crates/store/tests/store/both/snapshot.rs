//! SQL narrows down, the domain decides: both must show a model the same.

use std::sync::Arc;

use domain::{
    BookId, CompetitionId, DecimalOdds, Fact, Fixture, History, Kickoff, MatchRecord, Phase, Quote,
    RecordedBy, Score, Snapshot, TeamId, quote::Series, record::QuoteRecord,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use touchline_store::{QuoteScope, Scope};

use super::place;
use crate::sample::{LATER, NOW, Place, batch, closing_line, eng, season, ts};

/// Facts of every kind: dates and times, corrections, a second competition.
async fn varied() -> Place {
    let place = place().await;
    let mut records = season(12);
    for record in records.iter_mut().step_by(2) {
        record.kickoff = Kickoff::on_date(record.local_date, &TimeZone::UTC).unwrap();
    }
    let second = |record: &MatchRecord<TeamId>| MatchRecord {
        competition: CompetitionId::literal("eng.2"),
        ..record.clone()
    };
    let mut both: Vec<_> = records.iter().map(second).collect();
    both.extend(records);
    place.import(batch("a", NOW, both)).await;
    let mut corrected = season(14);
    corrected[3].outcome = Some(domain::Outcome::completed(Score::new(9, 9)));
    place.import(batch("b", LATER, corrected)).await;
    place
}

type View = (Vec<Fixture>, Vec<(Score, Timestamp)>, Vec<Quote>);

fn view(snapshot: &Snapshot<'_>) -> View {
    let fixtures: Vec<Fixture> = snapshot.fixtures().copied().collect();
    let played = snapshot.played().map(|m| (m.score(), m.fixture.kickoff.earliest())).collect();
    let quotes = fixtures.iter().flat_map(|f| snapshot.quotes(f.id)).map(|q| q.value).collect();
    (fixtures, played, quotes)
}

async fn history(place: &Place, known_before: Option<Timestamp>) -> Arc<History> {
    place.store.history(&Scope { quotes: QuoteScope::All, known_before, ..Scope::default() }).await.unwrap()
}

#[tokio::test]
async fn reading_less_shows_the_same() {
    let place = varied().await;
    let all = history(&place, None).await;
    // Every moment at which anything becomes known, and those around it.
    let mut moments: Vec<Timestamp> = all.fixture_facts().iter().map(|f| f.times.known_at).collect();
    moments.extend(all.result_facts().iter().map(|f| f.times.known_at));
    moments.sort_unstable();
    moments.dedup();
    assert!(moments.len() > 40, "{}", moments.len());
    for moment in moments {
        for nanos in [-1000, 0, 1, 1000] {
            let at = moment + SignedDuration::from_nanos(nanos);
            let narrowed = history(&place, Some(at)).await;
            let (full, narrow) = (all.as_of(at, RecordedBy::Now), narrowed.as_of(at, RecordedBy::Now));
            assert_eq!(view(&full), view(&narrow), "as of {at}");
        }
    }
}

#[tokio::test]
async fn a_scope_holds_what_it_names() {
    let place = varied().await;
    let scope = |quotes| Scope { competitions: vec![eng()], quotes, ..Scope::default() };
    let none = place.store.history(&scope(QuoteScope::None)).await.unwrap();
    assert_eq!(none.fixtures_for_scoring().len(), 42);
    assert!(none.fixtures_for_scoring().iter().all(|f| f.competition == eng()));
    let prices = |history: &History| -> usize {
        history.fixtures_for_scoring().iter().map(|f| history.quotes_for_scoring(f.id).count()).sum()
    };
    assert_eq!(prices(&none), 0);
    let average = QuoteScope::Books(vec![BookId::MARKET_AVERAGE]);
    let average = place.store.history(&scope(average)).await.unwrap();
    assert_eq!(prices(&average), prices(&place.store.history(&scope(QuoteScope::All)).await.unwrap()));
    assert!(prices(&average) > 0);
    let other = QuoteScope::Books(vec![BookId::PINNACLE]);
    assert_eq!(prices(&place.store.history(&scope(other)).await.unwrap()), 0);
}

#[tokio::test]
async fn closing_prices_are_read_without_the_others() {
    let place = place().await;
    let mut records = season(4);
    for record in &mut records {
        for book in [BookId::PINNACLE, BookId::MARKET_AVERAGE] {
            record.quotes.extend(closing_line(record, book));
        }
    }
    place.import(batch("a", NOW, records.clone())).await;
    // One closing price is corrected, another one comes from a later moment.
    let closing = |quote: &&mut QuoteRecord| quote.series.phase == Phase::Closing;
    let corrected = records[0].quotes.iter_mut().find(closing).unwrap();
    corrected.odds = DecimalOdds::new(9.5).unwrap();
    let moved = records[1].quotes.iter_mut().rfind(closing).unwrap();
    moved.known_at += SignedDuration::from_secs(60);
    place.import(batch("b", LATER, records)).await;
    let read = async |quotes, known_before: Option<&str>| {
        let known_before = known_before.map(ts);
        let history = place.store.history(&Scope { quotes, known_before, ..Scope::default() }).await.unwrap();
        let mut facts: Vec<Fact<Quote>> =
            history.fixtures_for_scoring().iter().flat_map(|f| history.quotes_for_scoring(f.id)).collect();
        facts.sort_by_key(|fact| {
            (fact.value.fixture, fact.value.series, fact.times.known_at, fact.times.sequence)
        });
        facts
    };
    let of = |facts: &[Fact<Quote>], book: Option<BookId>| {
        let wanted = |s: &Series| s.phase == Phase::Closing && book.is_none_or(|b| s.book == b);
        facts.iter().filter(|fact| wanted(&fact.value.series)).copied().collect::<Vec<_>>()
    };
    let all = read(QuoteScope::All, None).await;
    assert_eq!((all.len(), of(&all, None).len()), (12 * 9 + 2, 12 * 6 + 2));
    assert!(place.store.integrity().await.unwrap().is_empty());
    assert_eq!(read(QuoteScope::Closing(vec![]), None).await, of(&all, None));
    let pinnacle = read(QuoteScope::Closing(vec![BookId::PINNACLE]), None).await;
    assert_eq!(pinnacle, of(&all, Some(BookId::PINNACLE)));
    assert_eq!(read(QuoteScope::Closing(vec![BookId::MARKET_MAXIMUM]), None).await, []);
    let first_round = read(QuoteScope::Closing(vec![]), Some("2023-08-12T14:00:30Z")).await;
    assert_eq!(
        first_round.len(),
        3 * 6 + 1,
        "the correction is of the same moment, the other price comes later"
    );

    // Packs that say something else than the prices are found, and so are those too many or too few.
    let says = async |sql: &str, packs: u32| {
        place.execute(sql).await.unwrap();
        let findings = place.store.integrity().await.unwrap();
        assert_eq!(findings, [format!("{packs} rows of packed prices are not what the prices say")], "{sql}");
    };
    says("UPDATE packed_quotes SET prices = prices || ' 1 2000000' WHERE fixture_id = 1 AND sequence = 2", 1)
        .await;
    says("DELETE FROM packed_quotes WHERE fixture_id = 3", 3).await;
    says("UPDATE packed_quotes SET known_at = known_at + 1 WHERE fixture_id = 4", 7).await;
}

#[tokio::test]
async fn a_history_is_read_once_until_the_next_import() {
    let place = varied().await;
    let read = async || place.store.history(&Scope::default()).await.unwrap();
    let first = read().await;
    assert!(Arc::ptr_eq(&first, &read().await));
    assert!(!Arc::ptr_eq(&first, &history(&place, None).await), "another scope is another history");
    let fixtures = first.fixtures_for_scoring().len();
    place.import(batch("c", LATER, season(16))).await;
    let second = read().await;
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(second.fixtures_for_scoring().len() > fixtures);
}

#[tokio::test]
async fn facts_return_as_they_were_stored() {
    let place = place().await;
    let records = season(3);
    place.import(batch("a", NOW, records.clone())).await;
    let history = history(&place, None).await;
    let fixtures = history.fixtures_for_scoring();
    for (record, fixture) in records.iter().zip(fixtures) {
        let said = (record.home, record.away, record.kickoff, record.season, record.stage, record.status);
        assert_eq!(
            said,
            (fixture.home, fixture.away, fixture.kickoff, fixture.season, fixture.stage, fixture.status)
        );
        assert_eq!(history.outcome_for_scoring(fixture.id), record.outcome.as_ref());
        let quotes: Vec<_> = history.quotes_for_scoring(fixture.id).collect();
        for quote in &record.quotes {
            let stored = quotes.iter().find(|q| q.value.series == quote.series).unwrap();
            assert_eq!((stored.value.odds, stored.times.known_at), (quote.odds, quote.known_at));
            assert_eq!(stored.times.known_rule, quote.known_rule);
            assert_eq!(stored.times.recorded_at, ts(NOW));
        }
    }
}
