//! Dixon and Coles' score model: two Poisson counts whose means follow from attack, defence and home advantage, with a
//! correction of the low scores and less weight on older matches.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | expected goals of the home and the away side | goals |
//! | attack, defence | strengths of a team | log goals |
//! | home_advantage | what playing at home adds to the home side's attack | log goals |
//! | rho | dependence of 0-0, 0-1, 1-0 and 1-1 | - |
//! | tau | factor on the probability of those four scores | - |
//! | xi | decay of a match's weight with its age | 1/day |
//!
//! ```text
//! ln lambda = home_advantage * [venue is not neutral] + attack[home] + defence[away]
//! ln mu     = attack[away] + defence[home]
//! P(x, y)   = tau(x, y) * Poisson(x; lambda) * Poisson(y; mu)
//! tau(0,0) = 1 - rho lambda mu    tau(0,1) = 1 + rho lambda    tau(1,0) = 1 + rho mu    tau(1,1) = 1 - rho
//! weight    = exp(-xi * age in days)      sum(attack) = number of teams
//! ```
//!
//! M. J. Dixon and S. G. Coles, "Modelling Association Football Scores and Inefficiencies in the Football Betting Market",
//! Applied Statistics 46 (1997), 265-280. The paper multiplies strengths; here their logarithms add, with defence counted
//! the other way round (low is good).
//!
//! [`fit`] is the likelihood as published, for rows of any origin. [`DixonColes`] is the model on the list: it adds a normal
//! prior on strengths, so that a season's first weeks and promoted teams have sensible numbers (`training.rs`).

mod fit;
mod fitted;
mod grid;
mod likelihood;
mod pairs;
mod training;

use domain::{CompetitionId, Snapshot, Sport};

pub use fit::{Fit, Normal, Options, Parameters, Prior, fit};
pub use fitted::{EXPECTED_GOALS, FittedDixonColes};
pub use grid::score_grid;
pub use pairs::MatchRow;

use super::{FitReport, FittedModel, Model};
use crate::ForecastError;
use training::Training;

const NAME: &str = "dixon_coles";
const NAME_XG: &str = "dixon_coles_xg";

/// The model with its settings. Defaults were chosen by weekly walk-forward over six leagues, seasons 2019-20 to 2022-23
/// (9,408 matches).
#[derive(Debug, Clone, PartialEq)]
pub struct DixonColes {
    /// After so many days a match counts half; None for no decay.
    pub half_life_days: Option<f64>,
    /// Only matches this recent are learnt from; None for all.
    pub window_days: Option<f64>,
    /// Standard deviation of strengths around their prior mean, in log goals; None for maximum likelihood.
    pub strength_sd: Option<f64>,
    /// 0 to learn from goals alone, 1 from expected goals alone, where those are known. The mixture is no count any more, so
    /// the log-likelihood is a quasi-likelihood and standard errors are on the wide side.
    pub expected_goals_share: f64,
    /// Fewer played matches are refused.
    pub minimum_matches: usize,
}

impl Default for DixonColes {
    fn default() -> Self {
        Self {
            half_life_days: Some(300.0),
            window_days: None,
            strength_sd: Some(0.35),
            expected_goals_share: 0.0,
            minimum_matches: 50,
        }
    }
}

impl DixonColes {
    /// The same model on goals and expected goals in equal parts, `dixon_coles_xg` on the list. Chances are less noisy than
    /// goals, so a shorter memory and a looser prior serve it best.
    pub fn with_expected_goals() -> Self {
        Self {
            half_life_days: Some(200.0),
            strength_sd: Some(0.5),
            expected_goals_share: 0.5,
            ..Self::default()
        }
    }
}

impl Model for DixonColes {
    fn name(&self) -> &'static str {
        if self.expected_goals_share > 0.0 { NAME_XG } else { NAME }
    }

    fn supports(&self, sport: Sport) -> bool {
        sport == Sport::Soccer
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let training = Training::of(snapshot, competition, self)?;
        let options = Options { prior: training.prior(self.strength_sd), ..Options::default() };
        let start = start
            .and_then(|fitted| fitted.as_any().downcast_ref::<FittedDixonColes>())
            .map(|last| last.start_for(&training.teams));
        let fit = fit(&training.rows, training.teams.len(), &options, start.as_ref())?;
        let report = FitReport {
            model: self.name().to_owned(),
            as_of: snapshot.at(),
            training_matches: training.rows.len(),
            iterations: fit.iterations,
            gradient_norm: Some(fit.gradient_norm),
            log_likelihood: Some(fit.objective),
            at_bounds: fit.at_bounds.clone(),
            converged: fit.converged,
            diagnostics: None,
        };
        Ok(Box::new(FittedDixonColes::new(training, fit, self.clone(), report)))
    }
}

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;
