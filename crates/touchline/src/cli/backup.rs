//! `touchline backup run`, `list`, `verify` and `restore`

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use store::Place;

use crate::{
    address::Address,
    app::{App, file_in},
    backup::{
        folder::Listed,
        manifest::{Kind, Manifest},
        refusal::Refusal,
    },
    exit::Stop,
    jobs::{
        back_up::{self, Made},
        restore_backup::{self, Answer},
        thin_backups::{self, Thinned},
        verify_backup::{self, Examined},
    },
    output::table,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a backup while others go on writing, then remove those that newer ones made needless
    Run(Run),
    /// What backups there are
    List,
    /// Read backups from their first byte to their last
    Verify(Verify),
    /// Put what a backup holds in the place of what is there, which is kept under another name
    Restore(Restore),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Remove no backup, however many there are
    #[arg(long)]
    keep_all: bool,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A backup: a path, or a name as `touchline backup list` shows it
    #[arg(required_unless_present = "all")]
    file: Option<PathBuf>,
    /// Every backup there is
    #[arg(long, conflicts_with = "file")]
    all: bool,
    /// Also restore it into a place of its own, compare every row and remove it again
    #[arg(long)]
    restore_test: bool,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A backup: a path, or a name as `touchline backup list` shows it
    file: PathBuf,
    /// Another data folder, or the address of a PostgreSQL server, instead of the configured database
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
    /// Restore in the place of a database that is there; it is kept under another name
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Run(arguments) => make(app, arguments).await,
        Command::List => list(app),
        Command::Verify(arguments) => verify(app, arguments).await,
        Command::Restore(arguments) => restore(app, arguments).await.map_err(with_exit_code),
    }
}

/// What a backup run did.
#[derive(Debug, Serialize)]
struct Ran {
    #[serde(flatten)]
    made: Made,
    retention: Option<Thinned>,
}

async fn make(app: &App, arguments: &Run) -> Result<()> {
    let store = app.existing_store().await?;
    let made = back_up::run(app, &mut store.view().await?, &app.database()?, Kind::Manual).await?;
    store.close().await;
    let retention = if arguments.keep_all { None } else { Some(thin_backups::run(app).await?) };
    let ran = Ran { made, retention };
    app.out.answer(&ran, || print_ran(&ran))
}

fn print_ran(Ran { made, retention }: &Ran) {
    println!(
        "{}: {} rows of {} tables and {} files, schema {}, {}, read back whole",
        made.file.display(),
        made.rows,
        made.tables,
        made.files,
        made.schema,
        megabytes(made.bytes)
    );
    for left_out in &made.left_out {
        println!("not in it: {left_out}");
    }
    let Some(retention) = retention else { return };
    for removed in &retention.removed {
        println!("removed {}", removed.display());
    }
    for damaged in &retention.damaged {
        println!("damaged, and left for you to look at: {} (touchline backup verify)", damaged.display());
    }
    println!("backups kept: {}", retention.kept);
}

/// A backup as programs see it in the list.
#[derive(Debug, Serialize)]
struct Line {
    file: PathBuf,
    bytes: u64,
    /// Whether it begins and ends as a backup does.
    state: &'static str,
    detail: Option<String>,
    #[serde(flatten)]
    about: Option<About>,
}

#[derive(Debug, Serialize)]
struct About {
    created_at: Timestamp,
    age_secs: i64,
    kind: Kind,
    engine: String,
    place: String,
    schema: i64,
    rows: u64,
    touchline: String,
}

fn list(app: &App) -> Result<()> {
    let folder = app.backups();
    let lines: Vec<Line> = folder.list()?.into_iter().map(|listed| line(listed, app.clock.now())).collect();
    app.out.answer(&lines, || {
        if lines.is_empty() {
            println!("there is no backup in {}: touchline backup run makes one", folder.path().display());
            return;
        }
        println!(
            "{}",
            table(["backup", "age", "size", "schema", "rows", "made", "of", "state"], lines.iter().map(row))
        );
        lines.iter().filter_map(|line| line.detail.as_ref()).for_each(|detail| println!("{detail}"));
    })
}

fn line(Listed { path, bytes, manifest }: Listed, now: Timestamp) -> Line {
    let (state, detail, about) = match manifest {
        Ok(manifest) => ("complete", None, Some(about(manifest, now))),
        Err(refusal @ Refusal::Form { .. }) => ("unknown form", Some(refusal.to_string()), None),
        Err(refusal) => ("damaged", Some(refusal.to_string()), None),
    };
    Line { file: path, bytes, state, detail, about }
}

fn about(manifest: Manifest, now: Timestamp) -> About {
    About {
        age_secs: now.duration_since(manifest.created_at).as_secs(),
        rows: manifest.rows(),
        created_at: manifest.created_at,
        kind: manifest.kind,
        engine: manifest.engine,
        place: manifest.place,
        schema: manifest.schema,
        touchline: manifest.touchline,
    }
}

