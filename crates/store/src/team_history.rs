//! The matches of one team, read without the rest of the history.

use std::collections::HashMap;

use domain::{
    CompetitionId, Fixture, FixtureId, MatchStatistics, Outcome, Sport, TeamId, fact::first_micro_not_before,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, column,
    engine::{query, query_as},
    fact,
    history::facts,
    packed::{self, Fields},
    statement::fact as sql,
    store::outlasting,
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
        outlasting!(self.try_team_history(team, from, first_micro_not_before(as_of)))
    }

    async fn try_team_history(
        &self,
        team: TeamId,
        from: Timestamp,
        before: i64,
    ) -> Result<Vec<TeamMatch>, StoreError> {
        let _turn = self.turn().await;
        let mut connection = self.readers().acquire().await?;
        let asked = query_as(sql::TEAM_MATCHES).bind(team.0).bind(before);
        let (last, competitions, versions, results, counted): Packed =
            asked.fetch_one(&mut connection).await?;
        let sports = sports(competitions.as_deref())?;
        let fixtures = Latest::of(versions.as_deref(), |id, fields| {
            let competition = fields.text("competition")?;
            let (competition, sport) =
                *sports.get(competition).ok_or_else(|| column::not_understood("competition", competition))?;
            facts::fixture(id, competition, sport, fields)
        })?;
        let mut outcomes = Latest::of(results.as_deref(), |_, fields| facts::outcome(fields))?;
        let mut statistics = Latest::default();
        if packed::is_exact(counted.as_deref()) {
            statistics = Latest::of(counted.as_deref(), |_, fields| fact::packed_statistics(fields))?;
        } else {
            // Facts up to one import are the same in all that follow, as in a history.
            let rows = query(sql::TEAM_STATISTICS).bind(team.0).bind(before).bind(last.unwrap_or_default());
            for row in rows.fetch_all(&mut connection).await? {
                let known = (row.try_get(1)?, row.try_get(2)?);
                statistics.add(FixtureId(row.try_get(0)?), known, fact::statistics(&row, 3)?);
            }
        }
        drop(connection);
        let mut fixtures = fixtures.in_no_order();
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

/// The sport of every competition, by the competition's name as it is stored.
fn sports(competitions: Option<&str>) -> Result<HashMap<&str, (CompetitionId, Sport)>, StoreError> {
    let mut sports = HashMap::new();
    for mut fields in packed::facts(competitions) {
        let (id, sport) = (fields.text("id")?, fields.text("sport")?);
        let sport = column::coded("sport", sport, Sport::from_code(sport))?;
        sports.insert(id, (column::parsed("id", id)?, sport));
    }
    Ok(sports)
}

/// The last import; competitions, versions, results and statistics as texts of facts.
type Packed = (Option<i64>, Option<String>, Option<String>, Option<String>, Option<String>);

/// Of each fixture the fact that became known last; of two of one moment that of the later import.
struct Latest<T>(HashMap<FixtureId, ((i64, i64), T)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Latest<T> {
    /// Those of a text of facts, each of fixture, known_at, sequence, and what `read` understands.
    fn of(
        text: Option<&str>,
        read: impl Fn(FixtureId, &mut Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut latest = Self::default();
        for mut fields in packed::facts(text) {
            let fixture = FixtureId(fields.number("fixture_id")?);
            let known = (fields.number("known_at")?, fields.number("sequence")?);
            latest.add(fixture, known, read(fixture, &mut fields)?);
        }
        Ok(latest)
    }

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
