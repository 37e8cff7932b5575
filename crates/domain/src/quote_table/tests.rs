use super::*;
use crate::{
    market::{Market, Selection},
    quote::{BookId, Phase},
};

fn at(text: &str) -> Timestamp {
    format!("2024-01-01T00:00:00{text}Z").parse().unwrap()
}

fn series(book: &str, selection: Selection) -> Series {
    let book = book.parse::<BookId>().unwrap();
    Series { book, market: Market::THREE_WAY, selection, phase: Phase::Observed }
}

fn fact(fixture: i64, series: Series, known_at: Timestamp, sequence: i64) -> Fact<Quote> {
    let times = Times {
        occurred_at: known_at,
        known_at,
        known_rule: KnownRule::Observed,
        recorded_at: at("") + SignedDuration::from_secs(sequence),
        sequence: Sequence(sequence),
    };
    // No decimal fraction of few digits, as odds made from American ones.
    let odds = DecimalOdds::from_american(-110.0 - sequence as f64).unwrap();
    Fact { times, value: Quote { fixture: FixtureId(fixture), series, odds } }
}

fn of(facts: &[Fact<Quote>], fixtures: &[i64], i: usize) -> Vec<Fact<Quote>> {
    let ids: Vec<FixtureId> = fixtures.iter().map(|id| FixtureId(*id)).collect();
    let quotes = QuoteTable::from(facts.to_vec()).of_fixtures(&ids);
    quotes.of(ids[i], i).recorded_by(RecordedBy::Now).collect()
}

/// Every fact about fixtures 0 to 4, those of 2 and 4 dropped, in no order.
fn shuffled() -> Vec<Fact<Quote>> {
    let selections = [Selection::Over, Selection::Home, Selection::Away];
    let mut facts = Vec::new();
    for n in 0..500i64 {
        // 163 and 500 have no common divisor, so this meets every number once.
        let n = n * 163 % 500;
        let known_at = at("") + SignedDuration::from_micros(n / 7);
        let book = format!("book{}", (n / 5) % 3);
        let series = series(&book, selections[(n % 3) as usize]);
        let mut fact = fact(n % 5, series, known_at, n % 4);
        fact.times.known_rule = KnownRule::ALL[(n % 10) as usize];
        fact.times.occurred_at = known_at - SignedDuration::from_nanos(n * n);
        facts.push(fact);
    }
    facts
}

#[test]
fn quotes_return_to_the_bit_by_knowledge_then_import_then_series() {
    let facts = shuffled();
    for (i, id) in [0, 1, 3].into_iter().enumerate() {
        let mut expected = facts.clone();
        expected.retain(|q| q.value.fixture == FixtureId(id));
        expected.sort_by_key(|q| (q.times.known_at, q.times.sequence, q.value.series));
        assert_eq!(expected.len(), 100);
        assert_eq!(of(&facts, &[0, 1, 3], i), expected, "fixture {id}");
    }
    assert!(of(&facts, &[0, 7], 1).is_empty());
}

#[test]
fn a_row_is_small() {
    assert_eq!(size_of::<Row>(), 24);
    let table = QuoteTable::from(shuffled());
    assert_eq!((table.rows.len(), table.series.values.len()), (500, 9));
}

#[test]
fn a_price_is_visible_after_its_moment_however_fine_the_moments_are() {
    let home = series("book", Selection::Home);
    let count = |known_at: &str, before: &str| {
        let quotes = QuoteTable::from(vec![fact(1, home, at(known_at), 1)]).of_fixtures(&[FixtureId(1)]);
        quotes.of(FixtureId(1), 0).known_before(at(before)).recorded_by(RecordedBy::Now).count()
    };
    assert_eq!(count(".000001", ".000001"), 0, "known_at < t is strict");
    assert_eq!(count(".000001", ".000001001"), 1);
    assert_eq!(count(".000001", ".000000999"), 0);
    // Knowledge finer than a microsecond counts from the next whole one, never sooner.
    assert_eq!(count(".0000005", ".0000007"), 0);
    assert_eq!(count(".0000005", ".000001"), 0);
    assert_eq!(count(".0000005", ".000001001"), 1);
}

#[test]
fn the_last_instant_of_all_can_be_kept() {
    let known_at = Timestamp::MAX;
    let facts = [fact(1, series("book", Selection::Home), known_at, 1)];
    assert_eq!(of(&facts, &[1], 0)[0].times.known_at, known_at);
}

#[test]
fn what_is_kept_from_before_a_moment_is_what_was_known_before() {
    let ids = [0, 1, 3].map(FixtureId);
    let quotes = QuoteTable::from(shuffled()).of_fixtures(&ids);
    for micros in [0, 1, 30, 71, 72] {
        let before = at("") + SignedDuration::from_micros(micros);
        let kept = quotes.known_before(&ids, before).of_fixtures(&ids);
        let mut n = 0;
        for (i, id) in ids.into_iter().enumerate() {
            let all = |quotes: QuotesOf<'_>| quotes.recorded_by(RecordedBy::Now).collect::<Vec<_>>();
            let expected = all(quotes.of(id, i).known_before(before));
            n += expected.len();
            assert_eq!(all(kept.of(id, i)), expected);
        }
        assert_eq!(kept.last_sequence().is_some(), n > 0, "{micros}");
    }
    assert_eq!(quotes.last_sequence(), Some(Sequence(3)));
}

#[test]
fn what_was_recorded_later_is_left_out() {
    let ids = [FixtureId(3)];
    let quotes = QuoteTable::from(shuffled()).of_fixtures(&ids);
    let by = |by| quotes.of(ids[0], 0).recorded_by(by).filter(|q| q.value.fixture == ids[0]).count();
    assert_eq!(
        (by(RecordedBy::Now), by(RecordedBy::Import(Sequence(1))), by(RecordedBy::Import(Sequence(-1)))),
        (100, 50, 0)
    );
}
