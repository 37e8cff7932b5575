//! Gradient boosted trees on every feature.
//!
//! | symbol | meaning |
//! |---|---|
//! | x | features of a match, some of them not defined |
//! | y_k | share of class k in its outcome |
//! | F_k | score of class k, a sum of small trees |
//! | nu | share of each tree that is added |
//!
//! ```text
//! F_k <- F_k + nu h,   h fitted to the gradient y_k - s(F_k) of the log loss, s the logistic function
//! P(k) = s(F_k) / sum_l s(F_l);   with two classes P(home) = s(F_home)
//! ```
//!
//! Trees have depth 2, so that a pair of features interacts. Each sees half of the matches and a quarter of the features,
//! drawn by a fixed seed, on one thread, so the result depends on nothing else. The number of trees is where the loss on the
//! latest fifth of the training window was least; then all matches are learnt from with that many.
//!
//! The trees are those of the crate forust-ml; why that one is in docs/decisions/0004-gradient-boosting.md.
//!
//! References: Friedman (2001), Greedy function approximation: a gradient boosting machine; Friedman (2002), Stochastic
//! gradient boosting; for soccer Hubáček, Šourek and Železný (2019), Learning to predict soccer results from relational data
//! with gradient boosted trees, Machine Learning 108.

use std::collections::BTreeMap;

use forust_ml::{
    GradientBooster, Matrix, errors::ForustError, gradientbooster::ImportanceMethod, metric::Metric,
    sampler::SampleMethod,
};
use serde_json::json;

use super::on_features::{Columns, Learner, Learning, Learnt, Lessons, OnFeatures};
use crate::{ForecastError, model::Model};

/// The model's name on the list.
pub const NAME: &str = "gradient_boosting";
/// That of the model that reads prices of the match, too.
pub const NAME_WITH_ODDS: &str = "gradient_boosting_odds";

/// nu.
pub(super) const LEARNING_RATE: f64 = 0.02;
pub(super) const DEPTH: usize = 2;
pub(super) const MAX_TREES: usize = 600;
/// [`MAX_TREES`] of a draft.
pub(super) const MAX_TREES_OF_DRAFT: usize = 120;
/// Trees without a gain on the latest matches after which no more are tried.
pub(super) const PATIENCE: usize = 40;
/// Trees that are grown in any case: with few matches the least loss on the latest of them is at a number by chance.
pub(super) const MIN_TREES: usize = 80;
/// Least sum of second derivatives in a leaf: from about 25 matches of a short history to 150 of a long one.
const LEAF_WEIGHTS: (f64, f64) = (5.0, 30.0);
const MATCHES_PER_LEAF_WEIGHT: f64 = 150.0;
pub(super) const RIDGE: f64 = 10.0;
pub(super) const SHARE_OF_MATCHES: f64 = 0.5;
pub(super) const SHARE_OF_FEATURES: f64 = 0.25;
const BINS: u16 = 64;
pub(super) const SEED: u64 = 1;
pub(super) const TRAINING_SHARE: f64 = 0.8;

/// The model on the list.
pub fn model() -> Box<dyn Model> {
    Box::new(OnFeatures::new(GradientBoosting { max_trees: MAX_TREES }))
}

/// The one that reads prices of the match, too.
pub fn with_odds() -> Box<dyn Model> {
    Box::new(OnFeatures::with_odds(GradientBoosting { max_trees: MAX_TREES }))
}

#[derive(Debug, Clone, Copy)]
struct GradientBoosting {
    max_trees: usize,
}

impl Learner for GradientBoosting {
    type Learnt = Trees;

    fn name(&self) -> &'static str {
        NAME
    }

    fn name_with_odds(&self) -> &'static str {
        NAME_WITH_ODDS
    }

    fn draft(&self) -> Option<Self> {
        Some(Self { max_trees: MAX_TREES_OF_DRAFT })
    }

    fn learn(&self, lessons: &Lessons<'_>) -> Result<(Trees, Learning), ForecastError> {
        let columns = Columns::varying(lessons);
        let (earlier, latest) = lessons.split(TRAINING_SHARE);
        let parts = [&earlier, &latest, lessons].map(|part| Part::of(part, &columns));
        // With two classes the second is what the first is not.
        let n_scores = if lessons.n_classes() == 2 { 1 } else { lessons.n_classes() };
        let classes = (0..n_scores)
            .map(|class| Booster::fit(self.max_trees, &parts, [&earlier, &latest, lessons], class))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(&error))?;
        let iterations = classes.iter().map(Booster::n_trees).sum();
        let learning = Learning { iterations, gradient_norm: None, objective: None, converged: true };
        Ok((Trees { columns, classes }, learning))
    }
}

fn failed(error: &ForustError) -> ForecastError {
    ForecastError::Numerics { model: NAME, detail: error.to_string() }
}

/// Matches as the trees see them.
struct Part {
    n_matches: usize,
    n_columns: usize,
    /// Column by column; NaN where a feature is not defined.
    cells: Vec<f64>,
    weights: Vec<f64>,
}

