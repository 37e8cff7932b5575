//! The score distribution that says what a prediction states and nothing else: of all distributions with the stated outcome
//! probabilities and mean score, the one nearest to how scores of the competition are spread. It is how a prediction made
//! elsewhere becomes a forecast: who wins and how the mean stands is its maker's word, the rest is the base rate.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | q | base rate of the scores | probability |
//! | p | the distribution sought | probability |
//! | m_c | stated probability of outcome class c; without a stated outcome there is one class of all scores, of probability 1 | probability |
//! | mu | stated mean score (home, away) | points |
//! | theta | tilt (home, away) | 1 / points |
//!
//! Minimise the information `sum p ln(p / q)` under the constraints. The solution is an exponential tilt within each class,
//!
//! `p(s) = m_c q(s) exp(theta s) / Z_c`, with `Z_c = sum over s in c of q(s) exp(theta s)`,
//!
//! where theta minimises the convex dual `sum_c m_c ln Z_c - theta mu`: 0 when no mean is stated, which leaves the base rate
//! reweighted by class. Newton's method, gradient `E_p[s] - mu`, Hessian `sum_c m_c Cov_c[s]`.
//!
//! Reference: I. Csiszar (1975), I-divergence geometry of probability distributions and minimization problems, Annals of
//! Probability 3(1), 146-158.

use domain::{OutcomeClass, OutcomeProbabilities, Score, ScoreDistribution, Statement};

use crate::ForecastError;

/// A mean counts as met within this many points.
const TOLERANCE: f64 = 1e-10;
const MAX_STEPS: usize = 200;
/// Below this share of a class the base rate says nothing about it.
const LEAST_MASS: f64 = 1e-12;

/// The distribution nearest to `base` that has what is stated.
///
/// # Errors
/// When no distribution on the scores of `base` has it: a class that cannot happen, or a mean that contradicts the outcome.
pub fn nearest(base: &ScoreDistribution, statement: &Statement) -> Result<ScoreDistribution, ForecastError> {
    let classes = Classes::of(base, statement.outcome)?;
    let theta = match statement.score {
        Some(mean) => classes.tilt_to([mean.0, mean.1]).ok_or_else(|| unattainable(statement))?,
        None => [0.0; 2],
    };
    let away_len = usize::from(base.away_max()) + 1;
    let mut weights = vec![0.0; base.cells().len()];
    for class in &classes.0 {
        let tilted = class.tilted(theta);
        for ((score, _), weight) in class.cells.iter().zip(&tilted.weights) {
            weights[usize::from(score.home) * away_len + usize::from(score.away)] =
                class.mass * weight / tilted.sum;
        }
    }
    Ok(ScoreDistribution::from_weights(away_len, weights)?)
}

fn unattainable(statement: &Statement) -> ForecastError {
    let outcome = statement.outcome.map(|p| format!("outcome {:?}", p.as_array()));
    let score = statement.score.map(|(home, away)| format!("mean score {home} to {away}"));
    let stated: Vec<String> = [outcome, score].into_iter().flatten().collect();
    ForecastError::Unattainable { stated: stated.join(" with ") }
}

/// Scores whose probability together is fixed.
struct Class {
    mass: f64,
    cells: Vec<(Score, f64)>,
}

struct Classes(Vec<Class>);

/// A class under a tilt.
struct Tilted {
    weights: Vec<f64>,
    sum: f64,
    log_sum: f64,
    mean: [f64; 2],
    /// Variance home, covariance, variance away.
    spread: [f64; 3],
}

