//! Backtests on record as JSON.

use axum::{
    Json,
    extract::{Path, State},
};
use store::BacktestHead;

use super::{ServeError, Served};
use crate::jobs::backtest_report::BacktestReport;

/// `GET /api/v1/backtests`
pub(super) async fn list(State(served): State<Served>) -> Result<Json<Vec<BacktestHead>>, ServeError> {
    Ok(Json(served.store.backtests().await?))
}

/// `GET /api/v1/backtests/{id}`
pub(super) async fn show(
    State(served): State<Served>,
    Path(id): Path<i64>,
) -> Result<Json<BacktestReport>, ServeError> {
    let report = BacktestReport::find(&served.store, id).await?;
    report.map(Json).ok_or_else(|| ServeError::NotFound(format!("there is no backtest {id}")))
}
