//! Shin's margin removal: the book defends itself against a share z of insiders.
//!
//! | symbol | meaning |
//! |---|---|
//! | pi_i | 1 / odds_i |
//! | B | sum of pi_i, the book |
//! | z | share of insiders, 0 <= z < 1 |
//!
//! p_i = (sqrt(z^2 + 4 (1 - z) pi_i^2 / B) - z) / (2 (1 - z)), with the z at which they sum to 1.
//!
//! Reference: Shin (1993), Measuring the incidence of insider trading in a market for state-contingent claims; the form used
//! is equation 3 of Štrumbelj (2014), On determining probability forecasts from betting odds.

use super::{Devigged, MarginError, root};

pub(super) fn remove(implied: &[f64]) -> Result<Devigged, MarginError> {
    let book: f64 = implied.iter().sum();
    if book < 1.0 {
        return Err(MarginError::Arbitrage { sum: book.to_string(), method: "shin" });
    }
    let probabilities = |z: f64| -> Vec<f64> {
        let root = |pi: f64| (z * z + 4.0 * (1.0 - z) * pi * pi / book).sqrt();
        implied.iter().map(|pi| (root(*pi) - z) / (2.0 * (1.0 - z))).collect()
    };
    let z = root::of_decreasing(0.0, 1.0 - 1e-9, |z| probabilities(z).iter().sum::<f64>() - 1.0);
    Ok(Devigged { probabilities: probabilities(z), parameter: z })
}
