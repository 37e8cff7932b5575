//! What is known of one match beside its result, as of a moment: venue, weather, injuries, what players did, plays.

use std::collections::HashMap;

use domain::{
    Fact, FixtureId, Injury, Play, PlayerCode, PlayerStatistics, Season, Sequence, TeamId, Times, Venue,
    Weather, fact::first_micro_not_before, player::Profile,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, column,
    engine::{Row, query, query_as},
    fact,
    statement::detail as sql,
};

/// What a side reported of a player.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedInjury {
    /// The side.
    pub team: TeamId,
    /// The season.
    pub season: Season,
    /// Week of the season.
    pub week: u8,
    /// Who.
    pub player: PlayerCode,
    /// What is reported.
    #[serde(flatten)]
    pub injury: Injury,
}

/// What a player did in a match.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlayerLine {
    /// Whom he played for.
    pub team: TeamId,
    /// Who.
    pub player: PlayerCode,
    /// What was counted.
    pub statistics: PlayerStatistics,
}

impl Store {
    /// Where a match is played, as it was known before a moment.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn venue(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Option<Fact<Venue>>, StoreError> {
        let query = query(sql::VENUE_AS_OF).bind(fixture.0).bind(first_micro_not_before(as_of));
        let row = query.fetch_optional(self.readers()).await?;
        row.map(|row| Ok(Fact { times: times(&row)?, value: fact::venue(&row, 5)? })).transpose()
    }

    /// The weather at a match, as it was known before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn weather(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Option<Fact<Weather>>, StoreError> {
        let query = query(sql::WEATHER_AS_OF).bind(fixture.0).bind(first_micro_not_before(as_of));
        let row = query.fetch_optional(self.readers()).await?;
        row.map(|row| Ok(Fact { times: times(&row)?, value: fact::weather(&row, 5)? })).transpose()
    }

    /// What both sides reported of their players before a match, as it was known before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn injuries(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Vec<Fact<ReportedInjury>>, StoreError> {
        let query = query(sql::INJURIES_AS_OF).bind(fixture.0).bind(first_micro_not_before(as_of));
        query.fetch_all(self.readers()).await?.iter().map(reported_injury).collect()
    }

    /// What a side reported of its players in a season by week, whether the matches are on record or not, as it was known
    /// before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn team_injuries(
        &self,
        team: TeamId,
        season: Season,
        as_of: Timestamp,
    ) -> Result<Vec<Fact<ReportedInjury>>, StoreError> {
        let query = query(sql::TEAM_INJURIES_AS_OF).bind(team.0).bind(first_micro_not_before(as_of));
        let query = query.bind(i64::from(season.start_year));
        query.fetch_all(self.readers()).await?.iter().map(reported_injury).collect()
    }

    /// What players did in a match, as it was known before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn player_statistics(
        &self,
        fixture: FixtureId,
        as_of: Timestamp,
    ) -> Result<Vec<Fact<PlayerLine>>, StoreError> {
        let query = query(sql::PLAYER_STATISTICS_AS_OF).bind(fixture.0).bind(first_micro_not_before(as_of));
        let rows = query.fetch_all(self.readers()).await?;
        let lines = rows.iter().map(|row| {
            let value = PlayerLine {
                team: TeamId(row.try_get(5)?),
                player: column::parsed("player", row.try_get(6)?)?,
                statistics: fact::player_statistics(row, 7)?,
            };
            Ok(Fact { times: times(row)?, value })
        });
        lines.collect()
    }

    /// The plays of a match in their order, as they were known before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn plays(&self, fixture: FixtureId, as_of: Timestamp) -> Result<Vec<Fact<Play>>, StoreError> {
        let span = query_as(sql::PLAY_SPAN).bind(fixture.0).fetch_optional(self.readers()).await?;
        let Some((first, last)): Option<(i64, i64)> = span else { return Ok(Vec::new()) };
        let players = query_as(sql::PLAYERS_IN_PLAYS).bind(fixture.0).bind(first).bind(last);
        let mut codes: HashMap<i64, PlayerCode> = HashMap::new();
        for (number, code) in players.fetch_all(self.readers()).await? {
            let (number, code): (i64, String) = (number, code);
            codes.insert(number, column::parsed("player", &code)?);
        }
        let query = query(sql::PLAYS_AS_OF).bind(fixture.0).bind(first);
        let query = query.bind(first_micro_not_before(as_of).min(last + 1));
        let rows = query.fetch_all(self.readers()).await?;
        let plays = rows.iter().map(|row| {
            let value = fact::play(row, row.try_get(5)?, 6, |number| codes.get(&number).copied())?;
            Ok(Fact { times: times(row)?, value })
        });
        plays.collect()
    }

    /// What is said of every player of a pool, as it was known before a moment.
    ///
    /// # Errors
    /// As [`Store::venue`].
    pub async fn players(
        &self,
        pool: &str,
        as_of: Timestamp,
    ) -> Result<HashMap<PlayerCode, Profile>, StoreError> {
        let query = query(sql::PLAYERS_AS_OF).bind(pool).bind(first_micro_not_before(as_of));
        let mut players = HashMap::new();
        for row in query.fetch_all(self.readers()).await? {
            let profile =
                Profile { name: row.try_get(1)?, short_name: row.try_get(2)?, position: row.try_get(3)? };
            players.insert(column::parsed("player", row.try_get(0)?)?, profile);
        }
        Ok(players)
    }
}

/// Columns occurred_at, known_at, sequence, known_rule, recorded_at.
fn times(row: &Row) -> Result<Times, StoreError> {
    Ok(Times {
        occurred_at: column::instant(row.try_get(0)?)?,
        known_at: column::instant(row.try_get(1)?)?,
        known_rule: column::rule(row.try_get(3)?)?,
        recorded_at: column::instant(row.try_get(4)?)?,
        sequence: Sequence(row.try_get(2)?),
    })
}

fn reported_injury(row: &Row) -> Result<Fact<ReportedInjury>, StoreError> {
    let value = ReportedInjury {
        team: TeamId(row.try_get(5)?),
        season: Season::starting(column::small("season", row.try_get(6)?)?),
        week: column::small("week", row.try_get(7)?)?,
        player: column::parsed("player", row.try_get(8)?)?,
        injury: fact::injury(row, 9)?,
    };
    Ok(Fact { times: times(row)?, value })
}
