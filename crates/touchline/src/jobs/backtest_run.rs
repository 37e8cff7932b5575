//! Walks models through the past of one or several competitions, scores them together and apart, and keeps all of it.

use std::{collections::BTreeMap, sync::Mutex};

use anyhow::{Context, Result, anyhow};
use domain::{CompetitionId, Fixture, FixtureId, History, Season, Sequence, Sport};
use forecast::{
    Model,
    backtest::{Backtest, MatchForecasts, Period, Plan, Progress, Side, SummaryOptions, evaluate, walk_all},
    bootstrap::Bootstrap,
    model::by_name,
    search::{Settings, tunable},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{BacktestId, NewBacktest, QuoteScope, Store};

use super::{
    backtest_external,
    backtest_report::{BacktestReport, Configuration, Headline, Matches, StoredReport},
    forecast_fixtures::CODE_VERSION,
    load_history::{self, Loaded},
};
use crate::{exit::Stop, output::Output};

/// Every forecast of one competition, as it is stored with a backtest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Forecasts {
    pub(crate) competition: CompetitionId,
    pub(crate) sport: Sport,
    /// In the order of every match's probabilities.
    pub(crate) names: Vec<String>,
    pub(crate) matches: Vec<MatchForecasts>,
}

impl Forecasts {
    /// Those of one backtest.
    pub(crate) async fn of(store: &Store, id: i64) -> Result<Vec<Self>> {
        let bytes = store.backtest_forecasts(BacktestId(id)).await?;
        let bytes = bytes.ok_or_else(|| Stop::Usage(format!("there is no backtest {id}")))?;
        let unreadable = || format!("the forecasts of backtest {id} are of another version: run it again");
        serde_json::from_slice(&bytes).with_context(unreadable)
    }

    /// One forecaster of them; none when it is not among them.
    pub(crate) fn side(&self, forecaster: &str) -> Option<Side<'_>> {
        let position = self.names.iter().position(|name| name == forecaster)?;
        Some(Side { competition: self.competition, sport: self.sport, matches: &self.matches, position })
    }
}

/// Loads competitions that can be scored together.
pub(crate) async fn load(store: &Store, competitions: &[CompetitionId]) -> Result<Vec<Loaded>> {
    let mut loaded: Vec<Loaded> = Vec::new();
    for id in competitions {
        if loaded.iter().any(|l| l.competition.id == *id) {
            return Err(Stop::Usage(format!("{id} is named twice")).into());
        }
        loaded.push(load_history::run(store, *id, QuoteScope::All).await?);
    }
    let sports: Vec<Sport> = loaded.iter().map(|l| l.competition.sport).collect();
    match sports.first().zip(sports.iter().find(|s| **s != sports[0])) {
        Some((one, other)) => {
            Err(Stop::Usage(format!("{one} and {other} are scored by other rules: run them one by one"))
                .into())
        }
        None => Ok(loaded),
    }
}

/// The model of that name with these settings.
pub(crate) fn built(name: &str, settings: &Settings, sport: Sport) -> Result<Box<dyn Model>> {
    if settings.is_empty() {
        return Ok(by_name(name)?);
    }
    let tunable = tunable(name, sport).ok_or_else(|| {
        let list = forecast::search::tunables(sport);
        let list: Vec<&str> = list.iter().map(forecast::search::Tunable::name).collect();
        Stop::Usage(format!("{name} has no settings for {sport}; {} have", list.join(", ")))
    })?;
    Ok(tunable.with(settings).map_err(|error| Stop::Usage(error.to_string()))?)
}

/// Walks, scores and keeps; the number of the backtest is returned.
pub(crate) async fn run(
    store: &Store,
    loaded: &[Loaded],
    configuration: &Configuration,
    out: Output,
    now: Timestamp,
) -> Result<BacktestReport> {
    let options = summary_options(configuration);
    let walks = walk(loaded, configuration, out)?;
    let walks = backtest_external::join(store, loaded, walks, &configuration.external, &options).await?;
    let evaluation = evaluate(&walks, &options)?;
    if evaluation.n_forecast == 0 {
        return Err(nothing_to_score(&walks));
    }
    let fixtures: Vec<FixtureId> = walks.iter().flat_map(|w| w.matches.iter().map(|m| m.fixture)).collect();
    let names = loaded.iter().map(|l| (l.competition.id.to_string(), l.competition.name.to_string()));
    let report = StoredReport { competition_names: names.collect(), evaluation };
    let headline = Headline::of(configuration.title(), &report.evaluation);
    let forecasts: Vec<Forecasts> = walks.into_iter().map(forecasts).collect();
    let new = NewBacktest {
        made_at: now,
        code_version: CODE_VERSION.to_owned(),
        data_sequence: loaded.iter().map(|l| l.sequence).max().unwrap_or(Sequence(0)),
        configuration: serde_json::to_value(configuration)?,
        headline: serde_json::to_value(headline)?,
        report: serde_json::to_value(report)?,
        forecasts: serde_json::to_vec(&forecasts)?,
        fixtures,
        tried: configuration.tried(),
    };
    let (id, _) = store.save_backtest(&new).await?;
    BacktestReport::get(store, id.0).await
}

