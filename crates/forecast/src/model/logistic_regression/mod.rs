//! Multinomial logistic regression with the elastic net on every feature.
//!
//! | symbol | meaning |
//! |---|---|
//! | v_ij | feature j before match i, where it is defined |
//! | m_j, s_j | its mean over matches where it is defined; its standard deviation with m_j in place of what is not |
//! | x_ij | (v_ij - m_j) / s_j, 0 where it is not defined |
//! | lambda, alpha | strength of the penalty and share of its absolute part |
//!
//! Beside every feature that is now and then not defined stands an indicator of that, standardised alike; features without
//! spread are left out, and of equal indicators all but one. The regression and its optimality are in
//! `regression/elastic_net.rs`.
//!
//! lambda is chosen by time within the training window: each of a falling sequence is learnt on the first three quarters of
//! the matches and judged by its log loss on the last quarter; the best is then learnt on all of them.
//!
//! Reference: Zou and Hastie (2005), Regularization and variable selection via the elastic net, Journal of the Royal
//! Statistical Society B 67.

mod design;

use serde_json::json;

use self::design::Design;
use super::on_features::{Learner, Learning, Learnt, Lessons, OnFeatures};
use crate::{
    ForecastError,
    model::Model,
    regression::{Coefficients, ElasticNet, Penalty},
};

/// The model's name on the list.
pub const NAME: &str = "logistic_regression";
/// That of the model that reads prices of the match, too.
pub const NAME_WITH_ODDS: &str = "logistic_regression_odds";

/// alpha.
const ABSOLUTE_SHARE: f64 = 0.1;
/// Ratio of one strength to the one before.
const FALL: f64 = 0.65;
/// Strengths tried at most; the weakest is a thousandth of the strongest.
const MAX_STRENGTHS: usize = 17;
/// The sequence ends once so many strengths in a row were worse than the best.
const PATIENCE: usize = 2;
const TRAINING_SHARE: f64 = 0.75;

/// The model on the list.
pub fn model() -> Box<dyn Model> {
    Box::new(OnFeatures::new(LogisticRegression))
}

/// The one that reads prices of the match, too.
pub fn with_odds() -> Box<dyn Model> {
    Box::new(OnFeatures::with_odds(LogisticRegression))
}

#[derive(Debug, Clone, Copy)]
struct LogisticRegression;

impl Learner for LogisticRegression {
    type Learnt = Regression;

    fn name(&self) -> &'static str {
        NAME
    }

    fn name_with_odds(&self) -> &'static str {
        NAME_WITH_ODDS
    }

    fn learn(&self, lessons: &Lessons<'_>) -> Result<(Regression, Learning), ForecastError> {
        let design = Design::of(lessons);
        let (strength, near) = choose(lessons, &design);
        let examples = design.examples(lessons);
        let penalty = Penalty { strength, absolute_share: ABSOLUTE_SHARE };
        let (coefficients, optimum) = ElasticNet::new(&examples).solve(penalty, &near);
        if coefficients.matrix.iter().any(|b| !b.is_finite()) {
            let detail = format!("coefficients at penalty {strength} are not finite");
            return Err(ForecastError::Numerics { model: NAME, detail });
        }
        let learning = Learning {
            iterations: optimum.iterations,
            gradient_norm: Some(optimum.violation),
            objective: Some(optimum.objective),
            converged: optimum.converged,
        };
        Ok((Regression { design, coefficients, strength }, learning))
    }
}

/// The strength that did best on the latest matches, and the coefficients it had on the earlier ones.
fn choose(lessons: &Lessons<'_>, design: &Design) -> (f64, Coefficients) {
    let (earlier, latest) = lessons.split(TRAINING_SHARE);
    let examples = design.examples(&earlier);
    let mut net = ElasticNet::new(&examples);
    let mut strength = net.strongest(ABSOLUTE_SHARE);
    let mut at = Coefficients::none(design.n_inputs(), lessons.n_classes());
    let mut best = (f64::INFINITY, strength, at.clone());
    let mut worse = 0;
    for _ in 0..MAX_STRENGTHS {
        at = net.solve(Penalty { strength, absolute_share: ABSOLUTE_SHARE }, &at).0;
        let loss = latest.log_loss(|values| at.probabilities(&design.inputs(values)));
        if loss < best.0 {
            best = (loss, strength, at.clone());
            worse = 0;
        } else {
            worse += 1;
        }
        if worse > PATIENCE {
            break;
        }
        strength *= FALL;
    }
    (best.1, best.2)
}

/// What was learnt.
struct Regression {
    design: Design,
    coefficients: Coefficients,
    strength: f64,
}

impl Learnt for Regression {
    fn probabilities(&self, values: &[Option<f64>]) -> Vec<f64> {
        self.coefficients.probabilities(&self.design.inputs(values))
    }

    fn parameters(&self) -> serde_json::Value {
        let by_class = |row: usize| self.coefficients.matrix.row(row).iter().copied().collect::<Vec<f64>>();
        let inputs = self.design.names().enumerate();
        let counting = inputs.filter(|(i, _)| by_class(i + 1).iter().any(|b| *b != 0.0));
        let coefficients: serde_json::Map<String, serde_json::Value> =
            counting.map(|(i, name)| (name, json!(by_class(i + 1)))).collect();
        json!({
            "penalty": { "strength": self.strength, "absolute_share": ABSOLUTE_SHARE },
            "intercepts": by_class(0),
            "per_standard_deviation": coefficients,
        })
    }
}

#[cfg(test)]
mod tests;
