//! A model with its probabilities mended by what its past forecasts were worth, named `MODEL+METHOD`.
//!
//! A fit lets the model forecast the last seasons from what was known before each match (`folds.rs`), fits the map on those
//! forecasts, and applies it to later ones: it is never fitted on what it is scored on.

use std::{any::Any, collections::BTreeMap, sync::LazyLock};

use domain::{Briefing, CompetitionId, Snapshot, Sport};
use serde_json::json;

use super::{
    FitReport, FittedModel, Model, OddsUse, Predicted,
    folds::{Calendar, Folds},
    models,
};
use crate::{
    ForecastError,
    recalibration::{METHODS, Map, Method, Observed},
};

/// How far back forecasts are looked at, and how far apart the fits are that they come from.
const CALENDAR: Calendar = Calendar { reach_days: 1460, step_days: 28 };
/// With fewer forecasts the model is left as it is.
const MINIMUM_FORECASTS: usize = 200;

/// Every name there can be, since a model's name lives as long as the program.
static NAMES: LazyLock<BTreeMap<String, &'static Method>> = LazyLock::new(|| {
    let names = models().into_iter().flat_map(|model| {
        METHODS.iter().map(move |method| (format!("{}+{}", model.name(), method.name), method))
    });
    names.collect()
});

/// A model and the method that mends it.
pub(super) struct Recalibrated {
    name: &'static str,
    model: Box<dyn Model>,
    method: &'static Method,
}

impl Recalibrated {
    /// The model of a name such as `dixon_coles+isotonic`.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        let (name, method) = NAMES.get_key_value(name)?;
        let model = models()
            .into_iter()
            .find(|m| name.strip_prefix(m.name()).is_some_and(|s| s == ["+", method.name].concat()))?;
        Some(Self { name, model, method })
    }
}

impl Model for Recalibrated {
    fn name(&self) -> &'static str {
        self.name
    }

    fn supports(&self, sport: Sport) -> bool {
        self.model.supports(sport)
    }

    fn odds_use(&self) -> OddsUse {
        self.model.odds_use()
    }

    fn on_request(&self) -> bool {
        true
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let last = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedRecalibrated>());
        let last = last.filter(|last| last.report.model == self.name);
        let fitted = self.model.fit(snapshot, competition, last.map(|last| last.fitted.as_ref()))?;
        let folds =
            Folds::of(&[self.model.as_ref()], snapshot, competition, CALENDAR, last.map(|l| &l.folds))?;
        let observations = folds.observations(snapshot, CALENDAR);
        let observed: Vec<Observed> =
            observations.iter().map(|o| Observed { said: o.said[0], target: o.target }).collect();
        let enough = observed.len() >= MINIMUM_FORECASTS;
        let map = if enough { Some(self.method.fit(&observed)?) } else { None };
        let report = FitReport { model: self.name.to_owned(), ..fitted.report().clone() };
        Ok(Box::new(FittedRecalibrated { fitted, map, folds, forecasts: observed.len(), report }))
    }
}

/// The fitted model and the map learnt from its past.
struct FittedRecalibrated {
    fitted: Box<dyn FittedModel>,
    /// None while there is too little to learn from.
    map: Option<Map>,
    folds: Folds,
    forecasts: usize,
    report: FitReport,
}

impl FittedModel for FittedRecalibrated {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let Predicted { distribution, uncertainty } = self.fitted.forecast(briefing)?;
        let distribution = match &self.map {
            Some(map) => distribution.reweighted(map.apply(distribution.outcome_probabilities())?)?,
            None => distribution,
        };
        Ok(Predicted { distribution, uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        json!({
            "recalibration": self.map.as_ref().map(Map::parameters),
            "forecasts_learnt_from": self.forecasts,
            "model": self.fitted.parameters(),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use domain::RecordedBy;
    use testkit::SoccerLeague;

    use super::*;
    use crate::model::by_name;

    #[test]
    fn every_model_can_be_recalibrated_by_name() {
        for model in models() {
            for method in METHODS {
                let name = format!("{}+{}", model.name(), method.name);
                assert_eq!(by_name(&name).unwrap().name(), name);
            }
        }
        assert!(by_name("elo+magic").is_err() && by_name("magic+platt").is_err() && by_name("elo+").is_err());
    }

    #[test]
    fn the_map_is_learnt_from_the_past_alone_and_a_start_changes_nothing() {
        let played = SoccerLeague { n_seasons: 3, margin: None, ..SoccerLeague::default() }.generate();
        let id = played.fixtures[0].competition;
        let last = played.fixtures[played.fixtures.len() - 1].kickoff.earliest();
        let week = jiff::SignedDuration::from_hours(24 * 7);
        let model = by_name("elo+temperature").unwrap();
        let fit = |history: &domain::History, at, start: Option<&dyn FittedModel>| {
            model.fit(&history.as_of(at, RecordedBy::Now), id, start).unwrap()
        };
        let cold = fit(&played.history, last, None);
        let said = |fitted: &dyn FittedModel| {
            let fixture = &played.fixtures[played.fixtures.len() - 1];
            fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution
        };
        let blind = fit(&played.history.forgetting_from(last), last, None);
        assert_eq!(said(&*cold), said(&*blind), "sees the future");
        let warm = fit(&played.history, last, Some(&*fit(&played.history, last - week, None)));
        for (a, b) in said(&*cold).cells().iter().zip(said(&*warm).cells()) {
            assert!((a - b).abs() < 1e-8);
        }
        assert!(cold.parameters()["recalibration"]["power"].as_f64().is_some_and(|p| p > 0.5 && p < 2.0));
    }
}
