//! The command line: one file per command, each with its arguments and `run`; the enums here are the list.

mod backtest;
mod backup;
mod bet;
mod cache;
mod check;
mod config;
mod data;
mod db;
mod demo;
mod doctor;
mod explain;
mod ids;
mod init;
mod leakcheck;
mod model;
mod pnl;
mod predict;
mod ratings;
mod serve;
mod settle;
mod simulate;
mod stats;

use std::{future::Future, path::PathBuf};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::{
    address::Address,
    app::App,
    exit::{self, Stop},
    logging,
    output::Output,
    signal::asked_to_stop,
};

/// Raw matches to settled, scored bets.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder of the database and of touchline.toml
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "./touchline-data",
        env = "TOUCHLINE_DATA"
    )]
    data: PathBuf,
    /// A configuration file other than DIR/touchline.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A PostgreSQL server instead of the file in DIR: postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, global = true, value_name = "URL", env = "TOUCHLINE_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Answer with one JSON object
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the whole job on the bundled matches: import, check, backtest, bet, settle, score, forecast, serve
    Demo(demo::Arguments),
    /// Make a data folder with a commented configuration and an empty database
    Init(init::Arguments),
    /// Import files, and say what is stored
    #[command(subcommand)]
    Data(data::Command),
    /// Check what is stored against the data contracts
    #[command(subcommand)]
    Check(check::Command),
    /// Train models and list them
    #[command(subcommand)]
    Model(model::Command),
    /// Forecast fixtures to come, or any pairing
    Predict(predict::Arguments),
    /// Play out a match or the rest of a season many times
    #[command(subcommand)]
    Simulate(simulate::Command),
    /// Rate the teams of a competition, and show how matches moved them
    Ratings(ratings::Arguments),
    /// Rebuild a stored forecast from its inputs and show where it comes from
    Explain(explain::Arguments),
    /// Score models as if they had been live
    #[command(subcommand)]
    Backtest(backtest::Command),
    /// Prove that no model or feature sees the future
    Leakcheck(leakcheck::Arguments),
    /// Find and list paper bets
    #[command(subcommand)]
    Bet(bet::Command),
    /// Settle open paper bets whose results are known
    Settle(settle::Arguments),
    /// Profit and loss, return and closing line value
    Pnl(pnl::Arguments),
    /// Teams by season, models by week, returns by market, book and model, and how many prices came in
    #[command(subcommand)]
    Stats(stats::Command),
    /// Team names that nobody knows yet
    #[command(subcommand)]
    Ids(ids::Command),
    /// What is kept of what was computed: figures, dropping it, making it ahead
    #[command(subcommand)]
    Cache(cache::Command),
    /// Back up the database and its configuration, verify and restore backups
    #[command(subcommand)]
    Backup(backup::Command),
    /// The effective configuration
    #[command(subcommand)]
    Config(config::Command),
    /// The database itself: its state, migrations, copies, space, roles
    #[command(subcommand)]
    Db(db::Command),
    /// Look for what is wrong, and say how to mend it
    Doctor(doctor::Arguments),
    /// Serve the dashboard
    Serve(serve::Arguments),
}

/// Runs one command.
pub(crate) fn run(cli: Cli) -> Result<()> {
    let Global { data, config, database, json } = cli.global;
    let app = App::new(data, config.as_deref(), database.map(Address::new), Output { json })?;
    logging::start(&app.config.log)?;
    match cli.command {
        Command::Config(command) => config::run(&app, &command),
        Command::Demo(arguments) => {
            until_stopped(demo::run(&app, &arguments))?;
            if arguments.no_serve {
                Ok(())
            } else {
                runtime()?.block_on(serve::run(&app, &arguments.serve()))
            }
        }
        Command::Init(arguments) => until_stopped(init::run(&app, &arguments)),
        Command::Data(command) => until_stopped(data::run(&app, &command)),
        Command::Check(command) => until_stopped(check::run(&app, &command)),
        Command::Model(command) => until_stopped(model::run(&app, &command)),
        Command::Predict(arguments) => until_stopped(predict::run(&app, &arguments)),
        Command::Simulate(command) => until_stopped(simulate::run(&app, &command)),
        Command::Ratings(arguments) => until_stopped(ratings::run(&app, &arguments)),
        Command::Explain(arguments) => until_stopped(explain::run(&app, &arguments)),
        Command::Backtest(command) => until_stopped(backtest::run(&app, &command)),
        Command::Leakcheck(arguments) => until_stopped(leakcheck::run(&app, &arguments)),
        Command::Bet(command) => until_stopped(bet::run(&app, &command)),
        Command::Settle(arguments) => until_stopped(settle::run(&app, &arguments)),
        Command::Stats(command) => until_stopped(stats::run(&app, &command)),
        Command::Pnl(arguments) => until_stopped(pnl::run(&app, &arguments)),
        Command::Ids(command) => until_stopped(ids::run(&app, &command)),
        Command::Cache(command) => until_stopped(cache::run(&app, &command)),
        Command::Db(command) => until_stopped(db::run(&app, &command)),
        Command::Backup(command) => until_stopped(backup::run(&app, &command)),
        Command::Doctor(arguments) => until_stopped(doctor::run(&app, &arguments)),
        // The server has its own way to stop: it answers open requests first.
        Command::Serve(arguments) => runtime()?.block_on(serve::run(&app, &arguments)),
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// A moment as people write it: an instant, or a date for 00:00 UTC of its day.
fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let midnight = || {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    };
    let instant = text.parse().ok().or_else(midnight);
    instant.ok_or_else(|| "write a moment as 2024-03-01T12:00:00Z, or a date as 2024-03-01".into())
}

/// Runs to the end or until asked to stop, whichever is first. Whatever is dropped half-way was one transaction and leaves no trace.
fn until_stopped(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let (busy, stop) = (asked_to_stop()?, asked_to_stop()?);
        // Fitting and scoring do not yield; when they are busy the process ends here. Every write is one transaction.
        tokio::spawn(async {
            let signal = busy.await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            std::process::exit(exit::stopped(signal));
        });
        tokio::select! {
            done = work => done,
            signal = stop => Err(Stop::Asked(signal).into()),
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
