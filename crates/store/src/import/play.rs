//! Plays: compared with what is stored of their match, number by number.

use std::collections::HashMap;

use domain::{KnownRule, Play, PlayRecord, code::Code};
use jiff::Timestamp;

use super::{
    detail::{Details, OfMatch},
    directory::Directory,
    moment::revise,
    stored::{Appended, Known},
    summary::{span, sum_up},
};
use crate::{
    StoreError, column,
    engine::{self, Connection, Values, insert_rows, query, query_as},
    fact,
    statement::detail as sql,
};

/// A play to append.
#[derive(Debug)]
pub(super) struct PlayRow {
    fixture: i64,
    known_at: Timestamp,
    known_rule: KnownRule,
    occurred_at: Timestamp,
    play: Play,
    /// Numbers of who threw, caught and ran.
    players: [Option<i64>; 3],
}

/// Plans the plays of matches.
pub(super) async fn plan(
    connection: &mut Connection,
    matches: &[OfMatch<'_>],
    directory: &mut Directory,
    details: &mut Details,
) -> Result<(), StoreError> {
    for of in matches.iter().filter(|of| !of.sheet.plays.is_empty()) {
        let stored = stored_plays(connection, of, directory).await?;
        for record in &of.sheet.plays {
            let known = stored.get(&record.play.number);
            let overlay = |old: &Play, new: &Play| old.overlaid(new);
            match revise(known, &record.play, of.moment, of.recorded_at, overlay) {
                Some(appended) => {
                    details.corrections += u64::from(appended.correction);
                    details.plays.push(row(of, record, appended, directory));
                }
                None => details.duplicates += 1,
            }
        }
    }
    Ok(())
}

fn row(
    of: &OfMatch<'_>,
    record: &PlayRecord,
    appended: Appended<Play>,
    directory: &mut Directory,
) -> PlayRow {
    let Appended { known_at, known_rule, value: play, .. } = appended;
    let players = play.players().map(|player| player.map(|code| directory.players.number(&of.pool, code)));
    let occurred_at = record.at.unwrap_or(of.occurred_at);
    PlayRow { fixture: of.fixture.0, known_at, known_rule, occurred_at, play, players }
}

/// The last word on every play of a match.
async fn stored_plays(
    connection: &mut Connection,
    of: &OfMatch<'_>,
    directory: &Directory,
) -> Result<HashMap<u32, Known<Play>>, StoreError> {
    let mut plays = HashMap::new();
    let span = query_as(sql::PLAY_SPAN).bind(of.fixture.0).fetch_optional(&mut *connection).await?;
    let Some((first, last)): Option<(i64, i64)> = span else { return Ok(plays) };
    let query = query(sql::PLAYS_OF).bind(of.fixture.0).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let value = fact::play(&row, row.try_get(0)?, 3, |number| directory.players.code(number))?;
        plays.insert(value.number, Known { at: column::instant(row.try_get(1)?)?, value });
    }
    Ok(plays)
}

/// Writes plays with the sums over each match.
pub(super) async fn write(
    connection: &mut Connection,
    rows: &mut [PlayRow],
    sequence: i64,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by_key(|row| (row.fixture, row.play.number));
    let moments: Vec<(i64, i64)> =
        rows.iter().map(|row| (row.fixture, column::micros(row.known_at))).collect();
    // Kick-offs of a season are months apart from a correction of today: only months that have plays get a partition.
    let mut months: Vec<i64> = moments.iter().map(|(_, at)| *at).collect();
    months.sort_unstable();
    for block in months.chunk_by(|one, next| next - one < WEEK_MICROS) {
        let (first, last) = span(block.iter().copied());
        engine::prepare_months(connection, "play", first, last).await?;
    }
    insert_rows(connection, &sql::PLAY_ROWS, rows, |values, row| {
        values.add(row.fixture)?;
        values.add(i64::from(row.play.number))?;
        values.add(column::micros(row.known_at))?;
        values.add(sequence)?;
        values.add(column::rule_number(row.known_rule))?;
        values.add(column::micros(row.occurred_at))?;
        add_happened(values, row)
    })
    .await?;
    sum_up(connection, (&sql::PLAY_SUM_ROWS, sql::SUM_UP_PLAYS), &moments, &[]).await
}

const WEEK_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;

/// The columns that say what happened.
fn add_happened(values: &mut Values<'_>, row: &PlayRow) -> Result<(), StoreError> {
    let Play { period, clock_secs, possession, down, distance, yards_to_goal, kind, yards_gained, .. } =
        &row.play;
    let (score, timeouts) = (row.play.score, row.play.timeouts);
    values.add(period.map(i64::from))?;
    values.add(clock_secs.map(i64::from))?;
    values.add(possession.map(column::name))?;
    values.add(down.map(i64::from))?;
    values.add(distance.map(i64::from))?;
    values.add(yards_to_goal.map(i64::from))?;
    values.add(kind.as_ref().map(Code::as_str))?;
    values.add(yards_gained.map(i64::from))?;
    values.add(score.map(|s| i64::from(s.home)))?;
    values.add(score.map(|s| i64::from(s.away)))?;
    values.add(timeouts.map(|[home, _]| i64::from(home)))?;
    values.add(timeouts.map(|[_, away]| i64::from(away)))?;
    row.players.iter().try_for_each(|player| values.add(*player))?;
    values.add(row.play.expected_points_added)?;
    values.add(row.play.home_win_probability)?;
    values.add(row.play.description.as_deref())
}
