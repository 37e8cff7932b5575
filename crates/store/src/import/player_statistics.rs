//! What players did: each version is the union of what was known and what is new, so that sources complete each other.

use std::collections::{HashMap, HashSet};

use domain::{KnownRule, PlayerStatistics, TeamId};
use jiff::Timestamp;

use super::{
    detail::{Details, OfMatch},
    directory::Directory,
    moment::revise,
    stored::{Known, ranges},
};
use crate::{
    StoreError, column,
    engine::{Connection, insert_rows, query},
    fact,
    statement::detail as sql,
};

/// What a player did for whom.
type Did = (TeamId, PlayerStatistics);

/// A row to append.
#[derive(Debug)]
pub(super) struct StatisticsRow {
    fixture: i64,
    player: i64,
    known_at: Timestamp,
    known_rule: KnownRule,
    occurred_at: Timestamp,
    did: Did,
}

/// Plans what players did in matches.
pub(super) async fn plan(
    connection: &mut Connection,
    matches: &[OfMatch<'_>],
    directory: &mut Directory,
    details: &mut Details,
) -> Result<(), StoreError> {
    let mut fixtures: Vec<i64> =
        matches.iter().filter(|of| !of.sheet.player_statistics.is_empty()).map(|of| of.fixture.0).collect();
    fixtures.sort_unstable();
    let stored = stored(connection, &fixtures).await?;
    let mut spoken_of = HashSet::new();
    for of in matches {
        for (code, side, counted) in &of.sheet.player_statistics {
            let player = directory.players.number(&of.pool, *code);
            let key = (of.fixture.0, player);
            // A file counts a player once a match; what it says of him again is not taken.
            if counted.is_empty() || !spoken_of.insert(key) {
                continue;
            }
            let said: Did = (of.team(*side), *counted);
            let overlay = |old: &Did, new: &Did| (new.0, old.1.overlaid(&new.1));
            match revise(stored.get(&key), &said, of.moment, of.recorded_at, overlay) {
                Some(appended) => {
                    details.corrections += u64::from(appended.correction);
                    details.player_statistics.push(StatisticsRow {
                        fixture: key.0,
                        player,
                        known_at: appended.known_at,
                        known_rule: appended.known_rule,
                        occurred_at: of.occurred_at,
                        did: appended.value,
                    });
                }
                None => details.duplicates += 1,
            }
        }
    }
    Ok(())
}

async fn stored(
    connection: &mut Connection,
    fixtures: &[i64],
) -> Result<HashMap<(i64, i64), Known<Did>>, StoreError> {
    let mut stored = HashMap::new();
    for (first, last) in ranges(fixtures) {
        let query = query(sql::PLAYER_STATISTICS_BETWEEN).bind(first).bind(last);
        for row in query.fetch_all(&mut *connection).await? {
            let key = (row.try_get(0)?, row.try_get(1)?);
            let at = column::instant(row.try_get(2)?)?;
            let value = (TeamId(row.try_get(3)?), fact::player_statistics(&row, 4)?);
            stored.insert(key, Known { at, value });
        }
    }
    Ok(stored)
}

pub(super) async fn write(
    connection: &mut Connection,
    rows: &mut [StatisticsRow],
    sequence: i64,
) -> Result<(), StoreError> {
    rows.sort_by_key(|row| (row.fixture, row.player));
    insert_rows(connection, &sql::PLAYER_STATISTICS_ROWS, rows, |values, row| {
        values.add(row.fixture)?;
        values.add(row.player)?;
        values.add(column::micros(row.known_at))?;
        values.add(sequence)?;
        values.add(column::rule_number(row.known_rule))?;
        values.add(column::micros(row.occurred_at))?;
        values.add(row.did.0.0)?;
        row.did.1.values().iter().try_for_each(|value| values.add(*value))
    })
    .await
}
