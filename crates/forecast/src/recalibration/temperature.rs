//! Temperature scaling: all classes raised to one power and normalised.
//!
//! | symbol | meaning |
//! |---|---|
//! | p_c | probability said of class c |
//! | b | the inverse temperature; above 1 the forecaster was too shy, below 1 too bold |
//!
//! ```text
//! P(c) = p_c^b / sum_k p_k^b,     b maximises sum over matches of ln P(outcome) - (ln b)^2 / (2 s^2)
//! ```
//!
//! The normal prior on ln b, of standard deviation s = 1/2, keeps a handful of matches from running off.
//!
//! C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.

use serde_json::json;

use super::Observed;
use crate::{
    ForecastError,
    regression::{Curvature, maximise},
};

const PRIOR_SD: f64 = 0.5;

/// The fitted power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temperature {
    /// The inverse temperature.
    pub power: f64,
}

impl Temperature {
    /// The most likely power.
    ///
    /// # Errors
    /// When the search does not end at a maximum.
    pub fn fit(observed: &[Observed]) -> Result<Self, ForecastError> {
        let rows: Vec<([f64; 3], [f64; 3])> =
            observed.iter().map(|o| (logs(o.said.as_array()), o.target)).collect();
        // Searched on ln b, which keeps b positive.
        let top = maximise([0.0], |at: &[f64; 1]| {
            let power = at[0].exp();
            let mut sum = Curvature::<1>::default();
            sum.add_prior(0, at[0], 0.0, 1.0 / (PRIOR_SD * PRIOR_SD));
            for (logs, target) in &rows {
                let p = softmax(logs, power);
                // A class that cannot happen has a log of minus infinity and takes no part.
                let part = |c: &usize| logs[*c].is_finite();
                let mean = |f: &dyn Fn(usize) -> f64| (0..3).filter(part).map(|c| p[c] * f(c)).sum::<f64>();
                let said = mean(&|c| logs[c]);
                let spread = mean(&|c| (logs[c] - said) * (logs[c] - said));
                let weight: f64 = (0..3).filter(part).map(|c| target[c]).sum();
                let seen: f64 = (0..3).filter(part).map(|c| target[c] * logs[c]).sum();
                sum.value += (0..3).filter(part).map(|c| target[c] * p[c].ln()).sum::<f64>();
                let slope = seen - weight * said;
                sum.add_gradient([1.0], power * slope);
                // The curvature of the likelihood alone is taken, which is negative everywhere.
                sum.add_hessian([1.0], [1.0], -power * power * weight * spread);
            }
            sum
        });
        if !top.converged {
            let detail = format!("the temperature has gradient {:e} at its best", top.gradient_norm);
            return Err(ForecastError::Numerics { model: "temperature", detail });
        }
        Ok(Self { power: top.at[0].exp() })
    }

    pub(super) fn apply(self, said: [f64; 3]) -> [f64; 3] {
        softmax(&logs(said), self.power)
    }

    pub(super) fn parameters(self) -> serde_json::Value {
        json!({ "power": self.power, "temperature": 1.0 / self.power })
    }
}

fn logs(said: [f64; 3]) -> [f64; 3] {
    said.map(f64::ln)
}

fn softmax(logs: &[f64; 3], power: f64) -> [f64; 3] {
    let top = logs.iter().fold(f64::NEG_INFINITY, |top, l| top.max(*l));
    let weights = logs.map(|l| if l.is_finite() { (power * (l - top)).exp() } else { 0.0 });
    let sum: f64 = weights.iter().sum();
    weights.map(|w| w / sum)
}
