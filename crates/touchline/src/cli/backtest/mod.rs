//! `touchline backtest run | list | show | compare | search`

mod compare;
mod print;
mod run;
mod search;
mod show;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use forecast::backtest::{Briefed, Clustering, Schedule};

pub(super) use self::print::section as print;
use crate::{
    app::App, dashboard, jobs::backtest_csv, jobs::backtest_report::BacktestReport,
    jobs::backtest_run::Forecasts,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Refit along the calendar, forecast every match once, score beside the base rate and the market
    Run(run::Arguments),
    /// Backtests on record
    List,
    /// Show a backtest on record, or write its page or its forecasts again
    Show(show::Arguments),
    /// Compare forecasters on the matches both forecast, with paired tests
    Compare(compare::Arguments),
    /// Search a model's settings on earlier seasons; a search that was stopped goes on
    Search(search::Arguments),
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Run(arguments) => run::run(app, arguments).await,
        Command::List => show::list(app).await,
        Command::Show(arguments) => show::run(app, arguments).await,
        Command::Compare(arguments) => compare::run(app, arguments).await,
        Command::Search(arguments) => search::run(app, arguments).await,
    }
}

/// When models are refitted, on how much, and what they know.
#[derive(Debug, Args)]
struct Walking {
    /// Days between refits
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    step_days: Option<u16>,
    /// Days of matches to learn from; all when left out
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    window_days: Option<u16>,
    /// Fewest matches to learn from; earlier matches are counted and not forecast
    #[arg(long)]
    min_training: Option<usize>,
    /// Up to when news about a match itself counts: prices, for models that read them
    #[arg(long, value_enum, default_value_t = BriefedAt::Fit)]
    briefed: BriefedAt,
    /// Seed of everything drawn
    #[arg(long)]
    seed: Option<u64>,
}

impl Walking {
    fn schedule(&self, app: &App) -> Schedule {
        let step_days = self.step_days.unwrap_or(app.config.forecast.step_days);
        Schedule { step_days, window_days: self.window_days }
    }

    fn min_training(&self, app: &App) -> usize {
        self.min_training.unwrap_or(app.config.forecast.min_training_matches)
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BriefedAt {
    /// The fit, as everything else
    Fit,
    /// The kick-off: opening and pre-match prices are in
    Kickoff,
    /// The close: closing prices are in, for comparison only
    Close,
}

impl From<BriefedAt> for Briefed {
    fn from(at: BriefedAt) -> Self {
        match at {
            BriefedAt::Fit => Self::AtFit,
            BriefedAt::Kickoff => Self::AtKickoff,
            BriefedAt::Close => Self::AtClose,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Cluster {
    /// Every match by itself
    Match,
    /// Matches of one day
    Day,
    /// Matches from Tuesday to Monday: a round
    Week,
}

impl From<Cluster> for Clustering {
    fn from(cluster: Cluster) -> Self {
        match cluster {
            Cluster::Match => Self::Match,
            Cluster::Day => Self::Day,
            Cluster::Week => Self::Week,
        }
    }
}

/// Files a backtest can be written to.
#[derive(Debug, Args)]
struct Files {
    /// Write the report as one HTML file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write every forecast as CSV
    #[arg(long, value_name = "FILE")]
    forecasts: Option<PathBuf>,
}

impl Files {
    async fn write(&self, store: &store::Store, report: &BacktestReport) -> Result<()> {
        if let Some(path) = &self.html {
            write(path, dashboard::backtest_file(report).as_bytes())?;
        }
        if let Some(path) = &self.forecasts {
            let forecasts = Forecasts::of(store, report.id).await?;
            write(path, &backtest_csv::run(store, &forecasts).await?)?;
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
