//! Prices, sought by fixture and series: of the hundreds of a match only those in scope are read.

use domain::{Fact, FixtureId, Quote, QuoteTable};
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};

use super::{Group, QuoteScope, Reading};
use crate::{
    Store, StoreError, column,
    engine::{Pool, query_scalar},
    packed::{self, Fields},
    series::Dictionary,
    statement::fact as sql,
};

/// Fixtures whose prices come in one text, where all their prices are read and where those of a few series are.
const ALL_AT_ONCE: usize = 16;
const FEW_AT_ONCE: usize = 256;
/// Series that a statement seeks. Where more are wanted it reads all prices of a fixture, and those in scope are picked here.
const SOUGHT: usize = 64;
/// Texts that are made side by side, each on a connection of its own, while another one is taken apart here.
const SIDE_BY_SIDE: usize = 3;

/// The prices of some competitions.
pub(super) async fn read(
    store: &Store,
    reading: &Reading,
    groups: &[Group],
    scope: &QuoteScope,
) -> Result<QuoteTable, StoreError> {
    let mut quotes = QuoteTable::default();
    if *scope == QuoteScope::None {
        return Ok(quotes);
    }
    let series = store.all_series().await?;
    let wanted: Vec<i64> =
        series.iter().filter(|(_, one)| scope.includes(one)).map(|(number, _)| number).collect();
    if wanted.is_empty() {
        return Ok(quotes);
    }
    let sought = sought(&wanted);
    let mut texts: Vec<BoxFuture<'_, Result<Option<String>, StoreError>>> = Vec::new();
    for group in groups {
        let competition = group.competition.as_str();
        let spans = Span::all(store.readers(), competition).await?;
        let at_once = if sought.is_some() { FEW_AT_ONCE } else { ALL_AT_ONCE };
        for span in spans.chunks(at_once).filter_map(Span::around) {
            texts.push(span.quotes(store.readers(), competition, reading, sought.as_ref()).boxed());
        }
    }
    let mut texts = stream::iter(texts).buffered(SIDE_BY_SIDE);
    while let Some(text) = texts.try_next().await? {
        add(text.as_deref(), &series, scope, reading, &mut quotes)?;
    }
    Ok(quotes)
}

/// Some fixtures that have prices, and when those became known.
#[derive(Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
    first_known_at: i64,
    last_known_at: i64,
}

impl Span {
    /// Every fixture of a competition that has prices, in order.
    async fn all(pool: &Pool, competition: &str) -> Result<Vec<Self>, StoreError> {
        let query = query_scalar(sql::HISTORY_QUOTE_SPANS).bind(competition);
        let text: Option<String> = query.fetch_one(pool).await?;
        let one = |mut fields: Fields<'_>| {
            let fixture = fields.number("fixture_id")?;
            let first_known_at = fields.number("first_known_at")?;
            let last_known_at = fields.number("last_known_at")?;
            Ok(Self { first: fixture, last: fixture, first_known_at, last_known_at })
        };
        let mut spans: Vec<_> = packed::facts(text.as_deref()).map(one).collect::<Result<_, StoreError>>()?;
        spans.sort_unstable_by_key(|span| span.first);
        Ok(spans)
    }

    /// What holds all of these, which are in order.
    fn around(spans: &[Self]) -> Option<Self> {
        Some(Self {
            first: spans.first()?.first,
            last: spans.last()?.last,
            first_known_at: spans.iter().map(|span| span.first_known_at).min()?,
            last_known_at: spans.iter().map(|span| span.last_known_at).max()?,
        })
    }

    /// Their prices, packed: all of them, or those of some series.
    async fn quotes(
        self,
        pool: &Pool,
        competition: &str,
        reading: &Reading,
        sought: Option<&[i64; SOUGHT]>,
    ) -> Result<Option<String>, StoreError> {
        let statement = sought.map_or(sql::HISTORY_QUOTES, |_| sql::HISTORY_QUOTES_OF_SERIES);
        let until = reading.before.min(self.last_known_at + 1);
        let query = query_scalar(statement).bind(competition).bind(self.first).bind(self.last);
        let query = query.bind(self.first_known_at).bind(until).bind(reading.last);
        let query = sought.into_iter().flatten().fold(query, |query, number| query.bind(*number));
        Ok(query.fetch_one(pool).await?)
    }
}

/// Numbers of series, the last one repeated where there are fewer than a statement seeks. None when there are none or too many.
fn sought(numbers: &[i64]) -> Option<[i64; SOUGHT]> {
    let last = *numbers.last().filter(|_| numbers.len() <= SOUGHT)?;
    Some(std::array::from_fn(|i| numbers.get(i).copied().unwrap_or(last)))
}

/// Adds the prices of a text as far as they are in scope.
fn add(
    text: Option<&str>,
    series: &Dictionary,
    scope: &QuoteScope,
    reading: &Reading,
    quotes: &mut QuoteTable,
) -> Result<(), StoreError> {
    for mut fields in packed::facts(text) {
        let fixture = FixtureId(fields.number("fixture_id")?);
        let known = reading.known(&mut fields)?;
        let series = series.get(fields.number("series_id")?)?;
        if scope.includes(&series) {
            let odds = column::odds(fields.number("price_micros")?)?;
            let value = Quote { fixture, series, odds };
            quotes.push(&Fact { times: known.occurred(known.known_at), value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_series_are_sought_and_many_are_not() {
        let sought = |n: i64| sought(&(0..n).map(|i| i * 6).collect::<Vec<_>>());
        assert_eq!(sought(0), None);
        let three = sought(3).unwrap();
        assert_eq!((&three[..4], three[SOUGHT - 1]), (&[0, 6, 12, 12][..], 12));
        assert_eq!(sought(64).unwrap()[SOUGHT - 1], 63 * 6);
        assert_eq!(sought(65), None);
    }
}
