//! Tests on pairs: whether one forecaster is better than another on the same matches, or was merely luckier.
//!
//! | symbol | meaning |
//! |---|---|
//! | d_t | score of the first less score of the second on match t, by kick-off |
//! | n | matches |
//! | L | lags that may be correlated |
//! | gamma_l | autocovariance of d at lag l |
//!
//! Diebold-Mariano: DM = mean(d) / sqrt(V / n), V = gamma_0 + 2 sum over l = 1..L of (1 - l / (L + 1)) gamma_l, and two-sided
//! p = 2 (1 - Phi(|DM|)). Neighbouring matches share rounds, teams and fits, so V allows for correlation. L is
//! floor(4 (n / 100)^(2/9)) unless told otherwise.
//!
//! Sign test: among matches that are not level, the better of the two is Binomial(n, 1/2) when neither is better; the
//! two-sided p is exact. It asks how often, not by how much, so a few upsets cannot decide it.
//!
//! References: Diebold and Mariano (1995), Comparing predictive accuracy; Newey and West (1987), A simple, positive
//! semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix, for V, and (1994) for L; Dixon and
//! Mood (1946), The statistical sign test.

use serde::{Deserialize, Serialize};

/// A Diebold-Mariano test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DieboldMariano {
    /// DM: below zero when the first has the lower score.
    pub statistic: f64,
    /// Two-sided.
    pub p_value: f64,
    /// L.
    pub lags: usize,
    /// n.
    pub n: usize,
}

/// A sign test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignTest {
    /// Matches on which the first has the lower score.
    pub first_lower: usize,
    /// Matches on which the second has.
    pub second_lower: usize,
    /// Matches on which both have the same.
    pub level: usize,
    /// Two-sided, exact; 1 when all are level.
    pub p_value: f64,
}

/// The test of these differences, in the order of time. None for fewer than two, or when their variance comes out as nothing.
pub fn diebold_mariano(differences: &[f64], lags: Option<usize>) -> Option<DieboldMariano> {
    let n = differences.len();
    if n < 2 {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / n as f64;
    let centred: Vec<f64> = differences.iter().map(|d| d - mean).collect();
    let lags = lags.unwrap_or_else(|| automatic_lags(n)).min(n - 1);
    let statistic = mean / (long_run_variance(&centred, lags) / n as f64).sqrt();
    statistic.is_finite().then(|| DieboldMariano {
        statistic,
        p_value: erfc(statistic.abs() / std::f64::consts::SQRT_2),
        lags,
        n,
    })
}

fn automatic_lags(n: usize) -> usize {
    (4.0 * (n as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize
}

/// V of values of mean 0.
fn long_run_variance(centred: &[f64], lags: usize) -> f64 {
    let n = centred.len() as f64;
    let covariance = |lag: usize| {
        centred.iter().zip(&centred[lag..]).map(|(earlier, later)| earlier * later).sum::<f64>() / n
    };
    let weighted = |lag: usize| (1.0 - lag as f64 / (lags + 1) as f64) * covariance(lag);
    covariance(0) + 2.0 * (1..=lags).map(weighted).sum::<f64>()
}

/// The test of these differences, in any order.
pub fn sign_test(differences: &[f64]) -> SignTest {
    let first_lower = differences.iter().filter(|d| **d < 0.0).count();
    let second_lower = differences.iter().filter(|d| **d > 0.0).count();
    SignTest {
        first_lower,
        second_lower,
        level: differences.len() - first_lower - second_lower,
        p_value: two_sided_binomial(first_lower.min(second_lower), first_lower + second_lower),
    }
}

/// P(X <= k or X >= n - k) for X ~ Binomial(n, 1/2) and k <= n / 2.
fn two_sided_binomial(k: usize, n: usize) -> f64 {
    if 2 * k >= n {
        return 1.0;
    }
    // ln C(n, k) by its product, then downwards by ratios relative to that term, so that nothing underflows.
    let choose: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
    let (mut term, mut sum) = (1.0, 1.0);
    for i in (1..=k).rev() {
        term *= i as f64 / (n - i + 1) as f64;
        sum += term;
    }
    (2.0 * sum * (choose - n as f64 * std::f64::consts::LN_2).exp()).min(1.0)
}

/// The complementary error function of x >= 0: a power series up to 2.5, a continued fraction beyond.
///
/// Reference: Abramowitz and Stegun (1964), Handbook of mathematical functions, 7.1.6 and 7.1.14.
fn erfc(x: f64) -> f64 {
    let scale = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < 2.5 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        1.0 - 2.0 * scale * sum
    } else {
        let tail = (1..=120).rev().fold(x, |tail, k| x + f64::from(k) / 2.0 / tail);
        scale / tail
    }
}

#[cfg(test)]
mod tests;
