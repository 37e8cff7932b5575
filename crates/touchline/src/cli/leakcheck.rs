//! `touchline leakcheck`

use anyhow::{Result, anyhow};
use clap::Args;
use domain::CompetitionId;
use forecast::{
    Feature, Model,
    feature::features,
    leak_check::{self, LeakReport, Subject},
    model::models,
};
use store::QuoteScope;

use crate::{app::App, jobs::load_history, output::table};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A competition such as eng.1, nfl or nba
    #[arg(long, default_value = "eng.1")]
    competition: CompetitionId,
    /// At how many moments of its history every model that fits at once and every feature is tried
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..))]
    moments: u16,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let store = app.existing_store().await?;
    let loaded = load_history::run(&store, arguments.competition, QuoteScope::All).await?;
    let sport = loaded.competition.sport;
    let models: Vec<Box<dyn Model>> =
        models().into_iter().filter(|m| m.supports(sport) && !m.on_request()).collect();
    let features: Vec<Box<dyn Feature>> = features();
    let quick = models.iter().filter(|m| !m.on_request());
    let subjects: Vec<Subject<'_>> = models
        .iter()
        .map(|model| Subject::model(model.as_ref(), loaded.competition.id))
        .chain(quick.map(|model| Subject::started_model(model.as_ref(), loaded.competition.id)))
        .chain(features.iter().map(|feature| Subject::feature(feature.as_ref())))
        .collect();
    let moments =
        leak_check::spread_moments(&loaded.history, loaded.competition.id, arguments.moments.into());
    let report = leak_check::check(&loaded.history, loaded.competition.id, &moments, &subjects);
    app.out.answer(&report, || print(&report))?;
    if report.is_clean() {
        Ok(())
    } else {
        let strayed: usize = report.checked.iter().map(|c| c.strayed).sum();
        Err(anyhow!(
            "{} answers changed with the future, {strayed} with the fit they started from; subjects that answered nothing \
             prove nothing",
            report.leaks.len()
        ))
    }
}

fn print(report: &LeakReport) {
    let rows = report.checked.iter().map(|checked| {
        [
            checked.subject.clone(),
            checked.compared.to_string(),
            checked.unanswered.to_string(),
            checked.strayed.to_string(),
            checked.leaks.to_string(),
        ]
    });
    println!("{}", table(["subject", "compared", "unanswered", "strayed", "leaks"], rows));
    println!(
        "{}: {} moments; deleting the future changed {} answers",
        report.competition,
        report.moments,
        report.leaks.len()
    );
    for leak in &report.leaks {
        println!("leak: {} at {} on fixture {}", leak.subject, leak.at, leak.fixture.0);
    }
}
