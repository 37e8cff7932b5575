//! Puts predictions made elsewhere beside the models of a walk: of every match the last one that was stated before it began.

use std::collections::HashMap;

use anyhow::Result;
use domain::{FixtureId, OutcomeProbabilities};
use forecast::{
    Backtest,
    backtest::{MatchForecasts, SummaryOptions},
};
use jiff::Timestamp;
use store::{EXTERNAL, ForecastFilter, Store};

use super::load_history::Loaded;
use crate::exit::Stop;

/// What one external model said, by match and by moment.
type Said = HashMap<FixtureId, Vec<(Timestamp, OutcomeProbabilities)>>;

/// The name under which the predictions of a model are stored.
pub(crate) fn stored_name(name: &str) -> String {
    format!("{EXTERNAL}{}", name.strip_prefix(EXTERNAL).unwrap_or(name))
}

/// The walks with these models beside those that were walked.
pub(crate) async fn join(
    store: &Store,
    loaded: &[Loaded],
    mut walks: Vec<Backtest>,
    names: &[String],
    options: &SummaryOptions,
) -> Result<Vec<Backtest>> {
    for name in names.iter().map(|name| stored_name(name)) {
        let mut joined = Vec::with_capacity(walks.len());
        let mut found = 0;
        for (walk, loaded) in walks.into_iter().zip(loaded) {
            let said = said(store, loaded, &name).await?;
            found += said.len();
            let begins = begins(loaded);
            let last = |m: &MatchForecasts| last_before(said.get(&m.fixture)?, *begins.get(&m.fixture)?);
            joined.push(walk.joined_by(name.clone(), last, options));
        }
        if found == 0 {
            return Err(Stop::Usage(format!(
                "no prediction of {name} is stored for these competitions; `touchline data export forecasts --out -` lists what is"
            ))
            .into());
        }
        walks = joined;
    }
    Ok(walks)
}

async fn said(store: &Store, loaded: &Loaded, name: &str) -> Result<Said> {
    let competition = Some(loaded.competition.id);
    let filter = ForecastFilter { competition, model: Some(name.to_owned()), ..ForecastFilter::default() };
    let mut said = Said::new();
    for stored in store.forecasts(&filter).await? {
        let forecast = stored.made.forecast;
        let probabilities = forecast.distribution.outcome_probabilities();
        said.entry(forecast.fixture).or_default().push((forecast.as_of, probabilities));
    }
    Ok(said)
}

/// The latest instant at which each match may have begun.
fn begins(loaded: &Loaded) -> HashMap<FixtureId, Timestamp> {
    // In the order they became known, so the latest version stays.
    loaded.history.fixture_facts().iter().map(|fact| (fact.value.id, fact.value.kickoff.latest())).collect()
}

fn last_before(
    said: &[(Timestamp, OutcomeProbabilities)],
    begins: Timestamp,
) -> Option<OutcomeProbabilities> {
    let before = said.iter().filter(|(as_of, _)| *as_of <= begins);
    before.max_by_key(|(as_of, _)| *as_of).map(|(_, probabilities)| *probabilities)
}
