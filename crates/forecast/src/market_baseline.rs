//! The market as a forecaster: what a book's prices imply once its margin is removed. It is the baseline of every report
//! and never the input of a model: it reads closing prices, which no snapshot before kick-off shows.

use std::collections::BTreeMap;

use domain::{
    BookId, DecimalOdds, Fact, Fixture, History, Market, OutcomeProbabilities, Phase, Quote, Selection,
    margin::{MarginRemoval, book_sum},
};
use serde::{Deserialize, Serialize};

/// Its name beside the models in reports.
pub const NAME: &str = "market";

/// Which prices to take, first match first, and how to remove the margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketPreference {
    /// Phases in order.
    pub phases: Vec<Phase>,
    /// Books in order; any other book follows by name. The maximum over books is never taken: it is no book's price.
    pub books: Vec<BookId>,
    /// How to remove the margin. An arbitrage book, which has none, is normalised in proportion instead.
    pub method: MarginRemoval,
}

impl Default for MarketPreference {
    /// Closing, else the last seen before kick-off, else pre-match; the average over books first, then the sharpest book.
    /// Opening prices are left out: their moment is unknown.
    fn default() -> Self {
        Self {
            phases: vec![Phase::Closing, Phase::Observed, Phase::PreMatch],
            books: vec![BookId::MARKET_AVERAGE, BookId::PINNACLE],
            method: MarginRemoval::Shin,
        }
    }
}

/// What the market said about a fixture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MarketForecast {
    /// Home, draw, away; no draw where the market is two-way, since a tie refunds.
    pub probabilities: OutcomeProbabilities,
    /// Whose prices.
    pub book: BookId,
    /// When in the market's life.
    pub phase: Phase,
    /// The sum of implied probabilities.
    pub book_sum: f64,
    /// The method that was used.
    pub method: MarginRemoval,
    /// Whether `method` replaced the one asked for because the book sums to less than 1.
    pub arbitrage: bool,
}

/// The market's forecast of a fixture by the first phase and book that price every outcome; none without such prices.
pub fn market_forecast(
    history: &History,
    fixture: &Fixture,
    preference: &MarketPreference,
) -> Option<MarketForecast> {
    let market = market_of(fixture);
    let quotes: Vec<Fact<Quote>> = history.quotes_for_scoring(fixture.id).collect();
    preference.phases.iter().find_map(|phase| {
        let books = books_of(&quotes, market, *phase, fixture);
        let ranked = ranked(&books, &preference.books);
        ranked.into_iter().find_map(|book| implied(book, &books[&book], *phase, preference.method))
    })
}

/// The odds on home win, draw and away win by the first phase and book that price every outcome of the sport; quotes come in
/// the order they became known. None without such prices.
pub(crate) fn quoted_classes(
    quotes: impl Iterator<Item = Fact<Quote>>,
    fixture: &Fixture,
    preference: &MarketPreference,
) -> Option<[Option<f64>; 3]> {
    let market = market_of(fixture);
    let quotes: Vec<Fact<Quote>> = quotes.collect();
    preference.phases.iter().find_map(|phase| {
        let books = books_of(&quotes, market, *phase, fixture);
        let prices = books.get(ranked(&books, &preference.books).first()?)?;
        let of = |selection| prices.iter().find(|(s, _)| *s == selection).map(|(_, odds)| odds.value());
        Some([of(Selection::Home), of(Selection::Draw), of(Selection::Away)])
    })
}

/// The market on who wins.
fn market_of(fixture: &Fixture) -> Market {
    if fixture.sport.is_three_way() { Market::THREE_WAY } else { Market::MONEYLINE }
}

/// Latest price per selection up to kick-off, by book. Quotes come in the order they became known.
fn books_of(
    quotes: &[Fact<Quote>],
    market: Market,
    phase: Phase,
    fixture: &Fixture,
) -> BTreeMap<BookId, Vec<(Selection, DecimalOdds)>> {
    let mut books: BTreeMap<BookId, BTreeMap<Selection, DecimalOdds>> = BTreeMap::new();
    let in_time = quotes.iter().filter(|q| q.times.known_at <= fixture.kickoff.latest());
    for Quote { series, odds, .. } in in_time.map(|q| &q.value) {
        if series.market == market
            && series.phase == phase
            && ![BookId::MARKET_MAXIMUM, BookId::LINE_ONLY].contains(&series.book)
        {
            books.entry(series.book).or_default().insert(series.selection, *odds);
        }
    }
    let selections = market.selections();
    let whole = |prices: BTreeMap<Selection, DecimalOdds>| -> Option<Vec<(Selection, DecimalOdds)>> {
        selections.iter().map(|s| prices.get(s).map(|odds| (*s, *odds))).collect()
    };
    books.into_iter().filter_map(|(book, prices)| Some((book, whole(prices)?))).collect()
}

fn ranked<T>(books: &BTreeMap<BookId, T>, preferred: &[BookId]) -> Vec<BookId> {
    let first = preferred.iter().copied().filter(|b| books.contains_key(b));
    first.chain(books.keys().copied().filter(|b| !preferred.contains(b))).collect()
}

