//! `touchline check run`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::CompetitionId;
use ingest::check::Verdict;
use serde_json::json;
use store::{QuarantineEntry, QuarantineStatus, Store};

use crate::{
    app::App,
    exit::Stop,
    jobs::{
        import_files::{self, Archived},
        run_checks,
    },
    output::table,
    report::CheckLine,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge what is stored; exit code 3 when a rule blocks
    Run(Arguments),
    /// Rows, prices and statistics that a check held back at import
    Quarantine(Quarantine),
    /// Let what was held back pass; its file is read again from the archive
    Release(Decide),
    /// Keep it out for good
    Reject(Decide),
}

#[derive(Debug, Args)]
pub(super) struct Quarantine {
    /// Also what was released or rejected
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub(super) struct Decide {
    /// Its number, from `check quarantine`
    id: i64,
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Competitions such as eng.1; all when left out
    #[arg(long = "competition", value_delimiter = ',')]
    competitions: Vec<CompetitionId>,
    /// Judge as of this moment instead of now, e.g. 2024-03-01T12:00:00Z
    #[arg(long, value_parser = super::moment)]
    at: Option<jiff::Timestamp>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Run(arguments) => judge(app, arguments).await,
        Command::Quarantine(arguments) => quarantine(app, arguments).await,
        Command::Release(arguments) => release(app, arguments.id).await,
        Command::Reject(arguments) => {
            let store = app.existing_store().await?;
            in_quarantine(&store, arguments.id).await?;
            store.reject(arguments.id, app.clock.now()).await?;
            app.out.answer(&json!({ "rejected": arguments.id }), || println!("{} stays out", arguments.id))
        }
    }
}

async fn quarantine(app: &App, arguments: &Quarantine) -> Result<()> {
    let store = app.existing_store().await?;
    let status = (!arguments.all).then_some(QuarantineStatus::Held);
    let entries = store.quarantine(status).await?;
    app.out.answer(&entries, || {
        let rows = entries.iter().map(|e| {
            [
                e.id.to_string(),
                e.rule.clone(),
                format!("{:?}", e.status).to_lowercase(),
                e.file.clone(),
                e.row.to_string(),
                e.detail.clone(),
            ]
        });
        println!("{}", table(["id", "rule", "status", "file", "row", "what"], rows));
    })
}

async fn release(app: &App, id: i64) -> Result<()> {
    let store = app.existing_store().await?;
    let entry = in_quarantine(&store, id).await?;
    store.release(id, app.clock.now()).await?;
    let archived = Archived { file: entry.file, format: entry.format, hash: entry.payload_hash };
    let imported = import_files::again(app, &store, vec![archived]).await?;
    store.close().await;
    app.out.answer(&imported, || {
        println!("released {id}: {} fixtures, {} quotes came in", imported.fixtures, imported.quotes);
    })?;
    imported.verdict()
}

async fn in_quarantine(store: &Store, id: i64) -> Result<QuarantineEntry> {
    let entry = store.quarantine(None).await?.into_iter().find(|e| e.id == id);
    entry.ok_or_else(|| Stop::Usage(format!("nothing numbered {id} is in quarantine")).into())
}

async fn judge(app: &App, arguments: &Arguments) -> Result<()> {
    let contracts = run_checks::contracts(&app.config.checks)?;
    let store = app.existing_store().await?;
    let known = store.competitions().await?;
    if let Some(unknown) = arguments.competitions.iter().find(|id| known.iter().all(|c| c.id != **id)) {
        return Err(Stop::Usage(format!("no match of {unknown} is stored")).into());
    }
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
