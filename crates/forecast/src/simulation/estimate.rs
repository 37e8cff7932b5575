//! Numbers from simulations, with the error that more simulations would make smaller.

use serde::{Deserialize, Serialize};

/// An estimate and its Monte Carlo standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// `sqrt(variance / n)`.
    pub standard_error: f64,
}

impl Estimate {
    /// The share of simulations in which something happened: `p`, with error `sqrt(p (1 - p) / n)`.
    pub fn share(count: u32, n: u32) -> Self {
        let n = f64::from(n.max(1));
        let p = f64::from(count) / n;
        Self { value: p, standard_error: (p * (1.0 - p) / n).sqrt() }
    }

    /// The mean of values that came up so often; 0 of nothing.
    pub fn mean(counted: impl Iterator<Item = (f64, u32)> + Clone) -> Self {
        let n = counted.clone().map(|(_, count)| f64::from(count)).sum::<f64>().max(1.0);
        let mean = counted.clone().map(|(value, count)| value * f64::from(count)).sum::<f64>() / n;
        let variance =
            counted.map(|(value, count)| (value - mean).powi(2) * f64::from(count)).sum::<f64>() / n;
        Self { value: mean, standard_error: (variance / n).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_shares_and_means_agree() {
        let share = Estimate::share(30, 100);
        assert_eq!(share.value, 0.3);
        // sqrt(0.3 * 0.7 / 100) = 0.0458258.
        assert!((share.standard_error - 0.0458258).abs() < 1e-7);
        let mean = Estimate::mean([(0.0, 70), (1.0, 30)].into_iter());
        assert!((mean.value - 0.3).abs() < 1e-12 && (mean.standard_error - 0.0458258).abs() < 1e-7);
    }
}
