//! Draws from the posterior, by parameter and chain.

use serde::Serialize;

use super::{
    BayesDixonColes, Meeting,
    density::Density,
    meetings::{Meetings, Slot},
    recovery::{Layout, recover},
    sampler::sample,
};
use crate::{
    Diagnostics, ForecastError,
    diagnostics::{mcse_mean, quantile},
    model::FitProgress,
};

/// The posterior of the model as it is written: population, home advantage by season, strengths.
#[derive(Debug, Clone)]
pub struct Posterior {
    pub(super) layout: Layout,
    pub(super) slots: Vec<Slot>,
    names: Vec<String>,
    n_chains: usize,
    /// By parameter, then chain, then draw.
    columns: Vec<Vec<f64>>,
    diagnostics: Diagnostics,
    /// Gradients taken by all chains.
    gradients: u64,
}

/// One parameter's posterior in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Ends of the central 95 %.
    pub interval_95: [f64; 2],
    /// Ends of the central 80 %.
    pub interval_80: [f64; 2],
    /// Ends of the central 50 %.
    pub interval_50: [f64; 2],
    /// Median.
    pub median: f64,
    /// Standard error of the mean by simulation.
    pub mcse: f64,
}

impl Posterior {
    /// Samples the posterior of what was played between `n_teams` teams.
    ///
    /// # Errors
    /// When a row is no match, a team has none, or the sampler fails.
    pub fn sample(
        rows: &[Meeting],
        n_teams: usize,
        model: &BayesDixonColes,
        progress: &(dyn Fn(FitProgress) + Sync),
    ) -> Result<Self, ForecastError> {
        let density =
            Density::new(Meetings::of(rows, n_teams, model.by_season)?, model.by_season, model.correlated);
        let chains = sample(&density, &model.sampling, progress)?;
        let layout = Layout::of(&density);
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); layout.len()];
        let mut divergences = 0;
        let mut gradients = 0;
        for (number, chain) in chains.into_iter().enumerate() {
            divergences += chain.divergences;
            gradients += chain.gradients;
            let draws = recover(&density, &chain, model.sampling.seed, number);
            for (parameter, column) in columns.iter_mut().enumerate() {
                column.extend(draws.iter().skip(parameter).step_by(layout.len()));
            }
        }
        let mut posterior = Self {
            names: layout.names(),
            layout,
            slots: density.meetings.slots.clone(),
            n_chains: model.sampling.chains,
            columns,
            diagnostics: Diagnostics::of(&[], 0, model.gate),
            gradients,
        };
        posterior.diagnostics = posterior.diagnose(divergences, model);
        Ok(posterior)
    }

    fn diagnose(&self, divergences: usize, model: &BayesDixonColes) -> Diagnostics {
        let named: Vec<(String, Vec<&[f64]>)> =
            self.names.iter().enumerate().map(|(i, name)| (name.clone(), self.chains(i))).collect();
        Diagnostics::of(&named, divergences, model.gate)
    }

    /// The parameters' names: `mu_attack`, `sigma_defence`, `gamma_0`, `home_advantage[2]`, `attack[5]` and so on; strengths
    /// are in the order of teams, then seasons.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The draws of a parameter by chain; none of one that is not there.
    pub fn chains(&self, parameter: usize) -> Vec<&[f64]> {
        let column = self.column(parameter);
        column.chunks(column.len().div_ceil(self.n_chains.max(1)).max(1)).collect()
    }

    /// How the chains went.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// How many gradients were taken.
    pub fn gradients(&self) -> u64 {
        self.gradients
    }

    /// All draws of a parameter.
    pub(super) fn column(&self, parameter: usize) -> &[f64] {
        self.columns.get(parameter).map_or(&[], Vec::as_slice)
    }

    pub(super) fn n_draws(&self) -> usize {
        self.column(0).len()
    }

    /// A quantity that is a function of the draw, in few numbers.
    pub(super) fn summary(&self, of_draw: impl Fn(usize) -> f64) -> Summary {
        let values: Vec<f64> = (0..self.n_draws()).map(of_draw).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let chains: Vec<&[f64]> = values.chunks(values.len().div_ceil(self.n_chains)).collect();
        let mcse = mcse_mean(&chains).unwrap_or(0.0);
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| quantile(&sorted, share).unwrap_or(mean);
        Summary {
            mean,
            sd,
            interval_95: [at(0.025), at(0.975)],
            interval_80: [at(0.1), at(0.9)],
            interval_50: [at(0.25), at(0.75)],
            median: at(0.5),
            mcse,
        }
    }

    /// Evenly spaced draws, at most so many.
    pub(super) fn thinned(&self, at_most: usize) -> impl Iterator<Item = usize> {
        let (all, kept) = (self.n_draws(), self.n_draws().min(at_most));
        (0..kept).map(move |i| i * all / kept)
    }
}
