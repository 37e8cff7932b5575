//! Models: from a snapshot to score distributions. One file per model, listed in [`models`].
//!
//! Unfitted and fitted models are different types. A fitted model holds all it needs: it answers without the snapshot.

pub mod base_rate;
pub mod bayes_dixon_coles;
pub mod bivariate_poisson;
pub mod dixon_coles;
pub mod dynamic_points;
pub mod dynamic_strengths;
pub mod elo;
pub mod ensemble;
mod folds;
pub mod gradient_boosting;
#[cfg(feature = "lightgbm")]
pub mod lightgbm;
pub mod logistic_regression;
pub mod negative_binomial;
#[cfg(feature = "neural")]
pub mod neural;
mod on_features;
mod points;
pub mod poisson;
pub mod rated;
mod recalibrated;
pub mod score_model;
pub mod weibull_copula;
pub mod zero_inflated_poisson;

use std::any::Any;

use domain::{Briefing, CompetitionId, ScoreDistribution, Snapshot, Sport, forecast::Uncertainty};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::rated::Rated;
use crate::{
    Diagnostics, ForecastError,
    rating::{Colley, Glicko2, Massey, PiRating, Pythagorean},
};

/// The visible list: every model by default settings.
pub fn models() -> Vec<Box<dyn Model>> {
    vec![
        Box::new(base_rate::BaseRate),
        Box::new(elo::Elo::default()),
        Box::new(Rated::<Glicko2>::default()),
        Box::new(Rated::<PiRating>::default()),
        Box::new(Rated::<Massey>::default()),
        Box::new(Rated::<Colley>::default()),
        Box::new(Rated::<Pythagorean>::default()),
        Box::new(dixon_coles::DixonColes::default()),
        Box::new(dixon_coles::DixonColes::with_expected_goals()),
        Box::new(dixon_coles::DixonColes::tuned()),
        Box::new(poisson::Poisson::default()),
        Box::new(bivariate_poisson::BivariatePoisson::default()),
        Box::new(negative_binomial::NegativeBinomial::default()),
        Box::new(zero_inflated_poisson::ZeroInflatedPoisson::default()),
        Box::new(weibull_copula::WeibullCopula::default()),
        Box::new(bayes_dixon_coles::BayesDixonColes::default()),
        Box::new(bayes_dixon_coles::BayesDixonColes::by_season()),
        logistic_regression::model(),
        logistic_regression::with_odds(),
        gradient_boosting::model(),
        gradient_boosting::with_odds(),
        #[cfg(feature = "lightgbm")]
        lightgbm::model(),
        #[cfg(feature = "lightgbm")]
        lightgbm::with_odds(),
        Box::new(dynamic_strengths::DynamicStrengths::goals_only()),
        Box::new(dynamic_strengths::DynamicStrengths::with_statistics()),
        Box::new(dynamic_strengths::DynamicStrengths::with_past_closing_lines()),
        Box::new(dynamic_strengths::DynamicStrengths::with_opening_odds()),
        Box::new(dynamic_points::DynamicPoints::without_odds()),
        Box::new(dynamic_points::DynamicPoints::with_past_lines()),
        Box::new(dynamic_points::DynamicPoints::with_lines()),
        Box::new(ensemble::Ensemble::new(members())),
        Box::new(ensemble::Ensemble::weighed_by_recent_log_loss(members())),
        Box::new(ensemble::Ensemble::weighed_by_sharpe_ratio(members())),
        #[cfg(feature = "neural")]
        Box::new(neural::Neural::default()),
    ]
}

/// What the ensemble on the list is made of; the first that knows a sport gives its score distribution there.
pub(crate) fn members() -> Vec<Box<dyn Model>> {
    vec![
        Box::new(dixon_coles::DixonColes::with_expected_goals()),
        Box::new(dixon_coles::DixonColes::default()),
        Box::new(dynamic_points::DynamicPoints::without_odds()),
        Box::new(elo::Elo::default()),
    ]
}

