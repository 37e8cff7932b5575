//! Prices, sought by fixture and series: of the hundreds of a match only those in scope are read.

use domain::{Fact, FixtureId, Quote, QuoteTable};

use super::{Group, QuoteScope, Reading};
use crate::{
    Store, StoreError, column,
    engine::{Connection, query_scalar},
    packed::{self, Fields},
    series::Dictionary,
    statement::fact as sql,
};

/// Fixtures whose prices come in one text, where all their prices are read and where those of a few series are.
const ALL_AT_ONCE: usize = 16;
const FEW_AT_ONCE: usize = 256;
/// Series that one statement seeks.
const SOUGHT: usize = 32;
/// Beyond this many it is cheaper to read all prices of a fixture and leave out those that are not wanted.
const MAX_SOUGHT: usize = 64;

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
    let sought = sought(&wanted);
    let mut connection = store.readers().acquire().await?;
    let at_once = if sought.is_some() { FEW_AT_ONCE } else { ALL_AT_ONCE };
    for group in groups {
        let competition = group.competition.as_str();
        for span in Span::all(&mut connection, competition).await?.chunks(at_once).filter_map(Span::around) {
            let of_range = |statement| {
                let query = query_scalar(statement).bind(competition).bind(span.first).bind(span.last);
                let until = reading.before.min(span.last_known_at + 1);
                query.bind(span.first_known_at).bind(until).bind(reading.last)
            };
            let Some(sought) = &sought else {
                let text: Option<String> = of_range(sql::HISTORY_QUOTES).fetch_one(&mut connection).await?;
                add(text.as_deref(), &series, scope, reading, &mut quotes)?;
                continue;
            };
            for numbers in sought {
                let query = of_range(sql::HISTORY_QUOTES_OF_SERIES);
                let query = numbers.iter().fold(query, |query, number| query.bind(*number));
                let text: Option<String> = query.fetch_one(&mut connection).await?;
                add(text.as_deref(), &series, scope, reading, &mut quotes)?;
            }
        }
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
    async fn all(connection: &mut Connection, competition: &str) -> Result<Vec<Self>, StoreError> {
        let query = query_scalar(sql::HISTORY_QUOTE_SPANS).bind(competition);
        let text: Option<String> = query.fetch_one(connection).await?;
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
}

/// Numbers of series, as many to a statement as it takes, the last one repeated where there are fewer. None when there are too
/// many to seek each.
fn sought(numbers: &[i64]) -> Option<Vec<[i64; SOUGHT]>> {
    let padded =
        |few: &[i64]| std::array::from_fn(|i| few.get(i).or(few.last()).copied().unwrap_or_default());
    (numbers.len() <= MAX_SOUGHT).then(|| numbers.chunks(SOUGHT).map(padded).collect())
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
        assert_eq!(sought(0), Some(vec![]));
        let three = sought(3).unwrap();
        assert_eq!((three.len(), &three[0][..4], three[0][31]), (1, &[0, 6, 12, 12][..], 12));
        let more = sought(33).unwrap();
        assert_eq!((more[0][31], more[1]), (186, [192; 32]));
        assert_eq!(sought(64).unwrap().len(), 2);
        assert_eq!(sought(65), None);
    }
}
