//! Sums of implied probabilities over all selections of one book's market. Under 1 anybody could win by betting on
//! everything, which no book offers: for the best price over books it is common, anywhere else a wrong quote. Far from 1 the
//! prices do not belong together and are no use even as a feature.

use std::collections::BTreeMap;

use domain::{BookId, DecimalOdds, Market, MatchRecord, Phase, TeamId, margin::book_sum};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Books that sum to less than they should.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArbitrageBook {
    /// What follows.
    pub action: Action,
    /// Smallest sum that is not worth mentioning.
    pub min: f64,
    /// Books that are no book, and may sum to less.
    pub except: Vec<BookId>,
}

/// Books whose prices do not belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookSum {
    /// What follows.
    pub action: Action,
    /// Smallest sum.
    pub min: f64,
    /// Largest sum.
    pub max: f64,
}

type Place = (BookId, Phase, Market);

/// Every complete market of a record, with the positions of its quotes and its sum.
fn books(record: &MatchRecord<TeamId>) -> impl Iterator<Item = (Place, Vec<usize>, f64)> + '_ {
    let mut places: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (i, quote) in record.quotes.iter().enumerate() {
        let series = quote.series;
        places.entry((series.book, series.phase, series.market)).or_default().push(i);
    }
    places.into_iter().filter_map(|(place, quotes)| {
        if quotes.len() != place.2.selections().len() || overlapping(place.2) {
            return None;
        }
        let odds: Vec<DecimalOdds> = quotes.iter().map(|i| record.quotes[*i].odds).collect();
        Some((place, quotes, book_sum(&odds)))
    })
}

/// Whether several selections of a market win together, so that their probabilities sum to more than 1.
fn overlapping(market: Market) -> bool {
    use domain::market::MarketKind::{CorrectScore, DoubleChance};
    matches!(market.kind(), DoubleChance | CorrectScore)
}

/// One hit per record for all its books out of bounds.
fn hits_where(records: &[MatchRecord<TeamId>], is_broken: impl Fn(&Place, f64) -> bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let mut positions = Vec::new();
        let mut detail = None;
        for (place, quotes, sum) in books(record).filter(|(place, _, sum)| is_broken(place, *sum)) {
            positions.extend(quotes);
            let (book, phase, market) = (place.0, place.1.code(), place.2);
            detail.get_or_insert_with(|| {
                format!("row {}: {book} {phase} {market} sums to {sum:.3}", record.row)
            });
        }
        if let Some(detail) = detail {
            hits.push(Hit::of(records, at, Scope::Quotes(positions), detail));
        }
    }
    hits
}

impl RecordRule for ArbitrageBook {
    fn name(&self) -> &'static str {
        "arbitrage_book"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        hits_where(records, |place, sum| sum < self.min && !self.except.contains(&place.0))
    }
}

impl RecordRule for BookSum {
    fn name(&self) -> &'static str {
        "book_sum"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        hits_where(records, |_, sum| sum < self.min || sum > self.max)
    }
}
