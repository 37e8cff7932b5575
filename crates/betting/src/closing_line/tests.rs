use domain::{
    KnownRule, Sequence, Times,
    market::{Line, MarketKind},
    quote::Series,
};
use jiff::Timestamp;

use super::*;

fn odds(value: f64) -> DecimalOdds {
    DecimalOdds::new(value).unwrap()
}

fn quote(book: BookId, selection: Selection, phase: Phase, price: f64, second: i64) -> Fact<Quote> {
    let known_at = Timestamp::from_second(1_700_000_000 + second).unwrap();
    Fact {
        times: Times {
            occurred_at: known_at,
            known_at,
            known_rule: KnownRule::ClosingAtKickoff,
            recorded_at: known_at,
            sequence: Sequence(1),
        },
        value: Quote {
            fixture: FixtureId(7),
            series: Series { book, market: Market::THREE_WAY, selection, phase },
            odds: odds(price),
        },
    }
}

fn book(id: BookId, prices: [f64; 3]) -> Vec<Fact<Quote>> {
    let sides = Market::THREE_WAY.selections();
    sides.into_iter().zip(prices).map(|(side, price)| quote(id, side, Phase::Closing, price, 0)).collect()
}

#[test]
fn the_value_of_the_reference() {
    // reference/betting/clv.json, first case.
    let quotes = book(BookId::PINNACLE, [2.0, 3.5, 3.9]);
    let line = ClosingLine::find(FixtureId(7), Market::THREE_WAY, quotes.iter().copied(), &[]).unwrap();
    let value = line.value(Selection::Home, odds(2.1)).unwrap();
    assert!((value.raw - 0.050000000000000044).abs() < 1e-12);
    assert!((value.multiplicative.unwrap() - 0.007557117750439435).abs() < 1e-9);
    assert!((value.shin.unwrap() - 0.01719548650020597).abs() < 1e-9);
    assert!(line.value(Selection::Over, odds(2.1)).is_err());
}

#[test]
fn the_preferred_book_that_closed_on_every_side() {
    let mut quotes = book(BookId::MARKET_MAXIMUM, [2.2, 3.7, 4.1]);
    quotes.extend(book(BookId::MARKET_AVERAGE, [2.0, 3.4, 3.8]));
    quotes.extend(book(BookId::PINNACLE, [2.05, 3.5, 3.9]).into_iter().take(2));
    let find = |preferred: &[BookId]| {
        ClosingLine::find(FixtureId(7), Market::THREE_WAY, quotes.iter().copied(), preferred)
    };
    let line = find(&[BookId::PINNACLE, BookId::MARKET_AVERAGE]).unwrap();
    assert_eq!(line.book, BookId::MARKET_AVERAGE, "half a line is no line");
    assert_eq!(find(&[]).unwrap().book, BookId::MARKET_AVERAGE, "the maximum is nobody's line");
    assert_eq!(find(&[BookId::MARKET_MAXIMUM]).unwrap().book, BookId::MARKET_MAXIMUM, "unless asked for");
    let only_maximum = book(BookId::MARKET_MAXIMUM, [2.2, 3.7, 4.1]);
    assert!(ClosingLine::find(FixtureId(7), Market::THREE_WAY, only_maximum.iter().copied(), &[]).is_none());
    assert!(ClosingLine::find(FixtureId(8), Market::THREE_WAY, quotes.iter().copied(), &[]).is_none());
    let moved = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(-3))).unwrap();
    assert!(ClosingLine::find(FixtureId(7), moved, quotes.iter().copied(), &[]).is_none());
}

#[test]
fn only_the_last_closing_price_counts() {
    let mut quotes = book(BookId::PINNACLE, [2.0, 3.5, 3.9]);
    quotes.insert(0, quote(BookId::PINNACLE, Selection::Home, Phase::Closing, 1.9, 60));
    quotes.push(quote(BookId::PINNACLE, Selection::Home, Phase::PreMatch, 2.5, 120));
    let line = ClosingLine::find(FixtureId(7), Market::THREE_WAY, quotes.iter().copied(), &[]).unwrap();
    assert_eq!(line.prices[0], (Selection::Home, odds(1.9)));
}

#[test]
fn a_closing_book_without_margin_keeps_what_can_be_said() {
    let quotes = book(BookId::MARKET_MAXIMUM, [2.2, 3.9, 4.2]);
    let line =
        ClosingLine::find(FixtureId(7), Market::THREE_WAY, quotes.iter().copied(), &[BookId::MARKET_MAXIMUM])
            .unwrap();
    let value = line.value(Selection::Home, odds(2.2)).unwrap();
    assert_eq!((value.raw, value.shin), (0.0, None));
    // In proportion, the implied probabilities of such a book are raised to 1.
    let book = 1.0 / 2.2 + 1.0 / 3.9 + 1.0 / 4.2;
    assert!((value.multiplicative.unwrap() - (1.0 / book - 1.0)).abs() < 1e-12);
}

#[test]
fn coverage_and_its_alarm() {
    let value = ClosingLineValue { raw: 0.01, multiplicative: None, shin: None };
    let of = |covered: usize, bets: usize| Coverage::of((0..bets).map(|i| (i < covered).then_some(&value)));
    assert_eq!(of(19, 20).share(), Some(0.95));
    assert!(!of(19, 20).is_alarming() && of(94, 100).is_alarming());
    assert_eq!(of(0, 0).share(), None);
    assert!(!of(0, 0).is_alarming(), "no bets, no alarm");
}