impl Class {
    fn tilted(&self, theta: [f64; 2]) -> Tilted {
        let exponent = |s: &Score| theta[0] * f64::from(s.home) + theta[1] * f64::from(s.away);
        // The largest exponent is taken out, so that none overflows.
        let largest = self.cells.iter().map(|(s, _)| exponent(s)).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = self.cells.iter().map(|(s, q)| q * (exponent(s) - largest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let (mut mean, mut spread) = ([0.0; 2], [0.0; 3]);
        for ((score, _), weight) in self.cells.iter().zip(&weights) {
            mean[0] += weight / sum * f64::from(score.home);
            mean[1] += weight / sum * f64::from(score.away);
        }
        for ((score, _), weight) in self.cells.iter().zip(&weights) {
            let (x, y) = (f64::from(score.home) - mean[0], f64::from(score.away) - mean[1]);
            for (cell, product) in spread.iter_mut().zip([x * x, x * y, y * y]) {
                *cell += weight / sum * product;
            }
        }
        Tilted { log_sum: sum.ln() + largest, weights, sum, mean, spread }
    }
}

impl Classes {
    fn of(base: &ScoreDistribution, outcome: Option<OutcomeProbabilities>) -> Result<Self, ForecastError> {
        let possible = || base.iter().filter(|(_, q)| *q > 0.0);
        let Some(stated) = outcome else {
            return Ok(Self(vec![Class { mass: 1.0, cells: possible().collect() }]));
        };
        let mut classes = Vec::new();
        for class in OutcomeClass::ALL {
            let cells: Vec<(Score, f64)> =
                possible().filter(|(s, _)| OutcomeClass::of(*s) == class).collect();
            let mass = stated.of(class);
            if mass > 0.0 && cells.iter().map(|(_, q)| q).sum::<f64>() < LEAST_MASS {
                return Err(unattainable(&Statement { outcome, score: None }));
            }
            if mass > 0.0 {
                classes.push(Class { mass, cells });
            }
        }
        Ok(Self(classes))
    }

    /// The dual, its gradient and its Hessian.
    fn dual(&self, theta: [f64; 2], mean: [f64; 2]) -> (f64, [f64; 2], [f64; 3]) {
        let mut value = -theta[0] * mean[0] - theta[1] * mean[1];
        let (mut gradient, mut hessian) = ([-mean[0], -mean[1]], [0.0; 3]);
        for class in &self.0 {
            let tilted = class.tilted(theta);
            value += class.mass * tilted.log_sum;
            for (total, part) in gradient.iter_mut().zip(tilted.mean) {
                *total += class.mass * part;
            }
            for (total, part) in hessian.iter_mut().zip(tilted.spread) {
                *total += class.mass * part;
            }
        }
        (value, gradient, hessian)
    }

    /// The tilt under which the mean is as stated; none where no tilt reaches it.
    fn tilt_to(&self, mean: [f64; 2]) -> Option<[f64; 2]> {
        let mut theta = [0.0; 2];
        let (mut value, mut gradient, mut hessian) = self.dual(theta, mean);
        for _ in 0..MAX_STEPS {
            if gradient[0].abs().max(gradient[1].abs()) < TOLERANCE {
                return Some(theta);
            }
            let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
            if determinant.is_nan() || determinant <= 0.0 {
                return None;
            }
            let step = [
                (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
                (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
            ];
            let moved = (0..60).map(|halvings| 0.5_f64.powi(halvings)).find_map(|share| {
                let next = [theta[0] - share * step[0], theta[1] - share * step[1]];
                let dual = self.dual(next, mean);
                // At the end the value moves by less than rounding shows.
                let nearer = dual.0 < value || dual.1[0].hypot(dual.1[1]) < gradient[0].hypot(gradient[1]);
                (dual.0.is_finite() && nearer).then_some((next, dual))
            });
            (theta, (value, gradient, hessian)) = moved?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent Poisson scores: any base rate does.
    fn poissons(home: f64, away: f64, max: u16) -> ScoreDistribution {
        let poisson = |mean: f64, n: u16| (1..=n).fold((-mean).exp(), |p, k| p * mean / f64::from(k));
        ScoreDistribution::from_fn(max, max, |s| poisson(home, s.home) * poisson(away, s.away)).unwrap()
    }

    fn outcome(home: f64, draw: f64, away: f64) -> OutcomeProbabilities {
        OutcomeProbabilities::new(home, draw, away).unwrap()
    }

    #[test]
    fn the_outcome_is_the_stated_one_and_the_shape_the_base_rates() {
        let base = poissons(1.5, 1.2, 12);
        let statement = Statement { outcome: Some(outcome(0.5, 0.3, 0.2)), score: None };
        let found = nearest(&base, &statement).unwrap();
        let said = found.outcome_probabilities().as_array();
        for (said, stated) in said.iter().zip([0.5, 0.3, 0.2]) {
            assert!((said - stated).abs() < 1e-15, "{said}");
        }
        // Within a class nothing is changed.
        let ratio = |d: &ScoreDistribution| d.probability(Score::new(3, 1)) / d.probability(Score::new(1, 0));
        assert!((ratio(&found) / ratio(&base) - 1.0).abs() < 1e-12);
    }

    /// Tilting a Poisson count by theta multiplies its mean by exp(theta) and leaves it Poisson, so the nearest distribution
    /// to independent Poisson counts with other means is that of independent Poisson counts with those means.
    #[test]
    fn a_mean_alone_moves_poisson_counts_to_poisson_counts() {
        let statement = Statement { outcome: None, score: Some((2.1, 0.7)) };
        let found = nearest(&poissons(1.5, 1.2, 40), &statement).unwrap();
        let expected = poissons(2.1, 0.7, 40);
        for (score, p) in expected.iter() {
            assert!((found.probability(score) - p).abs() < 1e-12, "{score}");
        }
    }

    #[test]
    fn outcome_and_mean_are_both_met() {
        for stated in [(0.5, 0.3, 0.2, 1.6, 0.9), (0.3, 0.25, 0.45, 1.4, 1.6), (0.9, 0.07, 0.03, 2.9, 0.5)] {
            let statement = Statement {
                outcome: Some(outcome(stated.0, stated.1, stated.2)),
                score: Some((stated.3, stated.4)),
            };
            let found = nearest(&poissons(1.5, 1.2, 15), &statement).unwrap();
            let (home, away) = found.expected_score();
            assert!((home - stated.3).abs() < 1e-9 && (away - stated.4).abs() < 1e-9, "{home} {away}");
            assert!((found.outcome_probabilities().home - stated.0).abs() < 1e-12);
        }
    }

    /// Whatever else meets the constraints is further from the base rate.
    #[test]
    fn nothing_that_says_the_same_is_nearer() {
        let base = poissons(1.4, 1.1, 6);
        let statement = Statement { outcome: Some(outcome(0.45, 0.3, 0.25)), score: Some((1.5, 1.0)) };
        let found = nearest(&base, &statement).unwrap();
        let information = |cells: &[f64]| -> f64 {
            cells.iter().zip(base.cells()).map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum()
        };
        let at = |home: u16, away: u16| usize::from(home) * 7 + usize::from(away);
        // Mass moved within a class so that both means stay.
        let moves = [
            [(at(2, 0), 1.0), (at(3, 1), -2.0), (at(4, 2), 1.0)],
            [(at(1, 1), 1.0), (at(2, 2), -2.0), (at(3, 3), 1.0)],
            [(at(0, 2), 1.0), (at(0, 3), -2.0), (at(0, 4), 1.0)],
        ];
        let least = information(found.cells());
        for (cells, size) in moves.iter().flat_map(|cells| [1e-3, 1e-4, -1e-4].map(|size| (cells, size))) {
            let mut moved = found.cells().to_vec();
            for (place, sign) in cells {
                moved[*place] += sign * size;
            }
            assert!(moved.iter().all(|p| *p >= 0.0));
            assert!(information(&moved) > least, "{cells:?} {size}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let base = poissons(1.5, 1.2, 12);
        let without_draws =
            ScoreDistribution::from_fn(12, 12, |s| if s.home == s.away { 0.0 } else { base.probability(s) })
                .unwrap();
        let refused = |base: &ScoreDistribution, statement: Statement| {
            let error = nearest(base, &statement).unwrap_err();
            assert!(matches!(error, ForecastError::Unattainable { .. }), "{error}");
        };
        refused(&without_draws, Statement { outcome: Some(outcome(0.5, 0.3, 0.2)), score: None });
        // The home side nearly always wins and yet scores less.
        refused(&base, Statement { outcome: Some(outcome(0.98, 0.01, 0.01)), score: Some((0.8, 1.2)) });
        refused(&base, Statement { outcome: None, score: Some((13.0, 1.0)) });
        refused(&base, Statement { outcome: None, score: Some((-0.1, 1.0)) });
    }
}
