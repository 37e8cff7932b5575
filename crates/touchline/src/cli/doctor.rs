//! `touchline doctor`

use anyhow::{Result, anyhow};
use clap::Args;
use jiff::SignedDuration;
use serde::Serialize;
use store::{Access, Place, Store, StoreError};

use crate::{app::App, cache::Cache, output::table};

#[derive(Debug, Args)]
pub(super) struct Arguments {}

/// How one examination ended.
#[derive(Debug, Serialize)]
struct Examined {
    what: &'static str,
    state: State,
    detail: String,
    remedy: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Warning,
    Failed,
}

impl Examined {
    fn ok(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Ok, detail: detail.into(), remedy: String::new() }
    }

    fn not(what: &'static str, state: State, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what, state, detail: detail.into(), remedy: remedy.into() }
    }
}

pub(super) async fn run(app: &App, _: &Arguments) -> Result<()> {
    // A configuration out of its ranges has been refused before this.
    let mut examined =
        vec![Examined::ok("configuration", "read, and within its ranges"), clock(app), folder(app)];
    match app.database()? {
        place if place.is_missing() => examined.push(none_yet()),
        place => {
            database(place, &mut examined).await;
            examined.push(backups(app));
        }
    }
    examined.push(cache(app).await?);
    app.out.answer(&examined, || {
        let state = |e: &Examined| format!("{:?}", e.state).to_lowercase();
        let rows = examined.iter().map(|e| [e.what.to_owned(), state(e), e.detail.clone(), e.remedy.clone()]);
        println!("{}", table(["examined", "state", "found", "remedy"], rows));
    })?;
    match examined.iter().filter(|e| e.state == State::Failed).count() {
        0 => Ok(()),
        failed => Err(anyhow!("{failed} of {} examinations failed", examined.len())),
    }
}

/// A clock far off dates new knowledge wrongly. The first release of this program was in 2026.
fn clock(app: &App) -> Examined {
    let now = app.clock.now();
    let year = now.strftime("%Y").to_string();
    if year.parse::<i32>().is_ok_and(|year| (2026..2100).contains(&year)) {
        Examined::ok("clock", now.to_string())
    } else {
        Examined::not("clock", State::Failed, format!("it says {now}"), "set the machine's clock")
    }
}

fn folder(app: &App) -> Examined {
    let probe = app.data.join(".doctor");
    let tried = std::fs::create_dir_all(&app.data).and_then(|()| std::fs::write(&probe, b"writable"));
    let _ = std::fs::remove_file(&probe);
    match tried {
        Ok(()) => Examined::ok("data folder", app.data.display().to_string()),
        Err(error) => Examined::not(
            "data folder",
            State::Failed,
            format!("{}: {error}", app.data.display()),
            "free some space, give write permission, or choose another folder with --data",
        ),
    }
}

/// Whether there is a backup that is not too old. What is in it, `touchline backup verify` reads.
fn backups(app: &App) -> Examined {
    const MAX_AGE: SignedDuration = SignedDuration::from_hours(48);
    const REMEDY: &str = "touchline backup run";
    let listed = match app.backups().list() {
        Ok(listed) => listed,
        Err(error) => {
            let remedy = "name another backup.folder";
            return Examined::not("backups", State::Failed, format!("{error:#}"), remedy);
        }
    };
    let newest = listed.into_iter().rev().find_map(|backup| backup.manifest.ok());
    let Some(newest) = newest else {
        return Examined::not("backups", State::Warning, "there is none", REMEDY);
    };
    let age = app.clock.now().duration_since(newest.created_at);
    let detail = format!("the newest is of {}, {} h old", newest.created_at, age.as_hours());
    if age > MAX_AGE {
        return Examined::not("backups", State::Warning, detail, REMEDY);
    }
    Examined::ok("backups", detail)
}

/// A Redis that is away costs time and no answer.
async fn cache(app: &App) -> Result<Examined> {
    let statistics = Cache::open(&app.config.cache, app.clock.clone()).await?.statistics().await;
    Ok(match (statistics.address, statistics.degraded) {
        (None, _) => Examined::ok("cache", "in the server's memory"),
        (Some(address), false) => Examined::ok("cache", format!("{address} answers")),
        (Some(address), true) => Examined::not(
            "cache",
            State::Warning,
            format!("{address} does not answer"),
            "start the Redis, correct cache.url, or leave it blank",
        ),
    })
}

fn none_yet() -> Examined {
    Examined::not("database", State::Warning, "there is none yet", "touchline init, or touchline demo")
}

async fn database(place: Place, examined: &mut Vec<Examined>) {
    match Store::open(place, Access::ReadOnly).await {
        // A file that was only just made when its maker was stopped.
        Err(StoreError::Absent { .. }) => examined.push(none_yet()),
        Err(error) => {
            let remedy = "restore a backup, or use the version of Touchline that wrote it";
            examined.push(Examined::not("database", State::Failed, error.to_string(), remedy));
        }
        Ok(store) => {
            if let Err(error) = inside(&store, examined).await {
                let remedy = "restore a backup, or import the files again into another folder";
                examined.push(Examined::not("database", State::Failed, error.to_string(), remedy));
            }
            store.close().await;
        }
    }
}

async fn inside(store: &Store, examined: &mut Vec<Examined>) -> Result<()> {
    let problems = store.integrity().await?;
    examined.push(match problems.as_slice() {
        [] => Examined::ok("database", "opens, migrated, every page and reference in order"),
        [first, ..] => Examined::not(
            "database",
            State::Failed,
            format!("{} problems, the first: {first}", problems.len()),
            "restore a backup, or import the files again into another folder",
        ),
    });
    if let Some(begun_at) = store.unfinished_copy().await? {
        let found = format!("a copy that was begun at {begun_at} and never finished");
        let remedy = "run the same `touchline db copy` again, or remove it";
        examined.push(Examined::not("copy", State::Warning, found, remedy));
    }
    let status = store.status().await?;
    examined.push(Examined::ok("facts", format!("{} prices from {} imports", status.quotes, status.imports)));
    examined.push(match status.unknown_names {
        0 => Examined::ok("team names", "every name is known"),
        n => Examined::not(
            "team names",
            State::Warning,
            format!("{n} wait for a decision"),
            "touchline ids unmatched",
        ),
    });
    Ok(())
}
