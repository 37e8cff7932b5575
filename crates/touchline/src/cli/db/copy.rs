//! `touchline db copy`

use anyhow::{Result, anyhow};
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use store::{Access, Copied, CopyProgress, Store};

use super::must_exist;
use crate::{address::Address, app::App, output::table};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// What to copy: a file, a data folder, or postgres://...; the configured database unless given
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Where to: a file, a data folder, or postgres://...; it must be empty, or hold an unfinished copy of the same database
    #[arg(long, value_name = "PLACE")]
    to: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    from: String,
    to: String,
    rows: u64,
    #[serde(flatten)]
    copied: Copied,
    secs: f64,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let from = arguments
        .from
        .as_deref()
        .map_or_else(|| app.database(), |text| app.place(&Address::new(text.into())));
    let (from, to) = (must_exist(from?)?, app.place(&Address::new(arguments.to.clone()))?);
    let begun = app.clock.now();
    let source = Store::open(from.clone(), Access::ReadOnly).await?;
    let mut bar = Bar::new(app);
    let copied = source.copy_to(to.clone(), begun, &mut |progress| bar.follow(progress)).await;
    bar.end();
    source.close().await;
    let copied = copied?;
    let rows = copied.tables.iter().map(|table| table.rows).sum();
    let secs = (app.clock.now() - begun).total(jiff::Unit::Second)?;
    let answer = Answer { from: from.to_string(), to: to.to_string(), rows, copied, secs };
    app.out.answer(&answer, || print(&answer))?;
    let differing = answer.copied.tables.iter().find(|table| !table.is_equal());
    differing
        .map_or(Ok(()), |table| Err(anyhow!("table {} of the copy differs from its source", table.table)))
}

/// Two runs over all rows: copying, and reading both sides again.
struct Bar<'a> {
    app: &'a App,
    bar: ProgressBar,
    rows: u64,
    is_verifying: bool,
}

impl<'a> Bar<'a> {
    fn new(app: &'a App) -> Self {
        Self { app, bar: ProgressBar::hidden(), rows: 0, is_verifying: false }
    }

    fn follow(&mut self, progress: CopyProgress<'_>) {
        match progress {
            CopyProgress::Begun { rows, copied } => {
                self.rows = rows;
                self.restart("copying");
                self.bar.set_position(copied);
                self.bar.reset_eta();
            }
            CopyProgress::Copied { table, rows } => {
                self.bar.set_message(format!("copying {table}"));
                self.bar.inc(rows);
            }
            CopyProgress::Compared { table } => self.bar.set_message(format!("comparing {table}")),
            CopyProgress::Verified { table, rows } => {
                if !self.is_verifying {
                    self.is_verifying = true;
                    self.restart("verifying");
                }
                self.bar.set_message(format!("verifying {table}"));
                self.bar.inc(rows);
            }
        }
    }

    fn restart(&mut self, what: &'static str) {
        self.end();
        self.bar = self.app.out.row_progress(self.rows, what);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn print(answer: &Answer) {
    let Answer { from, to, rows, copied, secs } = answer;
    let tables = copied.tables.iter().filter(|table| table.rows > 0);
    let lines = tables.map(|table| {
        let equal = if table.is_equal() { "yes" } else { "no" };
        [table.table.clone(), table.rows.to_string(), table.checksum[..16].to_owned(), equal.to_owned()]
    });
    println!("{}", table(["table", "rows", "checksum", "equal"], lines));
    let put_right: u64 = copied.tables.iter().map(|table| table.put_right).sum();
    if put_right > 0 {
        println!("{put_right} rows that {from} got or changed since they were first copied were put right");
    }
    if copied.was_finished {
        println!("{to} is a finished copy of {from} already: {rows} rows verified in {secs:.1} s");
    } else {
        println!("{from} copied to {to}: {rows} rows, all verified, in {secs:.1} s");
    }
}
