//! Weights by recent log loss: whoever forecast lately better counts for more.
//!
//! | symbol | meaning |
//! |---|---|
//! | p_m(i) | probability that member m gave to what came of match i |
//! | t_i | age of match i in days |
//! | H | half-life of a match's evidence in days |
//!
//! ```text
//! ln w_m = sum_i 2^(-t_i / H) ln p_m(i) + constant
//! ```
//!
//! These are the model probabilities of Bayesian averaging with forgetting, so that the best member of last year can be
//! overtaken: A. E. Raftery, M. Karny and P. Ettler, "Online Prediction Under Model Uncertainty via Dynamic Model Averaging",
//! Technometrics 52 (2010), 52-66.

use jiff::Timestamp;

use super::linear::LinearPool;
use crate::model::folds::Observation;

const SECONDS_PER_DAY: f64 = 86_400.0;
/// A member's certainty is cut off here, so that one miss cannot silence it for ever.
const FLOOR: f64 = 1e-6;

/// The weights as of a moment.
pub(super) fn weigh(
    members: usize,
    observations: &[Observation],
    at: Timestamp,
    half_life_days: f64,
) -> LinearPool {
    let mut logs = vec![0.0; members];
    for observation in observations {
        let age = at.duration_since(observation.fixture.kickoff.earliest()).as_secs_f64() / SECONDS_PER_DAY;
        let weight = (-age / half_life_days).exp2();
        for (log, said) in logs.iter_mut().zip(&observation.said) {
            let credit = observation.target.iter().zip(said.as_array());
            *log += weight * credit.map(|(t, p)| t * p.max(FLOOR).ln()).sum::<f64>();
        }
    }
    LinearPool::of_logs(&logs, observations.len())
}
