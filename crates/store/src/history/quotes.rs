//! Prices, as imports packed them.

use domain::{Fact, FixtureId, Quote, QuoteTable};
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};

use super::{Group, QuoteScope, Reading};
use crate::{Store, StoreError, column, engine::Pool, packed, statement::fact as sql};

/// Fixtures whose prices come in one text.
const AT_ONCE: usize = 128;
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
    let statement = match scope {
        QuoteScope::None => return Ok(quotes),
        QuoteScope::Closing(_) => sql::HISTORY_CLOSING_QUOTES,
        QuoteScope::Books(_) | QuoteScope::All => sql::HISTORY_QUOTES,
    };
    let series = store.all_series().await?;
    let mut texts: Vec<BoxFuture<'_, Result<Option<String>, StoreError>>> = Vec::new();
    for group in groups {
        for range in group.ranges(AT_ONCE) {
            texts.push(text(store.readers(), reading, statement, group, range).boxed());
        }
    }
    let mut texts = stream::iter(texts).buffered(SIDE_BY_SIDE);
    while let Some(text) = texts.try_next().await? {
        for mut fields in packed::facts(text.as_deref()) {
            let fixture = FixtureId(fields.number("fixture_id")?);
            let known = reading.known(&mut fields)?;
            let times = known.occurred(known.known_at);
            for price in packed::prices(fields) {
                let (number, micros) = price?;
                let series = series.get(number)?;
                if scope.includes(&series) {
                    let value = Quote { fixture, series, odds: column::odds(micros)? };
                    quotes.push(&Fact { times, value });
                }
            }
        }
    }
    Ok(quotes)
}

async fn text(
    pool: &Pool,
    reading: &Reading,
    statement: &'static str,
    group: &Group,
    range: (i64, i64),
) -> Result<Option<String>, StoreError> {
    reading.of_range(&mut pool.acquire().await?, statement, group, range).await
}
