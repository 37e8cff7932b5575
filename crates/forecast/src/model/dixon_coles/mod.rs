//! Dixon and Coles' score model: two Poisson counts with a correction of the low scores.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | expected goals of the home and the away side; see `score_model` for what they follow from | goals |
//! | rho | dependence of 0-0, 0-1, 1-0 and 1-1; negative means more 0-0 and 1-1 | - |
//! | tau | factor on the probability of those four scores | - |
//!
//! ```text
//! P(x, y)   = tau(x, y) * Poisson(x; lambda) * Poisson(y; mu)
//! tau(0,0) = 1 - rho lambda mu    tau(0,1) = 1 + rho lambda    tau(1,0) = 1 + rho mu    tau(1,1) = 1 - rho
//! ```
//!
//! M. J. Dixon and S. G. Coles, "Modelling Association Football Scores and Inefficiencies in the Football Betting Market",
//! Applied Statistics 46 (1997), 265-280. The paper multiplies strengths; here their logarithms add, with defence counted
//! the other way round (low is good).
//!
//! [`fit`] is the likelihood as published, for rows of any origin. [`DixonColes`] is the model on the list.

mod grid;
mod likelihood;

use super::score_model::{self, FittedScoreModel, HalfLife, ScoreModel, Settings};
use crate::ForecastError;

pub use super::score_model::{EXPECTED_GOALS, Fit, MatchRow, Normal, Options, Parameters, Prior};
pub use grid::score_grid;
pub use likelihood::LowScores;

/// The model with its settings.
pub type DixonColes = ScoreModel<LowScores>;
/// The model with its parameters.
pub type FittedDixonColes = FittedScoreModel<LowScores>;

impl DixonColes {
    /// The same model on goals and expected goals in equal parts, `dixon_coles_xg` on the list. Chances are less noisy than
    /// goals, so a shorter memory and a looser prior serve it best.
    pub fn with_expected_goals() -> Self {
        let settings = Settings {
            half_life: HalfLife::Days(200.0),
            strength_sd: Some(0.5),
            expected_goals_share: 0.5,
            ..Settings::default()
        };
        Self::named("dixon_coles_xg", settings)
    }

    /// The same model with its half-life chosen inside the training window, `dixon_coles_tuned` on the list.
    pub fn tuned() -> Self {
        Self::named("dixon_coles_tuned", Settings { half_life: HalfLife::Chosen, ..Settings::default() })
    }
}

/// Fits the likelihood to rows of any origin, as published. `start` is a point to search from, e.g. last week's fit; it needs
/// the same teams.
///
/// # Errors
/// When a row or the prior is invalid, nothing has weight, or `start` is of another size.
pub fn fit(
    rows: &[MatchRow],
    n_teams: usize,
    options: &Options,
    start: Option<&Parameters>,
) -> Result<Fit, ForecastError> {
    score_model::fit::<LowScores>(rows, n_teams, options, start)
}

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;
