//! Edge: what a forecast says a quoted price is worth, on every side of every quoted market.
//!
//! Edge is the expected profit of a unit stake. It is taken against the price itself, which decides, and against the price
//! with its book's margin removed, which says how far the forecast disagrees with the market rather than with the margin.

use std::collections::BTreeMap;

use domain::{
    BookId, DecimalOdds, Fact, Fixture, FixtureId, FixtureStatus, Forecast, Kickoff, Market, Phase, Quote,
    Selection, margin::MarginRemoval,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BettingError, grades::GradeDistribution};

/// Whose prices are considered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Books {
    /// Every book, but not the averages and maxima over books, at which nobody takes a bet.
    #[default]
    All,
    /// Only these, aggregates included when named.
    Only(Vec<BookId>),
}

impl Books {
    fn include(&self, book: BookId) -> bool {
        match self {
            Self::All => ![BookId::MARKET_AVERAGE, BookId::MARKET_MAXIMUM].contains(&book),
            Self::Only(books) => books.contains(&book),
        }
    }
}

/// Which quotes count and how their margin is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuoteRules {
    /// Whose prices.
    pub books: Books,
    /// A price seen by us is stale after this many seconds.
    pub observed_max_age_secs: u32,
    /// A price from a published collection is stale after this many seconds. The collections are half a week apart.
    pub pre_match_max_age_secs: u32,
    /// How the margin is removed.
    pub margin_removal: MarginRemoval,
}

impl Default for QuoteRules {
    fn default() -> Self {
        Self {
            books: Books::All,
            observed_max_age_secs: 20 * 60,
            pre_match_max_age_secs: 4 * 24 * 3600,
            margin_removal: MarginRemoval::Shin,
        }
    }
}

impl QuoteRules {
    /// Whether a bet could be struck at this quote at that moment.
    pub fn takes(&self, quote: &Fact<Quote>, at: Timestamp) -> bool {
        let series = quote.value.series;
        let max_age_secs = match series.phase {
            Phase::Observed => self.observed_max_age_secs,
            Phase::PreMatch => self.pre_match_max_age_secs,
            Phase::Opening | Phase::Closing => return false,
        };
        let age = at.duration_since(quote.times.known_at);
        series.phase.is_bettable()
            && self.books.include(series.book)
            && age.is_positive()
            && age <= SignedDuration::from_secs(i64::from(max_age_secs))
    }
}

/// A price that could be taken, and what the forecast says it is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// On which fixture.
    pub fixture: FixtureId,
    /// When it starts, as announced at the moment of the decision.
    pub kickoff: Kickoff,
    /// The forecast's model.
    pub model: String,
    /// The moment of the decision.
    pub at: Timestamp,
    /// Who quotes.
    pub book: BookId,
    /// On what market.
    pub market: Market,
    /// Which selection.
    pub selection: Selection,
    /// The price.
    pub odds: DecimalOdds,
    /// When the price became known.
    pub quoted_at: Timestamp,
    /// What a stake can become.
    pub grades: GradeDistribution,
    /// Expected profit of a unit stake at the price.
    pub edge: f64,
    /// The probability that the book's odds imply without its margin; absent unless the book quotes every selection of a
    /// market whose selections exclude each other and has a margin.
    pub market_probability: Option<f64>,
    /// Expected profit of a unit stake at the price without its margin.
    pub edge_devigged: Option<f64>,
}

/// The best price on every side of every market quoted on a fixture: line shopping over [`every_price`].
///
/// # Errors
/// As [`every_price`].
pub fn candidates(
    fixture: &Fixture,
    forecast: &Forecast,
    quotes: impl IntoIterator<Item = Fact<Quote>>,
    at: Timestamp,
    rules: &QuoteRules,
) -> Result<Vec<Candidate>, BettingError> {
    let mut best: Vec<Candidate> = Vec::new();
    for candidate in every_price(fixture, forecast, quotes, at, rules)? {
        match best.last_mut() {
            Some(last) if (last.market, last.selection) == (candidate.market, candidate.selection) => {
                // Books come in the order of their names, so equal prices go to the first of them.
                if candidate.odds > last.odds {
                    *last = candidate;
                }
            }
            _ => best.push(candidate),
        }
    }
    Ok(best)
}

