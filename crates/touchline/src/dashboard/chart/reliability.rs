//! How often what was forecast came true, for one class: with intervals, and how many forecasts there were.

use forecast::calibration::CalibrationTable;
use maud::{Markup, html};

use super::{Scale, gridline};

const SIZE: (f64, f64) = (340.0, 330.0);

/// Dots with their intervals against the diagonal; the bars at the foot are the numbers of forecasts.
pub(in crate::dashboard) fn reliability(title: &str, table: &CalibrationTable) -> Markup {
    let scale = Scale { x: (0.0, 1.0), y: (0.0, 1.0), size: SIZE };
    let bins: Vec<_> = table.bins.iter().filter(|b| b.count > 0).collect();
    let most = bins.iter().map(|b| b.count).max().unwrap_or(1) as f64;
    let words: Vec<String> =
        bins.iter().map(|b| format!("{:.2}: {:.2} of {}", b.mean_forecast, b.observed, b.count)).collect();
    let (left, _, bottom) = scale.edges();
    html! {
        figure {
            figcaption {
                (title) " · ECE " (format!("{:.3}", table.ece))
                @if let Some(line) = table.line { ", slope " (format!("{:.2}", line.slope)) ", intercept " (format!("{:+.2}", line.intercept).replace('-', "−")) }
            }
            svg viewBox=(format!("0 0 {} {}", SIZE.0, SIZE.1)) role="img" aria-label=(format!("{title}. {}", words.join("; "))) {
                @for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
                    (gridline(&scale, tick))
                    text x=(scale.x(tick)) y=(bottom + 18.0) text-anchor="middle" { (format!("{tick:.1}")) }
                    text x=(left - 8.0) y=(scale.y(tick) + 4.0) text-anchor="end" { (format!("{tick:.1}")) }
                }
                @for bin in &bins {
                    @let height = 0.22 * bin.count as f64 / most;
                    rect.count x=(scale.x(bin.low) + 1.0) width=(scale.x(bin.high) - scale.x(bin.low) - 2.0)
                        y=(scale.y(height)) height=(bottom - scale.y(height)) { title { (bin.count) " forecasts" } }
                }
                polyline.ideal points=(scale.points([(0.0, 0.0), (1.0, 1.0)].into_iter())) {}
                polyline.s0 points=(scale.points(bins.iter().map(|b| (b.mean_forecast, b.observed)))) style="stroke-opacity:.45" {}
                @for (bin, words) in bins.iter().zip(&words) {
                    @let x = scale.x(bin.mean_forecast);
                    line.s0 x1=(x) x2=(x) y1=(scale.y(bin.observed_interval[0])) y2=(scale.y(bin.observed_interval[1])) stroke-width="1.5" {}
                    circle.s0 cx=(x) cy=(scale.y(bin.observed)) r="3.5" { title { (words) } }
                }
            }
        }
    }
}
