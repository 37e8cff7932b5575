//! `touchline stats models`

use anyhow::Result;
use clap::Args;
use domain::CompetitionId;
use serde::Serialize;
use store::Aggregate;

use crate::{
    app::App,
    jobs::read_statistics::{self, ModelLine, ModelsBy},
    output::{sparkline, table},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// What to group by
    #[arg(long, value_enum, default_value_t)]
    by: ModelsBy,
    /// One competition, such as eng.1
    #[arg(long)]
    competition: Option<CompetitionId>,
    /// One model
    #[arg(long)]
    model: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    /// Whether nothing is stored that is not in here.
    is_current: bool,
    by: ModelsBy,
    lines: Vec<ModelLine>,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let Arguments { by, competition, model } = arguments;
    let lines = read_statistics::models(&store, *by, *competition, model.as_deref()).await?;
    let is_current = read_statistics::is_current(&store, Aggregate::ModelPerformance).await?;
    store.close().await;
    let answer = Answer { is_current, by: *by, lines };
    app.out.answer(&answer, || print(&answer))
}

fn print(answer: &Answer) {
    if answer.lines.is_empty() {
        println!("no forecast made before its match has a result yet");
        return super::say_if_behind(answer.is_current);
    }
    let rows = answer.lines.iter().map(|line| {
        let market = |score: fn(&forecast::mean_scores::MeanScores) -> f64| {
            line.priced.as_ref().map_or_else(
                || "–".into(),
                |priced| format!("{:.4} / {:.4}", score(&priced.model), score(&priced.market)),
            )
        };
        [
            line.model.clone(),
            line.group.clone(),
            line.scores.n.to_string(),
            format!("{:.4}", line.scores.rps),
            format!("{:.4}", line.base_rate.rps),
            market(|scores| scores.rps),
            format!("{:.4}", line.scores.log_loss),
            format!("{:.4}", line.base_rate.log_loss),
            market(|scores| scores.log_loss),
            format!("{:.3}", line.scores.brier),
            format!("{:.1} %", 100.0 * line.scores.accuracy),
            shape(line, answer.by),
        ]
    });
    let (group, shape_name) = match answer.by {
        ModelsBy::Competition => ("competition", "RPS to base by week"),
        ModelsBy::Week => ("week", "RPS to base"),
    };
    let head = [
        "model",
        group,
        "n",
        "RPS",
        "base",
        "on priced / market",
        "log loss",
        "base",
        "on priced / market",
        "Brier",
        "right",
        shape_name,
    ];
    println!("{}", table(head, rows));
    let closing: usize = answer.lines.iter().filter_map(|l| l.priced).map(|p| p.n_closing).sum();
    let priced: usize = answer.lines.iter().filter_map(|l| l.priced).map(|p| p.market.n).sum();
    println!("market: closing prices of {closing} of {priced} matches with prices, else the last there are");
    super::say_if_behind(answer.is_current);
}

/// How far below the base rate: by week, or in the one week.
fn shape(line: &ModelLine, by: ModelsBy) -> String {
    let differences: Vec<f64> = line.weeks.iter().map(|week| week.rps_to_base_rate).collect();
    match (by, differences.as_slice()) {
        (ModelsBy::Week, [difference]) => format!("{difference:+.4}"),
        _ => sparkline(&differences),
    }
}
