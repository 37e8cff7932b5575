//! One forecast: the outcome, the likely scores, fair odds of every market.

use axum::extract::{Path, State};
use maud::{Markup, html};

use super::layout;
use crate::{
    api::{ServeError, Served},
    report::{FairOdds, UpcomingForecast},
};

/// `GET /match/{id}`
pub(super) async fn page(State(served): State<Served>, Path(id): Path<i64>) -> Result<Markup, ServeError> {
    let report = served.report().await?;
    let forecast = report.iter().flat_map(|r| &r.upcoming).find(|f| f.id == id);
    let forecast =
        forecast.ok_or_else(|| ServeError::NotFound(format!("no forecast {id} in the last report")))?;
    Ok(layout::page(&format!("{} – {}", forecast.home, forecast.away), "/", &content(forecast)))
}

fn content(forecast: &UpcomingForecast) -> Markup {
    let (scores, markets): (Vec<&FairOdds>, Vec<&FairOdds>) =
        forecast.fair_odds.iter().partition(|f| f.market == "correct_score");
    let mut likely = scores;
    likely.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    html! {
        h1 { (forecast.home) " – " (forecast.away) }
        p.note {
            (forecast.competition) ", " (forecast.kickoff.strftime("%A %d %B %Y %H:%M")) " UTC. Forecast by " (forecast.model)
            " from what was known before " (forecast.as_of.strftime("%Y-%m-%d %H:%M")) " UTC. Rebuild it with "
            code { "touchline explain " (forecast.id) } "."
        }
        ul.tiles {
            @for (name, p) in ["Home win", "Draw", "Away win"].iter().zip(forecast.probabilities) {
                li { b { (format!("{:.1} %", 100.0 * p)) } span { (name) } }
            }
            li { b { (format!("{:.2} – {:.2}", forecast.expected_score[0], forecast.expected_score[1])) } span { "expected score" } }
            li { b { (format!("{:.0} %", 100.0 * forecast.confidence)) } span { "confidence in the likeliest outcome" } }
        }
        h2 { "Fair odds" }
        (table(&markets))
        @if !likely.is_empty() {
            h2 { "Likely scores" }
            (table(&likely[..likely.len().min(10)]))
        }
    }
}

fn table(lines: &[&FairOdds]) -> Markup {
    html! {
        div.scroll {
            table {
                thead { tr { th scope="col" { "Market" } th.text scope="col" { "Selection" } th scope="col" { "Probability" } th scope="col" { "Fair odds" } th scope="col" { "80 % interval" } } }
                tbody { @for line in lines {
                    tr {
                        td { (line.market) } td.text { (line.selection) } td { (format!("{:.1} %", 100.0 * line.probability)) }
                        td { (line.odds.map_or_else(|| "–".into(), |o| format!("{o:.2}"))) }
                        td { (line.interval_in_words()) }
                    }
                } }
            }
        }
    }
}
