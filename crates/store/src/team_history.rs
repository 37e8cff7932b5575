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
        // Side by side they take half as long, and what takes short waits half as long for either.
        let (mut matches, away) = tokio::try_join!(
            self.matches_of_side(team, before, &HOME),
            self.matches_of_side(team, before, &AWAY)
        )?;
        matches.extend(away);
        matches.retain(|one| one.fixture.kickoff.earliest() >= from);
        matches.sort_unstable_by_key(|one| (one.fixture.kickoff.earliest(), one.fixture.id));
        Ok(matches)
    }

    async fn matches_of_side(
        &self,
        team: TeamId,
        before: i64,
        side: &Side,
    ) -> Result<Vec<TeamMatch>, StoreError> {
        let _turn = self.turn().await;
        let mut connection = self.readers().acquire().await?;
        let asked = query_as(side.matches).bind(team.0).bind(before);
        let (last, competitions, matches): (Option<i64>, Option<String>, Option<String>) =
            asked.fetch_one(&mut connection).await?;
        let mut inexact = HashMap::new();
        if !packed::is_exact(matches.as_deref()) {
            // Facts up to one import are the same in all that follow, as in a history.
            let rows = query(side.statistics).bind(team.0).bind(before).bind(last.unwrap_or_default());
            for row in rows.fetch_all(&mut connection).await? {
                inexact.insert(FixtureId(row.try_get(0)?), fact::statistics(&row, 1)?);
            }
        }
        drop(connection);
        let sports = sports(competitions.as_deref())?;
        let matches = packed::facts(matches.as_deref());
        matches.map(|fields| team_match(fields, &sports, &inexact)).filter_map(Result::transpose).collect()
    }
}

/// The statements for matches at home, or away.
struct Side {
    matches: &'static str,
    statistics: &'static str,
}

const HOME: Side = Side { matches: sql::HOME_MATCHES, statistics: sql::HOME_STATISTICS };
const AWAY: Side = Side { matches: sql::AWAY_MATCHES, statistics: sql::AWAY_STATISTICS };

/// A match that was known: its competition and number, its last version, result and statistics.
fn team_match(
    mut fields: Fields<'_>,
    sports: &HashMap<&str, (CompetitionId, Sport)>,
    inexact: &HashMap<FixtureId, MatchStatistics>,
) -> Result<Option<TeamMatch>, StoreError> {
    let competition = fields.text("competition")?;
    let id = FixtureId(fields.number("fixture_id")?);
    if fields.pass_null() {
        return Ok(None);
    }
    let (competition, sport) =
        *sports.get(competition).ok_or_else(|| column::not_understood("competition", competition))?;
    let fixture = facts::fixture(id, competition, sport, &mut fields)?;
    let outcome = if fields.pass_null() { None } else { Some(facts::outcome(&mut fields)?) };
    let statistics = match inexact.get(&id) {
        Some(statistics) => Some(*statistics),
        None if fields.is_only_null() => None,
        None => Some(fact::packed_statistics(&mut fields)?),
    };
    Ok(Some(TeamMatch { fixture, outcome, statistics }))
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
