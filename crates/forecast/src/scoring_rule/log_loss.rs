//! Log loss in nats: -sum over classes of y_i ln p_i.
//!
//! Probabilities are floored at [`PROBABILITY_FLOOR`], so that something held impossible costs 34.5 nats when it happens
//! instead of infinity, which no mean or interval survives.

use super::{Scored, ScoringRule};

/// The least probability log loss reckons with.
pub const PROBABILITY_FLOOR: f64 = 1e-15;

/// Natural log loss.
#[derive(Debug, Clone, Copy)]
pub struct LogLoss;

impl ScoringRule for LogLoss {
    fn name(&self) -> &'static str {
        "log_loss"
    }

    fn lower_is_better(&self) -> bool {
        true
    }

    fn score(&self, scored: &Scored) -> f64 {
        let happened = scored.pairs().filter(|(_, y)| *y > 0.0);
        happened.map(|(p, y)| -y * p.max(PROBABILITY_FLOOR).ln()).sum()
    }
}
