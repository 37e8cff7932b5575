//! Members' outcome probabilities pooled by what they said about past matches before those were known.
//!
//! A fit rewinds the snapshot through the last seasons (`model/folds.rs`), lets the members forecast each match of that time
//! from what was known before it, and learns from those forecasts how much each member is worth: by stacking (`stack.rs`), by
//! recent log loss (`recent.rs`) or by the Sharpe ratio of bets on its word (`sharpe.rs`). It never learns from a forecast of
//! a match that the forecasting member had seen. The score distribution is that of the first member, reweighted to the
//! pooled outcome probabilities.

mod linear;
mod recent;
mod sharpe;
mod stack;

use std::{any::Any, sync::Arc};

use domain::{Briefing, CompetitionId, OutcomeProbabilities, Snapshot, Sport};
use serde_json::json;

use super::{
    FitReport, FittedModel, Model, OddsUse, Predicted,
    folds::{Calendar, Folds, Observation},
};
use crate::{ForecastError, market_baseline::MarketPreference};
use linear::LinearPool;
use stack::{Stack, StackFit};

const NAME: &str = "ensemble";
const NAME_RECENT: &str = "ensemble_recent";
const NAME_SHARPE: &str = "ensemble_sharpe";
/// One member alone is that member under another name.
const MINIMUM_MEMBERS: usize = 2;

/// The model: its members and how they are weighed.
pub struct Ensemble {
    members: Vec<Box<dyn Model>>,
    settings: Settings,
    /// Shared with its fits, which tells them from those of an ensemble with other members or settings.
    identity: Arc<()>,
}

/// How members are weighed. Defaults were chosen by weekly walk-forward over six leagues, seasons 2019-20 to 2022-23.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How far back forecasts are weighed.
    pub reach_days: u16,
    /// Days between the fits that those forecasts come from.
    pub step_days: u16,
    /// How strongly weights are held to equality; a match says about 0.2.
    pub ridge: f64,
    /// With fewer weighed forecasts all members count alike.
    pub minimum_forecasts: usize,
    /// By what.
    pub weighing: Weighing,
}

/// By what members are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighing {
    /// The most likely logarithmic pool.
    Stacking,
    /// Log loss, of which matches so many days old count half.
    RecentLogLoss {
        /// The half-life.
        half_life_days: f64,
    },
    /// The Sharpe ratio of bets on what they said, at prices of matches already played.
    SharpeRatio,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reach_days: 1460,
            step_days: 28,
            ridge: 5.0,
            minimum_forecasts: 100,
            weighing: Weighing::Stacking,
        }
    }
}

impl Ensemble {
    /// An ensemble of these members. It forecasts the sports that two of them support; the first of those gives the score
    /// distribution.
    pub fn new(members: Vec<Box<dyn Model>>) -> Self {
        Self::with_settings(members, Settings::default())
    }

    /// The same members in a linear pool by recent log loss, `ensemble_recent` on the list.
    pub fn weighed_by_recent_log_loss(members: Vec<Box<dyn Model>>) -> Self {
        let weighing = Weighing::RecentLogLoss { half_life_days: 365.0 };
        Self::with_settings(members, Settings { weighing, ..Settings::default() })
    }

    /// The same members in a linear pool by the Sharpe ratio of bets on their word, `ensemble_sharpe` on the list.
    pub fn weighed_by_sharpe_ratio(members: Vec<Box<dyn Model>>) -> Self {
        Self::with_settings(members, Settings { weighing: Weighing::SharpeRatio, ..Settings::default() })
    }

    /// As [`Ensemble::new`], weighed otherwise.
    pub fn with_settings(members: Vec<Box<dyn Model>>, settings: Settings) -> Self {
        Self { members, settings, identity: Arc::default() }
    }

    fn pool(
        &self,
        members: usize,
        snapshot: &Snapshot<'_>,
        sport: Sport,
        observations: &[Observation],
    ) -> Result<Pool, ForecastError> {
        let Settings { ridge, minimum_forecasts, weighing, .. } = self.settings;
        let enough = observations.len() >= minimum_forecasts;
        let seen = if enough { observations } else { &[] };
        Ok(match weighing {
            Weighing::Stacking if !enough => Pool::Stacked(Stack::equal(members, sport.is_three_way())),
            Weighing::Stacking => Pool::Stacked(Stack::learn(members, sport.is_three_way(), seen, ridge)?),
            Weighing::RecentLogLoss { half_life_days } => {
                Pool::Linear(recent::weigh(members, seen, snapshot.at(), half_life_days))
            }
            Weighing::SharpeRatio => {
                Pool::Linear(sharpe::weigh(members, seen, snapshot, &MarketPreference::default()))
            }
        })
    }

    fn members_of(&self, sport: Sport) -> Vec<&dyn Model> {
        self.members.iter().filter(|m| m.supports(sport)).map(AsRef::as_ref).collect()
    }
}

