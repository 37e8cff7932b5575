//! From what was known to a forecast, and from forecasts to their score.
//!
//! A [`Model`] is fitted on a [`domain::Snapshot`] and answers with score distributions; it never sees a database, a clock or
//! an unseeded generator. A [`Feature`] is one number about a fixture from the same snapshot. [`backtest`] walks a model
//! through the past, [`simulation`] plays out what it says, [`scoring_rule`], [`mod@crps`] and [`calibration`] judge what it
//! said, beside the market ([`market_baseline`]), [`track_record`] does so for forecasts that were made, [`paired_test`] says
//! whether one forecaster is better than another, [`search`] tunes settings inside a training window, [`projection`] makes
//! forecasts of predictions made elsewhere, and
//! [`leak_check`] holds all of them to what was known. Models, features and scoring rules are lists.

pub mod backtest;
pub mod bootstrap;
pub mod calibration;
pub mod crps;
pub mod diagnostics;
pub mod feature;
pub mod leak_check;
pub mod market_baseline;
pub mod mean_scores;
pub mod model;
pub mod paired_test;
pub mod projection;
pub mod rating;
pub mod recalibration;
mod regression;
pub mod scoring_rule;
pub mod search;
pub mod simulation;
#[cfg(test)]
mod test_history;
pub mod track_record;

pub use backtest::{Backtest, Plan, Progress, Refits, walk_forward};
pub use bootstrap::{Bootstrap, Interval};
pub use diagnostics::Diagnostics;
pub use feature::Feature;
pub use model::{FitReport, FittedModel, Model};
/// Why a model could not be fitted or could not answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// Not enough to learn from.
    #[error(
        "{model} needs at least {need} played matches and has {have}; import more history or forecast later"
    )]
    TooFewMatches {
        /// The model.
        model: &'static str,
        /// Played matches visible.
        have: usize,
        /// Played matches needed.
        need: usize,
    },
    /// The model does not know this sport.
    #[error("{model} does not forecast {sport}")]
    UnsupportedSport {
        /// The model.
        model: &'static str,
        /// The sport.
        sport: domain::Sport,
    },
    /// A number that should be finite is not, or an optimiser found no way on.
    #[error("{model} failed in its numerics: {detail}")]
    Numerics {
        /// The model.
        model: &'static str,
        /// What happened.
        detail: String,
    },
    /// A season cannot be simulated.
    #[error("the season cannot be simulated: {detail}")]
    Season {
        /// What is missing or contradictory.
        detail: String,
    },
    /// The result is no probability distribution.
    #[error("a forecast is no distribution: {0}")]
    Probability(#[from] domain::probability::ProbabilityError),
    /// Not one match to score.
    #[error("there is no match that could be scored; take a longer period, or import results")]
    NothingToScore,
    /// Walks that cannot be scored together.
    #[error("{first} and {other} cannot be scored together; evaluate them one by one")]
    NotComparable {
        /// One of them.
        first: String,
        /// One that differs.
        other: String,
    },
    /// Predictions made elsewhere that no score distribution of the sport has.
    #[error("no distribution of scores has {stated}; the numbers contradict each other or the sport")]
    Unattainable {
        /// What was stated.
        stated: String,
    },
    /// A setting that a model does not have, or a value out of its range.
    #[error("{model} cannot be set to {setting} = {value}; it has {known}")]
    Setting {
        /// The model.
        model: String,
        /// The setting.
        setting: String,
        /// What it should have become.
        value: f64,
        /// Settings with their ranges.
        known: String,
    },
    /// No model of that name.
    #[error(
        "no model {name:?}; there is {known}, each also recalibrated as MODEL+isotonic, MODEL+platt or MODEL+temperature"
    )]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}
