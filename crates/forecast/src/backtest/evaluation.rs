//! Several walks of the same forecasters, scored together and apart.

use std::collections::BTreeMap;

use domain::{CompetitionId, Season, Sport};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Backtest, LeftOut, MarketUse, MatchForecasts, Summary, SummaryOptions,
    summary::{self, BASELINES, Column},
};
use crate::{ForecastError, bootstrap::Interval, market_baseline, scoring_rule::RankedProbability};

/// What several walks came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What is played.
    pub sport: Sport,
    /// Forecasters, in the order of the walks, the market last.
    pub names: Vec<String>,
    /// Matches that were forecast.
    pub n_forecast: usize,
    /// Of which all forecasters with any forecast have one.
    pub n_common: usize,
    /// How the intervals were drawn.
    pub options: SummaryOptions,
    /// Every forecaster over all matches it forecast.
    pub forecasters: Vec<Summary>,
    /// The same over the common matches.
    pub on_common: Vec<Summary>,
    /// By competition, where there are several: matches that all forecasters with any forecast there have one of.
    pub by_competition: Vec<Group>,
    /// The same by season.
    pub by_season: Vec<Group>,
    /// How the difference to the baseline added up, by forecaster.
    pub curves: Vec<Curve>,
    /// The forecaster the curves are drawn against; empty where there is none.
    pub curves_against: String,
    /// What was forecast and what was left out, by competition.
    pub coverage: Vec<Coverage>,
    /// Where the market's forecasts came from.
    pub market_use: Vec<MarketUse>,
}

/// Everybody on a part of the matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The competition or season.
    pub name: String,
    /// Matches.
    pub n: usize,
    /// Every forecaster with a forecast.
    pub lines: Vec<GroupLine>,
}

/// One forecaster on a part of the matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupLine {
    /// Its name.
    pub name: String,
    /// Ranked probability score, normalised.
    pub rps: f64,
    /// Natural log loss.
    pub log_loss: f64,
    /// Share of matches whose likeliest class came true.
    pub accuracy: f64,
    /// RPS less that of the market, with its interval.
    pub rps_to_market: Option<Interval>,
}

/// The sum so far of a forecaster's RPS less its baseline's: it falls while the forecaster is the better of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The forecaster.
    pub name: String,
    /// By day, thinned out.
    pub points: Vec<CurvePoint>,
}

/// A sum after a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The last kick-off summed up.
    pub at: Timestamp,
    /// Matches so far.
    pub n: usize,
    /// The sum.
    pub sum: f64,
}

/// What was forecast of one competition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Which.
    pub competition: CompetitionId,
    /// Matches with a forecast.
    pub n_forecast: usize,
    /// Of which the market has none.
    pub without_market: usize,
    /// Matches without one.
    pub left_out: LeftOut,
}

/// Most points of a curve; more cannot be seen.
const CURVE_POINTS: usize = 400;

/// Scores walks of the same forecasters on competitions of one sport.
///
/// # Errors
/// When the walks differ in sport or forecasters, or there is none.
pub fn evaluate(walks: &[Backtest], options: &SummaryOptions) -> Result<Evaluation, ForecastError> {
    let first = walks.first().ok_or(ForecastError::NothingToScore)?;
    if let Some(other) = walks.iter().find(|w| w.sport != first.sport || w.names != first.names) {
        let of = |w: &Backtest| format!("{} ({}: {})", w.competition, w.sport, w.names.join(", "));
        return Err(ForecastError::NotComparable { first: of(first), other: of(other) });
    }
    let (sport, names) = (first.sport, &first.names);
    let mut matches: Vec<(CompetitionId, &MatchForecasts)> =
        walks.iter().flat_map(|w| w.matches.iter().map(|m| (w.competition, m))).collect();
    matches.sort_by_key(|(_, m)| (m.kickoff, m.fixture));
    let common = forecast_by_all(&matches);
    let all = || matches.iter().map(|(_, m)| *m);
    let forecasters = summary::summarise(sport, names, all(), options);
    let on_common = if common.len() == matches.len() {
        forecasters.clone()
    } else {
        summary::summarise(sport, names, common.iter().map(|(_, m)| *m), options)
    };
    let group = |key: &dyn Fn(CompetitionId, Season) -> String| groups(sport, names, &matches, options, key);
    let (curves_against, curves) = curves(sport, names, &common, options);
    Ok(Evaluation {
        sport,
        names: names.clone(),
        n_forecast: matches.len(),
        n_common: common.len(),
        options: *options,
        forecasters,
        on_common,
        by_competition: group(&|competition, _| competition.to_string()),
        by_season: group(&|_, season| season.to_string()),
        curves,
        curves_against,
        coverage: walks.iter().map(coverage).collect(),
        market_use: market_use(walks),
    })
}