impl Model for Ensemble {
    fn name(&self) -> &'static str {
        match self.settings.weighing {
            Weighing::Stacking => NAME,
            Weighing::RecentLogLoss { .. } => NAME_RECENT,
            Weighing::SharpeRatio => NAME_SHARPE,
        }
    }

    fn odds_use(&self) -> OddsUse {
        let own = match self.settings.weighing {
            Weighing::SharpeRatio => OddsUse::PastMatches,
            Weighing::Stacking | Weighing::RecentLogLoss { .. } => OddsUse::Nothing,
        };
        self.members.iter().map(|m| m.odds_use()).fold(own, OddsUse::max)
    }

    fn supports(&self, sport: Sport) -> bool {
        self.members_of(sport).len() >= MINIMUM_MEMBERS
    }

    /// `start` saves work and changes nothing: folds of the same history are taken over bit for bit.
    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let sport = sport.ok_or(ForecastError::TooFewMatches { model: self.name(), have: 0, need: 1 })?;
        let members = self.members_of(sport);
        if members.len() < MINIMUM_MEMBERS {
            return Err(ForecastError::UnsupportedSport { model: self.name(), sport });
        }
        let fitted: Vec<Box<dyn FittedModel>> =
            members.iter().map(|m| m.fit(snapshot, competition, None)).collect::<Result<_, _>>()?;
        let last = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedEnsemble>());
        let last = last.filter(|last| Arc::ptr_eq(&last.ensemble, &self.identity)).map(|last| &last.folds);
        let calendar = Calendar { reach_days: self.settings.reach_days, step_days: self.settings.step_days };
        let folds = Folds::of(&members, snapshot, competition, calendar, last)?;
        let observations = folds.observations(snapshot, calendar);
        let pool = self.pool(members.len(), snapshot, sport, &observations)?;
        let report = FitReport {
            model: self.name().to_owned(),
            as_of: snapshot.at(),
            training_matches: fitted.iter().map(|m| m.report().training_matches).max().unwrap_or(0),
            at_bounds: Vec::new(),
            iterations: pool.fit().iterations,
            gradient_norm: pool.fit().gradient_norm,
            log_likelihood: pool.fit().objective,
            converged: pool.fit().converged && fitted.iter().all(|m| m.report().converged),
            diagnostics: None,
        };
        let names = members.iter().map(|m| m.name()).collect();
        Ok(Box::new(FittedEnsemble {
            names,
            members: fitted,
            pool,
            folds,
            settings: self.settings,
            ensemble: self.identity.clone(),
            report,
        }))
    }
}

/// What members say, made one.
#[derive(Debug, Clone, PartialEq)]
enum Pool {
    Stacked(Stack),
    Linear(LinearPool),
}

impl Pool {
    fn weights(&self) -> &[f64] {
        match self {
            Self::Stacked(stack) => &stack.weights,
            Self::Linear(pool) => &pool.weights,
        }
    }

    /// Weights of a linear pool come from a formula.
    fn fit(&self) -> StackFit {
        match self {
            Self::Stacked(stack) => stack.fit,
            Self::Linear(pool) => {
                StackFit { observations: pool.observations, converged: true, ..StackFit::default() }
            }
        }
    }

    /// `tie` is the mass of the tie in a two-way sport.
    fn combine(
        &self,
        said: &[OutcomeProbabilities],
        tie: f64,
    ) -> Result<OutcomeProbabilities, ForecastError> {
        match self {
            Self::Stacked(stack) => stack.combine(said, tie),
            Self::Linear(pool) => pool.combine(said),
        }
    }
}

/// Fitted members and their weights.
pub struct FittedEnsemble {
    names: Vec<&'static str>,
    members: Vec<Box<dyn FittedModel>>,
    pool: Pool,
    folds: Folds,
    settings: Settings,
    ensemble: Arc<()>,
    report: FitReport,
}

impl FittedModel for FittedEnsemble {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let predicted: Vec<Predicted> =
            self.members.iter().map(|m| m.forecast(briefing)).collect::<Result<_, _>>()?;
        let said: Vec<_> = predicted.iter().map(|p| p.distribution.outcome_probabilities()).collect();
        let Some((first, tie)) = predicted.into_iter().next().zip(said.first().map(|p| p.draw)) else {
            return Err(ForecastError::UnsupportedSport { model: NAME, sport: briefing.fixture().sport });
        };
        let distribution = first.distribution.reweighted(self.pool.combine(&said, tie)?)?;
        Ok(Predicted { distribution, uncertainty: first.uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let members: Vec<_> = self
            .names
            .iter()
            .zip(self.pool.weights())
            .zip(&self.members)
            .map(
                |((name, weight), m)| json!({ "name": name, "weight": weight, "parameters": m.parameters() }),
            )
            .collect();
        json!({
            "members": members,
            "forecasts_weighed": self.pool.fit().observations,
            "reach_days": self.settings.reach_days,
            "step_days": self.settings.step_days,
            "ridge": self.settings.ridge,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
