//! Scores of every forecaster with intervals, and paired differences to the baselines.

use std::collections::BTreeMap;

use domain::Sport;
use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{GroupLine, MatchForecasts};
use crate::{
    bootstrap::{Bootstrap, Interval},
    calibration::{self, Calibration, calibration},
    crps::ScoreCrps,
    market_baseline,
    scoring_rule::{
        Accuracy, ClassAccuracy, LogLoss, RankedProbability, Scored, ScoringRule, accuracy_by_class,
        scoring_rules,
    },
};

/// Names of the forecasters that the others are compared with.
pub const BASELINES: [&str; 2] = ["base_rate", market_baseline::NAME];

/// Which matches are drawn together for an interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clustering {
    /// Every match by itself.
    Match,
    /// Matches of one UTC day.
    #[default]
    Day,
    /// Matches of one week from Tuesday to Monday: a round.
    Week,
}

impl Clustering {
    /// The cluster of a match.
    pub fn of(self, position: i64, kickoff: Timestamp) -> i64 {
        let day = kickoff.as_second().div_euclid(24 * 60 * 60);
        match self {
            Self::Match => position,
            Self::Day => day,
            // 1970-01-06, day 5, was a Tuesday.
            Self::Week => (day - 5).div_euclid(7),
        }
    }
}

/// How forecasts are summed up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SummaryOptions {
    /// Resamples, level and seed of the intervals.
    pub bootstrap: Bootstrap,
    /// What is drawn together.
    pub clustering: Clustering,
    /// Bins of the calibration tables.
    pub bins: usize,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self {
            bootstrap: Bootstrap::default(),
            clustering: Clustering::default(),
            bins: calibration::DEFAULT_BINS,
        }
    }
}

/// How good one forecaster was. Scores are means over its `n` matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// Matches it forecast.
    pub n: usize,
    /// Ranked probability score, normalised.
    pub rps: f64,
    /// Natural log loss.
    pub log_loss: f64,
    /// Brier score summed over the classes.
    pub brier: f64,
    /// Brier score averaged over the classes.
    pub brier_mean: f64,
    /// Share of matches whose likeliest class came true.
    pub accuracy: f64,
    /// Expected calibration error, all classes pooled. Without an interval: resampling only ever raises it.
    pub ece: f64,
    /// Intervals of the means by scoring rule: `rps`, `log_loss`, `brier_sum`, `brier_mean`, `accuracy`.
    pub intervals: BTreeMap<String, Interval>,
    /// Accuracy of every class.
    pub accuracy_by_class: Vec<ClassAccuracy>,
    /// Of total and margin, in goals or points; none for the market, which says who wins and no score.
    pub crps: Option<ScoreCrps>,
    /// Calibration tables.
    pub calibration: Calibration,
    /// Against the base rate and the market.
    pub versus: Vec<Versus>,
}

/// The mean difference of one score to a baseline on the matches both forecast; below zero is better, but for accuracy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Versus {
    /// The baseline's name.
    pub baseline: String,
    /// The scoring rule.
    pub rule: String,
    /// Matches that both forecast.
    pub n: usize,
    /// Forecaster less baseline.
    pub difference: Interval,
}

/// Sums up every forecaster that forecast at least one of `matches`; `names` are in the order of their probabilities.
pub fn summarise<'m>(
    sport: Sport,
    names: &[String],
    matches: impl IntoIterator<Item = &'m MatchForecasts>,
    options: &SummaryOptions,
) -> Vec<Summary> {
    let matches: Vec<&MatchForecasts> = matches.into_iter().collect();
    let columns = columns(sport, names, &matches, options);
    // Every interval has its own generator, so the threads cannot be told from the result.
    let summed: Vec<Option<Summary>> = columns.par_iter().map(|c| c.summary(&columns, options)).collect();
    summed.into_iter().flatten().collect()
}

/// Every forecaster match by match, in the order of `names`.
pub(super) fn columns<'n>(
    sport: Sport,
    names: &'n [String],
    matches: &[&MatchForecasts],
    options: &SummaryOptions,
) -> Vec<Column<'n>> {
    names.iter().enumerate().map(|(i, name)| Column::of(sport, name, i, matches, options)).collect()
}

/// Everything about one forecaster, match by match; none where it gave no forecast.
pub(super) struct Column<'n> {
    name: &'n str,
    scored: Vec<Option<Scored>>,
    crps: Vec<ScoreCrps>,
    clusters: Vec<i64>,
}

impl<'n> Column<'n> {
    fn of(
        sport: Sport,
        name: &'n str,
        position: usize,
        matches: &[&MatchForecasts],
        options: &SummaryOptions,
    ) -> Self {
        let scored = |m: &&MatchForecasts| {
            let said = m.probabilities.get(position).copied().flatten()?;
            Some(Scored::new(sport, said, m.outcome))
        };
        let cluster = |(i, m): (i64, &&MatchForecasts)| options.clustering.of(i, m.kickoff);
        let crps = |m: &&MatchForecasts| m.crps.get(position).copied().flatten();
        Self {
            name,
            scored: matches.iter().map(scored).collect(),
            crps: matches.iter().filter_map(crps).collect(),
            clusters: (0..).zip(matches).map(cluster).collect(),
        }
    }

