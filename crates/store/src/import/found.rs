//! Which stored match the details of a match, or a report before it, belong to.

use std::collections::{BTreeMap, HashMap};

use domain::{CompetitionId, FixtureId, InjuryRecord, MatchSheet, Meeting, TeamId};
use jiff::civil::Date;

use super::stored;
use crate::{
    StoreError,
    engine::{Connection, query},
    statement::{detail as sql, fact::KEYS_BETWEEN},
};

/// Fixtures by side, as far as one batch needs them.
#[derive(Debug, Default)]
pub(super) struct Found {
    by_side: HashMap<(CompetitionId, TeamId), Vec<Key>>,
}

#[derive(Debug, Clone)]
struct Key {
    date: String,
    home: TeamId,
    away: TeamId,
    fixture: FixtureId,
}

impl Found {
    pub(super) async fn load(
        connection: &mut Connection,
        sheets: &[MatchSheet<TeamId>],
        injuries: &[InjuryRecord<TeamId>],
    ) -> Result<Self, StoreError> {
        let days = sheets.iter().filter_map(|sheet| match sheet.meeting {
            Meeting::On(date) => Some((sheet.competition, (date, date))),
            Meeting::Ended { .. } => None,
        });
        let mut ranges: BTreeMap<CompetitionId, (Date, Date)> = BTreeMap::new();
        for (competition, (first, last)) in days.chain(injuries.iter().map(|i| (i.competition, i.dates))) {
            let range = ranges.entry(competition).or_insert((first, last));
            *range = (range.0.min(first), range.1.max(last));
        }
        let mut found = Self::default();
        for (competition, (first, last)) in ranges {
            let keys = query(KEYS_BETWEEN).bind(competition.as_str());
            let keys = keys.bind(first.to_string()).bind(last.to_string());
            for row in keys.fetch_all(&mut *connection).await? {
                let (home, away) = (TeamId(row.try_get(1)?), TeamId(row.try_get(2)?));
                let key = Key { date: row.try_get(0)?, home, away, fixture: FixtureId(row.try_get(3)?) };
                for side in [home, away] {
                    found.by_side.entry((competition, side)).or_default().push(key.clone());
                }
            }
        }
        Ok(found)
    }

    /// The match of a sheet, if it is stored and there is no doubt which it is.
    pub(super) async fn match_of(
        &self,
        connection: &mut Connection,
        sheet: &MatchSheet<TeamId>,
    ) -> Result<Option<FixtureId>, StoreError> {
        let Meeting::Ended { season, score } = sheet.meeting else {
            return Ok(self.on_date(sheet));
        };
        let pair = query(sql::FIXTURES_OF_PAIR).bind(sheet.home.0).bind(sheet.away.0);
        let rows = pair.bind(sheet.competition.as_str()).fetch_all(&mut *connection).await?;
        let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        let ended_so = |stored: &stored::Stored| {
            stored.version.is_some_and(|known| known.value.season == season)
                && stored.result.as_ref().is_some_and(|known| known.value.full_time == score)
        };
        let stored = stored::load(connection, &ids).await?;
        Ok(only(stored.into_iter().filter(|(_, stored)| ended_so(stored)).map(|(fixture, _)| fixture)))
    }

    fn on_date(&self, sheet: &MatchSheet<TeamId>) -> Option<FixtureId> {
        let Meeting::On(date) = sheet.meeting else { return None };
        let date = date.to_string();
        let of_side = self.by_side.get(&(sheet.competition, sheet.home)).into_iter().flatten();
        let same = of_side.filter(|k| k.date == date && (k.home, k.away) == (sheet.home, sheet.away));
        only(same.map(|key| key.fixture))
    }

    /// The one match of a side in the week of a report.
    pub(super) fn match_after(&self, record: &InjuryRecord<TeamId>) -> Option<FixtureId> {
        let (first, last) = (record.dates.0.to_string(), record.dates.1.to_string());
        let of_side = self.by_side.get(&(record.competition, record.team)).into_iter().flatten();
        only(of_side.filter(|key| first <= key.date && key.date <= last).map(|key| key.fixture))
    }
}

/// The fixture, when all are the same one.
fn only(mut fixtures: impl Iterator<Item = FixtureId>) -> Option<FixtureId> {
    let first = fixtures.next()?;
    fixtures.all(|other| other == first).then_some(first)
}