fn forecasts(walk: Backtest) -> Forecasts {
    let Backtest { competition, sport, names, matches, .. } = walk;
    Forecasts { competition, sport, names, matches }
}

/// How a configuration's forecasts are summed up.
pub(crate) fn summary_options(configuration: &Configuration) -> SummaryOptions {
    SummaryOptions {
        bootstrap: Bootstrap { seed: configuration.seed, ..Bootstrap::default() },
        clustering: configuration.cluster,
        ..SummaryOptions::default()
    }
}

fn walk(loaded: &[Loaded], configuration: &Configuration, out: Output) -> Result<Vec<Backtest>> {
    let mut plans: Vec<(&History, Plan)> = Vec::new();
    for competition in loaded {
        let sport = competition.competition.sport;
        let models = configuration.models.iter().map(|m| built(&m.name, &m.settings, sport));
        let period = period(&configuration.matches)?;
        let mut plan = Plan::new(competition.competition.id, period, models.collect::<Result<_>>()?);
        plan.schedule = configuration.schedule;
        plan.briefed = configuration.briefed;
        plan.min_training = configuration.min_training;
        // Each walk alone is summed up without intervals; the evaluation draws them over all walks.
        plan.summary.bootstrap.resamples = 0;
        plans.push((&competition.history, plan));
    }
    let bar = out.progress(0, "walking forward");
    let seen: Mutex<BTreeMap<CompetitionId, Progress>> = Mutex::default();
    let walks = walk_all(&plans, &|progress| {
        if let Ok(mut seen) = seen.lock() {
            seen.insert(progress.competition, progress);
            bar.set_length(seen.values().map(|p| p.total as u64).sum());
            bar.set_position(seen.values().map(|p| p.done as u64).sum());
        }
    })?;
    bar.finish_and_clear();
    Ok(walks)
}

/// The period in the walk's terms: days are whole days in UTC.
fn period(matches: &Matches) -> Result<Period> {
    let midnight = |date: Date| Ok::<_, jiff::Error>(date.to_zoned(TimeZone::UTC)?.timestamp());
    Ok(match matches {
        Matches::Seasons(seasons) => Period::Seasons(seasons.clone()),
        Matches::Days { from, to } => Period::Between {
            from: from.map_or(Ok(Timestamp::MIN), midnight)?,
            to: to.map_or(Ok(Timestamp::MAX), |to| midnight(to.tomorrow()?))?,
        },
    })
}

/// Whether there is a match in the period, in every competition, and in every season of the period somewhere.
pub(crate) fn check_period(loaded: &[Loaded], matches: &Matches) -> Result<()> {
    let period = period(matches)?;
    if let Matches::Seasons(seasons) = matches {
        let missing = |season: &&Season| !loaded.iter().any(|l| fixtures(l).any(|f| f.season == **season));
        if let Some(season) = seasons.iter().find(missing) {
            return Err(no_match(loaded, &season.to_string()));
        }
    }
    let inside = |f: &Fixture| match &period {
        Period::Seasons(seasons) => seasons.contains(&f.season),
        Period::Between { from, to } => (*from..*to).contains(&f.kickoff.earliest()),
    };
    match loaded.iter().find(|l| !fixtures(l).any(&inside)) {
        Some(empty) => Err(no_match(std::slice::from_ref(empty), "that period")),
        None => Ok(()),
    }
}

fn fixtures(loaded: &Loaded) -> impl Iterator<Item = &Fixture> {
    loaded.history.fixture_facts().iter().map(|fact| &fact.value)
}

fn no_match(loaded: &[Loaded], of: &str) -> anyhow::Error {
    let stored = loaded.iter().map(|l| {
        let seasons = || fixtures(l).map(|f| f.season);
        match (seasons().min(), seasons().max()) {
            (Some(first), Some(last)) => format!("{} is stored from {first} to {last}", l.competition.id),
            _ => format!("{} is empty", l.competition.id),
        }
    });
    Stop::Usage(format!("there is no match of {of}: {}", stored.collect::<Vec<_>>().join(", "))).into()
}

fn nothing_to_score(walks: &[Backtest]) -> anyhow::Error {
    let sum = |count: fn(&Backtest) -> usize| walks.iter().map(count).sum::<usize>();
    anyhow!(
        "no match could be scored: {} came too early to have learnt from enough matches, {} have no result; `touchline data \
         status` shows what is stored",
        sum(|w| w.left_out.too_early),
        sum(|w| w.left_out.without_result)
    )
}
