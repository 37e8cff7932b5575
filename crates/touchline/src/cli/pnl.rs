//! `touchline pnl`

use std::collections::BTreeMap;

use anyhow::Result;
use betting::performance::{Bootstrap, Grouping, Performance, performance_by};
use clap::Args;
use serde::Serialize;
use store::QuoteScope;

use super::bet::RUN;
use crate::{
    app::App,
    jobs::{load_history, sum_up_bets},
    output::table,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which run of bets: `paper` or `demo`
    #[arg(long, default_value = RUN)]
    run: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    run: String,
    placed: usize,
    total: Performance,
    by_market: BTreeMap<String, Performance>,
    by_book: BTreeMap<String, Performance>,
    by_model: BTreeMap<String, Performance>,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let mut loaded = Vec::new();
    for competition in store.competitions_bet_on(&arguments.run).await? {
        loaded.push(load_history::run(&store, competition, QuoteScope::All).await?);
    }
    let book = sum_up_bets::read(&store, &loaded, Some(&arguments.run)).await?;
    let (config, seed) = (&app.config.betting, app.config.forecast.seed);
    let bootstrap = Bootstrap { seed, ..Bootstrap::default() };
    let by = |grouping| performance_by(&book.settled, grouping, config.currency, bootstrap);
    let answer = Answer {
        run: arguments.run.clone(),
        placed: book.placed,
        total: book.performance(config, seed)?,
        by_market: by(Grouping::Market)?,
        by_book: by(Grouping::Book)?,
        by_model: by(Grouping::Model)?,
    };
    app.out.answer(&answer, || print(&answer))
}

fn print(answer: &Answer) {
    println!("run {}: {} bets placed, {} settled", answer.run, answer.placed, answer.total.n_bets);
    let groups = [("market", &answer.by_market), ("book", &answer.by_book), ("model", &answer.by_model)];
    let rows = std::iter::once(("all".to_owned(), &answer.total)).chain(
        groups.iter().flat_map(|(kind, group)| group.iter().map(move |(k, p)| (format!("{kind} {k}"), p))),
    );
    let percent = |value: Option<f64>| value.map_or_else(|| "–".into(), |v| format!("{:+.1} %", 100.0 * v));
    let rows = rows.map(|(name, p)| {
        let interval = p
            .roi_interval
            .map_or_else(|| "–".into(), |i| format!("[{:+.1} %, {:+.1} %]", 100.0 * i.low, 100.0 * i.high));
        [
            name,
            p.n_bets.to_string(),
            p.turnover.to_string(),
            p.profit.to_string(),
            percent(p.roi),
            interval,
            percent(p.mean_closing_raw),
            percent(p.closing_coverage.share()),
        ]
    });
    let head = ["group", "bets", "staked", "profit", "ROI", "95 % interval", "CLV", "CLV coverage"];
    println!("{}", table(head, rows));
}
