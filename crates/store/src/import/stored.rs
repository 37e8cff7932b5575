//! What the store holds about the fixtures a batch speaks of, in the latest version.

use std::collections::HashMap;

use domain::{
    CompetitionId, FixtureId, FixtureStatus, Kickoff, KnownRule, LineUp, MatchStatistics, Outcome, Season,
    Stage, TeamId, Venue, Weather,
};
use jiff::Timestamp;

use crate::{
    StoreError, column,
    engine::{Connection, Row, query},
    fact,
    statement::{detail, fact as sql},
};

/// What can change about a fixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) kickoff: Kickoff,
    pub(crate) season: Season,
    pub(crate) neutral: bool,
    pub(crate) stage: Stage,
    pub(crate) status: FixtureStatus,
}

/// The latest stored value, and when it became known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known<T> {
    pub(super) at: Timestamp,
    pub(super) value: T,
}

/// A value to be stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Appended<T> {
    pub(super) known_at: Timestamp,
    pub(super) known_rule: KnownRule,
    pub(super) value: T,
    /// Whether it contradicts what was stored, beyond adding to it.
    pub(super) correction: bool,
}

/// The latest of everything about one fixture.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) competition: CompetitionId,
    pub(super) home: TeamId,
    pub(super) away: TeamId,
    pub(super) version: Option<Known<Version>>,
    pub(super) result: Option<Known<Outcome>>,
    pub(super) statistics: Option<Known<MatchStatistics>>,
    pub(super) line_up: Option<Known<LineUp>>,
    pub(super) venue: Option<Known<Venue>>,
    pub(super) weather: Option<Known<Weather>>,
}

/// Numbers further apart than this are asked for one range after the other.
const MAX_GAP: i64 = 32;
/// Numbers one range may span, so that what is in memory at once stays small.
const MAX_SPAN: i64 = 1024;

/// Ranges that cover sorted numbers without reading much in between.
pub(super) fn ranges(sorted: &[i64]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for &id in sorted {
        match ranges.last_mut() {
            Some((first, last)) if id - *last <= MAX_GAP && id - *first < MAX_SPAN => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    ranges
}

/// Loads what is stored about these fixtures.
pub(super) async fn load(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<HashMap<FixtureId, Stored>, StoreError> {
    let mut stored = HashMap::with_capacity(ids.len());
    for range in ranges(ids) {
        load_fixtures(connection, range, &mut stored).await?;
        let (c, s) = (&mut *connection, &mut stored);
        load_latest(c, sql::VERSIONS_BETWEEN, range, s, fact::version, |s| &mut s.version).await?;
        load_latest(c, sql::RESULTS_BETWEEN, range, s, fact::outcome, |s| &mut s.result).await?;
        load_latest(c, sql::STATISTICS_BETWEEN, range, s, fact::statistics, |s| &mut s.statistics).await?;
        load_latest(c, sql::LINE_UPS_BETWEEN, range, s, fact::line_up, |s| &mut s.line_up).await?;
        load_latest(c, detail::VENUES_BETWEEN, range, s, fact::venue, |s| &mut s.venue).await?;
        load_latest(c, detail::WEATHER_BETWEEN, range, s, fact::weather, |s| &mut s.weather).await?;
    }
    Ok(stored)
}

type ByFixture = HashMap<FixtureId, Stored>;

async fn load_fixtures(
    connection: &mut Connection,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
) -> Result<(), StoreError> {
    let query = query(sql::FIXTURES_BETWEEN).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let fixture = Stored {
            competition: column::parsed("competition", row.try_get(1)?)?,
            home: TeamId(row.try_get(2)?),
            away: TeamId(row.try_get(3)?),
            version: None,
            result: None,
            statistics: None,
            line_up: None,
            venue: None,
            weather: None,
        };
        stored.insert(FixtureId(row.try_get(0)?), fixture);
    }
    Ok(())
}

/// The latest version of one kind of fact: later rows take the place of earlier ones. Fixture and moment come first, what the
/// fact says from the fourth column on.
async fn load_latest<T>(
    connection: &mut Connection,
    sql: &'static str,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
    read: fn(&Row, usize) -> Result<T, StoreError>,
    place: fn(&mut Stored) -> &mut Option<Known<T>>,
) -> Result<(), StoreError> {
    for row in query(sql).bind(first).bind(last).fetch_all(connection).await? {
        let (at, value) = (column::instant(row.try_get(1)?)?, read(&row, 3)?);
        if let Some(fixture) = stored.get_mut(&FixtureId(row.try_get(0)?)) {
            *place(fixture) = Some(Known { at, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_and_skip() {
        assert!(ranges(&[]).is_empty());
        assert_eq!(ranges(&[1, 2, 3, 30, 100, 5000]), [(1, 30), (100, 100), (5000, 5000)]);
        let long: Vec<i64> = (0..3000).collect();
        let covered: i64 = ranges(&long).iter().map(|(first, last)| last - first + 1).sum();
        assert_eq!(covered, 3000);
        assert!(ranges(&long).iter().all(|(first, last)| last - first < MAX_SPAN));
    }
}
