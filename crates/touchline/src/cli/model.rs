//! `touchline model train` and `touchline model list`

use anyhow::Result;
use clap::{Args, Subcommand};
use comfy_table::Table;
use domain::{CompetitionId, RecordedBy};
use forecast::{Diagnostics, FitReport};
use serde_json::json;
use store::{NewModel, QuoteScope};

use crate::{
    app::App,
    jobs::{
        backtest_season,
        forecast_fixtures::{CODE_VERSION, Fitted},
        load_history,
    },
    output::{minute, table},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fit models on what is stored and keep their parameters
    Train(Train),
    /// Models that were trained
    List,
}

#[derive(Debug, Args)]
pub(super) struct Train {
    /// A competition such as eng.1, nfl or nba
    #[arg(long)]
    competition: CompetitionId,
    /// Models by name; all that know the sport when left out
    #[arg(long, value_delimiter = ',')]
    models: Vec<String>,
    /// Learn only from what was known before this moment, e.g. 2024-03-01T12:00:00Z
    #[arg(long, value_parser = super::moment)]
    as_of: Option<jiff::Timestamp>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    match command {
        Command::Train(arguments) => train(app, arguments).await,
        Command::List => list(app).await,
    }
}

async fn train(app: &App, arguments: &Train) -> Result<()> {
    let store = app.existing_store().await?;
    let loaded = load_history::run(&store, arguments.competition, QuoteScope::All).await?;
    let models = backtest_season::chosen(&arguments.models, loaded.competition.sport)?;
    let now = app.clock.now();
    let snapshot = loaded.history.as_of(arguments.as_of.unwrap_or(now), RecordedBy::Now);
    let n_models = models.len();
    let bar = app.out.progress(n_models, "fitting");
    let mut reports = Vec::new();
    for model in models {
        // A long fit borrows the bar.
        let fitted = Fitted::with_progress(&snapshot, model.as_ref(), &loaded.competition, &|progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        })?;
        let report = fitted.model().report().clone();
        store
            .save_model(&NewModel {
                competition: arguments.competition,
                model: report.model.clone(),
                as_of: report.as_of,
                fitted_at: now,
                code_version: CODE_VERSION.to_owned(),
                data_sequence: loaded.sequence,
                parameters: loaded.with_names(fitted.model().parameters()),
                report: serde_json::to_value(&report)?,
            })
            .await?;
        reports.push(report);
        bar.set_length(n_models as u64);
        bar.set_position(reports.len() as u64);
    }
    bar.finish_and_clear();
    app.out.answer(&json!({ "competition": arguments.competition, "fits": reports }), || print(&reports))
}

fn print(reports: &[FitReport]) {
    let rows = reports.iter().map(|r| {
        [
            r.model.clone(),
            r.training_matches.to_string(),
            r.iterations.to_string(),
            r.gradient_norm.map_or_else(|| "–".into(), |g| format!("{g:.1e}")),
            r.log_likelihood.map_or_else(|| "–".into(), |l| format!("{l:.2}")),
            if r.at_bounds.is_empty() { "none".into() } else { r.at_bounds.join(", ") },
            if r.converged { "yes".into() } else { "NO".to_owned() },
        ]
    });
    let head = ["model", "matches", "steps", "gradient", "log-likelihood", "on bounds", "converged"];
    println!("{}", table(head, rows));
    let sampled: Vec<(&str, &Diagnostics)> =
        reports.iter().filter_map(|r| Some((r.model.as_str(), r.diagnostics.as_ref()?))).collect();
    if !sampled.is_empty() {
        println!("{}", chains(&sampled));
    }
    for (model, problem) in sampled.iter().flat_map(|(m, d)| d.problems.iter().map(move |p| (m, p))) {
        println!("{model} did not converge: {problem}");
    }
}

/// How the chains of sampled fits went, by the worst parameter of each kind.
fn chains(sampled: &[(&str, &Diagnostics)]) -> Table {
    let rows = sampled.iter().map(|(model, d)| {
        [
            (*model).to_owned(),
            format!("{} x {}", d.chains, d.draws),
            format!("{:.4} ({})", d.max_r_hat.value, d.max_r_hat.parameter),
            format!("{:.0} ({})", d.min_bulk_ess.value, d.min_bulk_ess.parameter),
            format!("{:.0} ({})", d.min_tail_ess.value, d.min_tail_ess.parameter),
            d.divergences.to_string(),
        ]
    });
    table(["sampled", "chains x draws", "R-hat", "bulk ESS", "tail ESS", "divergences"], rows)
}

async fn list(app: &App) -> Result<()> {
    let store = app.existing_store().await?;
    let models = store.models(None, None).await?;
    app.out.answer(&models, || {
        let rows = models.iter().map(|m| {
            [
                m.fit.competition.to_string(),
                m.fit.model.clone(),
                m.version.to_string(),
                minute(m.fit.as_of),
                m.fit.code_version.clone(),
            ]
        });
        println!("{}", table(["competition", "model", "version", "as of", "code"], rows));
    })
}
