//! The matches of one team, read without the rest of the history.

use std::collections::HashMap;

use domain::{Fixture, FixtureId, MatchStatistics, Outcome, TeamId};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, column,
    engine::{Connection, query, query_scalar},
    fact,
    history::{facts, first_micro_not_before},
    packed::{self, Fields},
    statement::{fact as sql, import::LAST_SEQUENCE},
};

/// A match of a team as it was known at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TeamMatch {
    /// The match.
    pub fixture: Fixture,
    /// How it ended, once known.
    pub outcome: Option<Outcome>,
    /// What was counted, once known.
    pub statistics: Option<MatchStatistics>,
}

impl Store {
    /// A team's matches from a moment on, home and away, by kick-off, as they were known at another.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn team_history(
        &self,
        team: TeamId,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Result<Vec<TeamMatch>, StoreError> {
        let competitions = self.competitions().await?;
        let mut connection = self.readers().acquire().await?;
        // Facts up to one import are the same in all that follow, as in a history.
        let last: Option<i64> = query_scalar(LAST_SEQUENCE).fetch_one(&mut connection).await?;
        let asked = Asked { team, before: first_micro_not_before(as_of), last: last.unwrap_or_default() };
        let fixtures = asked.packed(&mut connection, sql::TEAM_VERSIONS, |id, fields| {
            let competition = column::parsed("competition", fields.text("competition")?)?;
            let known = competitions.iter().find(|c| c.id == competition);
            let sport = known.ok_or_else(|| column::not_understood("competition", competition))?.sport;
            facts::fixture(id, competition, sport, fields)
        });
        let mut fixtures = fixtures.await?.in_no_order();
        let mut outcomes =
            asked.packed(&mut connection, sql::TEAM_RESULTS, |_, fields| facts::outcome(fields)).await?;
        let mut statistics = asked.statistics(&mut connection).await?;
        fixtures.retain(|fixture| fixture.kickoff.earliest() >= from);
        fixtures.sort_unstable_by_key(|fixture| (fixture.kickoff.earliest(), fixture.id));
        let matches = fixtures.into_iter().map(|fixture| TeamMatch {
            outcome: outcomes.take(fixture.id),
            statistics: statistics.take(fixture.id),
            fixture,
        });
        Ok(matches.collect())
    }
}

/// Of which team, known before which microsecond, up to which import.
struct Asked {
    team: TeamId,
    before: i64,
    last: i64,
}

impl Asked {
    /// What a statement says last of each fixture: fixture, known_at, sequence, and what `read` understands.
    async fn packed<T>(
        &self,
        connection: &mut Connection,
        statement: &'static str,
        read: impl Fn(FixtureId, &mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Latest<T>, StoreError> {
        let query = query_scalar(statement).bind(self.team.0).bind(self.before).bind(self.last);
        let text: Option<String> = query.fetch_one(connection).await?;
        let mut latest = Latest::default();
        for mut fields in packed::facts(text.as_deref()) {
            let fixture = FixtureId(fields.number("fixture_id")?);
            let known = (fields.number("known_at")?, fields.number("sequence")?);
            latest.add(fixture, known, read(fixture, &mut fields)?);
        }
        Ok(latest)
    }

    /// Not packed, because numbers with a fraction do not survive as text on every engine.
    async fn statistics(&self, connection: &mut Connection) -> Result<Latest<MatchStatistics>, StoreError> {
        let query = query(sql::TEAM_STATISTICS).bind(self.team.0).bind(self.before).bind(self.last);
        let mut rows = query.fetch(connection);
        let mut latest = Latest::default();
        while let Some(row) = rows.try_next().await? {
            let known = (row.try_get(1)?, row.try_get(2)?);
            latest.add(FixtureId(row.try_get(0)?), known, fact::statistics(&row, 3)?);
        }
        Ok(latest)
    }
}

/// Of each fixture the fact that became known last; of two of one moment that of the later import.
struct Latest<T>(HashMap<FixtureId, ((i64, i64), T)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Latest<T> {
    fn add(&mut self, fixture: FixtureId, known: (i64, i64), value: T) {
        if self.0.get(&fixture).is_none_or(|(earlier, _)| *earlier < known) {
            self.0.insert(fixture, (known, value));
        }
    }

    fn take(&mut self, fixture: FixtureId) -> Option<T> {
        self.0.remove(&fixture).map(|(_, value)| value)
    }

    fn in_no_order(self) -> Vec<T> {
        self.0.into_values().map(|(_, value)| value).collect()
    }
}
