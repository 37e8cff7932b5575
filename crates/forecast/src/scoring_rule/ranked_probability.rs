//! Ranked probability score, divided by the number of classes less one, so that it lies in 0..=1.
//!
//! | symbol | meaning |
//! |---|---|
//! | p_i, y_i | forecast and outcome of class i, in order |
//! | r | number of classes |
//!
//! RPS = 1/(r - 1) * sum over i < r of (sum over j <= i of (p_j - y_j))^2. With two classes it is (p - y)^2.
//!
//! Reference: Epstein (1969), A scoring system for probability forecasts of ranked categories; the normalised form is that
//! of Constantinou and Fenton (2012).

use super::{Scored, ScoringRule};

/// The ranked probability score.
#[derive(Debug, Clone, Copy)]
pub struct RankedProbability;

impl ScoringRule for RankedProbability {
    fn name(&self) -> &'static str {
        "rps"
    }

    fn lower_is_better(&self) -> bool {
        true
    }

    fn score(&self, scored: &Scored) -> f64 {
        let steps = scored.probabilities().len() - 1;
        let mut gap = 0.0;
        let squares = scored.pairs().take(steps).map(|(p, y)| {
            gap += p - y;
            gap * gap
        });
        squares.sum::<f64>() / steps as f64
    }
}
