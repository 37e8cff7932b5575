//! Backtests: kept with their configuration and every forecast, so that they can be shown, compared and counted.

use domain::{FixtureId, Sequence};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    PayloadHash, Store, StoreError, column,
    engine::{Connection, Durability, Row, insert_rows, query, query_as, query_scalar},
    statement::backtest as sql,
};

/// A stored backtest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BacktestId(pub i64);

/// A set of matches that forecasts were scored on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchSetId(pub i64);

/// A backtest to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBacktest {
    /// When it was run.
    pub made_at: Timestamp,
    /// The version of the code that ran it.
    pub code_version: String,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// What was asked for.
    pub configuration: Value,
    /// The few numbers a list shows.
    pub headline: Value,
    /// Everything a page shows.
    pub report: Value,
    /// Every forecast, as JSON.
    pub forecasts: Vec<u8>,
    /// The matches that were scored.
    pub fixtures: Vec<FixtureId>,
    /// The configurations that were tried on them, one per model.
    pub tried: Vec<String>,
}

/// A backtest in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestHead {
    /// Its number.
    pub id: BacktestId,
    /// When it was run.
    pub made_at: Timestamp,
    /// The version of the code that ran it.
    pub code_version: String,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// The matches that were scored.
    pub match_set: MatchSetId,
    /// What was asked for.
    pub configuration: Value,
    /// The few numbers a list shows.
    pub headline: Value,
}

/// A backtest on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredBacktest {
    /// What a list shows.
    #[serde(flatten)]
    pub head: BacktestHead,
    /// Everything a page shows.
    pub report: Value,
}

/// Enough to make a tenth of JSON full of names.
const COMPRESSION_LEVEL: i32 = 6;

impl Store {
    /// Keeps a backtest and returns its number and whether it is new. The same configuration run by the same code on the same
    /// facts with the same forecasts is the same backtest.
    ///
    /// # Errors
    /// When a fixture does not exist or the store cannot be written; nothing is stored then.
    pub async fn save_backtest(&self, new: &NewBacktest) -> Result<(BacktestId, bool), StoreError> {
        let configuration = column::json("configuration", &new.configuration)?;
        let hash = PayloadHash::of(&new.forecasts).to_string();
        let forecasts = zstd::encode_all(new.forecasts.as_slice(), COMPRESSION_LEVEL)
            .map_err(|e| StoreError::Io { detail: format!("compressing forecasts: {e}") })?;
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let existing: Option<(i64, i64)> = query_as(sql::BACKTEST_OF)
            .bind(&configuration)
            .bind(&new.code_version)
            .bind(new.data_sequence.0)
            .bind(&hash)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some((id, _)) = existing {
            return Ok((BacktestId(id), false));
        }
        let set = match_set(&mut transaction, &new.fixtures).await?;
        for tried in &new.tried {
            configuration_tried(&mut transaction, set, tried).await?;
        }
        let id = query_scalar(sql::INSERT_BACKTEST)
            .bind(column::micros(new.made_at))
            .bind(&new.code_version)
            .bind(new.data_sequence.0)
            .bind(set.0)
            .bind(&configuration)
            .bind(column::json("headline", &new.headline)?)
            .bind(column::json("report", &new.report)?)
            .bind(&hash)
            .bind(forecasts)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((BacktestId(id), true))
    }

    /// One backtest.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn backtest(&self, id: BacktestId) -> Result<Option<StoredBacktest>, StoreError> {
        let row = query(sql::BACKTEST).bind(id.0).fetch_optional(self.readers()).await?;
        row.map(|row| {
            Ok(StoredBacktest { head: head(&row)?, report: column::from_json("report", row.try_get(7)?)? })
        })
        .transpose()
    }

    /// Every backtest, oldest first.
    ///
    /// # Errors
    /// As [`Store::backtest`].
    pub async fn backtests(&self) -> Result<Vec<BacktestHead>, StoreError> {
        let rows = query(sql::BACKTESTS).fetch_all(self.readers()).await?;
        rows.iter().map(head).collect()
    }

    /// The forecasts of a backtest, as the JSON they were stored as.
    ///
    /// # Errors
    /// When the store cannot be read, or is damaged.
    pub async fn backtest_forecasts(&self, id: BacktestId) -> Result<Option<Vec<u8>>, StoreError> {
        let query = query_scalar(sql::BACKTEST_FORECASTS).bind(id.0);
        let packed: Option<Vec<u8>> = query.fetch_optional(self.readers()).await?;
        let damaged = |_| StoreError::Damaged { detail: format!("the forecasts of backtest {}", id.0) };
        packed.map(|packed| zstd::decode_all(packed.as_slice()).map_err(damaged)).transpose()
    }

    /// Every configuration that any backtest or search tried on a set of matches that shares one with this set, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn configurations_tried(&self, set: MatchSetId) -> Result<Vec<String>, StoreError> {
        Ok(query_scalar(sql::TRIED).bind(set.0).fetch_all(self.readers()).await?)
    }
}

fn head(row: &Row) -> Result<BacktestHead, StoreError> {
    Ok(BacktestHead {
        id: BacktestId(row.try_get(0)?),
        made_at: column::instant(row.try_get(1)?)?,
        code_version: row.try_get(2)?,
        data_sequence: Sequence(row.try_get(3)?),
        match_set: MatchSetId(row.try_get(4)?),
        configuration: column::from_json("configuration", row.try_get(5)?)?,
        headline: column::from_json("headline", row.try_get(6)?)?,
    })
}

/// The set of these matches, made where there is none.
pub(crate) async fn match_set(
    connection: &mut Connection,
    fixtures: &[FixtureId],
) -> Result<MatchSetId, StoreError> {
    let mut ids: Vec<i64> = fixtures.iter().map(|f| f.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    let hash = PayloadHash::of(&bytes).to_string();
    let query = query_scalar(sql::MATCH_SET_OF).bind(&hash);
    if let Some(id) = query.fetch_optional(&mut *connection).await? {
        return Ok(MatchSetId(id));
    }
    let set: i64 = query_scalar(sql::INSERT_MATCH_SET).bind(&hash).fetch_one(&mut *connection).await?;
    insert_rows(connection, &sql::MATCH_SET_ROWS, &ids, |values, id| {
        values.add(*id)?;
        values.add(set)
    })
    .await?;
    Ok(MatchSetId(set))
}

/// Puts a configuration on record as tried on a set.
pub(crate) async fn configuration_tried(
    connection: &mut Connection,
    set: MatchSetId,
    configuration: &str,
) -> Result<(), StoreError> {
    query(sql::INSERT_TRIED).bind(set.0).bind(configuration).execute(connection).await?;
    Ok(())
}
