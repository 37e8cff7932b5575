//! Forecasts: appended, never overwritten, with the very bits of their distribution.

use domain::{
    CompetitionId, FixtureId, Forecast, ScoreDistribution, Sequence, Statement, forecast::Uncertainty,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, column,
    engine::{Connection, Durability, Row, query, query_scalar},
    statement::work as sql,
    store::outlasting,
};

/// A stored forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ForecastId(pub i64);

/// A forecast with what is needed to make it again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewForecast {
    /// What was said.
    #[serde(flatten)]
    pub forecast: Forecast,
    /// When it was said.
    pub made_at: Timestamp,
    /// The version of the code that said it.
    pub code_version: String,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// A hash over model, parameters and facts it was made from.
    pub input_hash: String,
}

/// A forecast on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredForecast {
    /// Its number.
    pub id: ForecastId,
    /// What was said, and from what.
    #[serde(flatten)]
    pub made: NewForecast,
}

/// Which forecasts to list.
#[derive(Debug, Clone, Default)]
pub struct ForecastFilter {
    /// Of one fixture; of all when none.
    pub fixture: Option<FixtureId>,
    /// Of one competition; of all when none.
    pub competition: Option<CompetitionId>,
    /// Of one model; of all when none.
    pub model: Option<String>,
    /// As of this moment or later.
    pub as_of_from: Option<Timestamp>,
    /// As of before this moment.
    pub as_of_before: Option<Timestamp>,
}

impl Store {
    /// Appends forecasts and returns, for each, its number and whether it is new. One that was made before from the same
    /// inputs by the same code stays as it is.
    ///
    /// # Errors
    /// When a fixture does not exist or the store cannot be written; nothing is stored then.
    pub async fn append_forecasts(
        &self,
        forecasts: &[NewForecast],
    ) -> Result<Vec<(ForecastId, bool)>, StoreError> {
        outlasting!(self.try_append_forecasts(forecasts))
    }

    async fn try_append_forecasts(
        &self,
        forecasts: &[NewForecast],
    ) -> Result<Vec<(ForecastId, bool)>, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let mut numbers = Vec::with_capacity(forecasts.len());
        for forecast in forecasts {
            numbers.push(append(&mut transaction, forecast, Statement::default()).await?);
        }
        transaction.commit().await?;
        Ok(numbers)
    }

    /// One forecast.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn forecast(&self, id: ForecastId) -> Result<Option<StoredForecast>, StoreError> {
        let row = query(sql::FORECAST).bind(id.0).fetch_optional(self.readers()).await?;
        row.as_ref().map(stored).transpose()
    }

    /// Forecasts in the order they were stored.
    ///
    /// # Errors
    /// As [`Store::forecast`].
    pub async fn forecasts(&self, filter: &ForecastFilter) -> Result<Vec<StoredForecast>, StoreError> {
        let (first, last) = filter.fixture.map_or((0, i64::MAX), |fixture| (fixture.0, fixture.0));
        let rows = query(sql::FORECASTS)
            .bind(first)
            .bind(last)
            .bind(filter.model.as_deref().unwrap_or_default())
            .bind(filter.competition.as_ref().map_or("", |c| c.as_str()))
            .bind(filter.as_of_from.map_or(i64::MIN, column::micros))
            .bind(filter.as_of_before.map_or(i64::MAX, column::micros))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(stored).collect()
    }
}

