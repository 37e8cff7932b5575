//! Differences with their intervals, one below the other; zero is no difference.

use forecast::Interval;
use maud::{Markup, html};

use super::{label, ticks};

const WIDTH: f64 = 560.0;
const ROW: f64 = 26.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 8.0;

/// A difference by name.
pub(in crate::dashboard) struct Measured {
    pub(in crate::dashboard) name: String,
    pub(in crate::dashboard) difference: Interval,
}

/// Green where the interval is all below zero, red where it is all above.
pub(in crate::dashboard) fn differences(title: &str, rows: &[Measured]) -> Markup {
    let ends = || rows.iter().flat_map(|r| [r.difference.low, r.difference.high]);
    let (low, high) = ends().fold((0.0f64, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
    let room = ((high - low) * 0.06).max(1e-6);
    let (low, high) = (low - room, high + room);
    let bottom = TOP + ROW * rows.len() as f64;
    let x = |value: f64| LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT);
    let levels = ticks(low, high);
    let words: Vec<String> = rows
        .iter()
        .map(|r| {
            format!(
                "{} {:+.4} ({:+.4} to {:+.4})",
                r.name, r.difference.estimate, r.difference.low, r.difference.high
            )
        })
        .collect();
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {}", bottom + 30.0)) role="img" aria-label=(format!("{title}. {}", words.join("; "))) {
                @for level in &levels {
                    line.grid x1=(x(*level)) x2=(x(*level)) y1=(TOP) y2=(bottom) {}
                    text x=(x(*level)) y=(bottom + 18.0) text-anchor="middle" { (label(*level, &levels)) }
                }
                line.zero x1=(x(0.0)) x2=(x(0.0)) y1=(TOP) y2=(bottom) {}
                @for (i, row) in rows.iter().enumerate() {
                    @let y = TOP + ROW * (i as f64 + 0.5);
                    text x=(LEFT - 10.0) y=(y + 4.0) text-anchor="end" { (row.name) }
                    line class=(class(&row.difference)) x1=(x(row.difference.low)) x2=(x(row.difference.high)) y1=(y) y2=(y) {}
                    circle.dot cx=(x(row.difference.estimate)) cy=(y) r="4" { title { (words[i]) } }
                }
            }
        }
    }
}

fn class(difference: &Interval) -> &'static str {
    match difference {
        d if d.high < 0.0 => "spread certain",
        d if d.low > 0.0 => "spread worse",
        _ => "spread",
    }
}