/// The model of that name on the list, or a recalibrated one as `MODEL+METHOD`, e.g. `elo+isotonic`.
///
/// # Errors
/// When there is none; the message names those there are.
pub fn by_name(name: &str) -> Result<Box<dyn Model>, ForecastError> {
    let listed = models().into_iter().find(|model| model.name() == name);
    let recalibrated = || Some(Box::new(recalibrated::Recalibrated::by_name(name)?) as Box<dyn Model>);
    listed.or_else(recalibrated).ok_or_else(|| ForecastError::UnknownModel {
        name: name.to_owned(),
        known: models().iter().map(|model| model.name()).collect::<Vec<_>>().join(", "),
    })
}

/// What a model may read of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddsUse {
    /// Results and statistics alone.
    Nothing,
    /// Prices of matches that were played already; never those of the match it forecasts.
    PastMatches,
    /// Also prices of the match it forecasts, as far as its briefing has them.
    ThisMatch,
}

/// A model that has seen no data yet.
pub trait Model: Send + Sync {
    /// Its name on the list, in reports and in the store.
    fn name(&self) -> &'static str;

    /// Whether it can forecast this sport.
    fn supports(&self, sport: Sport) -> bool;

    /// What it may read of the market. A model that reads anything says so in its name.
    fn odds_use(&self) -> OddsUse {
        OddsUse::Nothing
    }

    /// Whether it is left out unless asked for by name, because a fit takes seconds.
    fn on_request(&self) -> bool {
        false
    }

    /// The same model under the same name at settings that are quick and rough, for tests; none where a fit is quick anyway.
    fn draft(&self) -> Option<Box<dyn Model>> {
        None
    }

    /// Learns from what the snapshot shows of one competition. `start` is the last fit of the same model, from which an
    /// optimiser may start; it must not change the result beyond the optimiser's tolerance.
    ///
    /// # Errors
    /// When there is too little to learn from or the numerics fail.
    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError>;

    /// [`Model::fit`] that tells how far it has come, from any of its threads, where that takes long enough to ask.
    ///
    /// # Errors
    /// As [`Model::fit`].
    fn fit_with_progress(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
        _progress: &(dyn Fn(FitProgress) + Sync),
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        self.fit(snapshot, competition, start)
    }
}

/// How far a fit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitProgress {
    /// Steps taken by all threads together.
    pub done: usize,
    /// Steps there are.
    pub total: usize,
}

/// What a fitted model says about one fixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// Over scores in the sport's settlement period.
    pub distribution: ScoreDistribution,
    /// Parameter uncertainty, where the model has it.
    pub uncertainty: Option<Uncertainty>,
}

/// A model with its parameters.
pub trait FittedModel: Send + Sync + Any {
    /// The distribution over scores of a fixture, teams never seen included, with the news about it.
    ///
    /// # Errors
    /// When the numerics fail, or the model needs prices and the briefing has none.
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError>;

    /// How the fit went.
    fn report(&self) -> &FitReport;

    /// The parameters by name, for people and for the store.
    fn parameters(&self) -> serde_json::Value;

    /// For warm starts: the concrete type.
    fn as_any(&self) -> &dyn Any;
}

/// How a fit went. A fit that did not reach its maximum says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitReport {
    /// The model's name.
    pub model: String,
    /// Nothing known at or after this moment was used.
    pub as_of: Timestamp,
    /// Matches learnt from.
    pub training_matches: usize,
    /// Steps of the optimiser; 0 for closed forms.
    pub iterations: usize,
    /// Largest absolute component of the gradient at the end, per unit of the objective; none for closed forms.
    pub gradient_norm: Option<f64>,
    /// The log-likelihood (or penalised one, see the model) at the end.
    pub log_likelihood: Option<f64>,
    /// Names of parameters that ended on a bound.
    pub at_bounds: Vec<String>,
    /// Whether the optimum was reached, or the draws passed their diagnostics.
    pub converged: bool,
    /// How the chains went, where the fit is a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Diagnostics>,
}

#[cfg(test)]
mod tests;
