//! What is to come as JSON: forecasts, prices with their age, how the teams have done.

use axum::{
    Json,
    extract::{Path, State},
};
use domain::FixtureId;

use super::{ServeError, Served};
use crate::desk::{CompetitionAhead, MatchAhead};

/// `GET /api/v1/matches`
pub(super) async fn list(State(served): State<Served>) -> Result<Json<Vec<CompetitionAhead>>, ServeError> {
    Ok(Json(served.desk.ahead().await?))
}

/// `GET /api/v1/matches/{fixture}`
pub(super) async fn show(
    State(served): State<Served>,
    Path(fixture): Path<i64>,
) -> Result<Json<MatchAhead>, ServeError> {
    Ok(Json(served.match_ahead(FixtureId(fixture)).await?.0))
}
