//! Prices, sought by fixture and series: of the hundreds of a match only those in scope are read.

use domain::{Fact, FixtureId, Phase, Quote, QuoteTable, quote::Series};

use super::{Group, QuoteScope, Reading, packed};
use crate::{
    StoreError, column,
    engine::{Connection, Pool, query_scalar},
    statement::fact as sql,
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
    pool: &Pool,
    reading: &Reading,
    groups: &[Group],
    scope: &QuoteScope,
) -> Result<QuoteTable, StoreError> {
    let mut quotes = QuoteTable::default();
    if *scope == QuoteScope::None {
        return Ok(quotes);
    }
    let mut connection = pool.acquire().await?;
    let series = Dictionary::read(&mut connection, scope).await?;
    let sought = series.sought();
    for group in groups {
        let fixtures = if sought.is_some() { FEW_AT_ONCE } else { ALL_AT_ONCE };
        for (first, last) in group.ranges(fixtures) {
            let of_range = |statement| {
                let query = query_scalar(statement).bind(group.competition.as_str()).bind(first).bind(last);
                query.bind(reading.before).bind(reading.last)
            };
            let Some(sought) = &sought else {
                let text: Option<String> = of_range(sql::HISTORY_QUOTES).fetch_one(&mut connection).await?;
                series.add(text.as_deref(), reading, &mut quotes)?;
                continue;
            };
            for numbers in sought {
                let query = of_range(sql::HISTORY_QUOTES_OF_SERIES);
                let query = numbers.iter().fold(query, |query, number| query.bind(*number));
                let text: Option<String> = query.fetch_one(&mut connection).await?;
                series.add(text.as_deref(), reading, &mut quotes)?;
            }
        }
    }
    Ok(quotes)
}

/// Every series by number, those in scope with what they are.
struct Dictionary(Vec<(i64, Option<Series>)>);

impl Dictionary {
    async fn read(connection: &mut Connection, scope: &QuoteScope) -> Result<Self, StoreError> {
        let text: Option<String> = query_scalar(sql::HISTORY_SERIES).fetch_one(connection).await?;
        let one = |mut fields: packed::Fields<'_>| {
            let number = fields.number("series_id")?;
            let book = column::parsed("book", fields.text("book")?)?;
            let market = column::market(fields.text("kind")?, fields.number("line_quarters")?)?;
            let selection = column::selection(fields.text("selection")?)?;
            let phase = fields.text("phase")?;
            let phase = column::coded("phase", phase, Phase::from_code(phase))?;
            Ok((number, Some(Series { book, market, selection, phase }).filter(|one| scope.includes(one))))
        };
        let series = packed::facts(text.as_deref()).map(one);
        let mut series: Vec<_> = series.collect::<Result<_, StoreError>>()?;
        series.sort_unstable_by_key(|(number, _)| *number);
        Ok(Self(series))
    }

    /// The numbers in scope, as many to a statement as it takes, the last one repeated where there are fewer. None when there
    /// are too many to seek each.
    fn sought(&self) -> Option<Vec<[i64; SOUGHT]>> {
        let numbers: Vec<i64> = self.0.iter().filter(|(_, one)| one.is_some()).map(|(n, _)| *n).collect();
        let padded =
            |few: &[i64]| std::array::from_fn(|i| few.get(i).or(few.last()).copied().unwrap_or_default());
        (numbers.len() <= MAX_SOUGHT).then(|| numbers.chunks(SOUGHT).map(padded).collect())
    }

    /// Adds the prices of a text as far as they are in scope.
    fn add(&self, text: Option<&str>, reading: &Reading, quotes: &mut QuoteTable) -> Result<(), StoreError> {
        for mut fields in packed::facts(text) {
            let fixture = FixtureId(fields.number("fixture_id")?);
            let known = reading.known(&mut fields)?;
            let number = fields.number("series_id")?;
            let place = self.0.binary_search_by_key(&number, |(number, _)| *number);
            let place = place.map_err(|_| column::not_understood("series_id", number))?;
            let Some(series) = self.0[place].1 else { continue };
            let odds = column::odds(fields.number("price_micros")?)?;
            let value = Quote { fixture, series, odds };
            quotes.push(&Fact { times: known.occurred(known.known_at), value });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{Market, Selection};

    use super::*;

    #[test]
    fn few_series_are_sought_and_many_are_not() {
        let one = Series {
            book: domain::BookId::PINNACLE,
            market: Market::THREE_WAY,
            selection: Selection::Home,
            phase: Phase::Closing,
        };
        let sought =
            |n: i64| Dictionary((0..n).map(|i| (i * 3, Some(one).filter(|_| i % 2 == 0))).collect()).sought();
        assert_eq!(sought(0), Some(vec![]));
        assert_eq!(sought(5), Some(vec![[0, 6, 12, 12, 12, 12, 12, 12]]));
        assert_eq!(sought(17).unwrap(), [[0, 6, 12, 18, 24, 30, 36, 42], [48; 8]]);
        assert_eq!(sought(128).unwrap().len(), 8);
        assert_eq!(sought(129), None);
    }
}
