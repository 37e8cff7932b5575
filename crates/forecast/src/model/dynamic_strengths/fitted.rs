//! The fitted model: where a competition's teams stand, and the logits in force.

use std::{any::Any, sync::Arc};

use domain::{Briefing, PlayedMatch, Snapshot, forecast::Uncertainty};
use serde_json::json;

use super::{
    DynamicStrengths,
    calibration::Calibration,
    filter::{Expectation, expected_goals},
    price::{EARLY, Implied, RHO, prices},
    stack::input,
    strength::{SUPREMACY, TOTAL},
    trace::{Seen, Trace},
};
use crate::{
    FitReport, FittedModel, ForecastError,
    model::{Predicted, dixon_coles::score_grid},
};

/// Expected goals of a side that a score grid can carry.
const MAX_GOALS: f64 = 8.0;

/// The fitted model.
#[derive(Debug, Clone)]
pub struct FittedDynamicStrengths {
    model: DynamicStrengths,
    trace: Trace,
    calibration: Arc<Calibration>,
    report: FitReport,
}

impl FittedDynamicStrengths {
    pub(super) fn fit(
        model: &DynamicStrengths,
        snapshot: &Snapshot<'_>,
        played: &[PlayedMatch<'_>],
        start: Option<&Self>,
    ) -> Self {
        let start = start.filter(|fitted| fitted.model.name == model.name);
        let calibration = Calibration::at(model, snapshot, start.map(|fitted| &fitted.calibration));
        let seen: Vec<Seen> = played.iter().map(|one| Seen::of(model.reads, snapshot, one)).collect();
        let competition = played.first().map(|one| one.fixture.competition);
        let elsewhere = || competition.and_then(|competition| calibration.trace(competition));
        let earlier = start.map(|fitted| &fitted.trace).or_else(elsewhere);
        let trace = Trace::walk(model, &seen, earlier);
        let found = calibration.plain.found();
        let report = FitReport {
            model: model.name.to_owned(),
            as_of: snapshot.at(),
            training_matches: seen.len(),
            iterations: found.iterations,
            gradient_norm: Some(found.gradient_norm),
            log_likelihood: Some(found.value),
            at_bounds: Vec::new(),
            converged: calibration.converged(),
            diagnostics: None,
        };
        Self { model: *model, trace, calibration, report }
    }

    /// The early price of the match, where this model may read it.
    fn price(&self, briefing: &Briefing<'_>) -> Option<Implied> {
        let wanted = self.model.reads.this_price();
        let quotes: Vec<_> = briefing.quotes().filter(|_| wanted).collect();
        prices(&quotes, &EARLY)?.implied()
    }
}

impl FittedModel for FittedDynamicStrengths {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let expected = self.trace.now.expect(self.model.settings, fixture);
        let price = self.price(briefing);
        let stack = if price.is_some() { &self.calibration.priced } else { &self.calibration.plain };
        let outcome = stack.probabilities(input(&expected, price.as_ref()), fixture.neutral)?;
        let (supremacy, total) = price
            .as_ref()
            .map_or((expected.supremacy.mean, expected.total.mean), |price| (price.supremacy, price.total));
        let (lambda, mu) = expected_goals(supremacy, total);
        let max = fixture.sport.rules().forecast_max;
        let grid = score_grid(lambda.min(MAX_GOALS), mu.min(MAX_GOALS), RHO, max)?;
        // What is not known about strengths says little about a forecast that rests on a price.
        let uncertainty = price.is_none().then(|| uncertainty(&expected));
        Ok(Predicted { distribution: grid.reweighted(outcome)?, uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let [home_advantage, scoring_level] = self.trace.now.level();
        let teams = self.trace.now.teams().map(|(team, parts)| {
            json!({
                "team": team,
                "supremacy": parts[SUPREMACY].mean,
                "supremacy_se": parts[SUPREMACY].variance.sqrt(),
                "total": parts[TOTAL].mean,
                "total_se": parts[TOTAL].variance.sqrt(),
            })
        });
        let Calibration { plain, priced, .. } = &*self.calibration;
        json!({
            "settings": self.model.settings,
            "home_advantage": home_advantage,
            "scoring_level": scoring_level,
            "logit": {"coefficients": plain.found().at, "matches": plain.examples},
            "logit_with_price": {"coefficients": priced.found().at, "matches": priced.examples},
            "teams": teams.collect::<Vec<_>>(),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// ln(lambda) = (T + S) / 2 and ln(mu) = (T - S) / 2, with S and T independent.
fn uncertainty(expected: &Expectation) -> Uncertainty {
    let (supremacy, total) = (expected.supremacy.variance, expected.total.variance);
    let se = (supremacy + total).sqrt() / 2.0;
    Uncertainty { home_log_se: se, away_log_se: se, correlation: (total - supremacy) / (total + supremacy) }
}