    pub(super) fn name(&self) -> &'n str {
        self.name
    }

    /// Whether it forecast nothing.
    pub(super) fn is_silent(&self) -> bool {
        self.scored.iter().all(Option::is_none)
    }

    /// Its scores less another's, match by match where both have a forecast.
    pub(super) fn differences(&self, other: &Self, rule: &dyn ScoringRule) -> Vec<f64> {
        let pairs = self.scored.iter().zip(&other.scored);
        pairs.filter_map(|(a, b)| Some(rule.score(a.as_ref()?) - rule.score(b.as_ref()?))).collect()
    }

    /// The few numbers shown for a part of the matches; none without forecasts.
    pub(super) fn line(&self, market: Option<&Self>, options: &SummaryOptions) -> Option<GroupLine> {
        let scored: Vec<&Scored> = self.scored.iter().flatten().collect();
        let mean =
            |rule: &dyn ScoringRule| scored.iter().map(|s| rule.score(s)).sum::<f64>() / scored.len() as f64;
        let market = market.filter(|market| market.name != self.name && !market.is_silent());
        let to_market = market.and_then(|market| {
            let both = self.scored.iter().zip(&market.scored).zip(&self.clusters);
            let clusters: Vec<i64> =
                both.filter(|((a, b), _)| a.is_some() && b.is_some()).map(|(_, c)| *c).collect();
            options.bootstrap.mean(&self.differences(market, &RankedProbability), &clusters)
        });
        (!scored.is_empty()).then(|| GroupLine {
            name: self.name.to_owned(),
            rps: mean(&RankedProbability),
            log_loss: mean(&LogLoss),
            accuracy: mean(&Accuracy),
            rps_to_market: to_market,
        })
    }

    /// Mean CRPS of the total and of the margin; none without score distributions.
    fn mean_crps(&self) -> Option<ScoreCrps> {
        let n = self.crps.len() as f64;
        (n > 0.0).then(|| ScoreCrps {
            total: self.crps.iter().map(|c| c.total).sum::<f64>() / n,
            margin: self.crps.iter().map(|c| c.margin).sum::<f64>() / n,
        })
    }

    fn summary(&self, all: &[Column<'_>], options: &SummaryOptions) -> Option<Summary> {
        let scored: Vec<Scored> = self.scored.iter().copied().flatten().collect();
        let calibration = calibration(&scored, options.bins)?;
        let clusters: Vec<i64> =
            self.scored.iter().zip(&self.clusters).filter_map(|(s, c)| s.map(|_| *c)).collect();
        let mut intervals = BTreeMap::new();
        for rule in scoring_rules() {
            let values: Vec<f64> = scored.iter().map(|s| rule.score(s)).collect();
            intervals.insert(rule.name().to_owned(), options.bootstrap.mean(&values, &clusters)?);
        }
        let mean = |rule: &str| intervals.get(rule).map_or(0.0, |i| i.estimate);
        Some(Summary {
            name: self.name.to_owned(),
            n: scored.len(),
            rps: mean("rps"),
            log_loss: mean("log_loss"),
            brier: mean("brier_sum"),
            brier_mean: mean("brier_mean"),
            accuracy: mean("accuracy"),
            ece: calibration.pooled.ece,
            accuracy_by_class: accuracy_by_class(&scored),
            crps: self.mean_crps(),
            calibration,
            versus: self.versus(all, options),
            intervals,
        })
    }

    fn versus(&self, all: &[Column<'_>], options: &SummaryOptions) -> Vec<Versus> {
        let baselines = all.iter().filter(|c| BASELINES.contains(&c.name) && c.name != self.name);
        baselines.flat_map(|baseline| self.versus_one(baseline, options)).collect()
    }

    fn versus_one(&self, baseline: &Column<'_>, options: &SummaryOptions) -> Vec<Versus> {
        let pairs: Vec<(Scored, Scored, i64)> = self
            .scored
            .iter()
            .zip(&baseline.scored)
            .zip(&self.clusters)
            .filter_map(|((a, b), cluster)| Some(((*a)?, (*b)?, *cluster)))
            .collect();
        let clusters: Vec<i64> = pairs.iter().map(|(_, _, cluster)| *cluster).collect();
        let one = |rule: &&dyn ScoringRule| {
            let differences: Vec<f64> = pairs.iter().map(|(a, b, _)| rule.score(a) - rule.score(b)).collect();
            Some(Versus {
                baseline: baseline.name.to_owned(),
                rule: rule.name().to_owned(),
                n: pairs.len(),
                difference: options.bootstrap.mean(&differences, &clusters)?,
            })
        };
        scoring_rules().iter().filter_map(one).collect()
    }
}
