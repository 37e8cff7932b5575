//! The shape of some values, as small as a word.

use maud::{Markup, html};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;
const MARGIN: f64 = 2.0;

/// A line through the values, and one at zero where they go through it; nothing without two of them.
pub(in crate::dashboard) fn sparkline(values: &[f64]) -> Markup {
    let (low, high) = values.iter().fold((0.0f64, 0.0f64), |(low, high), v| (low.min(*v), high.max(*v)));
    let ([first, .., last], true) = (values, high > low) else { return html! {} };
    let x = |i: usize| MARGIN + i as f64 / (values.len() - 1) as f64 * (WIDTH - 2.0 * MARGIN);
    let y = |value: f64| HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2.0 * MARGIN);
    let points: Vec<String> =
        values.iter().enumerate().map(|(i, v)| format!("{:.1},{:.1}", x(i), y(*v))).collect();
    html! {
        svg.small viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(format!("from {first} to {last}")) {
            line.zero x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(y(0.0)) y2=(y(0.0)) {}
            polyline.s0 points=(points.join(" ")) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_needs_two_values_that_differ() {
        assert_eq!(sparkline(&[]).into_string(), "");
        assert_eq!(sparkline(&[4.0]).into_string(), "");
        assert_eq!(sparkline(&[0.0, 0.0]).into_string(), "");
        let line = sparkline(&[-1.0, 3.0]).into_string();
        assert!(line.contains("2.0,22.0 118.0,2.0") && line.contains("from -1 to 3"), "{line}");
        assert!(line.contains(r#"y1="17""#), "zero is a quarter of the way up: {line}");
    }
}