/// Appends one forecast, unless the same code made it from the same inputs before. What its maker stated goes to its columns
/// to the bit; the rest is what its distribution says.
pub(crate) async fn append(
    connection: &mut Connection,
    new: &NewForecast,
    stated: Statement,
) -> Result<(ForecastId, bool), StoreError> {
    let forecast = &new.forecast;
    let classes = stated.outcome.unwrap_or_else(|| forecast.distribution.outcome_probabilities());
    let expected = stated.score.unwrap_or_else(|| forecast.distribution.expected_score());
    let uncertainty = forecast.uncertainty;
    let inserted: Option<i64> = query_scalar(sql::INSERT_FORECAST)
        .bind(forecast.fixture.0)
        .bind(&forecast.model)
        .bind(column::micros(forecast.as_of))
        .bind(column::micros(new.made_at))
        .bind(&new.code_version)
        .bind(new.data_sequence.0)
        .bind(&new.input_hash)
        .bind(column::count(forecast.training_matches))
        .bind(classes.home)
        .bind(classes.draw)
        .bind(classes.away)
        .bind(expected.0)
        .bind(expected.1)
        .bind(classes.entropy())
        .bind(uncertainty.map(|u| u.home_log_se))
        .bind(uncertainty.map(|u| u.away_log_se))
        .bind(uncertainty.map(|u| u.correlation))
        .bind(pack(&forecast.distribution)?)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(id) = inserted {
        return Ok((ForecastId(id), true));
    }
    let id = query_scalar(sql::FORECAST_OF)
        .bind(forecast.fixture.0)
        .bind(&forecast.model)
        .bind(column::micros(forecast.as_of))
        .bind(&new.code_version)
        .bind(&new.input_hash)
        .fetch_one(connection)
        .await?;
    Ok((ForecastId(id), false))
}

fn stored(row: &Row) -> Result<StoredForecast, StoreError> {
    let errors: (Option<f64>, Option<f64>, Option<f64>) =
        (row.try_get(9)?, row.try_get(10)?, row.try_get(11)?);
    let uncertainty = match errors {
        (Some(home_log_se), Some(away_log_se), Some(correlation)) => {
            Some(Uncertainty { home_log_se, away_log_se, correlation })
        }
        _ => None,
    };
    let forecast = Forecast {
        fixture: FixtureId(row.try_get(1)?),
        as_of: column::instant(row.try_get(3)?)?,
        model: row.try_get(2)?,
        distribution: unpack(row.try_get(12)?)?,
        uncertainty,
        training_matches: column::small("training_matches", row.try_get(8)?)?,
    };
    let made = NewForecast {
        forecast,
        made_at: column::instant(row.try_get(4)?)?,
        code_version: row.try_get(5)?,
        data_sequence: Sequence(row.try_get(6)?),
        input_hash: row.try_get(7)?,
    };
    Ok(StoredForecast { id: ForecastId(row.try_get(0)?), made })
}

/// The length of a row as 32 bits, then every cell as 64 bits, all little-endian; then zstd, which helps where the distribution
/// is sparse.
fn pack(distribution: &ScoreDistribution) -> Result<Vec<u8>, StoreError> {
    let away_len = u32::from(distribution.away_max()) + 1;
    let mut bytes = away_len.to_le_bytes().to_vec();
    bytes.extend(distribution.cells().iter().flat_map(|cell| cell.to_le_bytes()));
    zstd::encode_all(bytes.as_slice(), 3)
        .map_err(|e| StoreError::Io { detail: format!("compressing a distribution: {e}") })
}

fn unpack(packed: &[u8]) -> Result<ScoreDistribution, StoreError> {
    let damaged = || StoreError::Damaged { detail: "a forecast's distribution cannot be read".into() };
    let bytes = zstd::decode_all(packed).map_err(|_| damaged())?;
    let (length, cells) = bytes.split_first_chunk::<4>().ok_or_else(damaged)?;
    let (cells, rest) = cells.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(damaged());
    }
    let cells = cells.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    ScoreDistribution::from_cells(u32::from_le_bytes(*length) as usize, cells).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_returns_bit_for_bit() {
        let original =
            ScoreDistribution::from_fn(12, 7, |s| 1.0 / f64::from(3 + 2 * s.home + 5 * s.away)).unwrap();
        let returned = unpack(&pack(&original).unwrap()).unwrap();
        let bits = |d: &ScoreDistribution| d.cells().iter().map(|c| c.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&returned), bits(&original));
        assert_eq!(returned.away_max(), 7);
    }

    #[test]
    fn damage_is_noticed() {
        assert!(unpack(b"nonsense").is_err());
        let short = zstd::encode_all([3_u8, 0, 0].as_slice(), 3).unwrap();
        assert!(unpack(&short).is_err());
        let no_distribution: Vec<u8> = 1_u32.to_le_bytes().into_iter().chain(0.5_f64.to_le_bytes()).collect();
        assert!(unpack(&zstd::encode_all(no_distribution.as_slice(), 3).unwrap()).is_err());
    }
}
