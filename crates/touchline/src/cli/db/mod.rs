//! `touchline db status | stats | migrate | vacuum | copy | roles`

mod copy;
mod migrate;
mod roles;
mod status;
mod vacuum;

use anyhow::Result;
use clap::Subcommand;
use store::Place;

use crate::{app::App, exit::Stop};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Where the database is, its version, what waits to be migrated, and how large its tables are
    Status,
    /// Bytes of every table and index, bytes a price, free pages, dead rows, cache hits
    Stats,
    /// Bring the schema up to date
    Migrate(migrate::Arguments),
    /// Give unused space back and let the query planner learn the sizes of tables
    Vacuum,
    /// Copy everything to another database, of either engine, and verify it row by row
    Copy(copy::Arguments),
    /// The SQL that makes an owner, a writer and a reader of a PostgreSQL database
    Roles(roles::Arguments),
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Status => status::run(app).await,
        Command::Stats => status::stats(app).await,
        Command::Migrate(arguments) => migrate::run(app, arguments).await,
        Command::Vacuum => vacuum::run(app).await,
        Command::Copy(arguments) => copy::run(app, arguments).await,
        Command::Roles(arguments) => roles::run(app, arguments).await,
    }
}

/// The configured database, which must be there.
fn existing(app: &App) -> Result<Place> {
    must_exist(app.database()?)
}

fn must_exist(place: Place) -> Result<Place> {
    if place.is_missing() {
        let text = format!(
            "there is no database at {place}: name another folder with --data, or make one with `touchline init`"
        );
        return Err(Stop::Usage(text).into());
    }
    Ok(place)
}

/// Millions of bytes, as people read them.
fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}
