//! What a command prints: one JSON object for programs, or tables and sentences for people. Progress goes to standard error
//! and only to a terminal.

use std::{fmt::Write, io::IsTerminal, time::Duration};

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;

/// A moment to the minute, as people read it.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// How this run answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// Whether programs are reading.
    pub(crate) json: bool,
}

impl Output {
    /// Prints the one answer: `value` for programs, `people` for people.
    pub(crate) fn answer<T: Serialize>(self, value: &T, people: impl FnOnce()) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(value)?);
        } else {
            people();
        }
        Ok(())
    }

    /// A sentence for people only.
    pub(crate) fn say(self, text: impl std::fmt::Display) {
        if !self.json {
            println!("{text}");
        }
    }

    /// Something that happened beside what was asked for; the answer stays as it is.
    pub(crate) fn note(self, text: impl std::fmt::Display) {
        if self.json {
            eprintln!("{}", serde_json::json!({ "note": text.to_string() }));
        } else {
            eprintln!("note: {text}");
        }
    }

    /// Whether anybody sees a bar.
    pub(crate) fn is_watched(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// A bar over `length` steps; invisible to programs and in files.
    pub(crate) fn progress(self, length: usize, what: &'static str) -> ProgressBar {
        self.bar(length as u64, what, "{msg:24} {bar:30} {pos}/{len} {elapsed} (eta {eta})")
    }

    /// As [`Output::progress`], over rows, with their rate.
    pub(crate) fn row_progress(self, length: u64, what: &'static str) -> ProgressBar {
        self.bar(
            length,
            what,
            "{msg:28} {bar:30} {human_pos}/{human_len} rows, {rate}, {elapsed} (eta {eta})",
        )
    }

    fn bar(self, length: u64, what: &'static str, template: &str) -> ProgressBar {
        let visible = self.is_watched();
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, to: &mut dyn Write| {
                // Whatever cannot be written to a terminal is not worth an error.
                let _ = write!(to, "{:.0}/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        if visible {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar
    }
}

/// A table that fits the terminal: the first column left, the others right, as numbers want it.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(head);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A p-value as people write it.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".into() } else { format!("{p:.4}") }
}

/// Columns of a sparkline; more values than that are thinned out.
const SPARKS: usize = 24;

/// The shape of some values, the lowest and the highest of them as far apart as a line allows; blank without any.
pub(crate) fn sparkline(values: &[f64]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let spark = |value: f64| {
        let height = if high > low { (value - low) / (high - low) } else { 0.0 };
        LEVELS[((height * 7.0).round() as usize).min(7)]
    };
    let columns = values.len().min(SPARKS);
    // Each column shows the last of the values it stands for, so that the line ends where the values end.
    (1..=columns).map(|column| spark(values[column * values.len() / columns - 1])).collect()
}

/// A bar as long as a value beside the largest, from the left of its column; a value below zero is drawn in outline.
pub(crate) fn bar(value: i64, largest: u64) -> String {
    const LENGTH: usize = 20;
    let blocks = (u128::from(value.unsigned_abs()) * LENGTH as u128).div_ceil(u128::from(largest.max(1)));
    let block = if value < 0 { "░" } else { "█" };
    format!("{:<LENGTH$}", block.repeat(usize::try_from(blocks).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_runs_from_the_lowest_to_the_highest() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[3.0]), "▁");
        assert_eq!(sparkline(&[0.0, 7.0, 3.5, -7.0]), "▅█▆▁");
        let long: Vec<f64> = (0..100).map(f64::from).collect();
        let line = sparkline(&long);
        assert_eq!((line.chars().count(), line.chars().last()), (24, Some('█')), "the last value is shown");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let drawn = |value, largest| bar(value, largest).trim_end().to_owned();
        assert_eq!(drawn(50, 100), "█".repeat(10));
        assert_eq!(drawn(-100, 100), "░".repeat(20));
        assert_eq!((drawn(0, 100), drawn(1, 1000), drawn(0, 0)), (String::new(), "█".into(), String::new()));
        assert!([bar(0, 9), bar(3, 9), bar(9, 9)].iter().all(|bar| bar.chars().count() == 20));
    }
}
