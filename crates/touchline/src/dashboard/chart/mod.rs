//! Charts as SVG, drawn on the server: readable without script, scaled by the page, described for screen readers.

mod cumulative;
mod differences;
mod reliability;
mod sparkline;

use maud::{Markup, html};

pub(super) use self::{
    cumulative::{Line, cumulative},
    differences::{Measured, differences},
    reliability::reliability,
    sparkline::sparkline,
};
use crate::report::{BankrollPoint, CalibrationPoint};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 34.0;

/// Maps a rectangle of data onto the drawing.
struct Scale {
    x: (f64, f64),
    y: (f64, f64),
    /// Width and height of the drawing.
    size: (f64, f64),
}

impl Scale {
    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.x.0) / (self.x.1 - self.x.0) * (self.size.0 - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        self.size.1 - BOTTOM - (value - self.y.0) / (self.y.1 - self.y.0) * (self.size.1 - TOP - BOTTOM)
    }

    /// The left, right and lower edge of the data.
    fn edges(&self) -> (f64, f64, f64) {
        (LEFT, self.size.0 - RIGHT, self.size.1 - BOTTOM)
    }

    fn points(&self, points: impl Iterator<Item = (f64, f64)>) -> String {
        points.map(|(x, y)| format!("{:.1},{:.1}", self.x(x), self.y(y))).collect::<Vec<_>>().join(" ")
    }
}

/// Forecast probability against observed frequency, one line per forecaster; the diagonal is perfect.
pub(super) fn calibration(title: &str, series: &[(&str, &[CalibrationPoint])]) -> Markup {
    let scale = Scale { x: (0.0, 1.0), y: (0.0, 1.0), size: (WIDTH, HEIGHT) };
    let ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
    let described: Vec<String> = series
        .iter()
        .map(|(name, points)| {
            let bins = points.iter().map(|p| format!("{:.2}: {:.2}", p.forecast, p.observed));
            format!("{name}: {}", bins.collect::<Vec<_>>().join(", "))
        })
        .collect();
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(format!("{title}. {}", described.join("; "))) {
                @for tick in ticks {
                    (gridline(&scale, tick))
                    text x=(scale.x(tick)) y=(HEIGHT - BOTTOM + 18.0) text-anchor="middle" { (format!("{tick:.1}")) }
                    text x=(LEFT - 8.0) y=(scale.y(tick) + 4.0) text-anchor="end" { (format!("{tick:.1}")) }
                }
                polyline.ideal points=(scale.points([(0.0, 0.0), (1.0, 1.0)].into_iter())) {}
                @for (i, (name, points)) in series.iter().enumerate() {
                    @let class = format!("s{i}");
                    polyline class=(class) points=(scale.points(points.iter().map(|p| (p.forecast, p.observed)))) {}
                    @for point in *points {
                        circle class=(class) cx=(scale.x(point.forecast)) cy=(scale.y(point.observed)) r=(radius(point.count)) {
                            title { (name) ": forecast " (format!("{:.3}", point.forecast)) ", observed " (format!("{:.3}", point.observed)) ", " (point.count) " forecasts" }
                        }
                    }
                    text x=(LEFT + 8.0) y=(TOP + 14.0 + 16.0 * i as f64) class=(class) style="stroke:none" { (name) }
                }
            }
        }
    }
}

/// The bankroll over time; the dashed line is where it began.
pub(super) fn bankroll(title: &str, points: &[BankrollPoint]) -> Markup {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return html! { figure { figcaption { (title) } p { "No bet has been settled." } } };
    };
    let major = |minor: i64| minor as f64 / 100.0;
    let values = || points.iter().map(|p| major(p.minor));
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let room = ((high - low) * 0.08).max(1.0);
    let (begin, end) = (first.at.as_second() as f64, last.at.as_second() as f64);
    let scale =
        Scale { x: (begin, end.max(begin + 1.0)), y: (low - room, high + room), size: (WIDTH, HEIGHT) };
    let levels: Vec<f64> =
        (0..=4).map(|i| scale.y.0 + (scale.y.1 - scale.y.0) * f64::from(i) / 4.0).collect();
    let start = major(first.minor);
    let label =
        format!("{title}: from {start:.2} on {} to {:.2} on {}", day(first), major(last.minor), day(last));
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(label) {
                @for level in levels {
                    (gridline(&scale, level))
                    text x=(LEFT - 8.0) y=(scale.y(level) + 4.0) text-anchor="end" { (format!("{level:.0}")) }
                }
                polyline.ideal points=(scale.points([(scale.x.0, start), (scale.x.1, start)].into_iter())) {}
                polyline.s0 points=(scale.points(points.iter().map(|p| (p.at.as_second() as f64, major(p.minor))))) {}
                text x=(LEFT) y=(HEIGHT - BOTTOM + 18.0) { (day(first)) }
                text x=(WIDTH - RIGHT) y=(HEIGHT - BOTTOM + 18.0) text-anchor="end" { (day(last)) }
            }
        }
    }
}

/// Round numbers that divide a range into a handful of steps.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 4.0;
    if !rough.is_finite() || rough <= 0.0 {
        return vec![low];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = power * [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|m| m * power >= rough).unwrap_or(10.0);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// As many decimals as tell these ticks apart.
fn label(tick: f64, ticks: &[f64]) -> String {
    let step = ticks.windows(2).next().map_or(1.0, |w| w[1] - w[0]);
    let exact = |decimals: &usize| {
        let scale = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6][*decimals];
        ((step * scale).round() / scale - step).abs() < 1e-12
    };
    let decimals = (0..=6).find(exact).unwrap_or(6);
    if tick.abs() < step / 1e6 {
        format!("{:.decimals$}", 0.0)
    } else {
        format!("{tick:+.decimals$}").replace('-', "−")
    }
}

fn gridline(scale: &Scale, level: f64) -> Markup {
    html! { line.grid x1=(LEFT) x2=(scale.size.0 - RIGHT) y1=(scale.y(level)) y2=(scale.y(level)) {} }
}

/// More forecasts, a larger dot, within reason.
fn radius(count: usize) -> f64 {
    (2.0 + (count as f64).sqrt() / 5.0).min(7.0)
}

fn day(point: &BankrollPoint) -> String {
    point.at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_curve_says_so() {
        assert!(bankroll("Bankroll", &[]).into_string().contains("No bet has been settled"));
    }

    #[test]
    fn ticks_are_round_and_told_apart() {
        let words = |low, high| -> Vec<String> {
            let ticks = ticks(low, high);
            ticks.iter().map(|t| label(*t, &ticks)).collect()
        };
        assert_eq!(words(-0.013, 0.021), ["−0.01", "0.00", "+0.01", "+0.02"]);
        assert_eq!(words(-4.0, 5.0), ["−2.5", "0.0", "+2.5", "+5.0"]);
        assert_eq!(words(0.0, 0.0), ["0"]);
    }

    #[test]
    fn a_chart_is_described_in_words() {
        let points = [CalibrationPoint { forecast: 0.25, observed: 0.5, count: 4 }];
        let svg = calibration("Calibration", &[("elo", &points)]).into_string();
        assert!(svg.contains("elo: 0.25: 0.50"), "{svg}");
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let curve =
            [BankrollPoint { at: at(0), minor: 10_000 }, BankrollPoint { at: at(86_400), minor: 9_050 }];
        let svg = bankroll("Bankroll", &curve).into_string();
        assert!(svg.contains("from 100.00 on 1970-01-01 to 90.50 on 1970-01-02"), "{svg}");
    }
}
