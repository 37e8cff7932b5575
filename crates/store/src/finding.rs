//! What the checks found, run by run.

use domain::FixtureId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, column,
    engine::{Durability, insert_rows, query, query_as, query_scalar},
    statement::work as sql,
};

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It stops forecasting.
    Block,
    /// It is shown.
    Warn,
    /// It holds a row back.
    Quarantine,
}

/// One thing a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckFinding {
    /// The check's name.
    pub check: String,
    /// What it does.
    pub severity: Severity,
    /// The fixture it is about, where it is about one.
    pub fixture: Option<FixtureId>,
    /// What it is about, for people.
    pub subject: String,
    /// What was found.
    pub detail: String,
}

/// One run of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckRun {
    /// Its number.
    pub id: i64,
    /// When.
    pub ran_at: Timestamp,
    /// What was found; empty when all is well.
    pub findings: Vec<CheckFinding>,
}

impl Store {
    /// Keeps what one run of the checks found, which may be nothing, and returns the run's number.
    ///
    /// # Errors
    /// When a fixture does not exist or the store cannot be written.
    pub async fn save_check_run(
        &self,
        findings: &[CheckFinding],
        ran_at: Timestamp,
    ) -> Result<i64, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let query = query_scalar(sql::INSERT_CHECK_RUN).bind(column::micros(ran_at));
        let run: i64 = query.fetch_one(&mut *transaction).await?;
        insert_rows(&mut transaction, &sql::FINDING_ROWS, findings, |values, finding| {
            values.add(run)?;
            values.add(finding.check.as_str())?;
            values.add(column::name(finding.severity))?;
            values.add(finding.fixture.map(|fixture| fixture.0))?;
            values.add(finding.subject.as_str())?;
            values.add(finding.detail.as_str())
        })
        .await?;
        transaction.commit().await?;
        Ok(run)
    }

    /// The last run of the checks.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn last_check_run(&self) -> Result<Option<CheckRun>, StoreError> {
        let last: Option<(i64, i64)> = query_as(sql::LAST_CHECK_RUN).fetch_optional(self.readers()).await?;
        let Some((id, ran_at)) = last else { return Ok(None) };
        let rows = query(sql::FINDINGS).bind(id).fetch_all(self.readers()).await?;
        let findings = rows
            .iter()
            .map(|row| {
                Ok(CheckFinding {
                    check: row.try_get(0)?,
                    severity: column::named("severity", row.try_get(1)?)?,
                    fixture: row.try_get::<Option<i64>>(2)?.map(FixtureId),
                    subject: row.try_get(3)?,
                    detail: row.try_get(4)?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Some(CheckRun { id, ran_at: column::instant(ran_at)?, findings }))
    }
}
