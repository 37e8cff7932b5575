//! Predictions made elsewhere, stored as forecasts of an external model.
//!
//! They are told from Touchline's own by the name of the model, which begins with [`EXTERNAL`], and by `code_version`, which
//! says what was stated instead of which code made it. A model says one thing about a match as of one moment: the same again is
//! a duplicate, anything else is refused, since a forecast is never changed.

use domain::{Forecast, Loss, OutcomeProbabilities, Reason, Rejection, Sequence, Stated, Statement};
use jiff::Timestamp;

use crate::{
    ImportBatch, ImportOutcome, NewForecast, PayloadHash, Store, StoreError, column,
    engine::{Connection, Durability, query_scalar},
    forecast,
    import::{self, Registered},
    quarantine,
    statement::work as sql,
    store::outlasting,
};

/// What names of external models begin with.
pub const EXTERNAL: &str = "external:";
/// What `code_version` begins with where no code of Touchline's made the forecast.
const MADE_ELSEWHERE: &str = "external ";

/// A prediction made elsewhere, with the distribution that says what it states.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPrediction {
    /// Line of its file.
    pub row: u32,
    /// What is stored; the name of its model begins with [`EXTERNAL`].
    pub forecast: Forecast,
    /// What was stated: a prediction that states the same is the same.
    pub statement: Statement,
}

/// A payload of predictions.
#[derive(Debug, Clone, Default)]
pub struct PredictionBatch {
    /// The payload and what could not be used of it; without matches.
    pub file: ImportBatch,
    /// What it says.
    pub predictions: Vec<NewPrediction>,
    /// Whether reading it again can say no more: no row waits for a match.
    pub complete: bool,
}

/// What an import of predictions did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PredictionOutcome {
    /// Whether it said nothing new.
    pub unchanged: bool,
    /// Forecasts stored.
    pub forecasts: u64,
    /// Predictions that were stored already.
    pub duplicates: u64,
    /// Predictions that contradict what the same model said before.
    pub conflicts: Vec<Rejection>,
}

/// What a forecast states, by what made it.
pub(crate) fn stated(code_version: &str) -> Stated {
    code_version.strip_prefix(MADE_ELSEWHERE).and_then(Stated::from_code).unwrap_or(Stated::Distribution)
}

impl NewForecast {
    /// Which part of it its maker stated: all of it, when it is Touchline's own.
    pub fn stated(&self) -> Stated {
        stated(&self.code_version)
    }
}

impl Store {
    /// Stores predictions made elsewhere, all of them or none.
    ///
    /// # Errors
    /// When a match does not exist or the store cannot be written; nothing is stored then.
    pub async fn import_predictions(&self, batch: PredictionBatch) -> Result<PredictionOutcome, StoreError> {
        let hash = PayloadHash::of(&batch.file.payload);
        outlasting!(self.try_import_predictions(&batch, hash))
    }

    async fn try_import_predictions(
        &self,
        batch: &PredictionBatch,
        hash: PayloadHash,
    ) -> Result<PredictionOutcome, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        let outcome = import(&mut transaction, batch, hash).await?;
        if outcome.unchanged {
            transaction.rollback().await?;
        } else {
            transaction.commit().await?;
        }
        Ok(outcome)
    }
}

async fn import(
    connection: &mut Connection,
    batch: &PredictionBatch,
    hash: PayloadHash,
) -> Result<PredictionOutcome, StoreError> {
    let earlier = import::last_import(connection, hash, &batch.file.format).await?;
    let registered = Registered { records: batch.predictions.len(), complete: batch.complete };
    let sequence = import::register(connection, &batch.file, hash, registered).await?;
    let mut outcome = PredictionOutcome::default();
    for prediction in &batch.predictions {
        let new = new(prediction, sequence, batch.file.recorded_at);
        match said_before(connection, &prediction.forecast).await? {
            Some(before) if before == new.input_hash => outcome.duplicates += 1,
            Some(_) => outcome.conflicts.push(conflict(prediction)),
            None => {
                forecast::append(connection, &new, prediction.statement).await?;
                outcome.forecasts += 1;
            }
        }
    }
    if outcome.forecasts == 0 && earlier.is_some() {
        return Ok(PredictionOutcome { unchanged: true, ..outcome });
    }
    let rejections: Vec<&Rejection> = batch.file.rejections.iter().chain(&outcome.conflicts).collect();
    quarantine::store_rejections(connection, sequence, &rejections).await?;
    let counts = ImportOutcome {
        duplicates: outcome.duplicates,
        rejected: rejections.len() as u64,
        ..ImportOutcome::default()
    };
    import::finish(connection, sequence, &counts).await?;
    Ok(outcome)
}

/// The hash of what a model said about a match as of the same moment.
async fn said_before(connection: &mut Connection, forecast: &Forecast) -> Result<Option<String>, StoreError> {
    let query = query_scalar(sql::STATED_BEFORE).bind(forecast.fixture.0).bind(&forecast.model);
    Ok(query.bind(column::micros(forecast.as_of)).fetch_optional(connection).await?)
}

fn conflict(prediction: &NewPrediction) -> Rejection {
    Rejection {
        row: prediction.row,
        field: Some("as_of".to_owned()),
        value: prediction.forecast.as_of.to_string(),
        reason: Reason::PredictedBefore,
        loss: Loss::Row,
    }
}

fn new(prediction: &NewPrediction, sequence: Sequence, made_at: Timestamp) -> NewForecast {
    let Statement { outcome, score } = prediction.statement;
    let stated = prediction.statement.stated().unwrap_or(Stated::Distribution);
    // Every digit that tells one number from another.
    let digits = format!("{:?} {score:?}", outcome.map(OutcomeProbabilities::as_array));
    NewForecast {
        forecast: prediction.forecast.clone(),
        made_at,
        code_version: format!("{MADE_ELSEWHERE}{}", stated.code()),
        data_sequence: sequence,
        input_hash: PayloadHash::of(digits.as_bytes()).to_string(),
    }
}
