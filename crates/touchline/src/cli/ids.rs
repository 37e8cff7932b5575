//! `touchline ids unmatched` and `touchline ids accept`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::TeamId;
use ingest::identity::suggest;
use serde::Serialize;
use store::{BlockedImport, NameDecision, ReviewEntry, Store};

use crate::{
    app::App,
    exit::Stop,
    jobs::import_files::{self, Archived},
    output::table,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Names that wait for a decision, with the teams they resemble
    Unmatched,
    /// Decide what a name means; the rows it held back are imported from the archive
    Accept(Accept),
}

#[derive(Debug, Args)]
#[group(id = "decision", required = true, multiple = false)]
struct Decision {
    /// The known team it is another spelling of
    #[arg(long = "as", value_name = "TEAM", group = "decision")]
    team: Option<String>,
    /// It is a team of its own
    #[arg(long, group = "decision")]
    new: bool,
}

#[derive(Debug, Args)]
pub(super) struct Accept {
    /// The pool, e.g. eng; `ids unmatched` shows it
    pool: String,
    /// The name as its source spells it; --all decides every name of the pool, with --new only
    #[arg(required_unless_present = "all")]
    name: Option<String>,
    /// Every waiting name of the pool
    #[arg(long, requires = "new", conflicts_with = "name")]
    all: bool,
    #[command(flatten)]
    decision: Decision,
}

#[derive(Debug, Serialize)]
struct Unmatched {
    #[serde(flatten)]
    entry: ReviewEntry,
    suggestions: Vec<String>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Unmatched => unmatched(app).await,
        Command::Accept(arguments) => accept(app, arguments).await,
    }
}

async fn unmatched(app: &App) -> Result<()> {
    let store = app.existing_store().await?;
    let aliases = store.aliases().await?;
    let teams = store.teams().await?;
    let name_of = |id: TeamId| teams.iter().find(|t| t.id == id).map(|t| t.name.clone());
    let mut waiting = Vec::new();
    for entry in store.review_queue().await? {
        let spellings = aliases.iter().filter(|a| a.pool == entry.pool).map(|a| (a.alias.as_str(), a.team));
        let suggestions =
            suggest(&entry.name, spellings).into_iter().take(3).filter_map(|s| name_of(s.team)).collect();
        waiting.push(Unmatched { entry, suggestions });
    }
    app.out.answer(&waiting, || {
        if waiting.is_empty() {
            println!("every name is known");
            return;
        }
        let rows = waiting.iter().map(|w| {
            [
                w.entry.name.clone(),
                w.entry.pool.clone(),
                w.entry.rows.to_string(),
                w.entry.source.clone(),
                w.suggestions.join(", "),
            ]
        });
        println!("{}", table(["name", "pool", "rows", "source", "resembles"], rows));
        println!("touchline ids accept POOL NAME --as TEAM, or --new");
    })
}

async fn accept(app: &App, arguments: &Accept) -> Result<()> {
    let store = app.existing_store().await?;
    let queue = store.review_queue().await?;
    let waiting = queue.into_iter().filter(|e| e.pool == arguments.pool).map(|e| e.name);
    let names: Vec<String> =
        waiting.filter(|name| arguments.name.as_ref().is_none_or(|n| n == name)).collect();
    if names.is_empty() {
        let what = arguments.name.as_deref().unwrap_or("name");
        let text = format!(
            "no {what:?} waits in pool {:?}: `touchline ids unmatched` lists what does",
            arguments.pool
        );
        return Err(Stop::Usage(text).into());
    }
    let mut blocked = Vec::new();
    for name in &names {
        let decision = decision(&store, arguments, name).await?;
        // Which imports wait is asked before the decision takes the name off the list.
        blocked.extend(store.imports_blocked_by(&arguments.pool, name).await?);
        store.accept_name(&arguments.pool, name, decision, app.clock.now()).await?;
    }
    blocked.sort_by_key(|b| b.sequence);
    blocked.dedup_by_key(|b| b.payload_hash);
    let archived = |b: BlockedImport| Archived { file: b.file, format: b.format, hash: b.payload_hash };
    let imported = import_files::again(app, &store, blocked.into_iter().map(archived).collect()).await?;
    store.close().await;
    app.out.answer(&imported, || {
        println!("{} names accepted", names.len());
        println!(
            "{} fixtures and {} quotes imported from {} archived files",
            imported.fixtures, imported.quotes, imported.files
        );
    })?;
    imported.verdict()
}

async fn decision(store: &Store, arguments: &Accept, name: &str) -> Result<NameDecision> {
    let Some(team) = &arguments.decision.team else {
        return Ok(NameDecision::NewTeam { name: name.to_owned() });
    };
    let aliases = store.aliases().await?;
    let known = aliases.iter().find(|a| a.pool == arguments.pool && a.alias.eq_ignore_ascii_case(team));
    known.map(|a| NameDecision::Alias(a.team)).ok_or_else(|| {
        Stop::Usage(format!("pool {} has no team {team:?}; `ids unmatched` suggests some", arguments.pool))
            .into()
    })
}
