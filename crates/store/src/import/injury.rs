//! Reports on injured players: by side, week and player, and of the match they are about as soon as it is on record.

use std::collections::{BTreeMap, HashMap};

use domain::{
    FixtureId, Injury, InjuryRecord, Kickoff, KnownRule, Loss, Reason, Rejection, TeamId,
    injury::{Availability, Practice},
    sport::nfl,
};
use jiff::Timestamp;

use super::{
    detail::Details,
    directory::Directory,
    moment::{Moment, revise, seen},
    stored::{Appended, Known},
};
use crate::{
    StoreError, column,
    engine::{Connection, insert_rows, query},
    fact,
    statement::detail as sql,
};

type Record = InjuryRecord<TeamId>;
/// A record with its match, if that is stored.
type Report<'r> = (&'r Record, Option<(FixtureId, Kickoff)>);

/// What a report is about. One that found its match is another report than the same before: it is known by the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    season: i64,
    team: i64,
    week: i64,
    player: i64,
    /// 0 for none.
    fixture: i64,
}

/// A report to append.
#[derive(Debug)]
pub(super) struct InjuryRow {
    key: Key,
    fact: Appended<Injury>,
}

/// Plans reports, each with its match.
pub(super) async fn plan(
    connection: &mut Connection,
    reports: &[Report<'_>],
    directory: &mut Directory,
    recorded_at: Timestamp,
    details: &mut Details,
) -> Result<(), StoreError> {
    let mut groups: BTreeMap<Key, Vec<(Moment, &Record)>> = BTreeMap::new();
    for (record, of) in reports {
        let moment = moment(record, of.map(|(_, kickoff)| kickoff), recorded_at);
        let key = Key {
            season: i64::from(record.season.start_year),
            team: record.team.0,
            week: i64::from(record.week),
            player: directory.hear_report(record, moment),
            fixture: of.map_or(0, |(fixture, _)| fixture.0),
        };
        groups.entry(key).or_default().push((moment, record));
    }
    let mut stored = stored(connection, &groups).await?;
    for (key, mut said) in groups {
        said.sort_by_key(|((at, _), _)| *at);
        for same_moment in said.chunk_by(|(one, _), (other, _)| one == other) {
            let (moment, first) = same_moment[0];
            if same_moment.iter().any(|(_, other)| other.injury != first.injury) {
                details.rejections.extend(same_moment.iter().map(|(_, record)| contradicting(record)));
                continue;
            }
            let overlay = |_: &Injury, new: &Injury| new.clone();
            match revise(stored.get(&key), &first.injury, moment, recorded_at, overlay) {
                Some(fact) => {
                    details.corrections += u64::from(fact.correction);
                    stored.insert(key, Known { at: fact.known_at, value: fact.value.clone() });
                    details.injuries.push(InjuryRow { key, fact });
                    details.duplicates += same_moment.len() as u64 - 1;
                }
                None => details.duplicates += same_moment.len() as u64,
            }
        }
    }
    Ok(())
}

/// When a report could be known: when its source says so, else by the rule of its match, else by that of its week.
fn moment(record: &Record, kickoff: Option<Kickoff>, recorded_at: Timestamp) -> Moment {
    if let Some(at) = record.reported_at {
        return (column::as_stored(at), KnownRule::Observed);
    }
    let by_rule = match kickoff {
        Some(kickoff) => Some(kickoff.injury_report_known_at()),
        None => nfl::week_report_known_at(record.dates),
    };
    by_rule.map_or((recorded_at, KnownRule::Observed), |by_rule| seen(by_rule, recorded_at))
}

fn contradicting(record: &Record) -> Rejection {
    Rejection {
        row: record.row,
        field: None,
        value: format!("player {} in week {}", record.player.code, record.week),
        reason: Reason::ConflictInFile,
        loss: Loss::Row,
    }
}

async fn stored(
    connection: &mut Connection,
    groups: &BTreeMap<Key, Vec<(Moment, &Record)>>,
) -> Result<HashMap<Key, Known<Injury>>, StoreError> {
    let mut seasons: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for key in groups.keys() {
        let teams = seasons.entry(key.season).or_insert((key.team, key.team));
        *teams = (teams.0.min(key.team), teams.1.max(key.team));
    }
    let mut stored = HashMap::new();
    for (season, (first, last)) in seasons {
        let query = query(sql::INJURIES_BETWEEN).bind(season).bind(first).bind(last);
        for row in query.fetch_all(&mut *connection).await? {
            let key = Key {
                season,
                team: row.try_get(0)?,
                week: row.try_get(1)?,
                player: row.try_get(2)?,
                fixture: row.try_get(3)?,
            };
            let at = column::instant(row.try_get(4)?)?;
            stored.insert(key, Known { at, value: fact::injury(&row, 5)? });
        }
    }
    Ok(stored)
}

pub(super) async fn write(
    connection: &mut Connection,
    rows: &mut [InjuryRow],
    sequence: i64,
) -> Result<(), StoreError> {
    rows.sort_by_key(|row| (row.key.team, row.key.season, row.key.week, row.key.player, row.fact.known_at));
    insert_rows(connection, &sql::INJURY_ROWS, rows, |values, InjuryRow { key, fact }| {
        let known_at = column::micros(fact.known_at);
        [key.team, key.season, key.week, key.player].into_iter().try_for_each(|value| values.add(value))?;
        values.add(known_at)?;
        values.add(sequence)?;
        values.add(column::rule_number(fact.known_rule))?;
        values.add(known_at)?;
        values.add((key.fixture > 0).then_some(key.fixture))?;
        values.add(fact.value.availability.map(Availability::code))?;
        values.add(fact.value.what.as_deref())?;
        values.add(fact.value.what_else.as_deref())?;
        values.add(fact.value.practice.map(Practice::code))
    })
    .await
}
