//! Fixtures, results, statistics and line-ups.

use domain::{
    CompetitionId, Fact, Fixture, FixtureId, FixtureStatus, Outcome, Score, Season, Sport, Stage, TeamId,
    conditions::{Condition, ConditionOf},
    history::{LineUpOf, ResultOf, StatisticsOf},
};
use futures_util::TryStreamExt as _;

use super::{Group, Reading};
use crate::{
    StoreError, column,
    engine::{Connection, Pool, Row, query},
    fact,
    packed::{self, Fields},
    statement::fact as sql,
};

/// Fixtures whose facts come in one text.
const AT_ONCE: usize = 256;

/// What a row says of the conditions of its match.
type ReadCondition = fn(&Row) -> Result<Condition, StoreError>;

/// What was read so far.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) fixtures: Vec<Fact<Fixture>>,
    pub(super) results: Vec<Fact<ResultOf>>,
    pub(super) statistics: Vec<Fact<StatisticsOf>>,
    pub(super) line_ups: Vec<Fact<LineUpOf>>,
    pub(super) conditions: Vec<Fact<ConditionOf>>,
}

/// The facts of some competitions but for prices.
pub(super) async fn read(pool: &Pool, reading: &Reading, groups: &[Group]) -> Result<Facts, StoreError> {
    let mut connection = pool.acquire().await?;
    let mut facts = Facts::default();
    for group in groups {
        for range in group.ranges(AT_ONCE) {
            let versions = reading.of_range(&mut connection, sql::HISTORY_VERSIONS, group, range);
            for fields in packed::facts(versions.await?.as_deref()) {
                facts.fixtures.push(version(fields, reading, group)?);
            }
            let results = reading.of_range(&mut connection, sql::HISTORY_RESULTS, group, range);
            for fields in packed::facts(results.await?.as_deref()) {
                facts.results.push(result(fields, reading)?);
            }
            facts.read_statistics(&mut connection, reading, group, range).await?;
        }
        facts.read_line_ups(&mut connection, reading, group).await?;
        facts.read_conditions(&mut connection, reading, group).await?;
    }
    Ok(facts)
}

fn version(mut fields: Fields<'_>, reading: &Reading, group: &Group) -> Result<Fact<Fixture>, StoreError> {
    let id = FixtureId(fields.number("fixture_id")?);
    let known = reading.known(&mut fields)?;
    let value = fixture(id, group.competition, group.sport, &mut fields)?;
    Ok(Fact { times: known.occurred(value.kickoff.earliest()), value })
}

/// The next fields home_id, away_id, kickoff_start, kickoff_end, season, neutral, stage, status.
pub(crate) fn fixture(
    id: FixtureId,
    competition: CompetitionId,
    sport: Sport,
    fields: &mut Fields<'_>,
) -> Result<Fixture, StoreError> {
    let (home, away) = (TeamId(fields.number("home_id")?), TeamId(fields.number("away_id")?));
    let kickoff = column::kickoff(fields.number("kickoff_start")?, fields.nullable_number("kickoff_end")?)?;
    let season = Season::starting(fields.small("season")?);
    let neutral = fields.number("neutral")? != 0;
    let (stage, status) = (fields.text("stage")?, fields.text("status")?);
    let stage = column::coded("stage", stage, Stage::from_code(stage))?;
    let status = column::coded("status", status, FixtureStatus::from_code(status))?;
    Ok(Fixture { id, competition, sport, season, home, away, kickoff, neutral, stage, status })
}

fn result(mut fields: Fields<'_>, reading: &Reading) -> Result<Fact<ResultOf>, StoreError> {
    let fixture = FixtureId(fields.number("fixture_id")?);
    let known = reading.known(&mut fields)?;
    let occurred_at = column::instant(fields.number("occurred_at")?)?;
    let outcome = outcome(&mut fields)?;
    Ok(Fact { times: known.occurred(occurred_at), value: ResultOf { fixture, outcome } })
}

/// The next fields status, regulation_home, regulation_away, full_time_home, full_time_away, periods.
pub(crate) fn outcome(fields: &mut Fields<'_>) -> Result<Outcome, StoreError> {
    let status = column::named("result status", fields.text("status")?)?;
    let regulation = (fields.nullable_number("regulation_home")?, fields.nullable_number("regulation_away")?);
    let full_time = (fields.number("full_time_home")?, fields.number("full_time_away")?);
    let periods = fields.nullable("periods")?;
    let score = |(home, away): (i64, i64)| -> Result<Score, StoreError> {
        Ok(Score::new(column::small("score", home)?, column::small("score", away)?))
    };
    Ok(Outcome {
        status,
        regulation: regulation.0.zip(regulation.1).map(score).transpose()?,
        full_time: score(full_time)?,
        periods: periods.map(|text| column::from_json("periods", text)).transpose()?.unwrap_or_default(),
    })
}

impl Facts {
    async fn read_statistics(
        &mut self,
        connection: &mut Connection,
        reading: &Reading,
        group: &Group,
        range: (i64, i64),
    ) -> Result<(), StoreError> {
        let text = reading.of_range(connection, sql::HISTORY_STATISTICS, group, range).await?;
        if packed::is_exact(text.as_deref()) {
            for mut fields in packed::facts(text.as_deref()) {
                let fixture = FixtureId(fields.number("fixture_id")?);
                let known = reading.known(&mut fields)?;
                let times = known.occurred(column::instant(fields.number("occurred_at")?)?);
                let statistics = fact::packed_statistics(&mut fields)?;
                self.statistics.push(Fact { times, value: StatisticsOf { fixture, statistics } });
            }
            return Ok(());
        }
        let (first, last) = range;
        let rows =
            query(sql::HISTORY_STATISTICS_ROWS).bind(group.competition.as_str()).bind(first).bind(last);
        for row in rows.bind(reading.before).bind(reading.last).fetch_all(connection).await? {
            let times = reading.times(&row)?;
            let value =
                StatisticsOf { fixture: FixtureId(row.try_get(0)?), statistics: fact::statistics(&row, 5)? };
            self.statistics.push(Fact { times, value });
        }
        Ok(())
    }

    /// Not packed, because names are free text.
    async fn read_line_ups(
        &mut self,
        connection: &mut Connection,
        reading: &Reading,
        group: &Group,
    ) -> Result<(), StoreError> {
        let select = query(sql::HISTORY_LINE_UPS).bind(group.competition.as_str());
        let mut rows = select.bind(reading.before).bind(reading.last).fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let times = reading.times(&row)?;
            let value = LineUpOf { fixture: FixtureId(row.try_get(0)?), line_up: fact::line_up(&row, 5)? };
            self.line_ups.push(Fact { times, value });
        }
        Ok(())
    }

    async fn read_conditions(
        &mut self,
        connection: &mut Connection,
        reading: &Reading,
        group: &Group,
    ) -> Result<(), StoreError> {
        let weather: ReadCondition = |row| Ok(Condition::Weather(fact::weather(row, 5)?));
        let roof: ReadCondition = |row| Ok(Condition::Roof(fact::roof(row, 5)?));
        for (statement, read) in [(sql::HISTORY_WEATHER, weather), (sql::HISTORY_ROOFS, roof)] {
            let rows = query(statement).bind(group.competition.as_str()).bind(reading.before);
            for row in rows.bind(reading.last).fetch_all(&mut *connection).await? {
                let value = ConditionOf { fixture: FixtureId(row.try_get(0)?), condition: read(&row)? };
                self.conditions.push(Fact { times: reading.times(&row)?, value });
            }
        }
        Ok(())
    }
}
