//! The mass that Frank's copula gives to one cell of two count distributions.
//!
//! With `a(u) = (1 - exp(-kappa u)) / kappa` and `D = a(1)` the copula is `-1/kappa ln(1 - kappa a(u) a(v) / D)`. The four
//! logarithms of a cell are one: for a cell from `u` to `u + p` and from `v` to `v + q`
//!
//! ```text
//! P = -1/kappa ln(1 - kappa w)     w = da db D / ((D - kappa a b') (D - kappa a' b))
//! a = a(u)   a' = a(u + p)   da = a' - a = exp(-kappa u) a(p)          likewise b of v and q
//! ```
//!
//! Nothing cancels in this form, so a small cell has its relative accuracy, and kappa = 0 (where `w = p q`) is a point like
//! any other.

use crate::model::score_model::Jet;

/// One step of a distribution function, as the copula sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<const N: usize> {
    /// `a` before the step.
    before: Jet<N>,
    /// `a` after it.
    after: Jet<N>,
    /// Their difference.
    rise: Jet<N>,
}

/// Frank's copula at one kappa.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frank<const N: usize> {
    kappa: Jet<N>,
    /// `D`.
    whole: Jet<N>,
}

impl<const N: usize> Frank<N> {
    pub(super) fn at(kappa: Jet<N>) -> Self {
        Self { kappa, whole: kappa.decay_over() }
    }

    /// From `below` to `below + probability`.
    pub(super) fn step(&self, below: Jet<N>, probability: Jet<N>) -> Step<N> {
        let scaled = self.kappa * below;
        let before = below * scaled.decay_over();
        let rise = (-scaled).exp() * probability * (self.kappa * probability).decay_over();
        Step { before, after: before + rise, rise }
    }

    /// The logarithm of the mass of a cell. None where it has none.
    pub(super) fn log_mass(&self, home: &Step<N>, away: &Step<N>) -> Option<Jet<N>> {
        let Self { kappa, whole } = *self;
        let corner = |a: Jet<N>, b: Jet<N>| whole - kappa * (a * b);
        let corners = corner(home.before, away.after) * corner(home.after, away.before);
        let mass = home.rise * away.rise * whole * corners.recip();
        // A step that rounding has left without mass has no logarithm.
        (mass.value > 0.0).then(|| mass.ln() + (-(kappa * mass)).ln_1p_over().ln())
    }
}
