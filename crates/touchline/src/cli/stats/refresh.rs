//! `touchline stats refresh`

use anyhow::Result;
use clap::Args;
use store::KeptAs;

use crate::{
    app::App,
    jobs::refresh_aggregates::{self, Histories, Refreshed},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Make everything anew from facts, forecasts and bets instead of what changed
    #[arg(long)]
    rebuild: bool,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let refreshed = refresh_aggregates::all(&store, Histories::of(&store), arguments.rebuild).await?;
    store.close().await;
    app.out.answer(&refreshed, || print(&refreshed))
}

fn print(refreshed: &Refreshed) {
    let teams = refreshed.teams;
    println!(
        "{} seasons with {} teams on {} days, {} weeks of models, {} groups of bets",
        teams.seasons, teams.teams, teams.days, refreshed.model_weeks, refreshed.bet_groups
    );
    let prices = match refreshed.quote_activity {
        None => "nothing new",
        Some(KeptAs::Table) => "counted",
        Some(KeptAs::View) => "counted by a materialised view",
        Some(KeptAs::ContinuousAggregate) => "counted by a continuous aggregate",
    };
    println!("prices: {prices}");
}
