//! From two expected goals to a score distribution.

use domain::{ScoreDistribution, probability::ProbabilityError};

/// Two Poisson counts with the low-score correction, on `0..=max` by `0..=max` goals, summing to 1. A corrected cell that
/// would be negative (rho beyond what these expectations allow) is 0.
///
/// # Errors
/// When `lambda` or `mu` is not a positive number.
pub fn score_grid(lambda: f64, mu: f64, rho: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
    let home = poisson(lambda, max);
    let away = poisson(mu, max);
    ScoreDistribution::from_fn(max, max, |score| {
        home[usize::from(score.home)]
            * away[usize::from(score.away)]
            * tau(score.home, score.away, lambda, mu, rho).max(0.0)
    })
}

/// The correction of Dixon and Coles (1997), equation 4.2.
fn tau(home: u16, away: u16, lambda: f64, mu: f64, rho: f64) -> f64 {
    match (home, away) {
        (0, 0) => 1.0 - rho * lambda * mu,
        (0, 1) => 1.0 + rho * lambda,
        (1, 0) => 1.0 + rho * mu,
        (1, 1) => 1.0 - rho,
        _ => 1.0,
    }
}

fn poisson(mean: f64, max: u16) -> Vec<f64> {
    let mut p = (-mean).exp();
    let mut cells = Vec::with_capacity(usize::from(max) + 1);
    for k in 0..=max {
        cells.push(p);
        p *= mean / f64::from(k + 1);
    }
    cells
}
