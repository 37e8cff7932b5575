//! Newton's method within bounds.
//!
//! Adding a constant to every attack and taking it from every defence changes no expectation. The constraint
//! `sum(attack) = n_teams` picks one point of that line. With `u` the gradient of the constraint and `v` the line's
//! direction, the information matrix `I` has `I v = 0`, so `I + u u'` is positive definite, its Newton step keeps the
//! constraint, and the covariance under the constraint is `(I + u u')^-1 - v v' / (u'v)^2`.
//!
//! A parameter on a bound is held there while the step or the gradient points out of it. Reference: Bertsekas (1982),
//! Projected Newton Methods for Optimization Problems with Simple Constraints.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::{
    law::ScoreLaw,
    objective::{Evaluation, Layout, Objective},
};

/// Where the search stands.
pub(super) struct Point {
    pub(super) theta: Vec<f64>,
    pub(super) at: Evaluation,
}

/// Where it ended.
pub(super) struct Found {
    pub(super) point: Point,
    /// Positions held on a bound.
    pub(super) held: Vec<usize>,
    /// Largest component of the gradient among those not held.
    pub(super) gradient_norm: f64,
    pub(super) iterations: usize,
}

/// Climbs from `first` until no free component of the gradient is above `tolerance`.
pub(super) fn search<L: ScoreLaw>(
    objective: &Objective<'_>,
    first: Point,
    tolerance: f64,
    max_iterations: usize,
) -> Found {
    let layout = objective.layout;
    let mut point = first;
    let mut iterations = 0;
    let mut held = blocked::<L>(&point.theta, layout, &point.at.gradient);
    while largest(&point.at.gradient, &held) > tolerance && iterations < max_iterations {
        let step = bounded_step::<L>(&point, layout, &held);
        let Some(next) = step.and_then(|step| ascend::<L>(objective, &point, &step)) else { break };
        point = next;
        iterations += 1;
        held = blocked::<L>(&point.theta, layout, &point.at.gradient);
    }
    let gradient_norm = largest(&point.at.gradient, &held);
    Found { point, held, gradient_norm, iterations }
}

fn largest(gradient: &[f64], held: &[usize]) -> f64 {
    let free = gradient.iter().enumerate().filter(|(i, _)| !held.contains(i));
    free.fold(0.0, |most, (_, g)| g.abs().max(most))
}

/// Own parameters on a bound that `direction` leads out of.
fn blocked<L: ScoreLaw>(theta: &[f64], layout: Layout, direction: &[f64]) -> Vec<usize> {
    let out = |(k, own): (usize, &super::law::OwnParameter)| {
        let i = layout.own(k);
        let [lower, upper] = own.bounds;
        let leaves = theta[i] <= lower && direction[i] <= 0.0 || theta[i] >= upper && direction[i] >= 0.0;
        leaves.then_some(i)
    };
    L::OWN.iter().enumerate().filter_map(out).collect()
}

/// A Newton step that leads out of no bound the point is on.
fn bounded_step<L: ScoreLaw>(point: &Point, layout: Layout, held: &[usize]) -> Option<DVector<f64>> {
    let mut held = held.to_vec();
    loop {
        let step = newton_step(&point.at, layout, &held)?;
        let out = blocked::<L>(&point.theta, layout, step.as_slice());
        let n_held = held.len();
        held.extend(out.into_iter().filter(|i| step[*i] != 0.0));
        if held.len() == n_held {
            return Some(step);
        }
    }
}

/// The step to the top of the local parabola. Far from the maximum the curvature can point the wrong way (few laws are
/// log-concave in all parameters at once); then the diagonal is raised until it does not.
fn newton_step(at: &Evaluation, layout: Layout, held: &[usize]) -> Option<DVector<f64>> {
    let mut gradient = DVector::from_column_slice(&at.gradient);
    for i in held {
        gradient[*i] = 0.0;
    }
    let scale = at.information.diagonal().amax().max(1.0);
    for ridge in [0.0, 1e-9, 1e-6, 1e-4, 1e-2, 1.0, 100.0] {
        if let Some(factor) = factor(&at.information, ridge * scale, layout, held) {
            let step = factor.solve(&gradient);
            if step.iter().all(|x| x.is_finite()) {
                return Some(step);
            }
        }
    }
    None
}

/// Cholesky's factor of `I + u u' + ridge`, with what is held set apart.
pub(super) fn factor(
    information: &DMatrix<f64>,
    ridge: f64,
    layout: Layout,
    held: &[usize],
) -> Option<Cholesky<f64, Dyn>> {
    let mut matrix = information.clone();
    for column in 0..layout.n_teams {
        for row in column..layout.n_teams {
            matrix[(row, column)] += 1.0;
        }
    }
    for i in 0..layout.len() {
        matrix[(i, i)] += ridge;
    }
    for i in held {
        matrix.row_mut(*i).fill(0.0);
        matrix.column_mut(*i).fill(0.0);
        matrix[(*i, *i)] = 1.0;
    }
    Cholesky::new(matrix)
}

/// Goes along `step`, halving it until the objective rises as it should. So close to the top that rounding hides the rise,
/// the full step is taken.
fn ascend<L: ScoreLaw>(objective: &Objective<'_>, from: &Point, step: &DVector<f64>) -> Option<Point> {
    let rounding = 1e-12 * (1.0 + from.at.objective.abs());
    let mut length = 1.0;
    for _ in 0..60 {
        let mut theta: Vec<f64> = from.theta.iter().zip(step.iter()).map(|(t, s)| t + length * s).collect();
        for (k, own) in L::OWN.iter().enumerate() {
            let i = objective.layout.own(k);
            theta[i] = theta[i].clamp(own.bounds[0], own.bounds[1]);
        }
        let moved = theta.iter().zip(&from.theta);
        let slope: f64 = from.at.gradient.iter().zip(moved).map(|(g, (to, from))| g * (to - from)).sum();
        if let Some(at) = objective.evaluate::<L>(&theta) {
            let rise = at.objective - from.at.objective;
            let steady = slope > 0.0 && rise >= 1e-4 * slope;
            if steady || (slope.abs() <= rounding && rise >= -rounding) {
                return Some(Point { theta, at });
            }
        }
        length *= 0.5;
    }
    None
}
