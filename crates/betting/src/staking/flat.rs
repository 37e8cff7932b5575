//! Flat staking: the same amount on every bet, which makes ROI the plain mean of the bets' returns.

pub(super) fn stake(stake_minor: i64) -> f64 {
    stake_minor as f64
}