fn implied(
    book: BookId,
    prices: &[(Selection, DecimalOdds)],
    phase: Phase,
    method: MarginRemoval,
) -> Option<MarketForecast> {
    let odds: Vec<DecimalOdds> = prices.iter().map(|(_, odds)| *odds).collect();
    let (removed, used) = match method.remove(&odds) {
        Ok(removed) => (removed, method),
        Err(_) => (MarginRemoval::Multiplicative.remove(&odds).ok()?, MarginRemoval::Multiplicative),
    };
    let of = |selection| {
        let position = prices.iter().position(|(s, _)| *s == selection);
        position.and_then(|i| removed.probabilities.get(i).copied()).unwrap_or(0.0)
    };
    let (home, draw, away) = (of(Selection::Home), of(Selection::Draw), of(Selection::Away));
    Some(MarketForecast {
        probabilities: OutcomeProbabilities::from_weights(home, draw, away).ok()?,
        book,
        phase,
        book_sum: book_sum(&odds),
        method: used,
        arbitrage: used != method,
    })
}

#[cfg(test)]
mod tests {
    use domain::Sport;

    use super::*;
    use crate::test_history::TestHistory;

    const SHARP: BookId = BookId::PINNACLE;
    const AVERAGE: BookId = BookId::MARKET_AVERAGE;

    fn forecast(history: TestHistory, fixture: &Fixture) -> Option<MarketForecast> {
        market_forecast(&history.build(), fixture, &MarketPreference::default())
    }

    #[test]
    fn shin_probabilities_of_the_reference() {
        let mut history = TestHistory::default();
        let fixture = history.announce(9, 1, 2);
        history.quote(&fixture, AVERAGE, Phase::Closing, 0, &[4.2, 3.7, 1.95]);
        let got = forecast(history, &fixture).unwrap();
        // reference/betting/devig.json, Shin.
        for (p, e) in got.probabilities.as_array().iter().zip([
            0.23157195890888926,
            0.26357449628316393,
            0.504853544807947,
        ]) {
            assert!((p - e).abs() < 1e-9, "{got:?}");
        }
        assert_eq!((got.book, got.phase, got.arbitrage), (AVERAGE, Phase::Closing, false));
        assert!((got.book_sum - (1.0 / 4.2 + 1.0 / 3.7 + 1.0 / 1.95)).abs() < 1e-12);
    }

    #[test]
    fn closing_before_pre_match_and_average_before_sharp() {
        let mut history = TestHistory::default();
        let fixture = history.announce(9, 1, 2);
        history.quote(&fixture, AVERAGE, Phase::PreMatch, 20, &[2.0, 3.5, 4.0]);
        history.quote(&fixture, SHARP, Phase::Closing, 0, &[2.1, 3.5, 3.9]);
        history.quote(&fixture, "b365".parse().unwrap(), Phase::Closing, 0, &[2.2, 3.4, 3.7]);
        let got = forecast(history, &fixture).unwrap();
        assert_eq!((got.book, got.phase), (SHARP, Phase::Closing));
    }

    #[test]
    fn an_incomplete_or_maximum_book_is_passed_over() {
        let mut history = TestHistory::default();
        let fixture = history.announce(9, 1, 2);
        history.quote(&fixture, BookId::MARKET_MAXIMUM, Phase::Closing, 0, &[2.2, 3.6, 4.1]);
        // Only home and away of a three-way market: as a moneyline it is another market.
        history.quote(&fixture, AVERAGE, Phase::Closing, 0, &[1.5, 2.5]);
        history.quote(&fixture, AVERAGE, Phase::Opening, 90, &[2.0, 3.5, 4.0]);
        assert_eq!(forecast(history, &fixture), None);
    }

    #[test]
    fn the_latest_price_of_a_phase_counts_and_none_after_kickoff() {
        let mut history = TestHistory::default();
        let fixture = history.announce(9, 1, 2);
        history.quote(&fixture, AVERAGE, Phase::Observed, 30, &[3.0, 3.3, 2.5]);
        history.quote(&fixture, AVERAGE, Phase::Observed, 2, &[2.0, 3.5, 4.0]);
        history.quote(&fixture, AVERAGE, Phase::Observed, -1, &[1.1, 9.0, 30.0]);
        let got = forecast(history, &fixture).unwrap();
        assert_eq!(got.phase, Phase::Observed);
        assert!((got.book_sum - (0.5 + 1.0 / 3.5 + 0.25)).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn an_arbitrage_book_is_normalised_and_said_so() {
        let mut history = TestHistory::default();
        let fixture = history.announce_of(Sport::Nfl, 9, 1, 2);
        history.quote(&fixture, AVERAGE, Phase::Closing, 0, &[2.1, 2.1]);
        let got = forecast(history, &fixture).unwrap();
        assert_eq!(got.probabilities.as_array(), [0.5, 0.0, 0.5]);
        assert!(got.arbitrage && got.method == MarginRemoval::Multiplicative);
    }
}
