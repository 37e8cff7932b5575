//! How many prices came in, by book, kind of market and day. It is brought up to date when it is asked for: counting every price
//! of a large archive takes seconds, and nothing else depends on it.

use domain::BookId;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{Aggregate, Step};
use crate::{
    Store, StoreError, column,
    engine::{Durability, KeptAs, Query, Row, query, quote_activity},
    statement::aggregate as sql,
    store::outlasting,
};

/// Which activity to read.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Of one book; of all when none.
    pub book: Option<BookId>,
    /// Of one kind of market by its code; of all when none.
    pub kind: Option<String>,
    /// From this day on.
    pub from: Option<Date>,
    /// Before this day.
    pub before: Option<Date>,
}

/// The prices of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteDay {
    /// Whose.
    pub book: BookId,
    /// On which kind of market.
    pub kind: String,
    /// The day they became known, in UTC.
    pub day: Date,
    /// Prices, corrected ones included.
    pub prices: u64,
    /// Fixtures they are on.
    pub fixtures: u64,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last.
    pub last_at: Timestamp,
}

/// The prices of several days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuoteTotal {
    /// Whose.
    pub book: BookId,
    /// On which kind of market.
    pub kind: String,
    /// Days with prices.
    pub days: u64,
    /// Prices, corrected ones included.
    pub prices: u64,
    /// Fixtures they are on, once for each day.
    pub fixture_days: u64,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last.
    pub last_at: Timestamp,
}

impl Store {
    /// Brings the activity of prices up to date, or makes it anew, and says how the database keeps it; none when nothing is
    /// new.
    ///
    /// # Errors
    /// When the store cannot be read or written; nothing is changed then.
    pub async fn refresh_quote_activity(&self, rebuild: bool) -> Result<Option<KeptAs>, StoreError> {
        outlasting!(self.try_refresh_quote_activity(rebuild))
    }

    async fn try_refresh_quote_activity(&self, rebuild: bool) -> Result<Option<KeptAs>, StoreError> {
        let aggregate = Aggregate::QuoteActivity;
        let Some(step) = Step::of(self.aggregate_state(aggregate).await?, rebuild) else { return Ok(None) };
        let writer = self.writer().await?;
        let kept_as = quote_activity::refresh_view(writer.pool()).await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        if !step.still_fits(&mut transaction, aggregate).await? {
            // Another process did it meanwhile.
            transaction.rollback().await?;
            return Ok(None);
        }
        let since = step.since().map(|mark| mark.sequence);
        quote_activity::refresh_table(&mut transaction, since, step.to.sequence).await?;
        super::set_mark(&mut transaction, aggregate, step.to).await?;
        transaction.commit().await?;
        Ok(Some(kept_as))
    }

    /// The activity of prices day by day, the last day first; nothing before it was asked for the first time.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn quote_days(&self, filter: &ActivityFilter, limit: u32) -> Result<Vec<QuoteDay>, StoreError> {
        if self.aggregate_state(Aggregate::QuoteActivity).await?.mark.is_none() {
            return Ok(Vec::new());
        }
        let query = bound(query(sql::QUOTE_DAYS), filter).bind(i64::from(limit));
        query.fetch_all(self.readers()).await?.iter().map(day).collect()
    }

    /// The activity of prices by book and kind of market, the busiest first; nothing before it was asked for the first time.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn quote_totals(&self, filter: &ActivityFilter) -> Result<Vec<QuoteTotal>, StoreError> {
        if self.aggregate_state(Aggregate::QuoteActivity).await?.mark.is_none() {
            return Ok(Vec::new());
        }
        let query = bound(query(sql::QUOTE_TOTALS), filter);
        query.fetch_all(self.readers()).await?.iter().map(total).collect()
    }
}

fn bound(query: Query, filter: &ActivityFilter) -> Query {
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).map(|at| column::micros(at.timestamp()));
    let edge = |day: Option<Date>, open: i64| day.map_or(open, |day| midnight(day).unwrap_or(open));
    query
        .bind(filter.book.as_ref().map_or("", |book| book.as_str()))
        .bind(filter.kind.as_deref().unwrap_or_default())
        .bind(edge(filter.from, i64::MIN))
        .bind(edge(filter.before, i64::MAX))
}

fn day(row: &Row) -> Result<QuoteDay, StoreError> {
    Ok(QuoteDay {
        book: column::parsed("book", row.try_get(0)?)?,
        kind: row.try_get(1)?,
        day: column::instant(row.try_get(2)?)?.to_zoned(TimeZone::UTC).date(),
        prices: row.try_get::<i64>(3)?.unsigned_abs(),
        fixtures: row.try_get::<i64>(4)?.unsigned_abs(),
        first_at: column::instant(row.try_get(5)?)?,
        last_at: column::instant(row.try_get(6)?)?,
    })
}

fn total(row: &Row) -> Result<QuoteTotal, StoreError> {
    Ok(QuoteTotal {
        book: column::parsed("book", row.try_get(0)?)?,
        kind: row.try_get(1)?,
        days: row.try_get::<i64>(2)?.unsigned_abs(),
        prices: row.try_get::<i64>(3)?.unsigned_abs(),
        fixture_days: row.try_get::<i64>(4)?.unsigned_abs(),
        first_at: column::instant(row.try_get(5)?)?,
        last_at: column::instant(row.try_get(6)?)?,
    })
}
