//! Multinomial logistic regression with the elastic net, at its true optimum.
//!
//! | symbol | meaning |
//! |---|---|
//! | x_i | inputs of example i, of the order of one |
//! | y_ik | share of class k in its outcome, summing to 1 over k |
//! | w_i | weight, summing to 1 over i |
//! | b_k, c_k | coefficients and intercept of class k |
//! | lambda, alpha | strength of the penalty, share of its absolute part |
//!
//! ```text
//! p_ik = exp(c_k + b_k x_i) / sum_l exp(c_l + b_l x_i)
//! minimised: - sum_i w_i sum_k y_ik ln p_ik + lambda sum_kj (alpha |b_kj| + (1 - alpha) / 2 b_kj^2)
//! ```
//!
//! Every class has coefficients; the penalty makes them unique, and intercepts, which are free, are centred on 0.
//!
//! Proximal Newton: the likelihood is replaced by its quadratic expansion, that and the penalty are minimised by coordinate
//! descent, and the step is halved until the objective falls. The curvature is kept over steps and penalties as long as the
//! optimality condition at least halves, because it costs more than everything else. The optimum is reached when no
//! subgradient is farther from 0 than the tolerance (Karush, Kuhn and Tucker's condition).
//!
//! References: Friedman, Hastie and Tibshirani (2010), Regularization paths for generalized linear models via coordinate
//! descent, Journal of Statistical Software 33(1); Lee, Sun and Saunders (2014), Proximal Newton-type methods for minimizing
//! composite functions, SIAM Journal on Optimization 24.

use nalgebra::{DMatrix, DVector};

/// Inputs and outcomes.
#[derive(Debug, Clone)]
pub(crate) struct Examples {
    /// One row per example.
    pub(crate) inputs: DMatrix<f64>,
    /// One row per example, one column per class.
    pub(crate) outcomes: DMatrix<f64>,
    /// Summing to 1.
    pub(crate) weights: DVector<f64>,
}

/// The penalty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Penalty {
    /// lambda.
    pub(crate) strength: f64,
    /// alpha.
    pub(crate) absolute_share: f64,
}

/// A fitted regression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coefficients {
    /// One column per class; the first row holds the intercepts.
    pub(crate) matrix: DMatrix<f64>,
}

/// How the optimum was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Optimum {
    /// The objective there.
    pub(crate) objective: f64,
    /// Distance of the worst subgradient from 0.
    pub(crate) violation: f64,
    /// Steps.
    pub(crate) iterations: usize,
    /// Whether the violation is within the tolerance.
    pub(crate) converged: bool,
}

const TOLERANCE: f64 = 1e-9;
const MAX_ITERATIONS: usize = 100;
const MAX_HALVINGS: usize = 30;
const MAX_SWEEPS: usize = 1000;
/// Keeps directions without curvature, such as a shift of all intercepts, from being followed.
const DAMPING: f64 = 1e-9;

impl Coefficients {
    /// No input counts, and all classes are alike.
    pub(crate) fn none(n_inputs: usize, n_classes: usize) -> Self {
        Self { matrix: DMatrix::zeros(n_inputs + 1, n_classes) }
    }

    /// Class probabilities of one example.
    pub(crate) fn probabilities(&self, inputs: &[f64]) -> Vec<f64> {
        let score = |k: usize| {
            let column = self.matrix.column(k);
            column[0] + inputs.iter().zip(column.iter().skip(1)).map(|(x, b)| x * b).sum::<f64>()
        };
        let mut scores: Vec<f64> = (0..self.matrix.ncols()).map(score).collect();
        softmax(&mut scores);
        scores
    }

    fn centred(mut self) -> Self {
        let mean = self.matrix.row(0).mean();
        self.matrix.row_mut(0).add_scalar_mut(-mean);
        self
    }
}

/// Turns scores into probabilities in place.
fn softmax(scores: &mut [f64]) -> f64 {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
    top + sum.ln()
}

/// Examples on which several penalties are tried one after the other.
pub(crate) struct ElasticNet<'e> {
    examples: &'e Examples,
    /// Of the likelihood, by class and input; kept while it serves.
    curvature: Option<DMatrix<f64>>,
}

/// Value and derivatives of the likelihood at one point.
struct Here {
    loss: f64,
    /// As the coefficients are laid out.
    gradient: DMatrix<f64>,
    probabilities: DMatrix<f64>,
}

impl<'e> ElasticNet<'e> {
    /// No penalty was tried yet.
    pub(crate) fn new(examples: &'e Examples) -> Self {
        Self { examples, curvature: None }
    }

