//! Prices, sought by fixture and series: of the hundreds of a match only those in scope are read.

use domain::{Fact, FixtureId, Quote, QuoteTable};

use super::{Group, QuoteScope, Reading};
use crate::{
    Store, StoreError, column, engine::query_scalar, packed, series::Dictionary, statement::fact as sql,
};

/// Fixtures whose prices come in one text, where all their prices are read and where those of a few series are.
const ALL_AT_ONCE: usize = 16;
const FEW_AT_ONCE: usize = 256;
/// Series that one statement seeks.
const SOUGHT: usize = 8;
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
    for group in groups {
        let fixtures = if sought.is_some() { FEW_AT_ONCE } else { ALL_AT_ONCE };
        for (first, last) in group.ranges(fixtures) {
            let of_range = |statement| {
                let query = query_scalar(statement).bind(group.competition.as_str()).bind(first).bind(last);
                query.bind(reading.before).bind(reading.last)
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
        assert_eq!(sought(3), Some(vec![[0, 6, 12, 12, 12, 12, 12, 12]]));
        assert_eq!(sought(9).unwrap(), [[0, 6, 12, 18, 24, 30, 36, 42], [48; 8]]);
        assert_eq!(sought(64).unwrap().len(), 8);
        assert_eq!(sought(65), None);
    }
}
