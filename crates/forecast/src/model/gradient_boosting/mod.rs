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

use super::on_features::{Learner, Learning, Learnt, Lessons, OnFeatures};
use crate::{ForecastError, model::Model};

/// The model's name on the list.
pub const NAME: &str = "gradient_boosting";

/// nu.
const LEARNING_RATE: f32 = 0.02;
const DEPTH: usize = 2;
const MAX_TREES: usize = 600;
/// Trees without a gain on the latest matches after which no more are tried.
const PATIENCE: usize = 40;
/// Trees that are grown in any case: with few matches the least loss on the latest of them is at a number by chance.
const MIN_TREES: usize = 80;
/// Least sum of second derivatives in a leaf: from about 25 matches of a short history to 150 of a long one.
const LEAF_WEIGHTS: (f32, f32) = (5.0, 30.0);
const MATCHES_PER_LEAF_WEIGHT: f32 = 150.0;
const RIDGE: f32 = 10.0;
const SHARE_OF_MATCHES: f32 = 0.5;
const SHARE_OF_FEATURES: f64 = 0.25;
const BINS: u16 = 64;
const SEED: u64 = 1;
const TRAINING_SHARE: f64 = 0.8;

/// The model on the list.
pub fn model() -> Box<dyn Model> {
    Box::new(OnFeatures(GradientBoosting))
}

#[derive(Debug, Clone, Copy)]
struct GradientBoosting;

impl Learner for GradientBoosting {
    type Learnt = Trees;

    fn name(&self) -> &'static str {
        NAME
    }

    fn learn(&self, lessons: &Lessons<'_>) -> Result<(Trees, Learning), ForecastError> {
        let columns: Vec<usize> = (0..lessons.names().len()).filter(|c| varies(lessons, *c)).collect();
        let (earlier, latest) = lessons.split(TRAINING_SHARE);
        let parts = [&earlier, &latest, lessons].map(|part| Part::of(part, &columns));
        // With two classes the second is what the first is not.
        let n_scores = if lessons.n_classes() == 2 { 1 } else { lessons.n_classes() };
        let classes = (0..n_scores)
            .map(|class| Booster::fit(&parts, [&earlier, &latest, lessons], class))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(&error))?;
        let iterations = classes.iter().map(Booster::n_trees).sum();
        let names = columns.iter().map(|c| lessons.names()[*c]).collect();
        let learning = Learning { iterations, gradient_norm: None, objective: None, converged: true };
        Ok((Trees { columns, names, classes }, learning))
    }
}

fn failed(error: &ForustError) -> ForecastError {
    ForecastError::Numerics { model: NAME, detail: error.to_string() }
}

/// Whether a feature takes two values: others waste the share of features a tree sees.
fn varies(lessons: &Lessons<'_>, column: usize) -> bool {
    let first = lessons.value(0, column);
    (1..lessons.len()).any(|lesson| lessons.value(lesson, column) != first)
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
    fn of(lessons: &Lessons<'_>, columns: &[usize]) -> Self {
        let n_matches = lessons.len();
        let column = |c: &usize| {
            let c = *c;
            (0..n_matches).map(move |lesson| lessons.value(lesson, c).unwrap_or(f64::NAN))
        };
        Self {
            n_matches,
            n_columns: columns.len(),
            cells: columns.iter().flat_map(column).collect(),
            weights: (0..n_matches).map(|lesson| lessons.weight(lesson)).collect(),
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
    fn fit(parts: &[Part; 3], lessons: [&Lessons<'_>; 3], class: usize) -> Result<Self, ForustError> {
        let outcomes = lessons.map(|l| (0..l.len()).map(|i| l.outcome(i, class)).collect::<Vec<f64>>());
        let share = |y: &[f64]| y.iter().sum::<f64>() / y.len() as f64;
        if outcomes[..2].iter().any(|y| share(y) <= 0.0 || share(y) >= 1.0) {
            let n = outcomes[2].len() as f64;
            return Ok(Self::Share((share(&outcomes[2]) * n + 0.5) / (n + 1.0)));
        }
        let latest = (parts[1].matrix(), &outcomes[1][..], &parts[1].weights[..]);
        let mut trial = booster(MAX_TREES, parts[0].n_matches).set_early_stopping_rounds(Some(PATIENCE));
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

fn booster(n_trees: usize, n_matches: usize) -> GradientBooster {
    let leaf_weight = (n_matches as f32 / MATCHES_PER_LEAF_WEIGHT).clamp(LEAF_WEIGHTS.0, LEAF_WEIGHTS.1);
    GradientBooster::default()
        .set_iterations(n_trees)
        .set_learning_rate(LEARNING_RATE)
        .set_max_depth(DEPTH)
        .set_min_leaf_weight(leaf_weight)
        .set_l2(RIDGE)
        .set_sample_method(SampleMethod::Random)
        .set_subsample(SHARE_OF_MATCHES)
        .set_colsample_bytree(SHARE_OF_FEATURES)
        .set_nbins(BINS)
        .set_seed(SEED)
        .set_parallel(false)
        .set_evaluation_metric(Some(Metric::LogLoss))
}

/// What was learnt: a score per class.
struct Trees {
    columns: Vec<usize>,
    names: Vec<&'static str>,
    classes: Vec<Booster>,
}

impl Learnt for Trees {
    fn probabilities(&self, values: &[Option<f64>]) -> Vec<f64> {
        let value = |column: &usize| values.get(*column).copied().flatten().unwrap_or(f64::NAN);
        let seen: Vec<f64> = self.columns.iter().map(value).collect();
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
        let class = |c: &Booster| json!({ "trees": c.n_trees(), "gain": c.importance(&self.names) });
        json!({ "seed": SEED, "classes": self.classes.iter().map(class).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests;
