//! Newton's method with step halving for concave functions of a few parameters.

use nalgebra::{SMatrix, SVector};

/// Value, gradient and Hessian of an objective at one point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curvature<const N: usize> {
    /// The objective.
    pub(crate) value: f64,
    /// Its gradient.
    pub(crate) gradient: SVector<f64, N>,
    /// Its Hessian.
    pub(crate) hessian: SMatrix<f64, N, N>,
}

impl<const N: usize> Default for Curvature<N> {
    fn default() -> Self {
        Self { value: 0.0, gradient: SVector::zeros(), hessian: SMatrix::zeros() }
    }
}

impl<const N: usize> Curvature<N> {
    /// Adds `weight * x` to the gradient.
    pub(crate) fn add_gradient(&mut self, x: [f64; N], weight: f64) {
        self.gradient += weight * SVector::from(x);
    }

    /// Adds `weight * x z'` to the Hessian.
    pub(crate) fn add_hessian(&mut self, x: [f64; N], z: [f64; N], weight: f64) {
        self.hessian += weight * SVector::from(x) * SVector::from(z).transpose();
    }

    /// Adds the log of a normal prior on parameter `i`, up to a constant.
    pub(crate) fn add_prior(&mut self, i: usize, at: f64, mean: f64, precision: f64) {
        self.value -= precision * (at - mean) * (at - mean) / 2.0;
        self.gradient[i] -= precision * (at - mean);
        self.hessian[(i, i)] -= precision;
    }
}

/// Where the search ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maximum<const N: usize> {
    /// The parameters.
    pub(crate) at: [f64; N],
    /// The objective there.
    pub(crate) value: f64,
    /// Largest absolute component of the gradient there.
    pub(crate) gradient_norm: f64,
    /// Newton steps taken.
    pub(crate) iterations: usize,
    /// Whether the gradient vanishes there, to rounding.
    pub(crate) converged: bool,
}

const MAX_ITERATIONS: usize = 60;
const MAX_HALVINGS: usize = 40;
/// Gradient at which the search ends. The objectives are sums over some thousand matches, so this is rounding.
const GRADIENT_TOLERANCE: f64 = 1e-8;

/// The maximum of a concave function. An objective may answer with a value that is not finite where it is not defined: the
/// step is then halved. Separable data, whose maximum lies at infinity, end unconverged.
pub(crate) fn maximise<const N: usize>(
    start: [f64; N],
    objective: impl Fn(&[f64; N]) -> Curvature<N>,
) -> Maximum<N> {
    let mut at = start;
    let mut here = objective(&at);
    let mut iterations = 0;
    while iterations < MAX_ITERATIONS && here.gradient.amax() > GRADIENT_TOLERANCE {
        let Some(cholesky) = (-here.hessian).cholesky() else { break };
        let step = cholesky.solve(&here.gradient);
        let Some((next, there)) = climb(&at, &step, here.value, &objective) else { break };
        (at, here) = (next, there);
        iterations += 1;
    }
    let gradient_norm = here.gradient.amax();
    Maximum { at, value: here.value, gradient_norm, iterations, converged: gradient_norm < 1e-6 }
}

/// The first of step, step / 2, step / 4 ... that does not lead downhill.
fn climb<const N: usize>(
    at: &[f64; N],
    step: &SVector<f64, N>,
    value: f64,
    objective: impl Fn(&[f64; N]) -> Curvature<N>,
) -> Option<([f64; N], Curvature<N>)> {
    // Near the top the gain drowns in rounding: a loss of that size is none.
    let slack = 1e-12 * value.abs().max(1.0);
    let mut share = 1.0;
    for _ in 0..MAX_HALVINGS {
        let next: [f64; N] = std::array::from_fn(|i| at[i] + share * step[i]);
        let there = objective(&next);
        if there.value.is_finite() && there.value >= value - slack {
            return Some((next, there));
        }
        share /= 2.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_top_of_a_curved_hill() {
        // -(x - 2)^2 - exp(y) + 3 y: top at x = 2, y = ln 3. A plain Newton step from y = -3 would overshoot.
        let hill = |p: &[f64; 2]| {
            let mut at = Curvature::<2> { value: 3.0 * p[1] - p[1].exp(), ..Curvature::default() };
            at.add_gradient([0.0, 1.0], 3.0 - p[1].exp());
            at.add_hessian([0.0, 1.0], [0.0, 1.0], -p[1].exp());
            at.add_prior(0, p[0], 2.0, 2.0);
            at
        };
        let top = maximise([40.0, -3.0], hill);
        assert!(top.converged && top.gradient_norm < 1e-8, "{top:?}");
        assert!((top.at[0] - 2.0).abs() < 1e-9 && (top.at[1] - 3f64.ln()).abs() < 1e-9, "{top:?}");
        assert!((top.value - (3.0 * 3f64.ln() - 3.0)).abs() < 1e-12);
    }

    #[test]
    fn a_top_at_infinity_is_not_called_found() {
        let slope = |p: &[f64; 1]| {
            let mut at = Curvature::<1> { value: p[0], ..Curvature::default() };
            at.add_gradient([1.0], 1.0);
            at
        };
        assert!(!maximise([0.0], slope).converged);
    }
}
