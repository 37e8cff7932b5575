//! Draws that cannot fail: where a distribution would be invalid, its mean is returned.

use domain::TeamId;
use rand_distr::{Distribution, Gamma, Normal, Poisson};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(crate) fn poisson(mean: f64, rng: &mut Xoshiro256PlusPlus) -> u16 {
    Poisson::new(mean).map_or(0, |p| p.sample(rng) as u16)
}

pub(crate) fn normal(mean: f64, sd: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
    Normal::new(mean, sd).map_or(mean, |n| n.sample(rng))
}

/// Positive, with variance `mean^2 / shape`.
pub(crate) fn gamma(shape: f64, mean: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
    Gamma::new(shape, mean / shape).map_or(mean, |g| g.sample(rng))
}

/// Teams are numbered from 1.
pub(crate) fn nth_team(index: usize) -> TeamId {
    TeamId(i64::try_from(index).map_or(i64::MAX, |i| i + 1))
}
