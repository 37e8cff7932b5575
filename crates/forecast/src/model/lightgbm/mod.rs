//! Gradient boosted trees on every feature, grown by LightGBM. In builds with the feature `lightgbm` alone.
//!
//! | symbol | meaning |
//! |---|---|
//! | x | features of a match, some of them not defined |
//! | y_k | share of class k in its outcome |
//! | F_k | score of class k, a sum of small trees |
//! | nu | share of each tree that is added |
//!
//! ```text
//! F_k <- F_k + nu h_k,   h_k fitted to the gradient y_k - P(k) of the log loss, all classes at once
//! P(k) = exp F_k / sum_l exp F_l;   with two classes P(home) = 1 / (1 + exp(-F_home))
//! ```
//!
//! Beside `gradient_boosting` the loss is that of the classes together; with two, cross entropy lets a tie be half a win of
//! each side. Settings and the choice of the number of trees are those of `gradient_boosting`, but for the bins of a feature:
//! lightgbm3 leaves them at LightGBM's 255. The seed is fixed, and one thread grows trees in an order that no clock chooses.
//!
//! The library's handle stays on the thread that made it, so what is kept is its text, which holds every number in full.
//! Each forecast reads the text anew, in milliseconds; a fit takes far longer.
//!
//! References: Ke, Meng, Finley, Wang, Chen, Ma, Ye and Liu (2017), LightGBM: a highly efficient gradient boosting decision
//! tree, Advances in Neural Information Processing Systems 30; what it costs is in docs/decisions/0004-gradient-boosting.md.

use std::collections::BTreeMap;

use lightgbm3::{Booster, Dataset, Error, ImportanceType};
use serde_json::json;

use super::{
    gradient_boosting::{
        DEPTH, LEARNING_RATE, MAX_TREES, MAX_TREES_OF_DRAFT, MIN_TREES, PATIENCE, RIDGE, SEED,
        SHARE_OF_FEATURES, SHARE_OF_MATCHES, TRAINING_SHARE, leaf_weight,
    },
    on_features::{Columns, Learner, Learning, Learnt, Lessons, OnFeatures},
};
use crate::{ForecastError, model::Model};

/// The model's name on the list.
pub const NAME: &str = "lightgbm";
/// That of the model that reads prices of the match, too.
pub const NAME_WITH_ODDS: &str = "lightgbm_odds";

/// The model on the list.
pub fn model() -> Box<dyn Model> {
    Box::new(OnFeatures::new(LightGbm { max_trees: MAX_TREES }))
}

/// The one that reads prices of the match, too.
pub fn with_odds() -> Box<dyn Model> {
    Box::new(OnFeatures::with_odds(LightGbm { max_trees: MAX_TREES }))
}

#[derive(Debug, Clone, Copy)]
struct LightGbm {
    max_trees: usize,
}

impl Learner for LightGbm {
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
        let trees =
            grow(self.max_trees, lessons, &columns).and_then(|grown| Trees::of(&grown, lessons, columns));
        let trees =
            trees.map_err(|error| ForecastError::Numerics { model: NAME, detail: error.to_string() })?;
        let iterations = trees.rounds;
        Ok((trees, Learning { iterations, gradient_norm: None, objective: None, converged: true }))
    }
}

/// Trees on all lessons, as many as did best on the latest.
fn grow(max_trees: usize, lessons: &Lessons<'_>, columns: &Columns) -> Result<Booster, Error> {
    let (earlier, latest) = lessons.split(TRAINING_SHARE);
    let seen = dataset(&earlier, columns, None)?;
    let unseen = dataset(&latest, columns, Some(&seen))?;
    let trial = Booster::train_with_valid(seen, Some(unseen), &settings(max_trees, &earlier))?;
    let best = usize::try_from(trial.num_iterations()).unwrap_or(0);
    Booster::train(dataset(lessons, columns, None)?, &settings(best.max(MIN_TREES), lessons))
}

