//! Multiplicative margin removal: p_i = pi_i / sum(pi), where pi_i = 1 / odds_i.

use super::Devigged;

pub(super) fn remove(implied: &[f64]) -> Devigged {
    let sum: f64 = implied.iter().sum();
    Devigged { probabilities: implied.iter().map(|pi| pi / sum).collect(), parameter: sum }
}
