//! Platt scaling: a sigmoid of the log-odds per class, then normalised.
//!
//! | symbol | meaning |
//! |---|---|
//! | p | probability said of a class |
//! | a, b | slope and intercept of the class |
//! | n1, n0 | how often the class came and did not |
//!
//! ```text
//! P = 1 / (1 + exp(-(a ln(p / (1 - p)) + b)))
//! targets: (n1 + 1) / (n1 + 2) where the class came, 1 / (n0 + 2) where it did not
//! ```
//!
//! The softened targets are Platt's: they hold a and b finite when a class is perfectly separated. Three classes are fitted
//! one against the rest and normalised, as in B. Zadrozny and C. Elkan, "Transforming Classifier Scores into Accurate
//! Multiclass Probability Estimates", KDD 2002. J. C. Platt, "Probabilistic Outputs for Support Vector Machines and
//! Comparisons to Regularized Likelihood Methods", Advances in Large Margin Classifiers (1999).

use serde_json::json;

use super::Observed;
use crate::{
    ForecastError,
    regression::{Curvature, maximise},
};

/// Probabilities are cut off here, so that log-odds stay finite.
const FLOOR: f64 = 1e-6;

/// The fitted sigmoids.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Platt {
    /// Slope and intercept by class; none for a class that was never possible.
    pub classes: [Option<(f64, f64)>; 3],
}

impl Platt {
    /// The most likely sigmoids.
    ///
    /// # Errors
    /// When a search does not end at a maximum.
    pub fn fit(observed: &[Observed]) -> Result<Self, ForecastError> {
        let mut classes = [None; 3];
        for (class, fitted) in classes.iter_mut().enumerate() {
            let rows: Vec<(f64, f64)> = observed
                .iter()
                .filter(|o| o.said.as_array()[class] > 0.0)
                .map(|o| (logit(o.said.as_array()[class]), o.target[class]))
                .collect();
            if !rows.is_empty() {
                *fitted = Some(sigmoid(&rows)?);
            }
        }
        Ok(Self { classes })
    }

    pub(super) fn apply(&self, said: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|c| match self.classes[c] {
            Some((slope, intercept)) if said[c] > 0.0 => logistic(slope * logit(said[c]) + intercept),
            _ => said[c],
        })
    }

    pub(super) fn parameters(&self) -> serde_json::Value {
        let class = |c: usize| {
            self.classes[c].map(|(slope, intercept)| json!({"slope": slope, "intercept": intercept}))
        };
        json!({ "home": class(0), "draw": class(1), "away": class(2) })
    }
}

fn sigmoid(rows: &[(f64, f64)]) -> Result<(f64, f64), ForecastError> {
    let came: f64 = rows.iter().map(|(_, target)| target).sum();
    let absent = rows.len() as f64 - came;
    let (high, low) = ((came + 1.0) / (came + 2.0), 1.0 / (absent + 2.0));
    let top = maximise([1.0, 0.0], |at: &[f64; 2]| {
        let mut sum = Curvature::<2>::default();
        for (x, target) in rows {
            let (p, soft) = (logistic(at[0] * x + at[1]), target * high + (1.0 - target) * low);
            sum.value += soft * p.ln() + (1.0 - soft) * (1.0 - p).ln();
            sum.add_gradient([*x, 1.0], soft - p);
            sum.add_hessian([*x, 1.0], [*x, 1.0], -p * (1.0 - p));
        }
        sum
    });
    // All forecasts alike leave the slope open; the sigmoid is then a constant that any slope describes.
    let alike = rows.iter().all(|(x, _)| (x - rows[0].0).abs() < 1e-12);
    if alike {
        let mean = rows.iter().map(|(_, t)| t * high + (1.0 - t) * low).sum::<f64>() / rows.len() as f64;
        return Ok((1.0, logit(mean) - rows[0].0));
    }
    if !top.converged {
        let detail = format!("a sigmoid has gradient {:e} at its best", top.gradient_norm);
        return Err(ForecastError::Numerics { model: "platt", detail });
    }
    Ok((top.at[0], top.at[1]))
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(FLOOR, 1.0 - FLOOR);
    (p / (1.0 - p)).ln()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
