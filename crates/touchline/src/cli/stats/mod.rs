//! `touchline stats teams | models | roi | activity | refresh`

mod activity;
mod models;
mod refresh;
mod roi;
mod teams;

use anyhow::Result;
use clap::Subcommand;

use crate::app::App;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// How the teams of a season stand, or one of them after every match day
    Teams(teams::Arguments),
    /// How forecasts came out, beside the base rate and the market
    Models(models::Arguments),
    /// What settled bets came to
    Roi(roi::Arguments),
    /// How many prices came in
    Activity(activity::Arguments),
    /// Bring all of it up to date
    Refresh(refresh::Arguments),
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Teams(arguments) => teams::run(app, arguments).await,
        Command::Models(arguments) => models::run(app, arguments).await,
        Command::Roi(arguments) => roi::run(app, arguments).await,
        Command::Activity(arguments) => activity::run(app, arguments).await,
        Command::Refresh(arguments) => refresh::run(app, arguments).await,
    }
}

/// What people are told when there is more than the aggregates know.
fn say_if_behind(is_current: bool) {
    if !is_current {
        println!("there is more than this shows: touchline stats refresh");
    }
}

/// A share in percent, signed.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |share| format!("{:+.1} %", 100.0 * share))
}
