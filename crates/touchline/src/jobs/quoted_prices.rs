//! The last prices of a book on the fixtures of one week, each with the moment it became known.

use std::collections::BTreeMap;

use domain::{
    BookId, FixtureId, Snapshot,
    market::{Market, Selection},
    quote::Phase,
    week::monday_of,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::load_history::Loaded;

/// A price as somebody quoted it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct QuotedPrice {
    /// Of which fixture.
    pub(crate) fixture: FixtureId,
    /// Who quoted it.
    pub(crate) book: BookId,
    /// On what market, with its line.
    pub(crate) market: String,
    /// Which selection.
    pub(crate) selection: String,
    /// Decimal odds.
    pub(crate) odds: f64,
    /// When it became known.
    pub(crate) known_at: Timestamp,
}

/// The Monday of the week that a moment is in, UTC: prices are kept by week.
pub(crate) fn week_of(at: Timestamp) -> Date {
    monday_of(at.to_zoned(TimeZone::UTC).date())
}

/// The last prices known, and the moment from which on there is another.
pub(crate) fn run(
    loaded: &Loaded,
    snapshot: &Snapshot<'_>,
    book: BookId,
    week: Date,
) -> (Vec<QuotedPrice>, Option<Timestamp>) {
    let fixtures: Vec<FixtureId> = snapshot
        .fixtures()
        .filter(|f| f.competition == loaded.competition.id && week_of(f.kickoff.earliest()) == week)
        .map(|f| f.id)
        .collect();
    let mut prices = Vec::new();
    for fixture in &fixtures {
        let mut last: BTreeMap<(Market, Selection), QuotedPrice> = BTreeMap::new();
        // Nobody knows when an opening price was quoted, so it has no age.
        let dated = snapshot.quotes(*fixture).filter(|q| q.value.series.phase != Phase::Opening);
        for quote in dated.filter(|q| q.value.series.book == book) {
            let series = quote.value.series;
            let price = QuotedPrice {
                fixture: *fixture,
                book,
                market: series.market.to_string(),
                selection: series.selection.to_string(),
                odds: quote.value.odds.value(),
                known_at: quote.times.known_at,
            };
            last.insert((series.market, series.selection), price);
        }
        prices.extend(last.into_values());
    }
    (prices, loaded.next_price(&fixtures, snapshot.at()))
}
