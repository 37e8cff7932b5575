//! The cache: what it did and holds; dropping and filling it, which only this machine may ask for.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
};
use serde::{Deserialize, Serialize};

use super::{ServeError, Served};
use crate::{
    cache::Statistics,
    jobs::warm_up::{self, WarmedUp},
};

/// What was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cleared {
    /// Entries, fitted models among them.
    pub(crate) entries: u64,
}

/// `GET /api/v1/cache`
pub(super) async fn show(State(served): State<Served>) -> Json<Statistics> {
    Json(served.desk.cache().statistics().await)
}

/// `DELETE /api/v1/cache`
pub(super) async fn clear(
    State(served): State<Served>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
) -> Result<Json<Cleared>, ServeError> {
    only_this_machine(peer)?;
    Ok(Json(Cleared { entries: served.desk.cache().clear().await }))
}

/// `POST /api/v1/cache/warm`
pub(super) async fn warm(
    State(served): State<Served>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
) -> Result<Json<WarmedUp>, ServeError> {
    only_this_machine(peer)?;
    Ok(Json(warm_up::run(&served.desk).await?))
}

/// Both cost work, so strangers are not to ask for them.
fn only_this_machine(peer: SocketAddr) -> Result<(), ServeError> {
    if peer.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(ServeError::Forbidden("only this machine may ask for this: run `touchline cache` on it".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_refused() {
        for here in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(only_this_machine(here.parse().unwrap()).is_ok(), "{here}");
        }
        assert!(only_this_machine("192.0.2.7:1".parse().unwrap()).is_err());
    }
}
