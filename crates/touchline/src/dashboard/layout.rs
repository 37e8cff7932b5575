//! The frame every page shares.

use axum::{http::header, response::IntoResponse};
use maud::{DOCTYPE, Markup, html};

const PAGES: [(&str, &str); 3] = [("/", "Report"), ("/bets", "Bets"), ("/data", "Data")];

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

/// The one style sheet.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}
