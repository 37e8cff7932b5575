//! `touchline check run`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::CompetitionId;
use ingest::check::Verdict;

use crate::{app::App, exit::Stop, jobs::run_checks, output::table, report::CheckLine};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge what is stored; exit code 3 when a rule blocks
    Run(Arguments),
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Competitions such as eng.1; all when left out
    #[arg(long = "competition", value_delimiter = ',')]
    competitions: Vec<CompetitionId>,
    /// Judge as of this moment instead of now, e.g. 2024-03-01T12:00:00Z
    #[arg(long)]
    at: Option<jiff::Timestamp>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    let Command::Run(arguments) = command;
    let contracts = run_checks::contracts(&app.config.checks)?;
    let store = app.existing_store().await?;
    let now = arguments.at.unwrap_or_else(|| app.clock.now());
    let judgement = run_checks::run(&store, &contracts, arguments.competitions.clone(), now).await?;
    store.close().await;
    app.out.answer(&judgement, || {
        print(&run_checks::lines(&judgement));
        println!("verdict: {:?}", judgement.verdict);
    })?;
    match judgement.verdict {
        Verdict::Pass | Verdict::Warn => Ok(()),
        Verdict::Block => {
            Err(Stop::Gate("a check blocks: nothing may be forecast from this data".into()).into())
        }
    }
}

/// Findings as a table.
pub(super) fn print(lines: &[CheckLine]) {
    if lines.is_empty() {
        println!("every contract holds");
        return;
    }
    let rows =
        lines.iter().map(|l| [l.rule.clone(), l.action.clone(), l.count.to_string(), l.detail.clone()]);
    let mut shown = table(["rule", "severity", "count", "first case"], rows);
    if let Some(column) = shown.column_mut(3) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    println!("{shown}");
}
