//! The dashboard: pages rendered on the server, styled by one sheet, with charts as SVG. No request leaves the machine.
//!
//! One file per page; [`routes`] is the list.

mod backtests;
mod bets;
mod chart;
mod data;
mod layout;
mod matches;
mod report;
mod stats;

use axum::{Router, routing::get};

pub(crate) use self::backtests::{backtest_file, comparison_file};
use crate::api::Served;

/// Every page.
pub(crate) fn routes() -> Router<Served> {
    Router::new()
        .route("/", get(report::page))
        .route("/matches", get(matches::list))
        .route("/matches/{fixture}", get(matches::ahead))
        .route("/match/{forecast}", get(matches::recorded))
        .route("/backtests", get(backtests::list))
        .route("/backtests/{id}", get(backtests::page))
        .route("/stats", get(stats::page))
        .route("/bets", get(bets::page))
        .route("/data", get(data::page))
        .route("/style.css", get(layout::style))
}
