//! What is served over HTTP: health, the report, forecasts, backtests and statistics as JSON, and the dashboard.
//!
//! One file per resource; [`router`] is the list.

mod backtests;
mod cache;
mod forecasts;
mod health;
mod matches;
mod report;
mod stats;

use std::sync::Arc;

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::FixtureId;
use store::Store;

pub(crate) use self::cache::Cleared;
use crate::{
    desk::{Desk, Look, MatchAhead},
    redact::redact,
    report::Report,
};

/// What every handler needs.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn crate::clock::Clock>,
    /// For what is asked often and takes long to make.
    pub(crate) desk: Desk,
}

impl Served {
    /// The last report that was stored.
    pub(crate) async fn report(&self) -> Result<Option<Report>, ServeError> {
        let stored = self.store.latest_report(crate::jobs::write_report::KIND).await?;
        Ok(stored.map(|stored| serde_json::from_value(stored.body)).transpose()?)
    }

    /// A match to come, with a look at its competition.
    pub(crate) async fn match_ahead(&self, fixture: FixtureId) -> Result<(MatchAhead, Look), ServeError> {
        let nothing = || {
            let days = self.desk.horizon_days();
            ServeError::NotFound(format!("fixture {} does not begin within {days} days", fixture.0))
        };
        let look = self.desk.look_at(fixture).await?.ok_or_else(nothing)?;
        let ahead = look.match_ahead(fixture).await?.ok_or_else(nothing)?;
        Ok((ahead, look))
    }
}

/// Every route of the one port.
pub(crate) fn router(served: Served) -> Router {
    let api = Router::new()
        .route("/report", get(report::show))
        .route("/forecasts", get(forecasts::list))
        .route("/matches", get(matches::list))
        .route("/matches/{fixture}", get(matches::show))
        .route("/cache", get(cache::show).delete(cache::clear))
        .route("/cache/warm", post(cache::warm))
        .route("/backtests", get(backtests::list))
        .route("/backtests/{id}", get(backtests::show))
        .route("/stats", get(stats::state))
        .route("/stats/teams", get(stats::teams))
        .route("/stats/models", get(stats::models))
        .route("/stats/roi", get(stats::roi))
        .route("/stats/activity", get(stats::activity));
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .nest("/api/v1", api.clone())
        // Without a version: the newest.
        .nest("/api", api)
        .merge(crate::dashboard::routes())
        .fallback(|| async { ServeError::NotFound("no such page".into()) })
        .with_state(served)
}

/// What a handler can fail with, answered as RFC 9457 problem details and logged here, once.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// There is no such thing.
    NotFound(String),
    /// Not for this asker.
    Forbidden(String),
    /// It cannot be understood.
    Request(String),
    /// Our fault.
    Internal(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for ServeError {
    fn from(error: E) -> Self {
        Self::Internal(error.into())
    }
}

impl IntoResponse for ServeError {
    fn into_response(self) -> Response {
        let (status, detail) = match self {
            Self::NotFound(detail) => (StatusCode::NOT_FOUND, detail),
            Self::Forbidden(detail) => (StatusCode::FORBIDDEN, detail),
            Self::Request(detail) => (StatusCode::BAD_REQUEST, detail),
            Self::Internal(error) => {
                tracing::error!(error = %redact(&format!("{error:#}")), "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "the log says more".into())
            }
        };
        let title = status.canonical_reason().unwrap_or("error");
        let body = Json(serde_json::json!({ "status": status.as_u16(), "title": title, "detail": detail }));
        (status, [("content-type", "application/problem+json")], body).into_response()
    }
}
