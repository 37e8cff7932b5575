//! The Touchline binary: composes the library crates into commands, a replayable paper operation and a dashboard.
//!
//! `cli/` holds one file per command, `jobs/` one file per thing the operation does, `api/` and `dashboard/` what it serves.
//! No arithmetic on odds, probabilities or money happens here; that is what the libraries are for.

mod address;
mod api;
mod app;
mod ask_server;
mod backup;
mod bundle;
mod cache;
mod cli;
mod clock;
mod config;
mod dashboard;
mod desk;
mod exit;
mod export;
mod jobs;
mod logging;
mod output;
mod redact;
mod report;
mod signal;
#[cfg(test)]
mod testing;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    exit::end_quietly_on_a_closed_pipe();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors.
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let json = cli.global.json;
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error, json),
    }
}
