//! Reports of backtests and the like: the latest of each kind is shown.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Store, StoreError, column,
    engine::{Durability, query, query_scalar},
    statement::work as sql,
};

/// A report on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Its number.
    pub id: i64,
    /// Its kind, e.g. `backtest`.
    pub kind: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it says.
    pub body: Value,
}

impl Store {
    /// Keeps a report and returns its number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_report(
        &self,
        kind: &str,
        body: &Value,
        created_at: Timestamp,
    ) -> Result<i64, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let query = query_scalar(sql::INSERT_REPORT).bind(kind).bind(column::micros(created_at));
        let id = query.bind(column::json("report", body)?).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The last report of a kind.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn latest_report(&self, kind: &str) -> Result<Option<Report>, StoreError> {
        let row = query(sql::LATEST_REPORT).bind(kind).fetch_optional(self.readers()).await?;
        row.map(|row| {
            Ok(Report {
                id: row.try_get(0)?,
                kind: kind.to_owned(),
                created_at: column::instant(row.try_get(1)?)?,
                body: column::from_json("report", row.try_get(2)?)?,
            })
        })
        .transpose()
    }
}
