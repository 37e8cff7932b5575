//! How members' outcome probabilities become one: a logarithmic pool with learnt weights.
//!
//! | symbol | meaning |
//! |---|---|
//! | p_m(c) | probability that member m gives to class c |
//! | w_m | weight of member m; they need not sum to 1, so the pool can be bolder or shyer than its members |
//! | M | number of members |
//! | kappa | strength of the ridge |
//!
//! ```text
//! z_c  = sum_m w_m ln(p_m(c) / p_m(draw)),   P(c) = exp(z_c) / sum_k exp(z_k)
//! maximised: sum over matches of ln P(outcome) - kappa / 2 * sum_m (w_m - 1/M)^2
//! ```
//!
//! The ridge pulls towards the pool of equal weights, which is also what is used while there is too little to learn from.
//! There is no bias by class: learnt from past seasons it only carried their luck with draws and home wins into the next
//! (RPS .2069 with, .2067 without). Where a sport has no draw to speak of, home and away are weighed against each other and
//! the tie keeps its mass. The objective is concave, so Newton's method finds its one maximum.
//!
//! Pool: C. Genest and J. V. Zidek, "Combining Probability Distributions", Statistical Science 1 (1986), 114-135. Stacking:
//! D. H. Wolpert, "Stacked Generalization", Neural Networks 5 (1992), 241-259.

use domain::OutcomeProbabilities;
use nalgebra::{DMatrix, DVector};

use crate::{ForecastError, model::folds::Observation};

/// The pool's parameters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stack {
    pub(super) three_way: bool,
    /// By member.
    pub(super) weights: Vec<f64>,
    pub(super) fit: StackFit,
}

/// How the parameters were found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct StackFit {
    pub(super) observations: usize,
    pub(super) iterations: usize,
    pub(super) gradient_norm: Option<f64>,
    pub(super) objective: Option<f64>,
    pub(super) converged: bool,
}

const TOLERANCE: f64 = 1e-9;
const MAX_ITERATIONS: usize = 50;
/// A member's certainty is cut off here: no match is that certain, and logarithms stay finite.
const FLOOR: f64 = 1e-6;

impl Stack {
    /// The pool that believes all members alike.
    pub(super) fn equal(members: usize, three_way: bool) -> Self {
        let weights = vec![1.0 / members as f64; members];
        let fit = StackFit { converged: true, ..StackFit::default() };
        Self { three_way, weights, fit }
    }

    /// Learns the weights from what members said before the matches were known.
    pub(super) fn learn(
        members: usize,
        three_way: bool,
        observations: &[Observation],
        kappa: f64,
    ) -> Result<Self, ForecastError> {
        let mut stack = Self::equal(members, three_way);
        let rows: Vec<(Vec<[f64; 2]>, [f64; 3])> =
            observations.iter().map(|o| (stack.inputs(&o.said), o.target)).collect();
        let mut at = stack.derivatives(&rows, kappa);
        let mut iterations = 0;
        while at.gradient.amax() > TOLERANCE && iterations < MAX_ITERATIONS {
            let step = at.information.clone().cholesky().map(|c| c.solve(&at.gradient)).ok_or_else(|| {
                ForecastError::Numerics {
                    model: super::NAME,
                    detail: "the stack's curvature is singular".into(),
                }
            })?;
            let Some((next, next_at)) = stack.ascend(&at, &step, &rows, kappa) else { break };
            (stack, at) = (next, next_at);
            iterations += 1;
        }
        let gradient_norm = at.gradient.amax();
        stack.fit = StackFit {
            observations: observations.len(),
            iterations,
            gradient_norm: Some(gradient_norm),
            objective: Some(at.objective),
            converged: gradient_norm <= TOLERANCE,
        };
        Ok(stack)
    }

    /// The pooled probabilities; `tie` is kept in a two-way sport.
    pub(super) fn combine(
        &self,
        said: &[OutcomeProbabilities],
        tie: f64,
    ) -> Result<OutcomeProbabilities, ForecastError> {
        let [home, draw, away] = self.probabilities(&self.inputs(said));
        let left = if self.three_way { 1.0 } else { 1.0 - tie };
        let draw = if self.three_way { draw } else { tie };
        Ok(OutcomeProbabilities::from_weights(left * home, draw, left * away)?)
    }

