//! Reading facts. SQL narrows down to what may matter; [`domain::History::as_of`] alone decides what is visible.
//!
//! Facts are only ever appended, and imports take turns. So what all imports up to the last one stored stays the same however
//! many connections read it, and an import committed meanwhile is in no fact.

pub(crate) mod facts;
mod quotes;
mod recent;

use std::sync::Arc;

use domain::{
    BookId, Competition, CompetitionId, FixtureId, History, KnownRule, Phase, Sequence, Sport, Times,
    fact::first_micro_not_before, quote::Series,
};
use jiff::Timestamp;

pub(crate) use self::recent::Recent;
use crate::{
    Store, StoreError, column,
    engine::{Connection, Row, query_scalar},
    packed::{self, Fields},
    statement::{fact as sql, import::RECORDED},
    store::outlasting,
};

/// Which facts to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Of these competitions; of all when empty.
    pub competitions: Vec<CompetitionId>,
    /// Which prices.
    pub quotes: QuoteScope,
    /// Only what was known before this moment: it saves reading, and a snapshot as of this moment or earlier is the same.
    pub known_before: Option<Timestamp>,
}

/// Which prices to read. There are some thirty per match, and hundreds where they are watched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum QuoteScope {
    /// None.
    #[default]
    None,
    /// Those of some books.
    Books(Vec<BookId>),
    /// Closing prices of these books; of all when empty.
    Closing(Vec<BookId>),
    /// All.
    All,
}

impl QuoteScope {
    fn includes(&self, series: &Series) -> bool {
        match self {
            Self::None => false,
            Self::Books(books) => books.contains(&series.book),
            Self::Closing(books) => {
                series.phase == Phase::Closing && (books.is_empty() || books.contains(&series.book))
            }
            Self::All => true,
        }
    }
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

    /// The facts in scope. Asked again before the next import, it is the same history, from memory.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn history(&self, scope: &Scope) -> Result<Arc<History>, StoreError> {
        let last = outlasting!(self.last_import())?;
        let version = last.map(|import| (import.sequence, import.recorded_at));
        if let Some(history) = self.recent().get(scope, version).await {
            return Ok(history);
        }
        let history = Arc::new(outlasting!(self.try_history(scope))?);
        self.recent().keep(scope, version, &history).await;
        Ok(history)
    }

    /// As [`Store::history`], and not kept in memory.
    pub(crate) async fn try_history(&self, scope: &Scope) -> Result<History, StoreError> {
        let mut competitions = self.competitions().await?;
        competitions.retain(|c| scope.competitions.is_empty() || scope.competitions.contains(&c.id));
        let mut connection = self.readers().acquire().await?;
        let reading = Reading::open(&mut connection, scope.known_before).await?;
        let mut groups = Vec::with_capacity(competitions.len());
        for competition in competitions {
            groups.push(Group::read(&mut connection, &competition).await?);
        }
        drop(connection);
        // Neither waits for a connection while it holds another, so they cannot wait for each other.
        let (facts, quotes) = tokio::try_join!(
            facts::read(self.readers(), &reading, &groups),
            quotes::read(self, &reading, &groups, &scope.quotes)
        )?;
        Ok(History::new(facts.fixtures, facts.results, facts.statistics, quotes)
            .with_line_ups(facts.line_ups)
            .with_conditions(facts.conditions))
    }
}

/// The fixtures of a competition.
struct Group {
    competition: CompetitionId,
    sport: Sport,
    /// In order.
    fixtures: Vec<i64>,
}

impl Group {
    async fn read(connection: &mut Connection, competition: &Competition) -> Result<Self, StoreError> {
        let query = query_scalar(sql::HISTORY_FIXTURES).bind(competition.id.as_str());
        let text: Option<String> = query.fetch_one(connection).await?;
        let ids = packed::facts(text.as_deref()).map(|mut fields| fields.number("fixture_id"));
        let mut fixtures: Vec<i64> = ids.collect::<Result<_, _>>()?;
        fixtures.sort_unstable();
        Ok(Self { competition: competition.id, sport: competition.sport, fixtures })
    }

    /// First and last of every so many fixtures.
    fn ranges(&self, fixtures: usize) -> impl Iterator<Item = (i64, i64)> {
        self.fixtures.chunks(fixtures).filter_map(|chunk| Some((*chunk.first()?, *chunk.last()?)))
    }
}

/// Which versions of facts are read, and when they were recorded.
struct Reading {
    /// Known before this, in microseconds since 1970.
    before: i64,
    /// Recorded up to this import.
    last: i64,
    /// When each import was, in order.
    imports: Vec<(i64, Timestamp)>,
}

impl Reading {
    async fn open(connection: &mut Connection, before: Option<Timestamp>) -> Result<Self, StoreError> {
        let text: Option<String> = query_scalar(RECORDED).fetch_one(connection).await?;
        let import = |mut fields: Fields<'_>| {
            Ok((fields.number("sequence")?, column::instant(fields.number("recorded_at")?)?))
        };
        let imports = packed::facts(text.as_deref()).map(import);
        let mut imports: Vec<(i64, Timestamp)> = imports.collect::<Result<_, StoreError>>()?;
        imports.sort_unstable();
        Ok(Self {
            before: before.map_or(i64::MAX, first_micro_not_before),
            last: imports.last().map_or(0, |(sequence, _)| *sequence),
            imports,
        })
    }

    /// What a statement packs of the fixtures between two, as this reading sees it.
    async fn of_range(
        &self,
        connection: &mut Connection,
        statement: &'static str,
        group: &Group,
        (first, last): (i64, i64),
    ) -> Result<Option<String>, StoreError> {
        let query = query_scalar(statement).bind(group.competition.as_str()).bind(first).bind(last);
        Ok(query.bind(self.before).bind(self.last).fetch_one(connection).await?)
    }

    /// The next fields known_at, sequence, known_rule.
    fn known(&self, fields: &mut Fields<'_>) -> Result<Known, StoreError> {
        self.known_of(fields.number("known_at")?, fields.number("sequence")?, fields.number("known_rule")?)
    }

    /// Columns known_at, sequence, known_rule, occurred_at at 1, 2, 3, 4.
    fn times(&self, row: &Row) -> Result<Times, StoreError> {
        let known = self.known_of(row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)?;
        Ok(known.occurred(column::instant(row.try_get(4)?)?))
    }

    fn known_of(&self, known_at: i64, sequence: i64, rule: i64) -> Result<Known, StoreError> {
        let import = self.imports.binary_search_by_key(&sequence, |(sequence, _)| *sequence);
        let import = import.map_err(|_| column::not_understood("sequence", sequence))?;
        Ok(Known {
            known_at: column::instant(known_at)?,
            known_rule: column::rule(rule)?,
            recorded_at: self.imports[import].1,
            sequence: Sequence(sequence),
        })
    }
}

/// The times of a fact but for when it happened.
#[derive(Clone, Copy)]
struct Known {
    known_at: Timestamp,
    known_rule: KnownRule,
    recorded_at: Timestamp,
    sequence: Sequence,
}

impl Known {
    fn occurred(self, occurred_at: Timestamp) -> Times {
        let Self { known_at, known_rule, recorded_at, sequence } = self;
        Times { occurred_at, known_at, known_rule, recorded_at, sequence }
    }
}
