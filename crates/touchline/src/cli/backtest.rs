//! `touchline backtest run`

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::{CompetitionId, Season};
use store::QuoteScope;

use crate::{
    app::App,
    jobs::{backtest_season, load_history},
    output::table,
    report::{BacktestSection, Difference},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Refit along the calendar, forecast every match once, score beside the base rate and the market
    Run(Arguments),
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// Seasons such as 2023-24; several are scored together
    #[arg(long = "season", required = true, num_args = 1.., value_delimiter = ',')]
    seasons: Vec<Season>,
    /// Models by name; all that know the sport when left out
    #[arg(long, value_delimiter = ',')]
    models: Vec<String>,
    /// Days between refits
    #[arg(long)]
    step_days: Option<u16>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    let Command::Run(arguments) = command;
    let store = app.existing_store().await?;
    let loaded = load_history::run(&store, arguments.competition, QuoteScope::All).await?;
    let models = backtest_season::chosen(&arguments.models, loaded.competition.sport)?;
    let mut config = app.config.forecast.clone();
    config.step_days = arguments.step_days.unwrap_or(config.step_days);
    let seasons = arguments.seasons.clone();
    let label = seasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let walked =
        backtest_season::run(&loaded.history, &loaded.competition, seasons, models, &config, app.out)?;
    let section = backtest_season::section(&walked, &loaded.competition, &label);
    app.out.answer(&section, || print(&section))
}

/// The score table of one walk.
pub(super) fn print(section: &BacktestSection) {
    println!("\n{} {}, market: {}", section.name, section.season, section.market_phase);
    let head = [
        "forecaster",
        "n",
        "RPS",
        "log loss",
        "Brier",
        "accuracy",
        "ECE",
        "RPS to base rate",
        "RPS to market",
    ];
    let rows = section.forecasters.iter().map(|f| {
        [
            f.name.clone(),
            f.n.to_string(),
            format!("{:.4}", f.rps),
            format!("{:.4}", f.log_loss),
            format!("{:.4}", f.brier),
            format!("{:.1} %", 100.0 * f.accuracy),
            format!("{:.4}", f.ece),
            difference(f.rps_to_base_rate),
            difference(f.rps_to_market),
        ]
    });
    println!("{}", table(head, rows));
}

fn difference(difference: Option<Difference>) -> String {
    difference.map_or_else(|| "–".into(), |d| format!("{:+.4} [{:+.4}, {:+.4}]", d.mean, d.low, d.high))
}
