//! Reading facts. SQL narrows down to what may matter; [`domain::History::as_of`] alone decides what is visible.

use std::collections::HashMap;

use domain::{
    BookId, CompetitionId, Fact, Fixture, FixtureId, History, Quote, Sequence, Sport, TeamId, Times,
    history::{LineUpOf, ResultOf, StatisticsOf},
    quote::Series,
};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::{
    Store, StoreError, column,
    engine::{Connection, Row, query, query_as, query_scalar},
    fact,
    statement::{fact as sql, import::RECORDED},
    store::outlasting,
};

/// Which facts to read.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Of these competitions; of all when empty.
    pub competitions: Vec<CompetitionId>,
    /// Which prices.
    pub quotes: QuoteScope,
    /// Only what was known before this moment: it saves reading, and a snapshot as of this moment or earlier is the same.
    pub known_before: Option<Timestamp>,
}

/// Which prices to read. There are some thirty per match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum QuoteScope {
    /// None.
    #[default]
    None,
    /// Those of some books.
    Books(Vec<BookId>),
    /// All.
    All,
}

impl Store {
    /// The competition a fixture belongs to; none when there is no such fixture.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn competition_of(&self, fixture: FixtureId) -> Result<Option<CompetitionId>, StoreError> {
        let query = query_scalar(sql::COMPETITION_OF).bind(fixture.0);
        let id: Option<String> = query.fetch_optional(self.readers()).await?;
        id.map(|id| column::parsed("competition", &id)).transpose()
    }

    /// The facts in scope.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn history(&self, scope: &Scope) -> Result<History, StoreError> {
        outlasting!(self.try_history(scope))
    }

    async fn try_history(&self, scope: &Scope) -> Result<History, StoreError> {
        let competitions = self.competitions().await?;
        // One read transaction, so that an import committed meanwhile is in all facts or in none.
        let mut transaction = self.readers().begin_read().await?;
        let mut reader = Reader::open(&mut transaction, scope.known_before).await?;
        let in_scope = |id: &CompetitionId| scope.competitions.is_empty() || scope.competitions.contains(id);
        for competition in competitions.iter().filter(|c| in_scope(&c.id)) {
            reader.read(competition.id, competition.sport).await?;
            match &scope.quotes {
                QuoteScope::None => {}
                QuoteScope::Books(books) => {
                    for book in books {
                        reader.read_quotes(competition.id, book.as_str()).await?;
                    }
                }
                QuoteScope::All => reader.read_quotes(competition.id, "").await?,
            }
        }
        Ok(History::new(reader.fixtures, reader.results, reader.statistics, reader.quotes)
            .with_line_ups(reader.line_ups))
    }
}

/// Facts read so far.
struct Reader<'c> {
    connection: &'c mut Connection,
    before: i64,
    recorded: HashMap<i64, Timestamp>,
    series: HashMap<i64, Series>,
    fixtures: Vec<Fact<Fixture>>,
    results: Vec<Fact<ResultOf>>,
    statistics: Vec<Fact<StatisticsOf>>,
    line_ups: Vec<Fact<LineUpOf>>,
    quotes: Vec<Fact<Quote>>,
}

impl<'c> Reader<'c> {
    async fn open(connection: &'c mut Connection, before: Option<Timestamp>) -> Result<Self, StoreError> {
        let mut recorded = HashMap::new();
        let rows: Vec<(i64, i64)> = query_as(RECORDED).fetch_all(&mut *connection).await?;
        for (sequence, at) in rows {
            recorded.insert(sequence, column::instant(at)?);
        }
        Ok(Self {
            connection,
            before: before.map_or(i64::MAX, first_micro_not_before),
            recorded,
            series: HashMap::new(),
            fixtures: Vec::new(),
            results: Vec::new(),
            statistics: Vec::new(),
            line_ups: Vec::new(),
            quotes: Vec::new(),
        })
    }