/// Every book's latest price on every side of every market, by market, selection and book. Empty when the match may have
/// begun by then or is called off.
///
/// # Errors
/// When the forecast is of another fixture or from after `at`, or a quoted selection does not belong to its market.
pub fn every_price(
    fixture: &Fixture,
    forecast: &Forecast,
    quotes: impl IntoIterator<Item = Fact<Quote>>,
    at: Timestamp,
    rules: &QuoteRules,
) -> Result<Vec<Candidate>, BettingError> {
    if forecast.fixture != fixture.id {
        return Err(BettingError::OtherFixture { forecast: forecast.fixture, fixture: fixture.id });
    }
    if forecast.as_of > at {
        return Err(BettingError::LookAhead { as_of: forecast.as_of, at });
    }
    if !is_open(fixture, at) {
        return Ok(Vec::new());
    }
    let latest = latest_prices(fixture.id, quotes, at, rules);
    let mut grades: BTreeMap<(Market, Selection), GradeDistribution> = BTreeMap::new();
    let mut found = Vec::with_capacity(latest.len());
    for (&(market, selection, book), quote) in &latest {
        let grades = match grades.get(&(market, selection)) {
            Some(known) => known,
            None => grades.entry((market, selection)).or_insert(GradeDistribution::of(
                market,
                selection,
                &forecast.distribution,
            )?),
        };
        let odds = quote.value.odds;
        let market_probability = devigged(&latest, market, selection, book, rules.margin_removal);
        let fair = market_probability.and_then(|p| DecimalOdds::new(1.0 / p).ok());
        found.push(Candidate {
            fixture: fixture.id,
            kickoff: fixture.kickoff,
            model: forecast.model.clone(),
            at,
            book,
            market,
            selection,
            odds,
            quoted_at: quote.times.known_at,
            edge: grades.expected_value(odds),
            market_probability,
            edge_devigged: fair.map(|odds| grades.expected_value(odds)),
            grades: grades.clone(),
        });
    }
    Ok(found)
}

type Latest = BTreeMap<(Market, Selection, BookId), Fact<Quote>>;

/// A date-only fixture is open until its day begins: it may start at any moment after that.
fn is_open(fixture: &Fixture, at: Timestamp) -> bool {
    let called_off = matches!(
        fixture.status,
        FixtureStatus::Postponed | FixtureStatus::Abandoned | FixtureStatus::Cancelled
    );
    !called_off && at <= fixture.kickoff.earliest()
}

/// The last price known of each series that may be taken. Prices collected and prices observed are one series here.
fn latest_prices(
    fixture: FixtureId,
    quotes: impl IntoIterator<Item = Fact<Quote>>,
    at: Timestamp,
    rules: &QuoteRules,
) -> Latest {
    let mut latest = Latest::new();
    for quote in quotes.into_iter().filter(|q| q.value.fixture == fixture && rules.takes(q, at)) {
        let series = quote.value.series;
        let order = |q: &Fact<Quote>| (q.times.known_at, q.times.sequence);
        let entry = latest.entry((series.market, series.selection, series.book)).or_insert(quote);
        if order(&quote) >= order(entry) {
            *entry = quote;
        }
    }
    latest
}

fn devigged(
    latest: &Latest,
    market: Market,
    selection: Selection,
    book: BookId,
    method: MarginRemoval,
) -> Option<f64> {
    if !market.kind().is_exhaustive() {
        return None;
    }
    let selections = market.selections();
    let odds: Option<Vec<DecimalOdds>> =
        selections.iter().map(|s| latest.get(&(market, *s, book)).map(|q| q.value.odds)).collect();
    let probabilities = method.remove(&odds?).ok()?.probabilities;
    let position = selections.iter().position(|s| *s == selection)?;
    probabilities.get(position).copied()
}

#[cfg(test)]
mod tests;
