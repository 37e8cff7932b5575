//! Chains of the No-U-Turn sampler on the posterior density.
//!
//! M. D. Hoffman and A. Gelman, "The No-U-Turn Sampler: Adaptively Setting Path Lengths in Hamiltonian Monte Carlo", Journal
//! of Machine Learning Research 15 (2014), 1593-1623; the sampler itself is the crate `nuts-rs`.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, Settings};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::{NAME, Sampling, density::Density};
use crate::{ForecastError, model::FitProgress};

/// Half the width of the box around the starting point from which chains start.
const SCATTER: f64 = 0.2;
/// Draws between two reports of progress.
const REPORT_EVERY: usize = 100;

/// What one chain brought home.
#[derive(Debug, Clone)]
pub(super) struct Chained {
    /// Positions after tuning, one after the other.
    pub(super) positions: Vec<f64>,
    /// How many trajectories after tuning lost their energy: the density is steeper there than the steps can follow.
    pub(super) divergences: usize,
    /// Gradients taken, tuning included.
    pub(super) gradients: u64,
}

/// Runs the chains, in parallel where threads are free; each has a generator of its own, so their number changes nothing.
pub(super) fn sample(
    density: &Density,
    sampling: &Sampling,
    progress: &(dyn Fn(FitProgress) + Sync),
) -> Result<Vec<Chained>, ForecastError> {
    let done = AtomicUsize::new(0);
    let total = sampling.chains * (sampling.tune + sampling.draws);
    let tell = |draws: usize| {
        let done = done.fetch_add(draws, Ordering::Relaxed) + draws;
        progress(FitProgress { done, total });
    };
    (0..sampling.chains).into_par_iter().map(|chain| run(density.clone(), sampling, chain, &tell)).collect()
}

fn run(
    density: Density,
    sampling: &Sampling,
    chain: usize,
    tell: &(dyn Fn(usize) + Sync),
) -> Result<Chained, ForecastError> {
    let failed = |error: &dyn std::fmt::Display| ForecastError::Numerics {
        model: NAME,
        detail: format!("chain {chain}: {error}"),
    };
    let mut rng = generator(sampling.seed, chain);
    let start = start(&density, &mut rng);
    let dim = density.dim();
    let mut settings = DiagNutsSettings {
        num_tune: sampling.tune as u64,
        num_draws: sampling.draws as u64,
        ..Default::default()
    };
    settings.adapt_options.step_size_settings.target_accept = sampling.target_accept;
    let math = CpuMath::new(Target { density });
    let mut sampler = settings.new_chain(chain as u64, math, &mut rng).map_err(|e| failed(&e))?;
    sampler.set_position(&start).map_err(|e| failed(&e))?;
    let mut chained =
        Chained { positions: Vec::with_capacity(dim * sampling.draws), divergences: 0, gradients: 0 };
    for draw in 0..sampling.tune + sampling.draws {
        let (position, info) = sampler.draw().map_err(|e| failed(&e))?;
        chained.gradients += info.num_gradients;
        if draw >= sampling.tune {
            chained.positions.extend_from_slice(&position);
            chained.divergences += usize::from(info.diverging);
        }
        if (draw + 1) % REPORT_EVERY == 0 {
            tell(REPORT_EVERY);
        }
    }
    tell((sampling.tune + sampling.draws) % REPORT_EVERY);
    Ok(chained)
}

/// The generator of one chain.
pub(super) fn generator(seed: u64, chain: usize) -> Xoshiro256PlusPlus {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    // Streams 2^128 numbers apart never meet.
    for _ in 0..chain {
        rng.jump();
    }
    rng
}

fn start(density: &Density, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let mut at = density.start();
    for x in &mut at {
        *x += rng.random_range(-SCATTER..SCATTER);
    }
    if let Some(rho) = density.rho_coordinate() {
        at[rho] = 0.0;
    }
    at
}

/// The density as the sampler wants to call it.
struct Target {
    density: Density,
}

#[derive(Debug, thiserror::Error)]
#[error("the density is not finite")]
struct NotFinite;

impl LogpError for NotFinite {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Target {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.density.dim() as u64)])
    }
}

impl CpuLogpFunc for Target {
    type LogpError = NotFinite;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.density.dim()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, NotFinite> {
        let value = self.density.evaluate(position, gradient);
        let finite = value.is_finite() && gradient.iter().all(|slope| slope.is_finite());
        if finite { Ok(value) } else { Err(NotFinite) }
    }

    fn expand_vector<R: rand::Rng + ?Sized>(
        &mut self,
        _: &mut R,
        position: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(position.to_vec())
    }
}
