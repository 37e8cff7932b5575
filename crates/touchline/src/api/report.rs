//! The last report as JSON.

use axum::{Json, extract::State};

use super::{ServeError, Served};
use crate::report::Report;

/// `GET /api/v1/report`
pub(super) async fn show(State(served): State<Served>) -> Result<Json<Report>, ServeError> {
    let report = served.report().await?;
    report.map(Json).ok_or_else(|| ServeError::NotFound("no report yet: run `touchline demo`".into()))
}
