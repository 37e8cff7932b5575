//! Compares forecasters of stored backtests in pairs.

use anyhow::Result;
use forecast::{
    ForecastError,
    backtest::{BASELINES, Comparison, Side, SummaryOptions, compare},
};
use serde::Serialize;
use store::Store;

use super::{
    backtest_report::BacktestReport,
    backtest_run::{Forecasts, summary_options},
};
use crate::exit::Stop;

/// One side as it was asked for: `RUN` or `RUN:FORECASTER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) run: i64,
    pub(crate) forecaster: Option<String>,
}

impl std::str::FromStr for Asked {
    type Err = Stop;

    fn from_str(text: &str) -> Result<Self, Stop> {
        let (run, forecaster) = match text.split_once(':') {
            Some((run, name)) => (run, Some(name.to_owned())),
            None => (text, None),
        };
        let wrong = || {
            Stop::Usage(format!(
                "{text:?} names no forecaster: write RUN:MODEL such as 3:elo, a run's number, or --run RUN before two models"
            ))
        };
        Ok(Self { run: run.parse().map_err(|_| wrong())?, forecaster })
    }
}

/// Two forecasters and how they compare.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Compared {
    /// `RUN:FORECASTER`.
    pub(crate) first: String,
    /// As the first.
    pub(crate) second: String,
    /// On their common matches.
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
}

/// What was compared with what.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Comparisons {
    /// How the intervals were drawn.
    pub(crate) options: SummaryOptions,
    /// How many configurations were ever tried on matches of either run.
    pub(crate) configurations_tried: usize,
    /// One per pair of forecasters.
    pub(crate) comparisons: Vec<Compared>,
}

/// Compares two sides: the forecasters named, else those of the same name in both runs, else the only model of each.
pub(crate) async fn run(
    store: &Store,
    [first, second]: [&Asked; 2],
    cluster: Option<forecast::backtest::Clustering>,
) -> Result<Comparisons> {
    let runs = [BacktestReport::get(store, first.run).await?, BacktestReport::get(store, second.run).await?];
    let forecasts = [Forecasts::of(store, first.run).await?, Forecasts::of(store, second.run).await?];
    let mut options = summary_options(&runs[0].configuration);
    options.clustering = cluster.unwrap_or(options.clustering);
    let mut comparisons = Vec::new();
    for (one, other) in pairs(&runs, [first, second])? {
        let sides = [sides(&forecasts[0], &one), sides(&forecasts[1], &other)];
        let label = |run: &Asked, name: &str| format!("{}:{name}", run.run);
        let comparison = compare(&sides[0], &sides[1], &options).map_err(|error| match error {
            ForecastError::NothingToScore => Stop::Usage(format!(
                "{} and {} have no match in common",
                label(first, &one),
                label(second, &other)
            ))
            .into(),
            error => anyhow::Error::from(error),
        })?;
        comparisons.push(Compared { first: label(first, &one), second: label(second, &other), comparison });
    }
    let tried: std::collections::BTreeSet<&String> = runs.iter().flat_map(|r| &r.tried).collect();
    Ok(Comparisons { options, configurations_tried: tried.len(), comparisons })
}

fn sides<'f>(forecasts: &'f [Forecasts], name: &str) -> Vec<Side<'f>> {
    forecasts.iter().filter_map(|f| f.side(name)).collect()
}

/// The names to compare, of the first and of the second run.
fn pairs(runs: &[BacktestReport; 2], asked: [&Asked; 2]) -> Result<Vec<(String, String)>> {
    let [first, second] = runs;
    for (run, asked) in runs.iter().zip(asked) {
        if let Some(name) = asked.forecaster.as_ref().filter(|name| !run.evaluation.names.contains(name)) {
            let there_is = run.evaluation.names.join(", ");
            return Err(Stop::Usage(format!("backtest {} has no {name}; it has {there_is}", run.id)).into());
        }
    }
    let models = |run: &BacktestReport| -> Vec<String> {
        let names = run.evaluation.names.iter();
        names.filter(|name| !BASELINES.contains(&name.as_str())).cloned().collect()
    };
    let same_or_only = |name: &String, run: &BacktestReport| {
        let others = models(run);
        let found = run.evaluation.names.iter().find(|n| *n == name).or(if others.len() == 1 {
            others.first()
        } else {
            None
        });
        found.cloned().ok_or_else(|| choose(run))
    };
    Ok(match (&asked[0].forecaster, &asked[1].forecaster) {
        (Some(one), Some(other)) => vec![(one.clone(), other.clone())],
        (Some(one), None) => vec![(one.clone(), same_or_only(one, second)?)],
        (None, Some(other)) => vec![(same_or_only(other, first)?, other.clone())],
        (None, None) => {
            let (ours, theirs) = (models(first), models(second));
            let shared: Vec<_> =
                ours.iter().filter(|n| theirs.contains(n)).map(|n| (n.clone(), n.clone())).collect();
            match (shared.is_empty(), ours.as_slice(), theirs.as_slice()) {
                (false, _, _) => shared,
                (true, [one], [other]) => vec![(one.clone(), other.clone())],
                _ => return Err(choose(first)),
            }
        }
    })
}

fn choose(run: &BacktestReport) -> anyhow::Error {
    let choices: Vec<String> = run.evaluation.names.iter().map(|n| format!("{}:{n}", run.id)).collect();
    Stop::Usage(format!("say which forecaster of backtest {}: {}", run.id, choices.join(", "))).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_read() {
        let side = |text: &str| text.parse::<Asked>();
        assert_eq!(side("3").unwrap(), Asked { run: 3, forecaster: None });
        assert_eq!(side("3:elo").unwrap(), Asked { run: 3, forecaster: Some("elo".into()) });
        assert!(side("elo").is_err() && side(":elo").is_err() && side("").is_err());
    }
}