    /// Log ratios of home and of away by member; in a two-way sport the draw is their geometric mean.
    fn inputs(&self, said: &[OutcomeProbabilities]) -> Vec<[f64; 2]> {
        let log = |p: f64| p.max(FLOOR).ln();
        said.iter()
            .map(|p| {
                let (home, away) = (log(p.home), log(p.away));
                let level = if self.three_way { log(p.draw) } else { 0.5 * (home + away) };
                [home - level, away - level]
            })
            .collect()
    }

    fn probabilities(&self, inputs: &[[f64; 2]]) -> [f64; 3] {
        let (mut home, mut away) = (0.0, 0.0);
        for (w, x) in self.weights.iter().zip(inputs) {
            home += w * x[0];
            away += w * x[1];
        }
        let top = home.max(away).max(0.0);
        let level = if self.three_way { (-top).exp() } else { 0.0 };
        let (home, away) = ((home - top).exp(), (away - top).exp());
        let sum = home + level + away;
        [home / sum, level / sum, away / sum]
    }

    fn derivatives(&self, rows: &[(Vec<[f64; 2]>, [f64; 3])], kappa: f64) -> Derivatives {
        let n = self.weights.len();
        let mut at = Derivatives {
            objective: 0.0,
            gradient: DVector::zeros(n),
            information: DMatrix::identity(n, n) * kappa,
        };
        let departure = self.departure();
        at.objective -= 0.5 * kappa * departure.norm_squared();
        at.gradient -= kappa * departure;
        for (inputs, target) in rows {
            let p = self.probabilities(inputs);
            at.objective += (0..3).filter(|c| target[*c] > 0.0).map(|c| target[c] * p[c].ln()).sum::<f64>();
            let (home, away) = (target[0] - p[0], target[2] - p[2]);
            for i in 0..n {
                at.gradient[i] += inputs[i][0] * home + inputs[i][1] * away;
                let mean = p[0] * inputs[i][0] + p[2] * inputs[i][1];
                for j in 0..=i {
                    let other = p[0] * inputs[j][0] + p[2] * inputs[j][1];
                    let product = p[0] * inputs[i][0] * inputs[j][0] + p[2] * inputs[i][1] * inputs[j][1];
                    at.information[(i, j)] += product - mean * other;
                }
            }
        }
        at
    }

    /// The weights measured from equal ones.
    fn departure(&self) -> DVector<f64> {
        let equal = 1.0 / self.weights.len() as f64;
        DVector::from_iterator(self.weights.len(), self.weights.iter().map(|w| w - equal))
    }

    fn moved(&self, step: &DVector<f64>, length: f64) -> Self {
        let mut moved = self.clone();
        for (w, s) in moved.weights.iter_mut().zip(step.iter()) {
            *w += length * s;
        }
        moved
    }

    fn ascend(
        &self,
        at: &Derivatives,
        step: &DVector<f64>,
        rows: &[(Vec<[f64; 2]>, [f64; 3])],
        kappa: f64,
    ) -> Option<(Self, Derivatives)> {
        let slope = at.gradient.dot(step);
        let rounding = 1e-12 * (1.0 + at.objective.abs());
        let mut length = 1.0;
        for _ in 0..40 {
            let next = self.moved(step, length);
            let next_at = next.derivatives(rows, kappa);
            let rise = next_at.objective - at.objective;
            if rise >= 1e-4 * length * slope || (slope <= rounding && rise >= -rounding) {
                return Some((next, next_at));
            }
            length *= 0.5;
        }
        None
    }
}

struct Derivatives {
    objective: f64,
    gradient: DVector<f64>,
    /// Lower triangle.
    information: DMatrix<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_history::TestHistory;

    fn probabilities(home: f64, draw: f64, away: f64) -> OutcomeProbabilities {
        OutcomeProbabilities::new(home, draw, away).unwrap()
    }

    fn observed(said: Vec<OutcomeProbabilities>, target: [f64; 3]) -> Observation {
        Observation { fixture: TestHistory::default().announce(9, 1, 2), said, target }
    }

