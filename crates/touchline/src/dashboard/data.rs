//! What is stored: matches and quotes by competition and season, names that wait for a decision; and what is cached of it.

use axum::extract::State;
use maud::{Markup, html};

use super::layout;
use crate::{
    api::{ServeError, Served},
    cache::Statistics,
    output::minute,
};

/// `GET /data`
pub(super) async fn page(State(served): State<Served>) -> Result<Markup, ServeError> {
    let inventory = served.desk.inventory().await?;
    let waiting = served.store.review_queue().await?;
    let cache = served.desk.cache().statistics().await;
    let fixtures: u64 = inventory.seasons.iter().map(|s| s.fixtures).sum();
    let content = html! {
        h1 { "Data" }
        p.note {
            (fixtures) " fixtures, " (inventory.quotes) " prices, " (format!("{:.1} MB", inventory.database_bytes as f64 / 1e6))
            ", counted " (minute(inventory.counted_at)) " UTC."
        }
        div.scroll {
            table {
                thead { tr {
                    th scope="col" { "Competition" } th.text scope="col" { "Season" } th scope="col" { "Fixtures" } th scope="col" { "Results" }
                    th scope="col" { "Prices" } th scope="col" { "First" } th scope="col" { "Last" }
                } }
                tbody { @for line in &inventory.seasons {
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
        h2 { "Cache" }
        (cached(&cache))
    };
    Ok(layout::page("Data", "/data", &content))
}

fn cached(cache: &Statistics) -> Markup {
    let percent = |share: Option<f64>| share.map_or_else(|| "–".into(), |s| format!("{:.0} %", 100.0 * s));
    html! {
        p {
            "In " (cache.backend) @if let Some(address) = &cache.address { " at " (address) }
            @match cache.holding {
                Some(holding) => { ": " (holding.entries) " entries, " (format!("{:.1} kB", holding.bytes as f64 / 1e3)) ", " (holding.evictions) " made way for others." },
                None => ": it is away, or holds too much to count.",
            }
            @if cache.degraded { " " strong { "It is away: what is needed is computed, and kept in memory until it is back." } }
        }
        div.scroll { table {
            caption { "Since " (minute(cache.since)) " UTC." }
            thead { tr {
                th scope="col" { "Kind" } th scope="col" { "Found" } th scope="col" { "Not found" } th scope="col" { "Hit rate" } th scope="col" { "Made" }
                th scope="col" { "Made in vain" }
            } }
            tbody { @for line in &cache.kinds {
                tr {
                    td { (line.kind) } td { (line.counts.hits) } td { (line.counts.misses) } td { (percent(line.counts.hit_rate)) }
                    td { (line.counts.loads) } td { (line.counts.load_errors) }
                }
            } }
        } }
    }
}
