//! The linear opinion pool: a weighted mean of what the members say, with weights that sum to 1.
//!
//! M. Stone, "The Opinion Pool", Annals of Mathematical Statistics 32 (1961), 1339-1342.

use domain::OutcomeProbabilities;

use crate::ForecastError;

/// Weights by member.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinearPool {
    pub(super) weights: Vec<f64>,
    /// Forecasts that were weighed.
    pub(super) observations: usize,
}

impl LinearPool {
    /// Weights in the ratio of exp(`logs`), which may be far from 0.
    pub(super) fn of_logs(logs: &[f64], observations: usize) -> Self {
        let top = logs.iter().fold(f64::NEG_INFINITY, |top, l| top.max(*l));
        let weights: Vec<f64> = logs.iter().map(|l| (l - top).exp()).collect();
        let sum: f64 = weights.iter().sum();
        Self { weights: weights.iter().map(|w| w / sum).collect(), observations }
    }

    pub(super) fn combine(
        &self,
        said: &[OutcomeProbabilities],
    ) -> Result<OutcomeProbabilities, ForecastError> {
        let mut sums = [0.0; 3];
        for (weight, p) in self.weights.iter().zip(said) {
            for (sum, p) in sums.iter_mut().zip(p.as_array()) {
                *sum += weight * p;
            }
        }
        Ok(OutcomeProbabilities::from_weights(sums[0], sums[1], sums[2])?)
    }
}
