//! Players and venues as far as one import needs them, and the pools they are unique in.

use domain::{CompetitionId, InjuryRecord, KnownRule, LineUp, Player, Venue, player::Profile};
use jiff::Timestamp;

use super::{
    ImportBatch,
    moment::Moment,
    numbered::Numbers,
    player::{Players, Pools, pools},
};
use crate::{StoreError, engine::Connection, statement::detail as sql};

/// Who and where.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pools: Pools,
    pub(super) players: Players,
    venues: Numbers,
}

impl Directory {
    /// Loads what a batch can speak of: most speak of no players or venues.
    pub(super) async fn load(connection: &mut Connection, batch: &ImportBatch) -> Result<Self, StoreError> {
        let has_line_ups = batch.records.iter().any(|r| !r.line_up.is_empty());
        let has_players = has_line_ups || !batch.sheets.is_empty() || !batch.injuries.is_empty();
        let has_venues = batch.records.iter().any(|r| r.venue.is_some());
        let mut directory = Self::default();
        if has_players || has_venues {
            directory.pools = pools(connection).await?;
        }
        if has_players {
            directory.players = Players::load(connection).await?;
        }
        if has_venues {
            directory.venues = Numbers::load(connection, sql::VENUES).await?;
        }
        Ok(directory)
    }

    /// The pool of a competition.
    pub(super) fn pool(&self, competition: CompetitionId) -> String {
        self.pools.get(&competition).cloned().unwrap_or_default()
    }

    /// The number of a venue.
    pub(super) fn venue(&mut self, competition: CompetitionId, venue: &Venue) -> i64 {
        self.venues.of(&self.pool(competition), venue.code.0)
    }

    /// Takes note of who starts.
    pub(super) fn hear_line_up(
        &mut self,
        competition: CompetitionId,
        line_up: &LineUp,
        moment: (Timestamp, KnownRule),
    ) {
        let pool = self.pool(competition);
        for starter in [&line_up.home, &line_up.away].into_iter().flatten() {
            let name = Some(starter.name.clone()).filter(|name| !name.is_empty());
            let player = Player { code: starter.player, profile: Profile { name, ..Profile::default() } };
            self.players.hear(&pool, &player, moment);
        }
    }

    /// Takes note of a player that a report names; his number.
    pub(super) fn hear_report<N>(&mut self, record: &InjuryRecord<N>, moment: Moment) -> i64 {
        let pool = self.pool(record.competition);
        self.players.hear(&pool, &record.player, moment)
    }

    pub(super) async fn write(&self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.players.write(connection, sequence).await?;
        self.venues.write(connection, &sql::VENUE_ROWS).await
    }
}
