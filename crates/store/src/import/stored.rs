//! What the store holds about the fixtures a batch speaks of, in the latest version.

use std::collections::HashMap;

use domain::{
    CompetitionId, FixtureId, FixtureStatus, Kickoff, KnownRule, LineUp, MatchStatistics, Outcome, Season,
    Stage, TeamId,
};
use jiff::Timestamp;

use crate::{
    StoreError, column,
    engine::{Connection, query},
    fact,
    statement::fact as sql,
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
        load_versions(connection, range, &mut stored).await?;
        load_results(connection, range, &mut stored).await?;
        load_statistics(connection, range, &mut stored).await?;
        load_line_ups(connection, range, &mut stored).await?;
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
        };
        stored.insert(FixtureId(row.try_get(0)?), fixture);
    }
    Ok(())
}

async fn load_versions(
    connection: &mut Connection,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
) -> Result<(), StoreError> {
    let query = query(sql::VERSIONS_BETWEEN).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let (at, value) = (column::instant(row.try_get(1)?)?, fact::version(&row, 3)?);
        if let Some(fixture) = stored.get_mut(&FixtureId(row.try_get(0)?)) {
            fixture.version = Some(Known { at, value });
        }
    }
    Ok(())
}

async fn load_results(
    connection: &mut Connection,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
) -> Result<(), StoreError> {
    let query = query(sql::RESULTS_BETWEEN).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let (at, value) = (column::instant(row.try_get(1)?)?, fact::outcome(&row, 3)?);
        if let Some(fixture) = stored.get_mut(&FixtureId(row.try_get(0)?)) {
            fixture.result = Some(Known { at, value });
        }
    }
    Ok(())
}

async fn load_statistics(
    connection: &mut Connection,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
) -> Result<(), StoreError> {
    let query = query(sql::STATISTICS_BETWEEN).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let (at, value) = (column::instant(row.try_get(1)?)?, fact::statistics(&row, 3)?);
        if let Some(fixture) = stored.get_mut(&FixtureId(row.try_get(0)?)) {
            fixture.statistics = Some(Known { at, value });
        }
    }
    Ok(())
}

async fn load_line_ups(
    connection: &mut Connection,
    (first, last): (i64, i64),
    stored: &mut ByFixture,
) -> Result<(), StoreError> {
    let query = query(sql::LINE_UPS_BETWEEN).bind(first).bind(last);
    for row in query.fetch_all(connection).await? {
        let (at, value) = (column::instant(row.try_get(1)?)?, fact::line_up(&row, 3)?);
        if let Some(fixture) = stored.get_mut(&FixtureId(row.try_get(0)?)) {
            fixture.line_up = Some(Known { at, value });
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
