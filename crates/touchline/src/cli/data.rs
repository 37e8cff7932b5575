//! `touchline data import`, `touchline data status` and `touchline data match`

mod one_match;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;
use store::SeasonStatus;

use crate::{
    app::App,
    jobs::import_files::{self, Imported, Refused},
    output::table,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Import files; one file is one transaction, and importing it again changes nothing
    Import(Import),
    /// What is stored, by competition and season
    Status(Status),
    /// Everything that was known of one match at a moment
    Match(one_match::Match),
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files of one format
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// football_data_co_uk, nflverse_games, nflverse_plays, nflverse_injuries, nba_lines, nba_stats_box_score,
    /// touchline_bundle, or a mapping file that ends in .toml
    #[arg(long)]
    format: String,
    /// Print every refused row instead of the first ones
    #[arg(long)]
    all_rejections: bool,
}

#[derive(Debug, Args)]
pub(super) struct Status {
    /// Show every season instead of one line a competition
    #[arg(long)]
    seasons: bool,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Import(arguments) => import(app, arguments).await,
        Command::Status(arguments) => status(app, arguments).await,
        Command::Match(arguments) => one_match::run(app, arguments).await,
    }
}

async fn import(app: &App, arguments: &Import) -> Result<()> {
    let format = import_files::format(&arguments.format)?;
    let contracts = crate::jobs::run_checks::contracts(&app.config.checks)?;
    let store = app.store().await?;
    let imported = import_files::run(app, &store, format, &contracts, arguments.files.clone()).await?;
    store.close().await;
    app.out.answer(&imported, || print(&imported, arguments.all_rejections))?;
    imported.verdict()
}

/// How many refused rows people see unless they ask for all.
const SHOWN: usize = 20;

fn print(imported: &Imported, all: bool) {
    println!(
        "{} files: {} new fixtures, {} results, {} quotes; {} duplicates, {} corrections, {} rejected",
        imported.files,
        imported.fixtures,
        imported.results,
        imported.quotes,
        imported.duplicates,
        imported.corrections,
        imported.rejected
    );
    let details = [
        (imported.line_ups, "line-ups"),
        (imported.players, "players"),
        (imported.venues, "venues of matches"),
        (imported.weather, "weather of matches"),
        (imported.plays, "plays"),
        (imported.player_statistics, "statistics of players"),
        (imported.injuries, "reports on players"),
    ];
    let details: Vec<String> =
        details.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if !details.is_empty() {
        println!("new besides: {}", details.join(", "));
    }
    if !imported.by_reason.is_empty() {
        let rows = imported.by_reason.iter().map(|r| [r.reason.clone(), r.loss.clone(), r.count.to_string()]);
        println!("{}", table(["reason", "lost", "count"], rows));
    }
    let shown = if all { imported.refused.len() } else { SHOWN.min(imported.refused.len()) };
    for refused in &imported.refused[..shown] {
        println!("  {}", sentence(refused));
    }
    if shown < imported.refused.len() {
        println!("  and {} more (--all-rejections prints them)", imported.refused.len() - shown);
    }
    if imported.unknown_names > 0 {
        println!("{} team names wait for a decision: touchline ids unmatched", imported.unknown_names);
    }
}

fn sentence(refused: &Refused) -> String {
    let field = refused.field.as_deref().map_or_else(String::new, |f| format!(", {f}"));
    let Refused { file, row, value, reason, remedy, .. } = refused;
    format!("{file}, row {row}{field}: {value:?}: {reason}, {remedy}")
}

/// What is stored, with its sums.
#[derive(Debug, Serialize)]
struct Stored {
    fixtures: u64,
    results: u64,
    #[serde(flatten)]
    status: store::Status,
}

async fn status(app: &App, arguments: &Status) -> Result<()> {
    let store = app.existing_store().await?;
    let status = store.status().await?;
    store.close().await;
    let fixtures = status.seasons.iter().map(|s| s.fixtures).sum();
    let results = status.seasons.iter().map(|s| s.results).sum();
    let stored = Stored { fixtures, results, status };
    app.out.answer(&stored, || print_status(&stored, arguments.seasons))
}

fn print_status(stored: &Stored, every_season: bool) {
    let status = &stored.status;
    let of_one = |a: &SeasonStatus, b: &SeasonStatus| a.competition == b.competition && !every_season;
    let rows = status.seasons.chunk_by(of_one).map(|seasons| {
        let sum = |count: fn(&SeasonStatus) -> u64| seasons.iter().map(count).sum::<u64>().to_string();
        let (first, last) = (&seasons[0], &seasons[seasons.len() - 1]);
        let label = if first.season == last.season {
            first.season.to_string()
        } else {
            format!("{} to {}", first.season, last.season)
        };
        [
            format!("{} {label}", first.competition),
            sum(|s| s.fixtures),
            sum(|s| s.results),
            sum(|s| s.quotes),
            first.first_on.to_string(),
            last.last_on.to_string(),
        ]
    });
    println!("{}", table(["competition", "fixtures", "results", "quotes", "first", "last"], rows));
    let megabytes = status.database_bytes as f64 / 1e6;
    println!(
        "{} fixtures, {} quotes, {megabytes:.1} MB, {} imports",
        stored.fixtures, status.quotes, status.imports
    );
    if status.unknown_names > 0 {
        println!("{} team names wait for a decision: touchline ids unmatched", status.unknown_names);
    }
    if !status.rejections.is_empty() {
        let rows = status.rejections.iter().map(|r| [r.reason.clone(), r.loss.clone(), r.count.to_string()]);
        println!("{}", table(["rejected because of", "lost", "count"], rows));
    }
}
