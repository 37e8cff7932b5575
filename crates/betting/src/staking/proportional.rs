//! Proportional staking: the same share of the current bankroll on every bet, whatever its edge.

pub(super) fn stake(share: f64, bankroll_minor: f64) -> f64 {
    share * bankroll_minor
}