    /// The smallest strength at which no input counts.
    pub(crate) fn strongest(&self, absolute_share: f64) -> f64 {
        let (d, k) = (self.examples.inputs.ncols(), self.examples.outcomes.ncols());
        let mut null = Coefficients::none(d, k);
        for class in 0..k {
            let share = self.examples.outcomes.column(class).dot(&self.examples.weights);
            null.matrix[(0, class)] = share.max(1e-12).ln();
        }
        let gradient = self.at(&null.matrix).gradient;
        gradient.rows(1, d).amax() / absolute_share.max(1e-3)
    }

    /// The optimum for one penalty, from any start.
    pub(crate) fn solve(&mut self, penalty: Penalty, start: &Coefficients) -> (Coefficients, Optimum) {
        let mut at = start.matrix.clone();
        let mut here = self.at(&at);
        let mut objective = here.loss + penalty.of(&at);
        let mut violation = penalty.violation(&here.gradient, &at);
        let mut iterations = 0;
        let mut fresh = false;
        while violation > TOLERANCE && iterations < MAX_ITERATIONS {
            iterations += 1;
            let curvature = if let Some(kept) = self.curvature.take() {
                kept
            } else {
                fresh = true;
                self.curvature_at(&here.probabilities)
            };
            let step = descend(&curvature, &here.gradient, &at, penalty);
            let found = self.halved(&at, &step, objective, penalty);
            let before = violation;
            if let Some((next, there, value)) = found {
                (at, here, objective) = (next, there, value);
                violation = penalty.violation(&here.gradient, &at);
                if violation < 0.5 * before {
                    self.curvature = Some(curvature);
                    fresh = false;
                }
            } else if fresh {
                // Not even the true curvature leads down: this is rounding.
                break;
            }
        }
        let converged = violation <= 1e3 * TOLERANCE;
        let coefficients = Coefficients { matrix: at }.centred();
        (coefficients, Optimum { objective, violation, iterations, converged })
    }

    fn at(&self, matrix: &DMatrix<f64>) -> Here {
        let Examples { inputs, outcomes, weights } = self.examples;
        let (n, d, k) = (inputs.nrows(), inputs.ncols(), outcomes.ncols());
        let mut scores = inputs * matrix.rows(1, d);
        let mut loss = 0.0;
        let mut residuals = DMatrix::zeros(n, k);
        let mut row = vec![0.0; k];
        for i in 0..n {
            for class in 0..k {
                row[class] = scores[(i, class)] + matrix[(0, class)];
            }
            let linear: f64 = (0..k).map(|class| outcomes[(i, class)] * row[class]).sum();
            let normaliser = softmax(&mut row);
            loss += weights[i] * (normaliser - linear);
            for class in 0..k {
                scores[(i, class)] = row[class];
                residuals[(i, class)] = weights[i] * (row[class] - outcomes[(i, class)]);
            }
        }
        let mut gradient = DMatrix::zeros(d + 1, k);
        gradient.row_mut(0).copy_from(&residuals.row_sum());
        gradient.rows_mut(1, d).gemm_tr(1.0, inputs, &residuals, 0.0);
        Here { loss, gradient, probabilities: scores }
    }

    /// Second derivatives, class by class: -sum w p_k p_l x x' off the diagonal, and what makes rows of blocks sum to 0 on it.
    fn curvature_at(&self, probabilities: &DMatrix<f64>) -> DMatrix<f64> {
        let Examples { inputs, weights, .. } = self.examples;
        let (n, d, k) = (inputs.nrows(), inputs.ncols(), probabilities.ncols());
        let size = d + 1;
        let with_one = inputs.clone().insert_column(0, 1.0);
        let mut curvature = DMatrix::zeros(size * k, size * k);
        let mut weighted = DMatrix::zeros(n, size);
        for a in 0..k {
            for b in a + 1..k {
                let factor =
                    DVector::from_fn(n, |i, _| weights[i] * probabilities[(i, a)] * probabilities[(i, b)]);
                for column in 0..size {
                    weighted.column_mut(column).copy_from(&with_one.column(column).component_mul(&factor));
                }
                let block = with_one.tr_mul(&weighted);
                for (row, column, sign) in [(a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)] {
                    let mut place = curvature.view_mut((row * size, column * size), (size, size));
                    place += sign * &block;
                }
            }
        }
        for i in 0..size * k {
            curvature[(i, i)] += DAMPING;
        }
        curvature
    }

    /// The first of step, step / 2, step / 4 ... that does not lead up.
    fn halved(
        &self,
        at: &DMatrix<f64>,
        step: &DMatrix<f64>,
        objective: f64,
        penalty: Penalty,
    ) -> Option<(DMatrix<f64>, Here, f64)> {
        // Near the bottom the gain drowns in rounding: a loss of that size is none.
        let slack = 1e-14 * objective.abs().max(1.0);
        let mut share = 1.0;
        for _ in 0..MAX_HALVINGS {
            let next = at + share * step;
            let there = self.at(&next);
            let value = there.loss + penalty.of(&next);
            if value.is_finite() && value <= objective + slack {
                return Some((next, there, value));
            }
            share *= 0.5;
        }
        None
    }
}

