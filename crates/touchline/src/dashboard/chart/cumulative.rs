//! Sums over time, one line per forecaster.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use super::{Scale, label, ticks};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 320.0;

/// One line.
pub(in crate::dashboard) struct Line {
    pub(in crate::dashboard) name: String,
    pub(in crate::dashboard) points: Vec<(Timestamp, f64)>,
}

/// How sums developed; the line at zero is where nobody is ahead.
pub(in crate::dashboard) fn cumulative(title: &str, lines: &[Line]) -> Markup {
    let points = || lines.iter().flat_map(|line| &line.points);
    let (Some(begin), Some(end)) = (points().map(|p| p.0).min(), points().map(|p| p.0).max()) else {
        return html! { figure { figcaption { (title) } p { "There is nothing to compare with." } } };
    };
    let (low, high) = points().fold((0.0f64, 0.0f64), |(low, high), p| (low.min(p.1), high.max(p.1)));
    let room = ((high - low) * 0.06).max(1e-6);
    let seconds = |at: Timestamp| at.as_second() as f64;
    let scale = Scale {
        x: (seconds(begin), seconds(end).max(seconds(begin) + 1.0)),
        y: (low - room, high + room),
        size: (WIDTH, HEIGHT),
    };
    let levels = ticks(scale.y.0, scale.y.1);
    let ends: Vec<String> =
        lines.iter().filter_map(|l| Some(format!("{} {:+.2}", l.name, l.points.last()?.1))).collect();
    let (left, right, bottom) = scale.edges();
    html! {
        figure {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(format!("{title}. At the end: {}", ends.join(", "))) {
                @for level in &levels {
                    line.grid x1=(left) x2=(right) y1=(scale.y(*level)) y2=(scale.y(*level)) {}
                    text x=(left - 8.0) y=(scale.y(*level) + 4.0) text-anchor="end" { (label(*level, &levels)) }
                }
                @for (at, name) in dates(begin, end) {
                    @let x = scale.x(seconds(at));
                    line.grid x1=(x) x2=(x) y1=(scale.y(scale.y.1)) y2=(bottom) {}
                    text x=(x) y=(bottom + 18.0) text-anchor="middle" { (name) }
                }
                line.zero x1=(left) x2=(right) y1=(scale.y(0.0)) y2=(scale.y(0.0)) {}
                @for (i, line) in lines.iter().enumerate() {
                    polyline class=(format!("s{}", i % 8)) points=(scale.points(line.points.iter().map(|p| (seconds(p.0), p.1)))) {
                        title { (line.name) }
                    }
                }
            }
            ul.legend {
                @for (i, line) in lines.iter().enumerate() {
                    li { i class=(format!("s{}", i % 8)) {} (line.name) " " span.range { (line.points.last().map_or_else(String::new, |p| format!("{:+.2}", p.1).replace('-', "−"))) } }
                }
            }
        }
    }
}

/// Firsts of months, few enough to be written side by side.
fn dates(begin: Timestamp, end: Timestamp) -> Vec<(Timestamp, String)> {
    let civil = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let (first, last) = (civil(begin), civil(end));
    let months = i32::from(last.year() - first.year()) * 12 + i32::from(last.month() - first.month());
    let every = [1, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|every| months / every <= 8).unwrap_or(240);
    let start = i32::from(first.year()) * 12;
    let firsts = (0..=months + 12).map(|i| start + i).filter(|m| m % every == 0);
    let date = |month: i32| {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let date = jiff::civil::Date::new(year, (month.rem_euclid(12) + 1) as i8, 1).ok()?;
        let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let name = if every >= 12 { date.strftime("%Y") } else { date.strftime("%b %Y") };
        (begin..=end).contains(&at).then(|| (at, name.to_string()))
    };
    firsts.filter_map(date).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_few_and_inside() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let names = |from: &str, to: &str| -> Vec<String> {
            dates(at(from), at(to)).into_iter().map(|(_, name)| name).collect()
        };
        assert_eq!(
            names("2023-08-11T19:00:00Z", "2024-05-19T15:00:00Z"),
            ["Sep 2023", "Nov 2023", "Jan 2024", "Mar 2024", "May 2024"]
        );
        assert_eq!(names("2019-08-11T19:00:00Z", "2024-05-19T15:00:00Z").first().unwrap(), "2020");
        assert!(names("2023-08-11T19:00:00Z", "2023-08-12T15:00:00Z").is_empty());
    }

    #[test]
    fn no_lines_say_so() {
        assert!(cumulative("Sum", &[]).into_string().contains("nothing to compare with"));
    }
}
