//! Continuous ranked probability score of a match's total and margin: how good a whole score distribution was, not only who
//! would win. It is in goals or points; for a forecast of one number it is the absolute error.
//!
//! CRPS(F, y) = sum over whole numbers k of (F(k) - [y <= k])^2
//!
//! Reference: Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, section 4.2; the sum is
//! their integral for a distribution on whole numbers.

use domain::{Score, ScoreDistribution};
use serde::{Deserialize, Serialize};

/// How good a score distribution was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreCrps {
    /// Of home plus away.
    pub total: f64,
    /// Of home less away.
    pub margin: f64,
}

impl ScoreCrps {
    /// Of a distribution once the score is known.
    pub fn of(distribution: &ScoreDistribution, score: Score) -> Self {
        let (home, away) = (usize::from(distribution.home_max()), usize::from(distribution.away_max()));
        let mut totals = vec![0.0; home + away + 1];
        let mut margins = vec![0.0; home + away + 1];
        for (s, p) in distribution.iter() {
            totals[usize::from(s.home) + usize::from(s.away)] += p;
            margins[away + usize::from(s.home) - usize::from(s.away)] += p;
        }
        Self {
            total: crps(&totals, 0, i64::from(score.home) + i64::from(score.away)),
            margin: crps(
                &margins,
                -i64::from(distribution.away_max()),
                i64::from(score.home) - i64::from(score.away),
            ),
        }
    }
}

/// CRPS of probabilities on `first`, `first` + 1, ... when `observed` happened, which may lie outside of them.
pub fn crps(probabilities: &[f64], first: i64, observed: i64) -> f64 {
    let last = first + i64::try_from(probabilities.len()).unwrap_or(i64::MAX) - 1;
    let (mut below, mut sum) = (0.0, 0.0);
    for (k, p) in (first..).zip(probabilities) {
        below += p;
        let step = f64::from(u8::from(observed <= k));
        sum += (below - step) * (below - step);
    }
    // Outside of the support F is 0 or 1 and differs from the step by 1 all the way to what happened.
    sum + (first - observed).max(0) as f64 + (observed - last - 1).max(0) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The other form of the score, E|X - y| - E|X - X'| / 2 (Gneiting and Raftery, equation 21).
    fn by_expectations(probabilities: &[f64], first: i64, observed: i64) -> f64 {
        let values = || (first..).zip(probabilities);
        let to_observed: f64 = values().map(|(k, p)| p * (k - observed).abs() as f64).sum();
        let apart: f64 =
            values().flat_map(|(k, p)| values().map(move |(j, q)| p * q * (k - j).abs() as f64)).sum();
        to_observed - apart / 2.0
    }

    fn poisson(mean: f64) -> Vec<f64> {
        let mut p = (-mean).exp();
        (0..60)
            .map(|k| {
                let now = p;
                p *= mean / f64::from(k + 1);
                now
            })
            .collect()
    }

    #[test]
    fn poisson_scores_of_the_closed_form() {
        // (y - m)(2 F(y) - 1) + 2 m f(y) - m e^(-2m) (I0(2m) + I1(2m)) (Wei and Held 2014, Calibration tests for count
        // data, section 2), evaluated with 50 digits.
        for (mean, observed, expected) in CLOSED_FORM {
            let got = crps(&poisson(mean), 0, observed);
            assert!((got - expected).abs() < 1e-12, "{mean} {observed}: {got}");
        }
    }

    const CLOSED_FORM: [(f64, i64, f64); 4] = [
        (2.7, 0, 1.7952598013109107),
        (2.7, 3, 0.4142406032114825),
        (2.7, 8, 4.400396093337711),
        (1.3, 1, 0.23592746080681636),
    ];

    #[test]
    fn both_forms_agree_inside_and_outside_of_the_support() {
        let p = [0.1, 0.2, 0.4, 0.2, 0.1];
        for observed in -6..=7 {
            let (got, expected) = (crps(&p, -2, observed), by_expectations(&p, -2, observed));
            assert!((got - expected).abs() < 1e-14, "{observed}: {got} {expected}");
        }
        // A forecast of one number costs its absolute error.
        assert_eq!((crps(&[1.0], 3, 7), crps(&[1.0], 3, 3), crps(&[1.0], 3, -1)), (4.0, 0.0, 4.0));
    }

    #[test]
    fn totals_and_margins_of_a_score_distribution() {
        // Each side scores 0 or 1 evenly: totals 0, 1, 2 and margins -1, 0, 1 have 1/4, 1/2, 1/4.
        let even = ScoreDistribution::from_weights(2, vec![1.0; 4]).unwrap();
        let got = ScoreCrps::of(&even, Score::new(1, 0));
        assert!((got.total - 0.125).abs() < 1e-15, "1/16 + 1/16 at a total of 1");
        assert!((got.margin - 0.625).abs() < 1e-15, "1/16 + 9/16 at a margin of 1");
    }
}
