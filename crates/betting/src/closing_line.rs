//! Closing line value: how much better the price taken was than the last one before kick-off. It judges bets long before
//! profit can, because it does not wait for results to even out.
//!
//! | symbol | meaning |
//! |---|---|
//! | o | odds taken |
//! | c | closing odds of the selection |
//! | p | closing probability of the selection, margin removed |
//!
//! raw = o / c - 1; without margin = o p - 1, which is the expected value of the bet if the closing line is right.

use domain::{BookId, DecimalOdds, Fact, FixtureId, Market, Phase, Quote, Selection, margin::MarginRemoval};
use serde::{Deserialize, Serialize};

use crate::BettingError;

/// The last prices of one book on every selection of a market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosingLine {
    /// Whose.
    pub book: BookId,
    /// On what.
    pub market: Market,
    /// Every selection with its price, in the market's order.
    pub prices: Vec<(Selection, DecimalOdds)>,
}

/// How much better than the closing line a bet was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClosingLineValue {
    /// Against the closing price itself.
    pub raw: f64,
    /// Against the closing price without its margin, removed in proportion.
    pub multiplicative: Option<f64>,
    /// Against the closing price without its margin by Shin's method. Absent when the closing book has no margin.
    pub shin: Option<f64>,
}

impl ClosingLine {
    /// The closing line of a market on a fixture, from the first book of `preferred` that closed on every selection, else
    /// from the first such book by name that is no maximum over books and no line without a price. A line that moved has no closing price: none is
    /// made up from its neighbour.
    pub fn find(
        fixture: FixtureId,
        market: Market,
        quotes: impl IntoIterator<Item = Fact<Quote>>,
        preferred: &[BookId],
    ) -> Option<Self> {
        let mut closing: Vec<Fact<Quote>> = quotes
            .into_iter()
            .filter(|q| q.value.fixture == fixture && q.value.series.market == market)
            .filter(|q| q.value.series.phase == Phase::Closing)
            .collect();
        closing.sort_by_key(|q| (q.value.series.book, q.times.known_at, q.times.sequence));
        let mut books: Vec<BookId> = closing.iter().map(|q| q.value.series.book).collect();
        books.dedup();
        books.retain(|book| ![BookId::MARKET_MAXIMUM, BookId::LINE_ONLY].contains(book));
        let of_book = |book: BookId| {
            let last = |selection: Selection| {
                let series =
                    |q: &&Fact<Quote>| q.value.series.book == book && q.value.series.selection == selection;
                closing.iter().rfind(series).map(|q| (selection, q.value.odds))
            };
            let prices: Option<Vec<_>> = market.selections().into_iter().map(last).collect();
            prices.map(|prices| Self { book, market, prices })
        };
        preferred.iter().copied().chain(books).find_map(of_book)
    }

    /// The value of a bet on `selection` at `taken`.
    ///
    /// # Errors
    /// When the line has no price for the selection.
    pub fn value(&self, selection: Selection, taken: DecimalOdds) -> Result<ClosingLineValue, BettingError> {
        let position = self.prices.iter().position(|(s, _)| *s == selection);
        let Some((position, (_, closing))) = position.and_then(|i| Some((i, self.prices.get(i)?))) else {
            return Err(BettingError::NotInClosingLine { selection: selection.to_string() });
        };
        Ok(ClosingLineValue {
            raw: taken.value() / closing.value() - 1.0,
            multiplicative: self.without_margin(MarginRemoval::Multiplicative, position, taken),
            shin: self.without_margin(MarginRemoval::Shin, position, taken),
        })
    }

    fn without_margin(&self, method: MarginRemoval, position: usize, taken: DecimalOdds) -> Option<f64> {
        if !self.market.kind().is_exhaustive() {
            return None;
        }
        let odds: Vec<DecimalOdds> = self.prices.iter().map(|(_, odds)| *odds).collect();
        let probabilities = method.remove(&odds).ok()?.probabilities;
        probabilities.get(position).map(|p| taken.value() * p - 1.0)
    }
}

/// How many bets have a closing line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Bets.
    pub n_bets: usize,
    /// Those with a closing line value.
    pub n_covered: usize,
}

impl Coverage {
    /// Under this share the values that are known may not stand for the rest.
    pub const ALARM_SHARE: f64 = 0.95;

    /// Counts the bets that have a value.
    pub fn of<'v>(values: impl IntoIterator<Item = Option<&'v ClosingLineValue>>) -> Self {
        let mut coverage = Self { n_bets: 0, n_covered: 0 };
        for value in values {
            coverage.n_bets += 1;
            coverage.n_covered += usize::from(value.is_some());
        }
        coverage
    }

    /// The share covered; none of no bets.
    pub fn share(self) -> Option<f64> {
        (self.n_bets > 0).then(|| self.n_covered as f64 / self.n_bets as f64)
    }

    /// Whether too few are covered.
    pub fn is_alarming(self) -> bool {
        self.share().is_some_and(|share| share < Self::ALARM_SHARE)
    }
}

#[cfg(test)]
mod tests;
