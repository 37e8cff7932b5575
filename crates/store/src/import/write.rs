//! Writing a plan, in the order of the keys: sorted rows fill pages instead of splitting them.

use domain::venue::Roof;
use sqlx::error::ErrorKind;

use super::{
    plan::{Of, Plan},
    quote,
};
use crate::{
    StoreError, column,
    engine::{Connection, Values, insert_rows},
    fact,
    statement::{aggregate, detail, fact as sql},
};

impl Plan {
    /// Appends everything under the number of this import.
    pub(super) async fn write(
        &mut self,
        connection: &mut Connection,
        sequence: i64,
    ) -> Result<(), StoreError> {
        self.write_fixtures(connection).await?;
        self.write_versions(connection, sequence).await?;
        self.write_results(connection, sequence).await?;
        self.write_statistics(connection, sequence).await?;
        self.write_line_ups(connection, sequence).await?;
        self.directory.write(connection, sequence).await?;
        self.write_venues(connection, sequence).await?;
        self.write_weather(connection, sequence).await?;
        self.write_touched(connection, sequence).await?;
        let founded: Vec<i64> = self.fixtures.iter().map(|fixture| fixture.id.0).collect();
        quote::write(connection, &self.quotes, sequence, &founded).await
    }

    async fn write_fixtures(&self, connection: &mut Connection) -> Result<(), StoreError> {
        insert_rows(connection, &sql::FIXTURE_ROWS, &self.fixtures, |values, row| {
            values.add(row.id.0)?;
            values.add(row.key.competition.as_str())?;
            values.add(row.key.home.0)?;
            values.add(row.key.away.0)
        })
        .await
        .map_err(name_missing_team)?;
        insert_rows(connection, &sql::KEY_ROWS, &self.keys, |values, (fixture, key)| {
            values.add(key.competition.as_str())?;
            values.add(key.local_date.to_string())?;
            values.add(key.home.0)?;
            values.add(key.away.0)?;
            values.add(fixture.0)
        })
        .await?;
        let source = self.source.as_str();
        insert_rows(connection, &sql::SOURCE_ROWS, &self.names, |values, (fixture, id)| {
            values.add(source)?;
            values.add(id.as_str())?;
            values.add(fixture.0)
        })
        .await
    }

    async fn write_versions(&mut self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.versions.sort_by_key(|of| (of.fixture, of.fact.known_at));
        insert_rows(connection, &sql::VERSION_ROWS, &self.versions, |values, of| {
            let (_, end) = column::kickoff_columns(of.fact.value.kickoff);
            leading_columns(values, of, sequence)?;
            values.add(end)?;
            values.add(i64::from(of.fact.value.season.start_year))?;
            values.add(i64::from(of.fact.value.neutral))?;
            values.add(of.fact.value.stage.code())?;
            values.add(of.fact.value.status.code())
        })
        .await
    }

    async fn write_results(&mut self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.results.sort_by_key(|of| of.fixture);
        insert_rows(connection, &sql::RESULT_ROWS, &self.results, |values, of| {
            let outcome = &of.fact.value;
            let periods = (!outcome.periods.is_empty()).then(|| column::json("periods", &outcome.periods));
            leading_columns(values, of, sequence)?;
            values.add(column::name(outcome.status))?;
            values.add(outcome.regulation.map(|s| i64::from(s.home)))?;
            values.add(outcome.regulation.map(|s| i64::from(s.away)))?;
            values.add(i64::from(outcome.full_time.home))?;
            values.add(i64::from(outcome.full_time.away))?;
            values.add(periods.transpose()?)
        })
        .await
    }

    async fn write_statistics(
        &mut self,
        connection: &mut Connection,
        sequence: i64,
    ) -> Result<(), StoreError> {
        self.statistics.sort_by_key(|of| of.fixture);
        insert_rows(connection, &sql::STATISTICS_ROWS, &self.statistics, |values, of| {
            leading_columns(values, of, sequence)?;
            fact::statistics_columns(&of.fact.value).into_iter().try_for_each(|value| values.add(value))
        })
        .await
    }

    /// Which fixtures this import says anything new about, so that aggregates find what to bring up to date.
    async fn write_touched(&self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        let mut fixtures: Vec<i64> = self.versions.iter().map(|of| of.fixture.0).collect();
        fixtures.extend(self.results.iter().map(|of| of.fixture.0));
        fixtures.extend(self.statistics.iter().map(|of| of.fixture.0));
        fixtures.extend(self.line_ups.iter().map(|of| of.fixture.0));
        fixtures.extend(self.quotes.iter().map(|row| row.fixture));
        fixtures.dedup();
        fixtures.sort_unstable();
        fixtures.dedup();
        insert_rows(connection, &aggregate::IMPORT_FIXTURE_ROWS, &fixtures, |values, fixture| {
            values.add(sequence)?;
            values.add(*fixture)
        })
        .await
    }

    async fn write_line_ups(&mut self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.line_ups.sort_by_key(|of| of.fixture);
        insert_rows(connection, &sql::LINE_UP_ROWS, &self.line_ups, |values, of| {
            leading_columns(values, of, sequence)?;
            [&of.fact.value.home, &of.fact.value.away].into_iter().try_for_each(|side| {
                values.add(side.as_ref().map(|s| s.player.to_string()))?;
                values.add(side.as_ref().map(|s| s.name.clone()))
            })
        })
        .await
    }
}

impl Plan {
    async fn write_venues(&mut self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.venues.sort_by_key(|(of, _)| of.fixture);
        insert_rows(connection, &detail::FIXTURE_VENUE_ROWS, &self.venues, |values, (of, number)| {
            leading_columns(values, of, sequence)?;
            values.add(*number)?;
            values.add(of.fact.value.name.as_str())?;
            values.add(of.fact.value.roof.map(Roof::code))?;
            values.add(of.fact.value.surface.as_deref())
        })
        .await
    }

    async fn write_weather(&mut self, connection: &mut Connection, sequence: i64) -> Result<(), StoreError> {
        self.weather.sort_by_key(|of| of.fixture);
        insert_rows(connection, &detail::WEATHER_ROWS, &self.weather, |values, of| {
            leading_columns(values, of, sequence)?;
            values.add(of.fact.value.temperature_celsius)?;
            values.add(of.fact.value.wind_mps)
        })
        .await
    }
}

/// Fixture, moment of knowledge, import, rule and moment of happening: what every table of facts about fixtures begins with.
fn leading_columns<T>(values: &mut Values<'_>, of: &Of<T>, sequence: i64) -> Result<(), StoreError> {
    values.add(of.fixture.0)?;
    values.add(column::micros(of.fact.known_at))?;
    values.add(sequence)?;
    values.add(column::rule_number(of.fact.known_rule))?;
    values.add(column::micros(of.occurred_at))
}

/// A fixture refers to its competition and teams only.
fn name_missing_team(error: StoreError) -> StoreError {
    match &error {
        StoreError::Database(sqlx::Error::Database(e)) if e.kind() == ErrorKind::ForeignKeyViolation => {
            StoreError::NotFound { what: "team or competition", id: "that a new fixture names".into() }
        }
        _ => error,
    }
}