/// Those that all forecast, leaving out forecasters without any forecast.
fn forecast_by_all<'m>(
    matches: &[(CompetitionId, &'m MatchForecasts)],
) -> Vec<(CompetitionId, &'m MatchForecasts)> {
    let n = matches.first().map_or(0, |(_, m)| m.probabilities.len());
    let silent: Vec<bool> =
        (0..n).map(|i| matches.iter().all(|(_, m)| m.probabilities[i].is_none())).collect();
    let complete = |m: &MatchForecasts| m.probabilities.iter().zip(&silent).all(|(p, s)| *s || p.is_some());
    matches.iter().filter(|(_, m)| complete(m)).copied().collect()
}

/// Empty when there is but one group, which would repeat the whole.
fn groups(
    sport: Sport,
    names: &[String],
    matches: &[(CompetitionId, &MatchForecasts)],
    options: &SummaryOptions,
    key: &dyn Fn(CompetitionId, Season) -> String,
) -> Vec<Group> {
    let mut parts: BTreeMap<String, Vec<(CompetitionId, &MatchForecasts)>> = BTreeMap::new();
    for (competition, m) in matches {
        parts.entry(key(*competition, m.season)).or_default().push((*competition, m));
    }
    if parts.len() < 2 {
        return Vec::new();
    }
    let group = |(name, part): (String, Vec<(CompetitionId, &MatchForecasts)>)| {
        // Common within the part: a season without a market still has its models.
        let part: Vec<&MatchForecasts> = forecast_by_all(&part).into_iter().map(|(_, m)| m).collect();
        let columns = summary::columns(sport, names, &part, options);
        let market = columns.iter().find(|c| c.name() == market_baseline::NAME);
        let lines = columns.iter().filter_map(|column| column.line(market, options)).collect();
        Group { name, n: part.len(), lines }
    };
    parts.into_iter().map(group).collect()
}

fn curves(
    sport: Sport,
    names: &[String],
    matches: &[(CompetitionId, &MatchForecasts)],
    options: &SummaryOptions,
) -> (String, Vec<Curve>) {
    let part: Vec<&MatchForecasts> = matches.iter().map(|(_, m)| *m).collect();
    let columns = summary::columns(sport, names, &part, options);
    let answering = |name: &&str| columns.iter().find(|c| c.name() == *name && !c.is_silent());
    let Some(baseline) = BASELINES.iter().rev().find_map(answering) else { return Default::default() };
    let kickoffs: Vec<Timestamp> = part.iter().map(|m| m.kickoff).collect();
    let others = columns.iter().filter(|c| c.name() != baseline.name() && !c.is_silent());
    let curve = |column: &Column<'_>| Curve {
        name: column.name().to_owned(),
        points: cumulative(&kickoffs, &column.differences(baseline, &RankedProbability)),
    };
    (baseline.name().to_owned(), others.map(curve).collect())
}

/// The sums of `values` after each day, at most [`CURVE_POINTS`] of them; the last is always there.
pub(super) fn cumulative(kickoffs: &[Timestamp], values: &[f64]) -> Vec<CurvePoint> {
    let mut points: Vec<CurvePoint> = Vec::new();
    let mut sum = 0.0;
    for (i, (at, value)) in kickoffs.iter().zip(values).enumerate() {
        sum += value;
        let point = CurvePoint { at: *at, n: i + 1, sum };
        let day = |at: Timestamp| at.as_second().div_euclid(24 * 60 * 60);
        match points.last_mut() {
            Some(last) if day(last.at) == day(*at) => *last = point,
            _ => points.push(point),
        }
    }
    let every = points.len().div_ceil(CURVE_POINTS).max(1);
    let last = points.len().saturating_sub(1);
    let kept = |(i, point): (usize, CurvePoint)| (i % every == 0 || i == last).then_some(point);
    points.into_iter().enumerate().filter_map(kept).collect()
}

fn coverage(walk: &Backtest) -> Coverage {
    let market = walk.names.iter().position(|name| name == market_baseline::NAME);
    let priced = |m: &&MatchForecasts| market.is_some_and(|i| m.probabilities[i].is_some());
    Coverage {
        competition: walk.competition,
        n_forecast: walk.matches.len(),
        without_market: walk.matches.len() - walk.matches.iter().filter(priced).count(),
        left_out: walk.left_out,
    }
}

fn market_use(walks: &[Backtest]) -> Vec<MarketUse> {
    let mut together: Vec<MarketUse> = Vec::new();
    for used in walks.iter().flat_map(|w| &w.market_use) {
        match together.iter_mut().find(|t| (t.phase, t.book) == (used.phase, used.book)) {
            Some(same) => {
                same.n += used.n;
                same.arbitrage += used.arbitrage;
            }
            None => together.push(used.clone()),
        }
    }
    together.sort_by_key(|used| std::cmp::Reverse(used.n));
    together
}

#[cfg(test)]
mod tests;
