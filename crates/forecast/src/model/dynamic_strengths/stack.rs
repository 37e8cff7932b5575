//! From supremacy and total, or from the early price of the match, to outcome probabilities: a multinomial logit.
//!
//! | symbol | meaning |
//! |---|---|
//! | q(c) | probability of class c by the score grid, or by the price |
//! | f | 1 and the supremacy; with a price 1, its supremacy, and by how much filter and price differ in S and in T |
//! | b_c | coefficients of home and of away; those of the draw are 0 |
//!
//! ```text
//! z_c = ln(q(c) / q(draw)) + b_c' f,   P(c) = exp(z_c) / sum_k exp(z_k)
//! maximised: sum over matches of ln P(outcome) - kappa / 2 * |b|^2
//! ```
//!
//! It learns from what the filter said of past matches before it had learnt from them, in all competitions together. With
//! nothing to learn from b = 0, and the grid or the price stands. A match at a neutral venue is answered as the mean of both
//! ways to name the sides.

use domain::{OutcomeClass, OutcomeProbabilities, probability::ProbabilityError};

use super::{
    filter::Expectation,
    price::{Implied, view},
};
use crate::regression::{Curvature, Maximum, maximise};

/// Strength of the ridge: an observation or two.
const KAPPA: f64 = 2.0;
/// No outcome is rarer than this before the logit.
const FLOOR: f64 = 1e-6;

/// Per class: the constant, supremacy (of the price when there is one), and by how much the filter's supremacy and total are
/// above those of the price.
const FEATURES: usize = 4;
const COEFFICIENTS: usize = 2 * FEATURES;

/// What the logit sees of one match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Input {
    /// Log odds of home and of away against the draw.
    offsets: [f64; 2],
    features: [f64; FEATURES],
}

impl Input {
    /// From what the filter expects alone.
    pub(super) fn of(supremacy: f64, total: f64) -> Self {
        let view = view(supremacy, total);
        let offsets = log_odds([view.home, view.draw, view.away]);
        Self { offsets, features: [1.0, supremacy, 0.0, 0.0] }
    }

    /// From a price and how it differs from what the filter expects.
    pub(super) fn with_price(supremacy: f64, total: f64, price: &Implied) -> Self {
        Self {
            offsets: log_odds(price.probabilities.as_array()),
            features: [1.0, price.supremacy, supremacy - price.supremacy, total - price.total],
        }
    }

    /// The same match with its sides named the other way round.
    fn mirrored(self) -> Self {
        let [one, supremacy, above, total] = self.features;
        let [home, away] = self.offsets;
        Self { offsets: [away, home], features: [one, -supremacy, -above, total] }
    }
}

fn log_odds([home, draw, away]: [f64; 3]) -> [f64; 2] {
    [home, away].map(|p| (p.max(FLOOR) / draw.max(FLOOR)).ln())
}

/// A match of the past: what was said before it and how it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Example {
    pub(super) input: Input,
    pub(super) outcome: OutcomeClass,
}

/// The fitted logit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stack {
    found: Maximum<COEFFICIENTS>,
    pub(super) examples: usize,
}

impl Stack {
    /// Finds the one maximum of the concave objective.
    pub(super) fn learn(examples: &[Example]) -> Self {
        let found = maximise([0.0; COEFFICIENTS], |at| objective(at, examples));
        Self { found, examples: examples.len() }
    }

    /// How the search ended.
    pub(super) fn found(&self) -> &Maximum<COEFFICIENTS> {
        &self.found
    }

    /// Outcome probabilities of a match to come.
    pub(super) fn probabilities(
        &self,
        input: Input,
        neutral: bool,
    ) -> Result<OutcomeProbabilities, ProbabilityError> {
        let [home, draw, away] = softmax(&self.found.at, &input);
        if !neutral {
            return OutcomeProbabilities::from_weights(home, draw, away);
        }
        let [back_home, back_draw, back_away] = softmax(&self.found.at, &input.mirrored());
        OutcomeProbabilities::from_weights(home + back_away, draw + back_draw, away + back_home)
    }
}

/// Inputs of what the filter expects, with the early price where there is one.
pub(super) fn input(expected: &Expectation, price: Option<&Implied>) -> Input {
    let (supremacy, total) = (expected.supremacy.mean, expected.total.mean);
    price.map_or_else(|| Input::of(supremacy, total), |price| Input::with_price(supremacy, total, price))
}