    /// Outcomes in exact proportion to `truth` for each of a few matches, with what two members said about them.
    fn observations(power: f64) -> Vec<Observation> {
        let truths: [(f64, f64, f64); 4] =
            [(0.5, 0.3, 0.2), (0.2, 0.3, 0.5), (0.7, 0.2, 0.1), (0.35, 0.3, 0.35)];
        truths
            .iter()
            .flat_map(|(h, d, a)| {
                let good =
                    OutcomeProbabilities::from_weights(h.powf(power), d.powf(power), a.powf(power)).unwrap();
                let bad = probabilities(0.4, 0.3, 0.3);
                // A match may end in shares: three classes in the true proportion are 1,000 matches in one row.
                std::iter::repeat_n(observed(vec![good, bad], [*h, *d, *a]), 1000)
            })
            .collect()
    }

    #[test]
    fn the_maximum_is_where_truth_comes_back() {
        // The good member says truth^2: without ridge its weight is 1/2, and the constant member has nothing to add.
        let stack = Stack::learn(2, true, &observations(2.0), 1e-6).unwrap();
        assert!(stack.fit.converged && stack.fit.gradient_norm.unwrap() < 1e-9);
        assert!((stack.weights[0] - 0.5).abs() < 1e-6 && stack.weights[1].abs() < 1e-6, "{stack:?}");
        let said = &observations(2.0)[0].said;
        let combined = stack.combine(said, 0.0).unwrap();
        assert!((combined.home - 0.5).abs() < 1e-6 && (combined.draw - 0.3).abs() < 1e-6, "{combined:?}");
    }

    #[test]
    fn without_evidence_it_is_the_geometric_mean() {
        let said = [probabilities(0.5, 0.3, 0.2), probabilities(0.3, 0.3, 0.4)];
        let stack = Stack::learn(2, true, &[], 10.0).unwrap();
        assert_eq!(stack.weights, [0.5, 0.5]);
        let [home, draw, away] = [0.15_f64.sqrt(), 0.3, 0.08_f64.sqrt()];
        let expected = OutcomeProbabilities::from_weights(home, draw, away).unwrap();
        let combined = stack.combine(&said, 0.0).unwrap();
        for (got, want) in combined.as_array().iter().zip(expected.as_array()) {
            assert!((got - want).abs() < 1e-12);
        }
    }

    #[test]
    fn a_tie_keeps_its_mass_in_a_two_way_sport() {
        let said = vec![probabilities(0.597, 0.003, 0.4), probabilities(0.7, 0.0, 0.3)];
        let combined = Stack::equal(2, false).combine(&said, 0.003).unwrap();
        let ratio = (0.597_f64 * 0.7 / (0.4 * 0.3)).sqrt();
        assert!((combined.draw - 0.003).abs() < 1e-12);
        assert!((combined.home / combined.away - ratio).abs() < 1e-9);
        let one_sided = vec![observed(said.clone(), [1.0, 0.0, 0.0]), observed(said, [0.5, 0.0, 0.5])];
        let learnt = Stack::learn(2, false, &one_sided, 1.0).unwrap();
        assert!(learnt.fit.converged && learnt.weights[0] > 0.5, "home did better than said: {learnt:?}");
    }

    #[test]
    fn the_gradient_is_that_of_the_objective() {
        let observations = observations(0.7);
        let mut stack = Stack::equal(2, true);
        stack.weights = vec![0.9, -0.2];
        let rows: Vec<_> = observations.iter().map(|o| (stack.inputs(&o.said), o.target)).collect();
        let at = stack.derivatives(&rows, 3.0);
        for i in 0..2 {
            let mut unit = DVector::zeros(2);
            unit[i] = 1e-5;
            let up = stack.moved(&unit, 1.0).derivatives(&rows, 3.0);
            let down = stack.moved(&unit, -1.0).derivatives(&rows, 3.0);
            assert!(((up.objective - down.objective) / 2e-5 - at.gradient[i]).abs() < 1e-4, "gradient {i}");
            let curvature = (down.gradient[i] - up.gradient[i]) / 2e-5;
            assert!((curvature - at.information[(i, i)]).abs() < 1e-4, "curvature {i}");
        }
    }
}
