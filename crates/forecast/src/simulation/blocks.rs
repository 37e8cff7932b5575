//! Simulations in blocks, each with its own stretch of one random sequence: the result does not depend on how many threads
//! share the work, and a block's numbers fit a processor's nearest memory.

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
use rayon::prelude::*;

/// Simulations of a block.
pub(crate) const BLOCK: usize = 256;

/// How many simulations, from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// Simulated seasons.
    pub n: u32,
    /// Same seed, same shares, on any number of threads.
    pub seed: u64,
}

impl Default for Runs {
    fn default() -> Self {
        Self { n: 10_000, seed: 1 }
    }
}

/// Plays `runs.n` simulations by blocks into tallies. `play` gets the tally to add to, its generator and how many
/// simulations its block has; `merge` must be a sum.
pub(crate) fn tally<T: Send>(
    runs: Runs,
    empty: impl Fn() -> T + Sync + Send,
    play: impl Fn(&mut T, &mut Xoshiro256PlusPlus, usize) + Sync + Send,
    merge: impl Fn(T, T) -> T + Sync + Send,
) -> T {
    let n = runs.n as usize;
    // 2^128 numbers lie between two starts, so no two blocks share one.
    let mut next = Xoshiro256PlusPlus::seed_from_u64(runs.seed);
    let starts: Vec<(usize, Xoshiro256PlusPlus)> = (0..n)
        .step_by(BLOCK)
        .map(|first| {
            let start = next.clone();
            next.jump();
            (BLOCK.min(n - first), start)
        })
        .collect();
    starts
        .into_par_iter()
        .fold(&empty, |mut tally, (size, mut generator)| {
            play(&mut tally, &mut generator, size);
            tally
        })
        .reduce(&empty, merge)
}

/// `sum += other`, element by element.
pub(crate) fn add(mut sum: Vec<u32>, other: &[u32]) -> Vec<u32> {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum += other;
    }
    sum
}
