//! The activity of prices: one interface, whatever the database keeps it in.

use domain::{BookId, DecimalOdds, MatchRecord, Selection, TeamId};
use jiff::{SignedDuration, civil::date};
use touchline_store::{ActivityFilter, KeptAs};

use super::{ENGINE, place};
use crate::sample::{At, Engine, LATER, NOW, Place, batch, played, quote, season, ts};

const COUNTED: &str = "SELECT s.book, s.kind, COUNT(*), COUNT(DISTINCT q.fixture_id), MIN(q.known_at), MAX(q.known_at) \
    FROM quote q JOIN quote_series s ON s.id = q.series_id GROUP BY s.book, s.kind, q.known_at / 86400000000 \
    ORDER BY q.known_at / 86400000000, s.book, s.kind";
const KEPT: &str = "SELECT book, kind, prices, fixtures, first_at, last_at FROM _quote_activity_daily \
    ORDER BY day, book, kind";

async fn assert_counted(place: &Place) -> usize {
    let kept = place.rows(KEPT).await;
    assert_eq!(kept, place.rows(COUNTED).await);
    place.store.refresh_quote_activity(true).await.unwrap();
    assert_eq!(kept, place.rows(KEPT).await, "made anew");
    kept.len()
}

/// The same match with another price, or a price of another day or book.
fn quoted(record: &MatchRecord<TeamId>, odds: f64, hours: i64, book: BookId) -> MatchRecord<TeamId> {
    let kickoff = record.kickoff.earliest();
    let mut price = quote(Selection::Home, odds, kickoff + SignedDuration::from_hours(40 - hours));
    price.series.book = book;
    MatchRecord { quotes: vec![price], ..record.clone() }
}

#[tokio::test]
async fn new_prices_are_added_and_known_fixtures_not_counted_twice() {
    let place = place().await;
    place.import(batch("a", NOW, season(3))).await;
    let first = place.store.refresh_quote_activity(false).await.unwrap();
    let expected = if matches!(place.at, At::Schema(_)) { KeptAs::View } else { KeptAs::Table };
    assert_eq!(first, Some(expected));
    assert_eq!(assert_counted(&place).await, 3);
    assert_eq!(place.store.refresh_quote_activity(false).await.unwrap(), None, "nothing is new");
    let known = played(2, date(2023, 8, 12), (1, 4), (0, 0));
    let mean = BookId::MARKET_AVERAGE;
    for (label, record) in [
        ("a corrected price", quoted(&known, 2.4, 40, mean)),
        ("a second price of the day", quoted(&known, 2.5, 39, mean)),
        ("a price of another day", quoted(&known, 2.5, 80, mean)),
        ("another book", quoted(&known, 2.6, 40, BookId::PINNACLE)),
        ("another match of that day", quoted(&played(9, date(2023, 8, 12), (5, 6), (1, 0)), 3.0, 40, mean)),
    ] {
        place.import(batch(label, LATER, vec![record])).await;
        assert_eq!(place.store.refresh_quote_activity(false).await.unwrap(), Some(expected), "{label}");
        assert_counted(&place).await;
    }
}

#[tokio::test]
async fn nothing_is_shown_before_it_was_asked_for() {
    let place = place().await;
    place.import(batch("a", NOW, season(3))).await;
    let all = ActivityFilter::default();
    assert!(place.store.quote_days(&all, 10).await.unwrap().is_empty());
    assert!(place.store.quote_totals(&all).await.unwrap().is_empty());
    place.store.refresh_quote_activity(false).await.unwrap();
    let days = place.store.quote_days(&all, 2).await.unwrap();
    let shown: Vec<(String, u64, u64)> =
        days.iter().map(|day| (day.day.to_string(), day.prices, day.fixtures)).collect();
    assert_eq!(shown, [("2023-08-24".into(), 9, 3), ("2023-08-17".into(), 9, 3)], "the last days first");
    let totals = place.store.quote_totals(&all).await.unwrap();
    assert_eq!((totals.len(), totals[0].days, totals[0].prices, totals[0].fixture_days), (1, 3, 27, 9));
    let of =
        |from, before| ActivityFilter { from: Some(from), before: Some(before), ..ActivityFilter::default() };
    let between = place.store.quote_days(&of(date(2023, 8, 17), date(2023, 8, 24)), 9).await.unwrap();
    assert_eq!(between.len(), 1);
    let other = ActivityFilter { book: Some(BookId::PINNACLE), ..ActivityFilter::default() };
    assert!(place.store.quote_days(&other, 9).await.unwrap().is_empty());
    let kind = ActivityFilter { kind: Some("three_way".into()), ..ActivityFilter::default() };
    assert_eq!(place.store.quote_days(&kind, 9).await.unwrap().len(), 3);
}

/// For real where a server with the extension is named.
#[tokio::test]
async fn timescale_serves_the_same() {
    const VARIABLE: &str = "TOUCHLINE_TEST_TIMESCALE_URL";
    let url = match std::env::var(VARIABLE) {
        Ok(url) if ENGINE == Engine::Postgres => url,
        Ok(_) => return,
        Err(_) => return println!("skipped: {VARIABLE} names no server with TimescaleDB"),
    };
    // It is there before the tables.
    At::Schema(url.clone()).execute("CREATE EXTENSION IF NOT EXISTS timescaledb").await.unwrap();
    let place = Place::on_server(&url).await;
    let hypertables = "SELECT CAST(hypertable_name AS TEXT), CAST(compression_enabled AS TEXT) FROM timescaledb_information.hypertables \
        WHERE hypertable_schema = current_schema()";
    let whole = place.rows("SHOW timescaledb.license").await[0][0].contains("timescale");
    let expected = ["Some(\"quote\")".to_owned(), format!("Some(\"{whole}\")")];
    assert_eq!(place.rows(hypertables).await, [expected]);
    place.import(batch("a", NOW, season(30))).await;
    let chunks =
        "SELECT COUNT(*) FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema()";
    assert!(place.at.number(chunks).await.unwrap() > 6);
    let kept_as = place.store.refresh_quote_activity(false).await.unwrap().unwrap();
    assert_eq!(kept_as, if whole { KeptAs::ContinuousAggregate } else { KeptAs::View });
    assert_eq!(assert_counted(&place).await, 30);
    if whole {
        place.execute("SELECT compress_chunk(show_chunks('quote'))").await.unwrap();
    }
    let known = played(2, date(2023, 8, 12), (1, 4), (0, 0));
    let price = quoted(&known, 2.5, 80, BookId::PINNACLE);
    for times in 1..3 {
        let outcome =
            place.store.import(batch(&format!("b{times}"), LATER, vec![price.clone()])).await.unwrap();
        assert_eq!(outcome.quotes, u64::from(times == 1), "a price that is there already is recognised");
    }
    assert_eq!(place.store.refresh_quote_activity(false).await.unwrap(), Some(kept_as));
    assert_counted(&place).await;
    // The odds themselves stay what they were.
    let odds = DecimalOdds::new(2.5).unwrap().to_micros();
    let stored = place.rows(&format!("SELECT COUNT(*) FROM quote WHERE price_micros = {odds}")).await;
    assert_eq!(stored[0][0], "Some(1)");
    // It is copied like any other store.
    let to = At::new(Engine::Sqlite).await;
    let target = touchline_store::Place::parse(&to.address()).unwrap();
    let copied = place.store.copy_to(target, ts(LATER), &mut |_| ()).await.unwrap();
    assert!(copied.tables.iter().all(touchline_store::CopiedTable::is_equal), "{copied:?}");
}
