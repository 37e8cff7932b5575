//! The frame every page shares.

use axum::{http::header, response::IntoResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const PAGES: [(&str, &str); 6] = [
    ("/", "Report"),
    ("/matches", "Matches"),
    ("/backtests", "Backtests"),
    ("/stats", "Statistics"),
    ("/bets", "Bets"),
    ("/data", "Data"),
];
const STYLE: &str = include_str!("style.css");

/// A whole page.
pub(super) fn page(title: &str, path: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Touchline" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header {
                    div {
                        strong { "Touchline" }
                        nav aria-label="Pages" {
                            @for (target, name) in PAGES {
                                a href=(target) aria-current=[(target == path).then_some("page")] { (name) }
                            }
                        }
                    }
                }
                main id="content" { (content) }
                footer { "Paper money only. Forecasts are probabilities, not promises." }
            }
        }
    }
}

/// A page that needs nothing but itself: to be mailed, kept or printed.
pub(super) fn file(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Touchline" }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { div { strong { "Touchline" } span { "Backtest" } } }
                main id="content" { (content) }
                footer { "Forecasts are probabilities, not promises." }
            }
        }
    };
    page.into_string()
}

/// The one style sheet.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
