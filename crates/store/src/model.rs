//! Fitted models: each fit is a version.

use domain::{CompetitionId, Sequence};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Store, StoreError, column,
    engine::{Durability, Row, query, query_as},
    statement::work as sql,
};

/// A fit to keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewModel {
    /// Fitted on which competition.
    pub competition: CompetitionId,
    /// The model's name on the list.
    pub model: String,
    /// Nothing known at or after this moment was used.
    pub as_of: Timestamp,
    /// When it was fitted.
    pub fitted_at: Timestamp,
    /// The version of the code that fitted it.
    pub code_version: String,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// Its parameters by name.
    pub parameters: Value,
    /// How the fit went.
    pub report: Value,
}

/// A fit on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelVersion {
    /// Its number.
    pub id: i64,
    /// Counted from 1 within competition and model.
    pub version: u32,
    /// The fit.
    #[serde(flatten)]
    pub fit: NewModel,
}

impl Store {
    /// Keeps a fit and returns its number, its version and whether it is new. The same model fitted by the same code on the
    /// same facts is the same version.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_model(&self, fit: &NewModel) -> Result<(i64, u32, bool), StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let existing: Option<(i64, i64)> = query_as(sql::MODEL_OF)
            .bind(fit.competition.as_str())
            .bind(&fit.model)
            .bind(column::micros(fit.as_of))
            .bind(&fit.code_version)
            .bind(fit.data_sequence.0)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some((id, version)) = existing {
            return Ok((id, column::small("version", version)?, false));
        }
        let (id, version): (i64, i64) = query_as(sql::INSERT_MODEL)
            .bind(fit.competition.as_str())
            .bind(&fit.model)
            .bind(column::micros(fit.as_of))
            .bind(column::micros(fit.fitted_at))
            .bind(&fit.code_version)
            .bind(fit.data_sequence.0)
            .bind(column::json("parameters", &fit.parameters)?)
            .bind(column::json("report", &fit.report)?)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((id, column::small("version", version)?, true))
    }

    /// Fits on record, oldest first; of one competition or model where given.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn models(
        &self,
        competition: Option<CompetitionId>,
        model: Option<&str>,
    ) -> Result<Vec<ModelVersion>, StoreError> {
        let query = query(sql::MODELS).bind(competition.as_ref().map_or("", |c| c.as_str()));
        let rows = query.bind(model.unwrap_or_default()).fetch_all(self.readers()).await?;
        rows.iter().map(stored).collect()
    }
}

fn stored(row: &Row) -> Result<ModelVersion, StoreError> {
    let fit = NewModel {
        competition: column::parsed("competition", row.try_get(1)?)?,
        model: row.try_get(2)?,
        as_of: column::instant(row.try_get(4)?)?,
        fitted_at: column::instant(row.try_get(5)?)?,
        code_version: row.try_get(6)?,
        data_sequence: Sequence(row.try_get(7)?),
        parameters: column::from_json("parameters", row.try_get(8)?)?,
        report: column::from_json("report", row.try_get(9)?)?,
    };
    Ok(ModelVersion { id: row.try_get(0)?, version: column::small("version", row.try_get(3)?)?, fit })
}
