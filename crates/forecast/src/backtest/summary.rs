//! Scores of every forecaster with intervals, and paired differences to the baselines.

use std::collections::BTreeMap;

use domain::Sport;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MatchForecasts;
use crate::{
    bootstrap::{Bootstrap, Interval},
    calibration::{self, Calibration, calibration},
    market_baseline,
    scoring_rule::{ClassAccuracy, Scored, accuracy_by_class, scoring_rules},
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
    let columns: Vec<Column> =
        names.iter().enumerate().map(|(i, name)| Column::of(sport, name, i, &matches, options)).collect();
    columns.iter().filter_map(|column| column.summary(&columns, options)).collect()
}

/// Everything about one forecaster, match by match; none where it gave no forecast.
struct Column<'n> {
    name: &'n str,
    scored: Vec<Option<Scored>>,
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
        Self {
            name,
            scored: matches.iter().map(scored).collect(),
            clusters: (0..).zip(matches).map(cluster).collect(),
        }
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
        let one = |rule: &&dyn crate::scoring_rule::ScoringRule| {
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