fn row(line: &Line) -> [String; 8] {
    let name = line.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let about = |text: fn(&About) -> String| line.about.as_ref().map(text).unwrap_or_default();
    [
        name,
        about(|a| age(a.age_secs)),
        megabytes(line.bytes),
        about(|a| a.schema.to_string()),
        about(|a| a.rows.to_string()),
        about(|a| match a.kind {
            Kind::Manual => "by hand".into(),
            Kind::BeforeMigration => "before migration".into(),
        }),
        about(|a| a.place.clone()),
        line.state.to_owned(),
    ]
}

fn age(secs: i64) -> String {
    match secs {
        ..60 => format!("{secs} s"),
        60..3600 => format!("{} min", secs / 60),
        3600..86400 => format!("{} h", secs / 3600),
        _ => format!("{} d", secs / 86400),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// How the examination of one backup ended.
#[derive(Debug, Serialize)]
struct Verdict {
    file: PathBuf,
    state: &'static str,
    detail: Option<String>,
    #[serde(flatten)]
    examined: Option<Examined>,
}

async fn verify(app: &App, arguments: &Verify) -> Result<()> {
    let files = match &arguments.file {
        Some(file) => vec![existing(app, file)?],
        None => app.backups().list()?.into_iter().map(|listed| listed.path).collect(),
    };
    let mut verdicts = Vec::new();
    for file in files {
        let verdict = match verify_backup::run(app, &file, arguments.restore_test).await {
            Ok(examined) => Verdict { file, state: "good", detail: None, examined: Some(examined) },
            Err(error) => {
                // Only what a backup itself is to blame for is its verdict.
                let refusal: &Refusal = error.downcast_ref().ok_or_else(|| anyhow!("{error:#}"))?;
                Verdict { file, state: "refused", detail: Some(refusal.to_string()), examined: None }
            }
        };
        verdicts.push(verdict);
    }
    app.out.answer(&verdicts, || verdicts.iter().for_each(print_verdict))?;
    match verdicts.iter().filter(|verdict| verdict.examined.is_none()).count() {
        0 => Ok(()),
        n => Err(Stop::Gate(format!("{n} of {} backups cannot be used", verdicts.len())).into()),
    }
}

fn print_verdict(verdict: &Verdict) {
    let file = verdict.file.display();
    match (&verdict.examined, &verdict.detail) {
        (Some(Examined { rows, schema, bytes, restored, .. }), _) => {
            let tested =
                if *restored { ", restored into a place of its own and compared row by row" } else { "" };
            println!(
                "{file}: good: {rows} rows, schema {schema}, {}, every byte read{tested}",
                megabytes(*bytes)
            );
        }
        (None, detail) => println!("{}", detail.as_deref().unwrap_or_default()),
    }
}

/// The file of that name, which has to be there.
fn existing(app: &App, name: &Path) -> Result<PathBuf> {
    let file = app.backups().find(name);
    if file.is_file() {
        return Ok(file);
    }
    Err(Stop::Usage(format!(
        "there is no backup {}: touchline backup list shows what there is",
        file.display()
    ))
    .into())
}

async fn restore(app: &App, arguments: &Restore) -> Result<()> {
    let file = existing(app, &arguments.file)?;
    let to = arguments.to.as_ref().map(|to| app.place(&Address::new(to.clone()))).transpose()?;
    let (place, data) = match (to, &arguments.to) {
        (Some(server @ Place::Server(_)), _) => (server, None),
        (_, Some(folder)) => (file_in(folder.as_ref()), Some(PathBuf::from(folder))),
        (_, None) => (app.database()?, Some(app.data.clone())),
    };
    let answer = restore_backup::run(app, &file, place, data.as_deref(), arguments.force).await?;
    app.out.answer(&answer, || print_restored(&answer))
}

fn print_restored(answer: &Answer) {
    println!("{} holds what it held at {}: {} rows", answer.place, answer.created_at, answer.rows);
    let [before, now] = answer.schemas;
    if before != now {
        println!("it was brought from schema {before} to {now}");
    }
    if let Some(replaced) = &answer.replaced {
        println!("what was there is kept as {replaced}: remove it when you no longer need it");
        if answer.on_server {
            println!(
                "where there are roles, run `touchline db roles --apply`: their rights stayed with what was there"
            );
        }
    }
    answer.files.iter().for_each(|file| println!("{}", file.sentence()));
    for left_out in &answer.left_out {
        println!("not in the backup: {left_out}");
    }
}

/// A backup that is refused is a gate that stays shut, whatever surrounds the reason.
fn with_exit_code(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<Refusal>() {
        Some(refusal @ (Refusal::Damaged { .. } | Refusal::Form { .. } | Refusal::Schema { .. })) => {
            Stop::Gate(refusal.to_string()).into()
        }
        _ => error,
    }
}
