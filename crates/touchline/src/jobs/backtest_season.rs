//! Scores the listed models over one season as if they had been live, beside the base rate and the market.

use std::cell::Cell;

use anyhow::{Result, anyhow};
use domain::{Competition, CompetitionId, History, Season, Sport};
use forecast::{
    Model,
    backtest::{Backtest, LeftOut, Period, Plan, Schedule, Summary, walk_forward},
    model::{by_name, models},
};

use crate::{
    config::Forecasting,
    exit::Stop,
    output::Output,
    report::{BacktestSection, CalibrationPoint, Difference, ForecasterLine},
};

/// The models asked for, or all that know the sport and fit in no time.
pub(crate) fn chosen(names: &[String], sport: Sport) -> Result<Vec<Box<dyn Model>>> {
    let known = || models().into_iter().filter(|m| m.supports(sport));
    if names.is_empty() {
        return Ok(known().filter(|m| !m.on_request()).collect());
    }
    let mut chosen: Vec<Box<dyn Model>> = Vec::new();
    for name in names {
        let model = by_name(name).ok().filter(|m| m.supports(sport));
        let model = model.filter(|m| chosen.iter().all(|c| c.name() != m.name()));
        chosen.push(model.ok_or_else(|| {
            let list: Vec<&str> = known().map(|m| m.name()).collect();
            Stop::Usage(format!(
                "no model {name:?} forecasts {sport}, or it is named twice; there is {}, each also as MODEL+isotonic, \
                 MODEL+platt or MODEL+temperature",
                list.join(", ")
            ))
        })?);
    }
    Ok(chosen)
}

/// The model to forecast with: the one asked for, else the configured one where it knows the sport, else the best without prices.
pub(crate) fn forecaster(asked: Option<&str>, config: &Forecasting, sport: Sport) -> Result<Box<dyn Model>> {
    let configured = || by_name(&config.model).ok().filter(|m| m.supports(sport));
    match asked {
        Some(name) => Ok(chosen(&[name.to_owned()], sport)?.remove(0)),
        None => configured().map_or_else(|| Ok(by_name(unpriced(sport))?), Ok),
    }
}

/// The best model that reads no prices, by sport.
fn unpriced(sport: Sport) -> &'static str {
    match sport {
        Sport::Soccer => "dynamic_strengths",
        Sport::Nfl | Sport::Nba => "dynamic_points",
    }
}

/// Walks through one season, or several together.
pub(crate) fn run(
    history: &History,
    competition: &Competition,
    seasons: Vec<Season>,
    models: Vec<Box<dyn Model>>,
    config: &Forecasting,
    out: Output,
) -> Result<Backtest> {
    let mut plan = Plan::new(competition.id, Period::Seasons(seasons), models).seeded(config.seed);
    plan.schedule = Schedule::every(config.step_days);
    plan.min_training = config.min_training_matches;
    let bar = out.progress(0, "walking forward");
    let seen = Cell::new(0);
    let walked = walk_forward(history, &plan, &|progress| {
        bar.set_length(progress.total as u64);
        bar.inc((progress.done - seen.replace(progress.done)) as u64);
    })?;
    bar.finish_and_clear();
    if walked.matches.is_empty() {
        return Err(nothing_to_score(competition.id, walked.left_out));
    }
    Ok(walked)
}

fn nothing_to_score(competition: CompetitionId, left_out: LeftOut) -> anyhow::Error {
    anyhow!(
        "{competition} has no match to score in that season: {} came too early to have learnt from enough matches, {} have no \
         result; `touchline data status` shows what is stored",
        left_out.too_early,
        left_out.without_result
    )
}

/// The walk as the report shows it: every forecaster on the matches that all of them forecast.
pub(crate) fn section(walked: &Backtest, competition: &Competition, season: &str) -> BacktestSection {
    let phases: Vec<String> = walked
        .market_use
        .iter()
        .map(|used| format!("{} {} ({} matches)", used.book, used.phase.code(), used.n))
        .collect();
    BacktestSection {
        competition: competition.id.to_string(),
        name: competition.name.to_string(),
        season: season.to_owned(),
        market_phase: if phases.is_empty() { "no odds stored".into() } else { phases.join(", ") },
        forecasters: walked.on_common.iter().map(line).collect(),
    }
}

fn line(summary: &Summary) -> ForecasterLine {
    let to = |baseline: &str| {
        let versus = summary.versus.iter().find(|v| v.baseline == baseline && v.rule == "rps")?;
        let interval = versus.difference;
        Some(Difference { mean: interval.estimate, low: interval.low, high: interval.high })
    };
    ForecasterLine {
        name: summary.name.clone(),
        n: summary.n,
        rps: summary.rps,
        log_loss: summary.log_loss,
        brier: summary.brier,
        accuracy: summary.accuracy,
        ece: summary.ece,
        rps_to_base_rate: to("base_rate"),
        rps_to_market: to("market"),
        calibration: summary
            .calibration
            .pooled
            .bins
            .iter()
            .map(|bin| CalibrationPoint {
                forecast: bin.mean_forecast,
                observed: bin.observed,
                count: bin.count,
            })
            .collect(),
    }
}
