//! The fits of one model along a schedule, made when asked for and kept.

use std::collections::BTreeMap;

use domain::{CompetitionId, History, RecordedBy, Snapshot};
use jiff::Timestamp;

use super::Schedule;
use crate::{FittedModel, ForecastError, Model};

/// Fits kept at a time, so that a long walk needs no more memory than a short one; another is made again when asked for.
const KEPT: usize = 16;

/// The fits of one model on one competition. Backtest and replay of bets ask the same fits.
///
/// A fit starts from the latest earlier one that is kept, so asking in the order of time is the fast way. The order changes
/// no result beyond the optimiser's tolerance.
pub struct Refits<'h> {
    history: &'h History,
    model: &'h dyn Model,
    competition: CompetitionId,
    schedule: Schedule,
    recorded_by: RecordedBy,
    fits: BTreeMap<Timestamp, Result<Box<dyn FittedModel>, ForecastError>>,
}

impl<'h> Refits<'h> {
    /// No fits yet.
    pub fn new(
        history: &'h History,
        model: &'h dyn Model,
        competition: CompetitionId,
        schedule: Schedule,
    ) -> Self {
        let recorded_by = RecordedBy::Now;
        Self { history, model, competition, schedule, recorded_by, fits: BTreeMap::new() }
    }

    /// The same, of facts recorded up to an import.
    #[must_use]
    pub fn recorded_by(mut self, recorded_by: RecordedBy) -> Self {
        self.recorded_by = recorded_by;
        self
    }

    /// The model's name.
    pub fn name(&self) -> &'static str {
        self.model.name()
    }

    /// The moment of the fit that answers at `at`.
    pub fn fit_moment(&self, at: Timestamp) -> Timestamp {
        self.schedule.fit_moment(at)
    }

    /// The fit of the latest grid instant that is not after `at`.
    ///
    /// # Errors
    /// When the model cannot be fitted there, each time it is asked.
    pub fn at(&mut self, at: Timestamp) -> Result<&dyn FittedModel, ForecastError> {
        let moment = self.schedule.fit_moment(at);
        if !self.fits.contains_key(&moment) {
            let snapshot = training_snapshot(self.history, moment, self.schedule, self.recorded_by);
            return self.on(&snapshot);
        }
        self.kept(moment)
    }

    /// The fit on a snapshot that the caller took at a grid instant of the same schedule, so that several models share it.
    pub(super) fn on(&mut self, snapshot: &Snapshot<'_>) -> Result<&dyn FittedModel, ForecastError> {
        let moment = snapshot.at();
        if !self.fits.contains_key(&moment) {
            let earlier = self.fits.range(..moment).rev().find_map(|(_, fit)| fit.as_ref().ok());
            let fit = self.model.fit(snapshot, self.competition, earlier.map(Box::as_ref));
            self.fits.insert(moment, fit);
            if self.fits.len() > KEPT {
                let first_is_new = self.fits.first_key_value().is_some_and(|(first, _)| *first == moment);
                if first_is_new {
                    self.fits.pop_last()
                } else {
                    self.fits.pop_first()
                };
            }
        }
        self.kept(moment)
    }

    fn kept(&self, moment: Timestamp) -> Result<&dyn FittedModel, ForecastError> {
        match self.fits.get(&moment) {
            Some(Ok(fit)) => Ok(fit.as_ref()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(ForecastError::Numerics {
                model: self.model.name(),
                detail: format!("no fit was made at {moment}"),
            }),
        }
    }
}

/// What a fit at `moment` learns from.
pub(super) fn training_snapshot(
    history: &History,
    moment: Timestamp,
    schedule: Schedule,
    recorded_by: RecordedBy,
) -> Snapshot<'_> {
    let snapshot = history.as_of(moment, recorded_by);
    match schedule.window_start(moment) {
        Some(start) => snapshot.since(start),
        None => snapshot,
    }
}
