//! What a command prints: one JSON object for programs, or tables and sentences for people. Progress goes to standard error
//! and only to a terminal.

use std::{fmt::Write, io::IsTerminal, time::Duration};

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

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
        let visible = !self.json && std::io::stderr().is_terminal();
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