impl Part {
    fn of(lessons: &Lessons<'_>, columns: &Columns) -> Self {
        Self {
            n_matches: lessons.len(),
            n_columns: columns.names().len(),
            cells: columns.cells(lessons),
            weights: (0..lessons.len()).map(|lesson| lessons.weight(lesson)).collect(),
        }
    }

    fn matrix(&self) -> Matrix<'_, f64> {
        Matrix::new(&self.cells, self.n_matches, self.n_columns)
    }
}

/// The score of one class.
enum Booster {
    Trees(Box<GradientBooster>),
    /// A class that always or never came has no score to learn: its share, kept off 0 and 1.
    Share(f64),
}

impl Booster {
    /// Parts and lessons: the earlier, the latest and all matches.
    fn fit(
        max_trees: usize,
        parts: &[Part; 3],
        lessons: [&Lessons<'_>; 3],
        class: usize,
    ) -> Result<Self, ForustError> {
        let outcomes = lessons.map(|l| (0..l.len()).map(|i| l.outcome(i, class)).collect::<Vec<f64>>());
        let share = |y: &[f64]| y.iter().sum::<f64>() / y.len() as f64;
        if outcomes[..2].iter().any(|y| share(y) <= 0.0 || share(y) >= 1.0) {
            let n = outcomes[2].len() as f64;
            return Ok(Self::Share((share(&outcomes[2]) * n + 0.5) / (n + 1.0)));
        }
        let latest = (parts[1].matrix(), &outcomes[1][..], &parts[1].weights[..]);
        let mut trial = booster(max_trees, parts[0].n_matches).set_early_stopping_rounds(Some(PATIENCE));
        trial.fit(&parts[0].matrix(), &outcomes[0], &parts[0].weights, Some(vec![latest]))?;
        let n_trees = trial.best_iteration.unwrap_or(0).max(MIN_TREES);
        let mut all = booster(n_trees, parts[2].n_matches);
        all.fit(&parts[2].matrix(), &outcomes[2], &parts[2].weights, None)?;
        Ok(Self::Trees(Box::new(all)))
    }

    fn probability(&self, values: &[f64]) -> f64 {
        match self {
            Self::Share(share) => *share,
            Self::Trees(booster) => {
                let score = booster.predict(&Matrix::new(values, 1, values.len()), false);
                1.0 / (1.0 + (-score.first().copied().unwrap_or(0.0)).exp())
            }
        }
    }

    fn n_trees(&self) -> usize {
        match self {
            Self::Share(_) => 0,
            Self::Trees(booster) => booster.trees.len(),
        }
    }

    /// Share of the gain in log loss that each feature brought.
    fn importance(&self, names: &[&'static str]) -> BTreeMap<&'static str, f32> {
        match self {
            Self::Share(_) => BTreeMap::new(),
            Self::Trees(booster) => booster
                .calculate_feature_importance(ImportanceMethod::TotalGain, true)
                .into_iter()
                .filter_map(|(column, gain)| Some((*names.get(column)?, gain)))
                .collect(),
        }
    }
}

/// Least sum of second derivatives in a leaf.
pub(super) fn leaf_weight(n_matches: usize) -> f64 {
    (n_matches as f64 / MATCHES_PER_LEAF_WEIGHT).clamp(LEAF_WEIGHTS.0, LEAF_WEIGHTS.1)
}

fn booster(n_trees: usize, n_matches: usize) -> GradientBooster {
    GradientBooster::default()
        .set_iterations(n_trees)
        .set_learning_rate(LEARNING_RATE as f32)
        .set_max_depth(DEPTH)
        .set_min_leaf_weight(leaf_weight(n_matches) as f32)
        .set_l2(RIDGE as f32)
        .set_sample_method(SampleMethod::Random)
        .set_subsample(SHARE_OF_MATCHES as f32)
        .set_colsample_bytree(SHARE_OF_FEATURES)
        .set_nbins(BINS)
        .set_seed(SEED)
        .set_parallel(false)
        .set_evaluation_metric(Some(Metric::LogLoss))
}

/// What was learnt: a score per class.
struct Trees {
    columns: Columns,
    classes: Vec<Booster>,
}

impl Learnt for Trees {
    fn probabilities(&self, values: &[Option<f64>]) -> Vec<f64> {
        let seen = self.columns.row(values);
        match &self.classes[..] {
            [home] => {
                let home = home.probability(&seen);
                vec![home, 1.0 - home]
            }
            classes => {
                let said: Vec<f64> = classes.iter().map(|class| class.probability(&seen)).collect();
                let sum: f64 = said.iter().sum();
                said.into_iter().map(|p| p / sum).collect()
            }
        }
    }

    fn parameters(&self) -> serde_json::Value {
        let class = |c: &Booster| json!({ "trees": c.n_trees(), "gain": c.importance(self.columns.names()) });
        json!({ "seed": SEED, "classes": self.classes.iter().map(class).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests;
