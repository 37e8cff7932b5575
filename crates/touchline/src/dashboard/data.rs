//! What is stored: matches and quotes by competition and season, and names that wait for a decision.

use axum::extract::State;
use maud::{Markup, html};

use super::layout;
use crate::api::{ServeError, Served};

/// `GET /data`
pub(super) async fn page(State(served): State<Served>) -> Result<Markup, ServeError> {
    let status = served.store.status().await?;
    let waiting = served.store.review_queue().await?;
    let fixtures: u64 = status.seasons.iter().map(|s| s.fixtures).sum();
    let content = html! {
        h1 { "Data" }
        p.note { (fixtures) " fixtures, " (status.quotes) " prices, " (format!("{:.1} MB", status.database_bytes as f64 / 1e6)) "." }
        div.scroll {
            table {
                thead { tr {
                    th scope="col" { "Competition" } th.text scope="col" { "Season" } th scope="col" { "Fixtures" } th scope="col" { "Results" }
                    th scope="col" { "Prices" } th scope="col" { "First" } th scope="col" { "Last" }
                } }
                tbody { @for line in &status.seasons {
                    tr {
                        td { (line.competition) } td.text { (line.season) }
                        td { (line.fixtures) } td { (line.results) } td { (line.quotes) } td { (line.first_on) } td { (line.last_on) }
                    }
                } }
            }
        }
        h2 { "Team names that wait for a decision" }
        @if waiting.is_empty() { p { "None: every name is known." } }
        @else { ul { @for entry in &waiting { li { (entry.name) " (" (entry.pool) ", " (entry.rows) " rows)" } } } }
    };
    Ok(layout::page("Data", "/data", &content))
}