fn softmax(coefficients: &[f64; COEFFICIENTS], input: &Input) -> [f64; 3] {
    let (for_home, for_away) = coefficients.split_at(FEATURES);
    let sum = |b: &[f64]| b.iter().zip(&input.features).map(|(b, f)| b * f).sum::<f64>();
    let [home, away] = [input.offsets[0] + sum(for_home), input.offsets[1] + sum(for_away)];
    let top = home.max(away).max(0.0);
    let [home, draw, away] = [(home - top).exp(), (-top).exp(), (away - top).exp()];
    let whole = home + draw + away;
    [home / whole, draw / whole, away / whole]
}

fn objective(at: &[f64; COEFFICIENTS], examples: &[Example]) -> Curvature<COEFFICIENTS> {
    let mut here = Curvature::default();
    for Example { input, outcome } in examples {
        let p = softmax(at, input);
        here.value += p[*outcome as usize].ln();
        let came = |class: OutcomeClass| f64::from(u8::from(*outcome == class));
        let surprise = [came(OutcomeClass::Home) - p[0], came(OutcomeClass::Away) - p[2]];
        let own = [p[0] * (1.0 - p[0]), p[2] * (1.0 - p[2])];
        let cross = -p[0] * p[2];
        let f = &input.features;
        for i in 0..FEATURES {
            here.gradient[i] += surprise[0] * f[i];
            here.gradient[FEATURES + i] += surprise[1] * f[i];
            for j in 0..FEATURES {
                let product = f[i] * f[j];
                here.hessian[(i, j)] -= own[0] * product;
                here.hessian[(FEATURES + i, FEATURES + j)] -= own[1] * product;
                here.hessian[(i, FEATURES + j)] -= cross * product;
                here.hessian[(FEATURES + i, j)] -= cross * product;
            }
        }
    }
    for (i, b) in at.iter().enumerate() {
        here.add_prior(i, *b, 0.0, KAPPA);
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_learnt_leaves_the_grid_as_it_is() {
        let (supremacy, total) = (0.7, 0.9);
        let said = Stack::learn(&[]).probabilities(Input::of(supremacy, total), false).unwrap();
        let view = view(supremacy, total);
        assert!((said.home - view.home).abs() < 1e-12 && (said.draw - view.draw).abs() < 1e-12, "{said:?}");
    }

    /// Outcomes in exact proportion to a logit with known coefficients.
    fn examples(coefficients: &[f64; COEFFICIENTS]) -> Vec<Example> {
        let prices = [(0.2, 0.5), (1.1, 0.8), (-0.8, 0.3), (0.5, 0.9), (-0.1, 0.6)];
        let mut examples = Vec::new();
        for (i, (supremacy, total)) in prices.into_iter().enumerate() {
            let view = view(supremacy, total);
            let probabilities = OutcomeProbabilities::new(view.home, view.draw, view.away).unwrap();
            let price = Implied { probabilities, supremacy, total };
            for above in [-0.3, 0.1, 0.4] {
                let input =
                    Input::with_price(supremacy + above, total + above * 0.5 * (i as f64 - 2.0), &price);
                for (class, p) in OutcomeClass::ALL.into_iter().zip(softmax(coefficients, &input)) {
                    let n = (p * 40_000.0).round() as usize;
                    examples.extend(std::iter::repeat_n(Example { input, outcome: class }, n));
                }
            }
        }
        examples
    }

    #[test]
    fn known_coefficients_are_found_again() {
        let truth = [0.1, -0.1, 0.5, 0.1, -0.05, 0.1, -0.4, 0.2];
        let stack = Stack::learn(&examples(&truth));
        assert!(stack.found().converged, "{:?}", stack.found());
        for (found, wanted) in stack.found().at.iter().zip(truth) {
            assert!((found - wanted).abs() < 0.01, "{:?}", stack.found().at);
        }
    }

    #[test]
    fn the_derivatives_are_those_of_the_objective() {
        let mut examples = examples(&[0.0; COEFFICIENTS]);
        examples.truncate(500);
        let at = [0.2, -0.3, 0.4, 0.1, -0.2, 0.3, -0.5, 0.6];
        let here = objective(&at, &examples);
        for i in 0..COEFFICIENTS {
            let moved = |by: f64| {
                let mut there = at;
                there[i] += by;
                objective(&there, &examples)
            };
            let (up, down) = (moved(1e-5), moved(-1e-5));
            assert!(((up.value - down.value) / 2e-5 - here.gradient[i]).abs() < 1e-4, "gradient {i}");
            for j in 0..COEFFICIENTS {
                let curvature = (up.gradient[j] - down.gradient[j]) / 2e-5;
                assert!((curvature - here.hessian[(i, j)]).abs() < 1e-4, "curvature {i} {j}");
            }
        }
    }
}
