//! Members' outcome probabilities stacked on what they said about past matches before those were known.
//!
//! A fit rewinds the snapshot through the last seasons (`folds.rs`), lets the members forecast each match of that time from
//! what was known before it, and learns from those forecasts how much each member is worth (`stack.rs`). It never learns
//! from a forecast of a match that the forecasting member had seen. The score distribution is that of the first member,
//! reweighted to the pooled outcome probabilities.

mod folds;
mod stack;

use std::{any::Any, sync::Arc};

use domain::{Briefing, CompetitionId, Snapshot, Sport};
use serde_json::json;

use super::{FitReport, FittedModel, Model, Predicted};
use crate::ForecastError;
use folds::{Calendar, Folds};
use stack::Stack;

const NAME: &str = "ensemble";
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
}

impl Default for Settings {
    fn default() -> Self {
        Self { reach_days: 1460, step_days: 28, ridge: 5.0, minimum_forecasts: 100 }
    }
}

impl Ensemble {
    /// An ensemble of these members. It forecasts the sports that two of them support; the first of those gives the score
    /// distribution.
    pub fn new(members: Vec<Box<dyn Model>>) -> Self {
        Self::with_settings(members, Settings::default())
    }

    /// As [`Ensemble::new`], weighed otherwise.
    pub fn with_settings(members: Vec<Box<dyn Model>>, settings: Settings) -> Self {
        Self { members, settings, identity: Arc::default() }
    }

    fn members_of(&self, sport: Sport) -> Vec<&dyn Model> {
        self.members.iter().filter(|m| m.supports(sport)).map(AsRef::as_ref).collect()
    }
}

impl Model for Ensemble {
    fn name(&self) -> &'static str {
        NAME
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
        let sport = sport.ok_or(ForecastError::TooFewMatches { model: NAME, have: 0, need: 1 })?;
        let members = self.members_of(sport);
        if members.len() < MINIMUM_MEMBERS {
            return Err(ForecastError::UnsupportedSport { model: NAME, sport });
        }
        let fitted: Vec<Box<dyn FittedModel>> =
            members.iter().map(|m| m.fit(snapshot, competition, None)).collect::<Result<_, _>>()?;
        let last = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedEnsemble>());
        let last = last.filter(|last| Arc::ptr_eq(&last.ensemble, &self.identity)).map(|last| &last.folds);
        let calendar = Calendar { reach_days: self.settings.reach_days, step_days: self.settings.step_days };
        let folds = Folds::of(&members, snapshot, competition, calendar, last)?;
        let observations = folds.observations(snapshot, calendar);
        let stack = if observations.len() < self.settings.minimum_forecasts {
            Stack::equal(members.len(), sport.is_three_way())
        } else {
            Stack::learn(members.len(), sport.is_three_way(), &observations, self.settings.ridge)?
        };
        let report = FitReport {
            model: NAME.to_owned(),
            as_of: snapshot.at(),
            training_matches: fitted.iter().map(|m| m.report().training_matches).max().unwrap_or(0),
            iterations: stack.fit.iterations,
            gradient_norm: stack.fit.gradient_norm,
            log_likelihood: stack.fit.objective,
            at_bounds: Vec::new(),
            converged: stack.fit.converged && fitted.iter().all(|m| m.report().converged),
            diagnostics: None,
        };
        let names = members.iter().map(|m| m.name()).collect();
        Ok(Box::new(FittedEnsemble {
            names,
            members: fitted,
            stack,
            folds,
            settings: self.settings,
            ensemble: self.identity.clone(),
            report,
        }))
    }
}

/// Fitted members and their weights.
pub struct FittedEnsemble {
    names: Vec<&'static str>,
    members: Vec<Box<dyn FittedModel>>,
    stack: Stack,
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
        let distribution = first.distribution.reweighted(self.stack.combine(&said, tie)?)?;
        Ok(Predicted { distribution, uncertainty: first.uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let members: Vec<_> = self
            .names
            .iter()
            .zip(&self.stack.weights)
            .zip(&self.members)
            .map(
                |((name, weight), m)| json!({ "name": name, "weight": weight, "parameters": m.parameters() }),
            )
            .collect();
        json!({
            "members": members,
            "forecasts_weighed": self.stack.fit.observations,
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
