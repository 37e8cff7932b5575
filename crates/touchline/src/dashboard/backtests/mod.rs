//! Backtests: the list, one of them, and the same as files that need nothing else.

mod comparison;
mod evaluation;

use axum::extract::{Path, State};
use maud::{Markup, PreEscaped, html};

use super::layout;
use crate::{
    api::{ServeError, Served},
    jobs::{
        backtest_compare::Comparisons,
        backtest_report::{BacktestReport, Headline},
    },
    output::minute,
};

/// `GET /backtests`
pub(super) async fn list(State(served): State<Served>) -> Result<Markup, ServeError> {
    let mut heads = served.store.backtests().await?;
    heads.reverse();
    let mut lines = Vec::new();
    for head in heads {
        let headline: Headline = serde_json::from_value(head.headline.clone())?;
        lines.push((head, headline));
    }
    let content = html! {
        h1 { "Backtests" }
        p.note { "Every backtest that was run is kept with all its forecasts. Compare two with " code { "touchline backtest compare A B" } "." }
        @if lines.is_empty() {
            p { "None yet. Run " code { "touchline backtest run --competition eng.1 --season 2023-24" } "." }
        } @else {
            div.scroll { table {
                thead { tr {
                    th scope="col" { "Matches" } th scope="col" { "No." } th.text scope="col" { "Run (UTC)" } th scope="col" { "n" }
                    th.text scope="col" { "Best model" } th scope="col" { "RPS" } th scope="col" { "Log loss" } th scope="col" { "Market RPS" }
                } }
                tbody { @for (head, headline) in &lines {
                    @let best = headline.best();
                    @let market = headline.scores.iter().find(|s| s.name == "market");
                    tr {
                        td { a href=(format!("/backtests/{}", head.id.0)) { (headline.title) } }
                        td { (head.id.0) } td.text { (minute(head.made_at)) } td { (headline.n) }
                        td.text { (best.map_or("–", |s| s.name.as_str())) }
                        td { (best.map_or_else(|| "–".into(), |s| format!("{:.4}", s.rps))) }
                        td { (best.map_or_else(|| "–".into(), |s| format!("{:.4}", s.log_loss))) }
                        td { (market.map_or_else(|| "–".into(), |s| format!("{:.4}", s.rps))) }
                    }
                } }
            } }
        }
    };
    Ok(layout::page("Backtests", "/backtests", &content))
}

/// `GET /backtests/{id}`
pub(super) async fn page(State(served): State<Served>, Path(id): Path<i64>) -> Result<Markup, ServeError> {
    let nothing = || ServeError::NotFound(format!("there is no backtest {id}"));
    let heads = served.store.backtests().await?;
    let head = heads.into_iter().find(|head| head.id.0 == id).ok_or_else(nothing)?;
    // A backtest never changes; how many configurations were tried on its matches only grows.
    let tried = served.store.configurations_tried(head.match_set).await?;
    let draw = async {
        let report = BacktestReport::get(&served.store, id).await?;
        Ok(layout::page(&report.title, "/backtests", &evaluation::content(&report)).into_string())
    };
    Ok(PreEscaped(served.desk.page(&format!("backtest/{id}/{}", tried.len()), draw).await?))
}

/// A backtest as one file.
pub(crate) fn backtest_file(report: &BacktestReport) -> String {
    layout::file(&report.title, &evaluation::content(report))
}

/// A comparison as one file.
pub(crate) fn comparison_file(found: &Comparisons) -> String {
    layout::file("Comparison", &comparison::content(found))
}
