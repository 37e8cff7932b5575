//! What belongs to matches that are stored: plays, what players did, and injuries reported before them.

use std::collections::HashMap;

use domain::{FixtureId, InjuryRecord, Loss, MatchSheet, Meeting, Reason, Rejection, Side, TeamId};
use jiff::Timestamp;

use super::{
    directory::Directory,
    found::Found,
    injury::{self, InjuryRow},
    moment::{Moment, seen},
    play::{self, PlayRow},
    player_statistics::{self, StatisticsRow},
    stored::{self, Stored},
};
use crate::{
    StoreError,
    engine::{Connection, query_scalar},
    statement::detail as sql,
};

type Sheet = MatchSheet<TeamId>;

/// What to append of it.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) plays: Vec<PlayRow>,
    pub(super) player_statistics: Vec<StatisticsRow>,
    pub(super) injuries: Vec<InjuryRow>,
    /// Sheets whose match is not stored, and rows that contradict each other.
    pub(super) rejections: Vec<Rejection>,
    /// Whether another reading may find a match that this one did not.
    pub(super) waits: bool,
    pub(super) corrections: u64,
    pub(super) duplicates: u64,
}

/// A sheet whose match is known, and what every part of it needs.
pub(super) struct OfMatch<'s> {
    pub(super) sheet: &'s Sheet,
    pub(super) fixture: FixtureId,
    pub(super) pool: String,
    /// The kick-off, as far as it is known.
    pub(super) occurred_at: Timestamp,
    /// When plays and statistics could be known.
    pub(super) moment: Moment,
    pub(super) recorded_at: Timestamp,
}

impl OfMatch<'_> {
    /// The side's team.
    pub(super) fn team(&self, side: Side) -> TeamId {
        match side {
            Side::Home => self.sheet.home,
            Side::Away => self.sheet.away,
        }
    }
}

impl Details {
    pub(super) fn is_empty(&self) -> bool {
        self.plays.is_empty() && self.player_statistics.is_empty() && self.injuries.is_empty()
    }

    /// Compares sheets and reports with what is stored.
    pub(super) async fn add(
        &mut self,
        connection: &mut Connection,
        sheets: &[Sheet],
        injuries: &[InjuryRecord<TeamId>],
        directory: &mut Directory,
        recorded_at: Timestamp,
    ) -> Result<(), StoreError> {
        if sheets.is_empty() && injuries.is_empty() {
            return Ok(());
        }
        let found = Found::load(connection, sheets, injuries).await?;
        let mut matches = Vec::with_capacity(sheets.len());
        for sheet in sheets {
            match found.match_of(connection, sheet).await? {
                Some(fixture) => matches.push((sheet, fixture)),
                None => self.rejections.push(unknown_match(connection, sheet).await?),
            }
        }
        self.waits |= !self.rejections.is_empty();
        let reported: Vec<Option<FixtureId>> = injuries.iter().map(|i| found.match_after(i)).collect();
        self.waits |= reported.iter().any(Option::is_none);
        let mut ids: Vec<i64> = matches
            .iter()
            .map(|(_, fixture)| fixture.0)
            .chain(reported.iter().flatten().map(|f| f.0))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let stored = stored::load(connection, &ids).await?;
        let of_matches: Vec<OfMatch<'_>> = matches
            .into_iter()
            .filter_map(|(sheet, fixture)| of_match(sheet, fixture, &stored, directory, recorded_at))
            .collect();
        for of in &of_matches {
            for player in &of.sheet.players {
                directory.players.hear(&of.pool, player, of.moment);
            }
        }
        play::plan(connection, &of_matches, directory, self).await?;
        player_statistics::plan(connection, &of_matches, directory, self).await?;
        let kickoff = |fixture: FixtureId| Some(stored.get(&fixture)?.version?.value.kickoff);
        let reports = injuries.iter().zip(reported).map(|(record, fixture)| {
            let of = fixture.and_then(|fixture| Some((fixture, kickoff(fixture)?)));
            (record, of)
        });
        injury::plan(connection, &reports.collect::<Vec<_>>(), directory, recorded_at, self).await
    }

    pub(super) async fn write(
        &mut self,
        connection: &mut Connection,
        sequence: i64,
    ) -> Result<(), StoreError> {
        player_statistics::write(connection, &mut self.player_statistics, sequence).await?;
        injury::write(connection, &mut self.injuries, sequence).await?;
        play::write(connection, &mut self.plays, sequence).await
    }
}

fn of_match<'s>(
    sheet: &'s Sheet,
    fixture: FixtureId,
    stored: &HashMap<FixtureId, Stored>,
    directory: &Directory,
    recorded_at: Timestamp,
) -> Option<OfMatch<'s>> {
    let kickoff = stored.get(&fixture)?.version?.value.kickoff;
    let moment = seen(kickoff.statistics_known_at(sheet.sport), recorded_at);
    let (pool, occurred_at) = (directory.pool(sheet.competition), kickoff.earliest());
    Some(OfMatch { sheet, fixture, pool, occurred_at, moment, recorded_at })
}

async fn unknown_match(connection: &mut Connection, sheet: &Sheet) -> Result<Rejection, StoreError> {
    let home: String = query_scalar(sql::TEAM_NAME).bind(sheet.home.0).fetch_one(&mut *connection).await?;
    let away: String = query_scalar(sql::TEAM_NAME).bind(sheet.away.0).fetch_one(connection).await?;
    let which = match sheet.meeting {
        Meeting::On(date) => format!("on {date}"),
        Meeting::Ended { season, score } => format!("that ended {score} in {season}"),
    };
    let value = format!("{home} against {away} {which}");
    Ok(Rejection { row: sheet.row, field: None, value, reason: Reason::UnknownMatch, loss: Loss::Row })
}
