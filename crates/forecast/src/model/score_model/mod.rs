//! What the score models share: strengths of teams, home advantage, covariates, priors, time decay and the search for the
//! maximum. A model of this family is a law of two counts (`law.rs`) on top of this; its file says which.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | rates of the home and the away side, the expected goals of most laws | goals |
//! | attack, defence | strengths of a team | log goals |
//! | home_advantage | what playing at home adds to the home side's attack | log goals |
//! | xi | decay of a match's weight with its age, ln 2 / half-life | 1/day |
//!
//! ```text
//! ln lambda = home_advantage * [venue is not neutral] + attack[home] + defence[away] + covariates
//! ln mu     = attack[away] + defence[home] + covariates
//! log-likelihood = sum over matches of exp(-xi * age in days) * ln P(home goals, away goals | lambda, mu, own parameters)
//! sum(attack) = number of teams
//! ```
//!
//! Age counts from the last match learnt from. Without a prior the fit is maximum likelihood; the models on the list hold
//! strengths by a normal prior around the mean of the league, or around what newcomers did (`newcomers.rs`), so that a season's
//! first weeks and promoted teams have sensible numbers. Standard errors come from the observed information.

mod covariate;
mod fit;
mod fitted;
mod half_life;
mod jet;
mod law;
mod newcomers;
mod objective;
mod pairs;
mod parameters;
mod prior;
mod search;
mod training;

use std::{marker::PhantomData, sync::Arc};

use domain::{CompetitionId, Snapshot, Sport};

pub use covariate::{Covariate, CovariateValues, RestWeeks};
pub use fit::{Fit, Options};
pub use fitted::{EXPECTED_GOALS, FittedScoreModel};
pub use half_life::HalfLife;
pub use pairs::{Column, MatchRow};
pub use parameters::Parameters;
pub use prior::{Normal, Prior};

pub(in crate::model) use fit::fit;
pub(in crate::model) use jet::Jet;
pub(in crate::model) use law::{
    LogMean, Meetings, OwnParameter, Part, Rates, ScoreLaw, WeightedScore, by_score,
};

use super::{FitReport, FittedModel, Model};
use crate::ForecastError;
use fitted::Made;
use half_life::Choice;
use training::Training;

/// What can be set, whatever the law. Defaults were chosen for Dixon-Coles by weekly walk-forward over six leagues, seasons
/// 2019-20 to 2022-23 (9,408 matches).
#[derive(Debug, Clone)]
pub struct Settings {
    /// After how long a match counts half.
    pub half_life: HalfLife,
    /// Only matches this recent are learnt from; None for all.
    pub window_days: Option<f64>,
    /// Standard deviation of strengths around their prior mean, in log goals; None for maximum likelihood.
    pub strength_sd: Option<f64>,
    /// 0 to learn from goals alone, 1 from expected goals alone, where those are known. The mixture is no count any more, so
    /// the log-likelihood is a quasi-likelihood and standard errors are on the wide side. Laws that look at single scores
    /// refuse it.
    pub expected_goals_share: f64,
    /// Fewer played matches are refused.
    pub minimum_matches: usize,
    /// What moves the means beside teams and venue.
    pub covariates: Vec<Arc<dyn Covariate>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            half_life: HalfLife::Days(300.0),
            window_days: None,
            strength_sd: Some(0.35),
            expected_goals_share: 0.0,
            minimum_matches: 50,
            covariates: Vec::new(),
        }
    }
}

/// A law of the score with settings, unfitted.
#[derive(Debug, Clone)]
pub struct ScoreModel<L> {
    name: &'static str,
    settings: Settings,
    /// Shared with its fits, which tells them from those of a model with other settings.
    identity: Arc<()>,
    law: PhantomData<L>,
}

impl<L: ScoreLaw> Default for ScoreModel<L> {
    fn default() -> Self {
        Self::with(Settings::default())
    }
}

impl<L: ScoreLaw> ScoreModel<L> {
    /// The law with these settings.
    pub fn with(settings: Settings) -> Self {
        Self::named(L::NAME, settings)
    }

    /// A variant that is on the list under a name of its own.
    pub(crate) fn named(name: &'static str, settings: Settings) -> Self {
        Self { name, settings, identity: Arc::default(), law: PhantomData }
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn options(&self, training: &Training) -> Options {
        Options {
            prior: training.prior::<L>(self.settings.strength_sd),
            covariates: training.columns.clone(),
            ..Options::default()
        }
    }
}

impl<L: ScoreLaw> Model for ScoreModel<L> {
    fn name(&self) -> &'static str {
        self.name
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
        let mut training = Training::of(snapshot, competition, self.name, &self.settings)?;
        let last = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedScoreModel<L>>());
        let own = last.filter(|last| Arc::ptr_eq(&last.identity, &self.identity));
        let choice = match self.settings.half_life {
            HalfLife::Chosen => {
                Some(Choice::of(self, snapshot, competition, own.and_then(FittedScoreModel::choice))?)
            }
            HalfLife::None | HalfLife::Days(_) => None,
        };
        let half_life_days = match self.settings.half_life {
            HalfLife::None => None,
            HalfLife::Days(days) => Some(days),
            HalfLife::Chosen => choice.as_ref().map(|choice| choice.days),
        };
        training.weigh(half_life_days);
        let start = last.and_then(|last| last.start_for(&training));
        let fit = fit::<L>(&training.rows, training.teams.len(), &self.options(&training), start.as_ref())?;
        let highest = Sport::Soccer.rules().forecast_max;
        let law = L::at(&fit.parameters.own, highest).ok_or_else(|| ForecastError::Numerics {
            model: self.name,
            detail: format!("no law at {:?}", fit.parameters.own),
        })?;
        let report = FitReport {
            model: self.name.to_owned(),
            as_of: snapshot.at(),
            training_matches: training.rows.len(),
            iterations: fit.iterations,
            gradient_norm: Some(fit.gradient_norm),
            log_likelihood: Some(fit.objective),
            at_bounds: fit.at_bounds.clone(),
            converged: fit.converged,
            diagnostics: None,
        };
        let made = Made {
            settings: self.settings.clone(),
            half_life_days,
            choice,
            identity: self.identity.clone(),
            report,
        };
        Ok(Box::new(FittedScoreModel::new(training, fit, law, made)))
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(in crate::model) use tests::english_league;
