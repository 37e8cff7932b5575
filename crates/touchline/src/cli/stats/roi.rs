//! `touchline stats roi`

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use store::Aggregate;

use super::percent;
use crate::{
    app::App,
    jobs::read_statistics::{self, BetLine, BetsBy},
    output::{bar, sparkline, table},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// What to group by
    #[arg(long, value_enum, default_value_t)]
    by: BetsBy,
    /// One run of bets, such as `paper` or `demo`; all when left out
    #[arg(long)]
    run: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    /// Whether nothing is stored that is not in here.
    is_current: bool,
    by: BetsBy,
    lines: Vec<BetLine>,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let lines = read_statistics::bets(&store, arguments.by, arguments.run.as_deref()).await?;
    let is_current = read_statistics::is_current(&store, Aggregate::BettingPerformance).await?;
    store.close().await;
    let answer = Answer { is_current, by: arguments.by, lines };
    app.out.answer(&answer, || print(&answer))
}

fn print(answer: &Answer) {
    if answer.lines.is_empty() {
        println!("no bet is settled yet");
        return super::say_if_behind(answer.is_current);
    }
    let largest = answer.lines.iter().map(|l| l.totals.profit.minor.unsigned_abs()).max().unwrap_or(0);
    let rows = answer.lines.iter().map(|line| {
        let totals = &line.totals;
        let weeks: Vec<f64> = line.weeks.iter().map(|week| week.profit_minor as f64).collect();
        let shape = match answer.by {
            BetsBy::Week => bar(totals.profit.minor, largest),
            _ => sparkline(&weeks),
        };
        [
            line.group.clone(),
            totals.n_bets.to_string(),
            totals.n_void.to_string(),
            totals.turnover.to_string(),
            totals.profit.to_string(),
            percent(line.roi),
            percent(totals.mean_closing_raw),
            totals.n_closing.to_string(),
            shape,
        ]
    });
    let (group, shape) = match answer.by {
        BetsBy::Market => ("market", "profit by week"),
        BetsBy::Book => ("book", "profit by week"),
        BetsBy::Model => ("model", "profit by week"),
        BetsBy::Week => ("week", "loss or profit"),
        BetsBy::Run => ("run", "profit by week"),
    };
    let head = [group, "bets", "void", "staked", "profit", "ROI", "CLV", "bets with CLV", shape];
    println!("{}", table(head, rows));
    println!("intervals of these returns: touchline pnl");
    super::say_if_behind(answer.is_current);
}