impl Penalty {
    fn of(self, matrix: &DMatrix<f64>) -> f64 {
        let coefficients = matrix.rows(1, matrix.nrows() - 1);
        let (absolute, squares) = coefficients.iter().fold((0.0, 0.0), |(a, s), b| (a + b.abs(), s + b * b));
        self.strength * (self.absolute_share * absolute + 0.5 * (1.0 - self.absolute_share) * squares)
    }

    /// Weights of the absolute and the square part for a row of the coefficients; intercepts are free.
    fn parts(self, row: usize) -> (f64, f64) {
        if row == 0 {
            (0.0, 0.0)
        } else {
            (self.strength * self.absolute_share, self.strength * (1.0 - self.absolute_share))
        }
    }

    /// How far the worst subgradient is from 0.
    fn violation(self, gradient: &DMatrix<f64>, at: &DMatrix<f64>) -> f64 {
        let mut worst: f64 = 0.0;
        for row in 0..at.nrows() {
            let (absolute, square) = self.parts(row);
            for class in 0..at.ncols() {
                let b = at[(row, class)];
                let slope = gradient[(row, class)] + square * b;
                let distance = if b == 0.0 {
                    (slope.abs() - absolute).max(0.0)
                } else {
                    (slope + absolute * b.signum()).abs()
                };
                worst = worst.max(distance);
            }
        }
        worst
    }
}

/// The step to the minimum of the quadratic expansion with the penalty, by coordinate descent.
fn descend(
    curvature: &DMatrix<f64>,
    gradient: &DMatrix<f64>,
    at: &DMatrix<f64>,
    penalty: Penalty,
) -> DMatrix<f64> {
    let size = at.nrows();
    let mut step: DMatrix<f64> = DMatrix::zeros(size, at.ncols());
    // The gradient of the expansion where the step has led; coefficients and curvature are both laid out by class.
    let mut slope: Vec<f64> = gradient.iter().copied().collect();
    for _ in 0..MAX_SWEEPS {
        let mut moved: f64 = 0.0;
        for i in 0..slope.len() {
            let (absolute, square) = penalty.parts(i % size);
            let bend = curvature[(i, i)];
            let b = at[i] + step[i];
            let target = shrunk(bend * b - slope[i], absolute) / (bend + square);
            let change = target - b;
            if change != 0.0 {
                step[i] += change;
                for (s, h) in slope.iter_mut().zip(curvature.column(i).iter()) {
                    *s += h * change;
                }
                moved = moved.max(bend * change.abs());
            }
        }
        level(&mut step, &mut slope, at, penalty);
        if moved < 0.1 * TOLERANCE {
            break;
        }
    }
    step
}

/// Shifts each input's coefficients over the classes to where the penalty is least. The likelihood does not feel it, so
/// coordinate descent alone would take for ever to get there.
fn level(step: &mut DMatrix<f64>, slope: &mut [f64], at: &DMatrix<f64>, penalty: Penalty) {
    let size = at.nrows();
    for row in 1..size {
        let shift = best_shift(at.row(row).iter().zip(step.row(row).iter()).map(|(a, s)| a + s), penalty);
        if shift != 0.0 {
            for class in 0..at.ncols() {
                step[(row, class)] += shift;
                slope[class * size + row] += DAMPING * shift;
            }
        }
    }
}

/// The s at which alpha sum |b + s| + (1 - alpha) / 2 sum (b + s)^2 is least: where its derivative, which rises and jumps at
/// every s = -b, passes 0.
fn best_shift(coefficients: impl Iterator<Item = f64>, penalty: Penalty) -> f64 {
    let mut kinks: Vec<f64> = coefficients.map(|b| -b).collect();
    kinks.sort_by(f64::total_cmp);
    let n = kinks.len() as f64;
    let (absolute, square) = (penalty.absolute_share, 1.0 - penalty.absolute_share);
    let sum: f64 = kinks.iter().sum();
    for (below, kink) in kinks.iter().enumerate() {
        // Just before this kink so many terms are positive; just after it one more.
        let before = absolute * (2.0 * below as f64 - n) + square * (n * kink - sum);
        if before > 0.0 {
            return (sum - absolute * (2.0 * below as f64 - n) / square) / n;
        }
        if before + 2.0 * absolute >= 0.0 {
            return *kink;
        }
    }
    0.0
}

/// x pulled towards 0 by `by`.
fn shrunk(x: f64, by: f64) -> f64 {
    x.signum() * (x.abs() - by).max(0.0)
}

#[cfg(test)]
mod tests;