    async fn read(&mut self, competition: CompetitionId, sport: Sport) -> Result<(), StoreError> {
        let Self { connection, before, recorded, .. } = self;
        let mut rows =
            query(sql::HISTORY_VERSIONS).bind(competition.as_str()).bind(*before).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let version = fact::version(&row, 4)?;
            let value = Fixture {
                id: FixtureId(row.try_get(0)?),
                competition,
                sport,
                season: version.season,
                home: TeamId(row.try_get(10)?),
                away: TeamId(row.try_get(11)?),
                kickoff: version.kickoff,
                neutral: version.neutral,
                stage: version.stage,
                status: version.status,
            };
            self.fixtures.push(Fact { times: times(&row, recorded, version.kickoff.earliest())?, value });
        }
        drop(rows);
        let mut rows = query(sql::HISTORY_RESULTS).bind(competition.as_str()).bind(*before).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let times = times(&row, recorded, column::instant(row.try_get(4)?)?)?;
            let value = ResultOf { fixture: FixtureId(row.try_get(0)?), outcome: fact::outcome(&row, 5)? };
            self.results.push(Fact { times, value });
        }
        drop(rows);
        let mut rows =
            query(sql::HISTORY_STATISTICS).bind(competition.as_str()).bind(*before).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let times = times(&row, recorded, column::instant(row.try_get(4)?)?)?;
            let value =
                StatisticsOf { fixture: FixtureId(row.try_get(0)?), statistics: fact::statistics(&row, 5)? };
            self.statistics.push(Fact { times, value });
        }
        drop(rows);
        self.read_line_ups(competition).await
    }

    async fn read_line_ups(&mut self, competition: CompetitionId) -> Result<(), StoreError> {
        let Self { connection, before, recorded, line_ups, .. } = self;
        let mut rows =
            query(sql::HISTORY_LINE_UPS).bind(competition.as_str()).bind(*before).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let times = times(&row, recorded, column::instant(row.try_get(4)?)?)?;
            let value = LineUpOf { fixture: FixtureId(row.try_get(0)?), line_up: fact::line_up(&row, 5)? };
            line_ups.push(Fact { times, value });
        }
        Ok(())
    }

    /// Prices of one book, or of all when `book` is blank.
    async fn read_quotes(&mut self, competition: CompetitionId, book: &str) -> Result<(), StoreError> {
        if self.series.is_empty() {
            self.series = all_series(self.connection).await?;
        }
        let Self { connection, before, recorded, series, quotes, .. } = self;
        let query = query(sql::HISTORY_QUOTES).bind(competition.as_str()).bind(*before).bind(book);
        let mut rows = query.fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let number: i64 = row.try_get(1)?;
            let known_at = column::instant(row.try_get(2)?)?;
            let sequence: i64 = row.try_get(3)?;
            let times = Times {
                occurred_at: known_at,
                known_at,
                known_rule: column::rule(row.try_get(5)?)?,
                recorded_at: recorded_at(recorded, sequence)?,
                sequence: Sequence(sequence),
            };
            let series = *series.get(&number).ok_or_else(|| column::not_understood("series_id", number))?;
            let odds = column::odds(row.try_get(4)?)?;
            quotes.push(Fact { times, value: Quote { fixture: FixtureId(row.try_get(0)?), series, odds } });
        }
        Ok(())
    }
}

/// Stored moments are whole microseconds: those before `at` are those before the first one not before it.
pub(crate) fn first_micro_not_before(at: Timestamp) -> i64 {
    -((-at.as_nanosecond()).div_euclid(1000) as i64)
}

/// Columns known_at, sequence, known_rule at 1, 2, 3.
fn times(row: &Row, recorded: &HashMap<i64, Timestamp>, occurred_at: Timestamp) -> Result<Times, StoreError> {
    let sequence: i64 = row.try_get(2)?;
    Ok(Times {
        occurred_at,
        known_at: column::instant(row.try_get(1)?)?,
        known_rule: column::rule(row.try_get(3)?)?,
        recorded_at: recorded_at(recorded, sequence)?,
        sequence: Sequence(sequence),
    })
}

fn recorded_at(recorded: &HashMap<i64, Timestamp>, sequence: i64) -> Result<Timestamp, StoreError> {
    recorded.get(&sequence).copied().ok_or_else(|| column::not_understood("sequence", sequence))
}

async fn all_series(connection: &mut Connection) -> Result<HashMap<i64, Series>, StoreError> {
    let mut series = HashMap::new();
    for row in query(sql::SERIES).fetch_all(connection).await? {
        series.insert(row.try_get(0)?, fact::series(&row, 1)?);
    }
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_within_a_microsecond_includes_that_microsecond() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(first_micro_not_before(at("1970-01-01T00:00:01Z")), 1_000_000);
        assert_eq!(first_micro_not_before(at("1970-01-01T00:00:00.000000001Z")), 1);
        assert_eq!(first_micro_not_before(at("1969-12-31T23:59:59.999999999Z")), 0);
    }
}