/// Lessons for the library; with the bins of others where those are given.
fn dataset(lessons: &Lessons<'_>, columns: &Columns, bins: Option<&Dataset>) -> Result<Dataset, Error> {
    let label = |lesson| match lessons.n_classes() {
        2 => lessons.outcome(lesson, 0) as f32,
        n => (0..n).map(|class| class as f32 * lessons.outcome(lesson, class) as f32).sum(),
    };
    let labels: Vec<f32> = (0..lessons.len()).map(label).collect();
    let weights: Vec<f32> = (0..lessons.len()).map(|lesson| lessons.weight(lesson) as f32).collect();
    let cells = columns.cells(lessons);
    let mut dataset = Dataset::from_slice_with_reference(&cells, &labels, width(columns), false, bins)?;
    dataset.set_weights(&weights)?;
    Ok(dataset)
}

/// Features as the library counts them.
fn width(columns: &Columns) -> i32 {
    i32::try_from(columns.names().len()).unwrap_or(i32::MAX)
}

fn settings(n_trees: usize, lessons: &Lessons<'_>) -> serde_json::Value {
    let (objective, metric, n_scores) = match lessons.n_classes() {
        2 => ("cross_entropy", "cross_entropy", 1),
        n => ("multiclass", "multi_logloss", n),
    };
    json!({
        "objective": objective,
        "metric": metric,
        "num_class": n_scores,
        "num_iterations": n_trees,
        "early_stopping_rounds": PATIENCE,
        "learning_rate": LEARNING_RATE,
        "max_depth": DEPTH,
        "num_leaves": 1 << DEPTH,
        "min_sum_hessian_in_leaf": leaf_weight(lessons.len()),
        "lambda_l2": RIDGE,
        "bagging_fraction": SHARE_OF_MATCHES,
        "bagging_freq": 1,
        "feature_fraction": SHARE_OF_FEATURES,
        "seed": SEED,
        "deterministic": true,
        // Else the library times both ways of counting and takes the faster.
        "force_row_wise": true,
        "num_threads": 1,
        "verbosity": -1,
    })
}

/// What was learnt.
struct Trees {
    columns: Columns,
    /// The booster as LightGBM writes it.
    text: String,
    /// Trees of each class.
    rounds: usize,
    n_classes: usize,
    /// Share of the gain in log loss that each feature brought.
    gain: BTreeMap<&'static str, f64>,
    /// Half a match among those learnt from: the least chance of a class, also of one that never came.
    least: f64,
}

impl Trees {
    fn of(grown: &Booster, lessons: &Lessons<'_>, columns: Columns) -> Result<Self, Error> {
        let gains = grown.feature_importance(ImportanceType::Gain)?;
        let sum: f64 = gains.iter().sum();
        let share = |(name, gain): (&&'static str, &f64)| (*gain > 0.0).then(|| (*name, gain / sum));
        Ok(Self {
            gain: columns.names().iter().zip(&gains).filter_map(share).collect(),
            columns,
            text: grown.save_string()?,
            rounds: usize::try_from(grown.num_iterations()).unwrap_or(0),
            n_classes: lessons.n_classes(),
            least: 0.5 / (lessons.len() as f64 + 1.0),
        })
    }

    /// What the library says about one match: as many numbers as classes, or the chance of the first of two.
    fn said(&self, row: &[f64]) -> Result<Vec<f64>, Error> {
        Booster::from_string(&self.text)?.predict(row, width(&self.columns), true)
    }
}

impl Learnt for Trees {
    fn probabilities(&self, values: &[Option<f64>]) -> Vec<f64> {
        let said = match self.said(&self.columns.row(values)).as_deref() {
            Ok(&[home]) => vec![home, 1.0 - home],
            Ok(classes) => classes.to_vec(),
            // Text that was written at the fit is read again, so this is out of memory; the forecast refuses what is no number.
            Err(_) => return vec![f64::NAN; self.n_classes],
        };
        let kept: Vec<f64> = said.into_iter().map(|p| p.max(self.least)).collect();
        let sum: f64 = kept.iter().sum();
        kept.into_iter().map(|p| p / sum).collect()
    }

    fn parameters(&self) -> serde_json::Value {
        json!({ "seed": SEED, "trees": self.rounds, "gain": self.gain })
    }
}

#[cfg(test)]
mod tests;
