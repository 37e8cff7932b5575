//! Power margin removal: p_i = pi_i^k with the k >= 1 at which they sum to 1.
//!
//! | symbol | meaning |
//! |---|---|
//! | pi_i | 1 / odds_i |
//! | k | the common exponent |
//!
//! Reference: Clarke, Kovalchik and Ingram (2017), Adjusting bookmaker's odds to allow for overround, equation 6.

use super::{Devigged, MarginError, root};

pub(super) fn remove(implied: &[f64]) -> Result<Devigged, MarginError> {
    let sum: f64 = implied.iter().sum();
    if sum < 1.0 {
        return Err(MarginError::Arbitrage { sum: sum.to_string(), method: "power" });
    }
    let raised = |k: f64| implied.iter().map(|pi| pi.powf(k)).collect::<Vec<f64>>();
    let mut high = 2.0;
    while raised(high).iter().sum::<f64>() > 1.0 {
        high *= 2.0;
    }
    let k = root::of_decreasing(1.0, high, |k| raised(k).iter().sum::<f64>() - 1.0);
    Ok(Devigged { probabilities: raised(k), parameter: k })
}
