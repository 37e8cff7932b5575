//! `touchline settle`

use anyhow::Result;
use clap::Args;
use store::QuoteScope;

use super::bet::RUN;
use crate::{
    app::App,
    jobs::{
        load_history, refresh_aggregates,
        settle_bets::{self, Settled},
    },
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Settle by what was known before this moment; now when left out
    #[arg(long, value_parser = super::moment)]
    as_of: Option<jiff::Timestamp>,
    /// Which run of bets
    #[arg(long, default_value = RUN)]
    run: String,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let at = arguments.as_of.unwrap_or_else(|| app.clock.now());
    let mut total = Settled::default();
    for competition in store.competitions_bet_on(&arguments.run).await? {
        let loaded = load_history::run(&store, competition, QuoteScope::None).await?;
        let done = settle_bets::run(&store, &loaded, &arguments.run, at).await?;
        total.settled += done.settled;
        total.resettled += done.resettled;
        total.open += done.open;
    }
    refresh_aggregates::run(&store).await?;
    store.close().await;
    app.out.answer(&total, || {
        println!(
            "{} bets settled, {} settled again after a correction, {} open",
            total.settled, total.resettled, total.open
        );
    })
}
