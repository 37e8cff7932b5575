//! The forecasts of the last report as JSON.

use axum::{Json, extract::State};

use super::{ServeError, Served};
use crate::report::UpcomingForecast;

/// `GET /api/v1/forecasts`
pub(super) async fn list(State(served): State<Served>) -> Result<Json<Vec<UpcomingForecast>>, ServeError> {
    Ok(Json(served.report().await?.map(|report| report.upcoming).unwrap_or_default()))
}
