//! Brier score in both forms in use, each by its name: summed over the classes, (0..=2), or averaged over them.
//!
//! brier_sum = sum over classes of (p_i - y_i)^2; brier_mean = brier_sum / r. With two classes brier_mean is (p - y)^2.
//!
//! Reference: Brier (1950), Verification of forecasts expressed in terms of probability, equation 2 is the summed form.

use super::{Scored, ScoringRule};

/// Summed over the classes.
#[derive(Debug, Clone, Copy)]
pub struct BrierSum;

/// Averaged over the classes.
#[derive(Debug, Clone, Copy)]
pub struct BrierMean;

fn sum_of_squares(scored: &Scored) -> f64 {
    scored.pairs().map(|(p, y)| (p - y) * (p - y)).sum()
}

impl ScoringRule for BrierSum {
    fn name(&self) -> &'static str {
        "brier_sum"
    }

    fn lower_is_better(&self) -> bool {
        true
    }

    fn score(&self, scored: &Scored) -> f64 {
        sum_of_squares(scored)
    }
}

impl ScoringRule for BrierMean {
    fn name(&self) -> &'static str {
        "brier_mean"
    }

    fn lower_is_better(&self) -> bool {
        true
    }

    fn score(&self, scored: &Scored) -> f64 {
        sum_of_squares(scored) / scored.probabilities().len() as f64
    }
}
