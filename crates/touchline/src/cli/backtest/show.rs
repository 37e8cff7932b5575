//! `touchline backtest list` and `touchline backtest show`

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use super::{Files, print};
use crate::{
    app::App,
    jobs::backtest_report::{BacktestReport, Headline},
    output::{minute, table},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The number of the backtest
    id: i64,
    #[command(flatten)]
    files: Files,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let report = BacktestReport::get(&store, arguments.id).await?;
    arguments.files.write(&store, &report).await?;
    app.out.answer(&report, || print::report(&report))
}

pub(super) async fn list(app: &App) -> Result<()> {
    let store = app.existing_store().await?;
    let mut lines = Vec::new();
    for head in store.backtests().await? {
        let unreadable = || format!("backtest {} was stored by Touchline {}", head.id.0, head.code_version);
        let headline: Headline = serde_json::from_value(head.headline.clone()).with_context(unreadable)?;
        lines.push((head, headline));
    }
    let shown: Vec<_> = lines
        .iter()
        .map(|(head, headline)| {
            json!({ "id": head.id, "made_at": head.made_at, "data_sequence": head.data_sequence, "title": headline.title,
                "n": headline.n, "scores": headline.scores, "configuration": head.configuration })
        })
        .collect();
    app.out.answer(&shown, || {
        let rows = lines.iter().map(|(head, headline)| {
            let best = headline.best();
            [
                headline.title.clone(),
                head.id.0.to_string(),
                minute(head.made_at),
                headline.n.to_string(),
                best.map_or_else(|| "–".into(), |s| s.name.clone()),
                best.map_or_else(|| "–".into(), |s| format!("{:.4}", s.rps)),
                best.map_or_else(|| "–".into(), |s| format!("{:.4}", s.log_loss)),
            ]
        });
        println!("{}", table(["backtest", "id", "run (UTC)", "n", "best model", "RPS", "log loss"], rows));
    })
}
