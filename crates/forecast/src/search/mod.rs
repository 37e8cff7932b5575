//! Search for a model's settings: where to look next, given what was found so far.
//!
//! | symbol | meaning |
//! |---|---|
//! | d | settings searched |
//! | u | a point of the unit cube, one coordinate per setting, by the setting's scale |
//! | sigma | step of the refinement |
//!
//! The first trial is the model as it comes. The next 4 d trials, and every fourth one after them, are points of a Halton
//! sequence (in base 2, 3, 5, ...), shifted by the seed modulo 1, which fill the cube evenly. The others refine the best
//! point so far: u + sigma N(0, I), reflected at the walls; sigma starts at 0.2 and is multiplied by 3/2 after a success and
//! by (3/2)^(-1/4) after a failure, which holds it where every fifth step succeeds.
//!
//! A proposal follows from the trials before it and the seed, and not from a budget: a search that was stopped goes on as if
//! it had not been, and a larger budget continues a smaller one.
//!
//! References: Halton (1960), On the efficiency of certain quasi-random sequences of points; Cranley and Patterson (1976),
//! Randomization of number theoretic methods for multiple integration, for the shift; Rechenberg (1973), Evolutionsstrategie,
//! for the rule of one fifth, in the form of Kern et al. (2004), Learning probability distributions in continuous
//! evolutionary algorithms.

mod range;
mod score;
mod tunable;

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};
use serde::{Deserialize, Serialize};

pub use self::{
    range::{Range, Scale},
    score::{Scene, TrialScore, score},
    tunable::{Settings, Tunable, tunable, tunables},
};

/// Settings that were tried, in the order of the ranges, and what they cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The settings.
    pub values: Vec<f64>,
    /// What is to be small; none when the model failed with them.
    pub loss: Option<f64>,
}

/// Halton points per setting before the refinement begins.
const EXPLORING: usize = 4;
/// Of the later trials every so-manieth is a Halton point.
const EXPLORING_EVERY: usize = 4;
const FIRST_STEP: f64 = 0.2;
const STEPS: (f64, f64) = (0.002, 0.5);
const SUCCESS: f64 = 1.5;
/// New proposals in the place of one that was tried already.
const ATTEMPTS: u64 = 200;

/// The best of the trials, the earliest among equals.
pub fn best(trials: &[Trial]) -> Option<&Trial> {
    trials.iter().filter(|t| t.loss.is_some()).min_by(|a, b| {
        let loss = |t: &Trial| t.loss.unwrap_or(f64::INFINITY);
        loss(a).total_cmp(&loss(b))
    })
}

/// What to try next; none once every point nearby was tried, which happens only in tiny ranges.
pub fn propose(ranges: &[Range], seed: u64, trials: &[Trial]) -> Option<Vec<f64>> {
    if trials.is_empty() {
        return Some(ranges.iter().map(|r| r.default).collect());
    }
    let position = trials.len();
    let refined = best(trials).filter(|_| is_refinement(ranges.len(), position));
    (0..ATTEMPTS).find_map(|attempt| {
        let unit = match refined {
            Some(best) => nearby(ranges, best, step(ranges.len(), trials), (seed, position, attempt)),
            None => halton(ranges.len(), seed, position as u64 + attempt * 7919),
        };
        let values: Vec<f64> = ranges.iter().zip(unit).map(|(range, u)| range.value(u)).collect();
        trials.iter().all(|t| t.values != values).then_some(values)
    })
}

fn is_refinement(d: usize, position: usize) -> bool {
    let explored = 1 + EXPLORING * d;
    position >= explored && !(position - explored + 1).is_multiple_of(EXPLORING_EVERY)
}

/// sigma after these trials.
fn step(d: usize, trials: &[Trial]) -> f64 {
    let mut sigma = FIRST_STEP;
    let mut least = f64::INFINITY;
    for (position, trial) in trials.iter().enumerate() {
        let loss = trial.loss.unwrap_or(f64::INFINITY);
        if is_refinement(d, position) {
            sigma *= if loss < least { SUCCESS } else { SUCCESS.powf(-0.25) };
            sigma = sigma.clamp(STEPS.0, STEPS.1);
        }
        least = least.min(loss);
    }
    sigma
}

fn nearby(
    ranges: &[Range],
    best: &Trial,
    sigma: f64,
    (seed, position, attempt): (u64, usize, u64),
) -> Vec<f64> {
    let stream = seed ^ (position as u64).rotate_left(32) ^ attempt.rotate_left(48);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(stream);
    let moved =
        |(range, value): (&Range, &f64)| reflected(range.unit(*value) + sigma * normal(&mut generator));
    ranges.iter().zip(&best.values).map(moved).collect()
}

/// Back into 0..=1 as by mirrors.
fn reflected(u: f64) -> f64 {
    let folded = u.rem_euclid(2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

fn uniform(generator: &mut Xoshiro256PlusPlus) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Standard normal by Box and Muller.
fn normal(generator: &mut Xoshiro256PlusPlus) -> f64 {
    let radius = (-2.0 * (1.0 - uniform(generator)).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform(generator)).cos()
}

/// Point `index` of the sequence, shifted by the seed.
fn halton(d: usize, seed: u64, index: u64) -> Vec<f64> {
    const PRIMES: [u64; 8] = [2, 3, 5, 7, 11, 13, 17, 19];
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let coordinate =
        |i: usize| (radical_inverse(PRIMES[i % PRIMES.len()], index) + uniform(&mut generator)).fract();
    (0..d).map(coordinate).collect()
}

/// The digits of `index` in this base, mirrored at the point.
fn radical_inverse(base_number: u64, mut index: u64) -> f64 {
    let (mut inverse, mut digit) = (0.0, 1.0);
    while index > 0 {
        digit /= base_number as f64;
        inverse += digit * (index % base_number) as f64;
        index /= base_number;
    }
    inverse
}

#[cfg(test)]
mod tests;
