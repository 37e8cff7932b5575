//! Whether the process runs and whether it can answer.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{ServeError, Served};

/// `GET /health/live`
pub(super) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`
pub(super) async fn ready(State(served): State<Served>) -> Result<Json<Value>, ServeError> {
    served.store.last_sequence().await?;
    Ok(Json(json!({ "status": "ready", "at": served.clock.now() })))
}
