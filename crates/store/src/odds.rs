//! Prices of one match, read without the rest of the history.

use domain::{
    BookId, FixtureId, KnownRule, Quote, Sequence, fact::first_micro_not_before, market::MarketKind,
    quote::Series,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, column,
    engine::query_scalar,
    packed::{self, Fields},
    series::Dictionary,
    statement::fact as sql,
};

/// A price with the moment it could be known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KnownQuote {
    /// When.
    pub known_at: Timestamp,
    /// How that is known.
    pub known_rule: KnownRule,
    /// The import that stored it; of two prices for one moment, the later import's counts.
    pub sequence: Sequence,
    /// The price.
    #[serde(flatten)]
    pub quote: Quote,
}

/// Which prices of a match to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct OddsFilter {
    /// Of one book; of all when none.
    pub book: Option<BookId>,
    /// Of one kind of market; of all when none.
    pub kind: Option<MarketKind>,
}

impl Store {
    /// The last price of every series of a match that was known before a moment, by series.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn latest_odds(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Vec<KnownQuote>, StoreError> {
        // All of them, because to find the last of each takes the database five times as long as to hand over the others.
        let mut quotes = self.known_quotes(fixture, as_of).await?;
        quotes.sort_unstable_by_key(|quote| (quote.quote.series, quote.known_at, quote.sequence));
        quotes.dedup_by(|next, kept| {
            let same = next.quote.series == kept.quote.series;
            if same {
                *kept = *next;
            }
            same
        });
        Ok(quotes)
    }

    /// Every price of a match that was known before a moment, in the order they became known.
    ///
    /// # Errors
    /// As [`Store::latest_odds`].
    pub async fn odds_path(
        &self,
        fixture: FixtureId,
        filter: OddsFilter,
        as_of: Timestamp,
    ) -> Result<Vec<KnownQuote>, StoreError> {
        let mut quotes = self.known_quotes(fixture, as_of).await?;
        quotes.retain(|quote| filter.includes(&quote.quote.series));
        quotes.sort_unstable_by_key(|quote| (quote.known_at, quote.quote.series, quote.sequence));
        Ok(quotes)
    }

    async fn known_quotes(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Vec<KnownQuote>, StoreError> {
        let query = query_scalar(sql::ODDS_PATH).bind(fixture.0).bind(first_micro_not_before(as_of));
        let text: Option<String> = query.fetch_one(self.readers()).await?;
        let mut rows = Vec::new();
        for fields in packed::facts(text.as_deref()) {
            StoredQuote::read_into(&mut rows, fields)?;
        }
        let Some(last) = rows.iter().map(|row| row.series).max() else { return Ok(Vec::new()) };
        let series = self.series_up_to(last).await?;
        rows.iter().map(|row| row.known(fixture, &series)).collect()
    }
}

/// A price as it is stored.
struct StoredQuote {
    known_at: i64,
    sequence: i64,
    known_rule: i64,
    series: i64,
    price_micros: i64,
}

impl StoredQuote {
    fn read_into(rows: &mut Vec<Self>, mut fields: Fields<'_>) -> Result<(), StoreError> {
        let known_at = fields.number("known_at")?;
        let sequence = fields.number("sequence")?;
        let known_rule = fields.number("known_rule")?;
        for price in packed::prices(fields) {
            let (series, price_micros) = price?;
            rows.push(Self { known_at, sequence, known_rule, series, price_micros });
        }
        Ok(())
    }

    fn known(&self, fixture: FixtureId, series: &Dictionary) -> Result<KnownQuote, StoreError> {
        let quote =
            Quote { fixture, series: series.get(self.series)?, odds: column::odds(self.price_micros)? };
        Ok(KnownQuote {
            known_at: column::instant(self.known_at)?,
            known_rule: column::rule(self.known_rule)?,
            sequence: Sequence(self.sequence),
            quote,
        })
    }
}

impl OddsFilter {
    fn includes(self, series: &Series) -> bool {
        self.book.is_none_or(|book| series.book == book)
            && self.kind.is_none_or(|kind| series.market.kind() == kind)
    }
}
