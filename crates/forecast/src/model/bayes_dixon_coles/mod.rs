//! Dixon and Coles' score model with priors all the way up, sampled from its posterior.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | expected goals of the home and the away side | goals |
//! | attack, defence | strengths of a team; high is good | log goals |
//! | mu_attack, mu_defence | means of the population of teams; only their difference is seen by the data | log goals |
//! | sigma_attack, sigma_defence | spreads of the population | log goals |
//! | home(s) | home advantage in season s | log goals |
//! | gamma_0, gamma_sigma | where its walk starts, and how far it goes in a season | log goals |
//! | rho, tau | dependence of 0-0, 0-1, 1-0 and 1-1, as in `dixon_coles` | - |
//! | turnover | share of a strength's spread that is new every season (`bayes_dixon_coles_seasons`) | - |
//!
//! ```text
//! ln lambda = home(season) * [venue is not neutral] + attack[home] - defence[away]
//! ln mu     = attack[away] - defence[home]
//! P(x, y)   = tau(x, y) * Poisson(x; lambda) * Poisson(y; mu)
//! attack[i] = mu_attack + sigma_attack * attack_raw[i]        defence[i] likewise
//! mu_attack, mu_defence ~ N(0, 1)      sigma_attack, sigma_defence ~ HalfCauchy(0.5)      attack_raw, defence_raw ~ N(0, 1)
//! home(s)   = gamma_0 + gamma_sigma * (z(0) + ... + z(s))     z ~ N(0, 1)
//! gamma_0 ~ N(0.3, 0.1)      gamma_sigma ~ HalfCauchy(0.05)      rho ~ N(0, 0.1) where every tau is positive
//! ```
//!
//! With seasons, a strength moves between them as `strengths.rs` says. The posterior is sampled in other coordinates, chosen
//! for the sampler (`density.rs`), and turned back draw by draw (`recovery.rs`): the draws are of the model above.
//!
//! G. Baio and M. Blangiardo, "Bayesian hierarchical model for the prediction of football results", Journal of Applied
//! Statistics 37 (2010), 253-264; M. J. Dixon and S. G. Coles, Applied Statistics 46 (1997), 265-280.

mod density;
mod fitted;
mod home_walk;
mod likelihood;
mod meetings;
mod posterior;
mod predictive;
mod recovery;
mod sampler;
mod strengths;
mod training;

use domain::{CompetitionId, Snapshot, Sport};

pub use fitted::FittedBayesDixonColes;
pub use meetings::Meeting;
pub use posterior::{Posterior, Summary};
pub use predictive::PredictiveCheck;

use super::{FitProgress, FitReport, FittedModel, Model};
use crate::{ForecastError, diagnostics::Gate};
use training::Training;

const NAME: &str = "bayes_dixon_coles";
const NAME_BY_SEASON: &str = "bayes_dixon_coles_seasons";

/// How to sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Independent chains.
    pub chains: usize,
    /// Draws of each that tune the sampler and are thrown away.
    pub tune: usize,
    /// Draws of each that are kept.
    pub draws: usize,
    /// Acceptance the step size is tuned to.
    pub target_accept: f64,
    /// Same seed, same draws.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { chains: 4, tune: 2000, draws: 4000, target_accept: 0.95, seed: 1 }
    }
}

/// The model with its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct BayesDixonColes {
    /// Whether strengths move between seasons.
    pub by_season: bool,
    /// Whether low scores depend on each other; otherwise rho is 0.
    pub correlated: bool,
    /// How to sample.
    pub sampling: Sampling,
    /// What the sample must show to count as converged.
    pub gate: Gate,
    /// Only so many last seasons are learnt from.
    pub last_seasons: u16,
    /// Draws kept for forecasts.
    pub kept_draws: usize,
    /// Draws from which matches are replayed to check the model.
    pub replays: usize,
    /// Fewer played matches are refused.
    pub minimum_matches: usize,
}

impl Default for BayesDixonColes {
    /// Constant strengths, which a few seasons bear.
    fn default() -> Self {
        Self {
            by_season: false,
            correlated: true,
            sampling: Sampling::default(),
            gate: Gate::default(),
            last_seasons: 5,
            kept_draws: 1000,
            replays: 400,
            minimum_matches: 50,
        }
    }
}

impl BayesDixonColes {
    /// The model whose strengths move from season to season, `bayes_dixon_coles_seasons` on the list.
    pub fn by_season() -> Self {
        Self { by_season: true, last_seasons: 10, ..Self::default() }
    }

    /// The same model with few draws and a gate that few draws can pass: for tests, not for forecasts that matter.
    #[must_use]
    pub fn quick(self) -> Self {
        let sampling = Sampling { chains: 2, tune: 300, draws: 300, ..self.sampling };
        let gate = Gate { max_r_hat: 1.1, min_ess: 25.0 };
        Self { sampling, gate, kept_draws: 200, replays: 40, ..self }
    }
}

impl Model for BayesDixonColes {
    fn name(&self) -> &'static str {
        if self.by_season { NAME_BY_SEASON } else { NAME }
    }

    fn supports(&self, sport: Sport) -> bool {
        sport == Sport::Soccer
    }

    fn on_request(&self) -> bool {
        true
    }

    fn draft(&self) -> Option<Box<dyn Model>> {
        Some(Box::new(self.clone().quick()))
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        self.fit_with_progress(snapshot, competition, start, &|_| {})
    }

    /// A sample has no start: the last fit would save no draws.
    fn fit_with_progress(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        _start: Option<&dyn FittedModel>,
        progress: &(dyn Fn(FitProgress) + Sync),
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let training = Training::of(snapshot, competition, self)?;
        let posterior = Posterior::sample(&training.rows, training.teams.len(), self, progress)?;
        let report = FitReport {
            model: self.name().to_owned(),
            as_of: snapshot.at(),
            training_matches: training.rows.len(),
            iterations: self.sampling.chains * (self.sampling.tune + self.sampling.draws),
            gradient_norm: None,
            log_likelihood: None,
            at_bounds: Vec::new(),
            converged: posterior.diagnostics().passed(),
            diagnostics: Some(posterior.diagnostics().clone()),
        };
        Ok(Box::new(FittedBayesDixonColes::new(&training, &posterior, self, report)))
    }
}

#[cfg(test)]
mod density_tests;
#[cfg(test)]
mod tests;
