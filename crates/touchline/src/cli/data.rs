//! `touchline data import`, `touchline data export`, `touchline data status` and `touchline data match`

mod one_match;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use domain::{CompetitionId, Season};
use jiff::Timestamp;
use serde::Serialize;
use store::{Filter, SeasonStatus};

use crate::{
    app::App,
    exit::Stop,
    export::{self, Destination, FORMATS, Numbers},
    jobs::{
        export_tables::{self, Asked, Exported},
        import_files::{self, Imported, Refused},
        import_predictions,
    },
    output::table,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Import files; one file is one transaction, and importing it again changes nothing
    Import(Import),
    /// Write tables to CSV, TSV, JSON Lines or Parquet files
    Export(Export),
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
    /// touchline_bundle, games_csv, predictions_csv, or a mapping file that ends in .toml
    #[arg(long)]
    format: String,
    /// Print every refused row instead of the first ones
    #[arg(long)]
    all_rejections: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Tables of the database, or matches, forecasts, odds and bets, which are joined for people
    #[arg(value_name = "TABLE", required_unless_present_any = ["all", "list"], conflicts_with = "all")]
    tables: Vec<String>,
    /// Every one of them
    #[arg(long)]
    all: bool,
    /// Say what there is and what restricts it, and write nothing
    #[arg(long, conflicts_with = "all")]
    list: bool,
    /// How the files are written
    #[arg(long, default_value = FORMATS[0].code(), value_parser = PossibleValuesParser::new(FORMATS.map(export::Format::code)))]
    format: String,
    /// A folder for a file of each table, or a file for one table, or - for standard output
    #[arg(long, value_name = "DIR|FILE|-", default_value = "touchline-export")]
    out: String,
    /// Only what is about these competitions, such as eng.1
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    competition: Vec<CompetitionId>,
    /// Only what is about one season, such as 2023 for 2023-24
    #[arg(long, value_name = "YYYY")]
    season: Option<Season>,
    /// Only facts known before this moment, e.g. 2024-03-01T12:00:00Z, and what was made of them before it
    #[arg(long, value_name = "INSTANT", value_parser = super::moment)]
    as_of: Option<Timestamp>,
    /// Instants as they are stored: microseconds since 1970
    #[arg(long)]
    raw: bool,
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
        Command::Export(arguments) if arguments.list => list(app).await,
        Command::Export(arguments) => export(app, arguments).await,
        Command::Status(arguments) => status(app, arguments).await,
        Command::Match(arguments) => one_match::run(app, arguments).await,
    }
}

async fn import(app: &App, arguments: &Import) -> Result<()> {
    let imported = if arguments.format == ingest::prediction::FORMAT {
        let store = app.existing_store().await?;
        let imported = import_predictions::run(app, &store, arguments.files.clone()).await?;
        store.close().await;
        imported
    } else {
        let format = import_files::format(&arguments.format)?;
        let contracts = crate::jobs::run_checks::contracts(&app.config.checks)?;
        let store = app.store().await?;
        let imported = import_files::run(app, &store, format, &contracts, arguments.files.clone()).await?;
        store.close().await;
        imported
    };
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
        (imported.forecasts, "forecasts made elsewhere"),
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

async fn export(app: &App, arguments: &Export) -> Result<()> {
    let destination = Destination::parse(&arguments.out);
    if destination == Destination::Stdout && app.out.json {
        return Err(Stop::Usage("--json and --out - would both write to standard output".into()).into());
    }
    let Some(format) = export::by_code(&arguments.format) else {
        return Err(Stop::Usage(format!("no format {:?}", arguments.format)).into());
    };
    let asked = Asked {
        relations: arguments.tables.clone(),
        filter: Filter {
            competitions: arguments.competition.clone(),
            season: arguments.season,
            known_before: arguments.as_of,
        },
        format,
        destination,
        numbers: if arguments.raw { Numbers::Raw } else { Numbers::Meant },
    };
    let store = app.existing_store().await?;
    let exported = export_tables::run(&store, &asked, app.out).await?;
    store.close().await;
    if asked.destination == Destination::Stdout {
        return Ok(());
    }
    app.out.answer(&exported, || print_exported(&exported))
}

fn print_exported(exported: &Exported) {
    let rows = exported.tables.iter().map(|t| {
        let file = t.file.as_ref().map_or_else(String::new, |file| file.display().to_string());
        [file, t.rows.to_string(), t.bytes.map_or_else(String::new, |bytes| bytes.to_string())]
    });
    println!("{}", table(["file", "rows", "bytes"], rows));
    for by in ["competition", "season", "as_of"] {
        let whole = exported.tables.iter().filter(|t| t.not_restricted_by.contains(&by));
        let whole: Vec<&str> = whole.map(|t| t.table.as_str()).collect();
        if !whole.is_empty() {
            let option = by.replace('_', "-");
            println!("written whole, since --{option} does not tell their rows apart: {}", whole.join(", "));
        }
    }
    if !exported.left_out.is_empty() {
        let names = exported.left_out.join(", ");
        println!("left out, since nothing says when their rows became known: {names}");
    }
}

async fn list(app: &App) -> Result<()> {
    let store = app.existing_store().await?;
    let listed = export_tables::list(&store).await?;
    store.close().await;
    app.out.answer(&listed, || {
        let rows = listed.iter().map(|l| {
            let by: Vec<&str> = l.restricted_by.iter().copied().filter(|by| *by != "as_of").collect();
            let about = l.about.map_or_else(|| l.table.clone(), |about| format!("{}: {about}", l.table));
            let none = if l.has_no_moment { "leaves it out" } else { "–" };
            [about, l.columns.to_string(), by.join(", "), l.moment.clone().unwrap_or_else(|| none.into())]
        });
        println!("{}", table(["table", "columns", "restricted by", "--as-of looks at"], rows));
    })
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
