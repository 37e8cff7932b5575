//! The fitted model: score distributions with the uncertainty of their two means.

use std::{any::Any, collections::BTreeMap, ops::RangeInclusive, sync::OnceLock};

use domain::{Briefing, Fixture, TeamId, forecast::Uncertainty};
use nalgebra::{Cholesky, DVector, Dyn};
use serde_json::json;

use super::{
    DixonColes,
    fit::{Fit, Parameters},
    score_grid,
    training::{Newcomer, Training},
};
use crate::{
    ForecastError,
    model::{FitReport, FittedModel, Predicted},
};

/// No side is expected to score less or more. Only a fit without prior gets there: the attack of a team that never scored
/// runs off to minus infinity, and the report names it.
pub const EXPECTED_GOALS: RangeInclusive<f64> = 0.01..=10.0;

/// Strengths of the teams of one competition at one moment.
#[derive(Debug)]
pub struct FittedDixonColes {
    /// Sorted; positions are team indices of the fit.
    teams: Vec<TeamId>,
    fit: Fit,
    settings: DixonColes,
    /// Strength given to a team never seen.
    unseen: Newcomer,
    report: FitReport,
    /// The factored information, made when the first forecast asks for uncertainty.
    factor: OnceLock<Option<Cholesky<f64, Dyn>>>,
}

impl FittedDixonColes {
    pub(super) fn new(training: Training, fit: Fit, settings: DixonColes, report: FitReport) -> Self {
        let n = training.teams.len() as f64;
        let share_new = training.is_newcomer.iter().filter(|new| **new).count() as f64 / n;
        let mean = |strengths: &[f64]| strengths.iter().sum::<f64>() / n;
        // The mean of teams that are not new, were all at their prior means.
        let above = |newcomer: f64| newcomer * (1.0 - share_new);
        let unseen = Newcomer {
            attack: mean(&fit.parameters.attack) + above(training.newcomer.attack),
            defence: mean(&fit.parameters.defence) + above(training.newcomer.defence),
        };
        Self { teams: training.teams, fit, settings, unseen, report, factor: OnceLock::new() }
    }

    /// The parameters by team index.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// The teams by index.
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// Expected goals of both sides, within [`EXPECTED_GOALS`].
    pub fn expected_goals(&self, fixture: &Fixture) -> (f64, f64) {
        let ((attack_h, defence_h), (attack_a, defence_a)) =
            (self.strength(fixture.home), self.strength(fixture.away));
        let advantage = if fixture.neutral { 0.0 } else { self.fit.parameters.home_advantage };
        let within = |goals: f64| goals.clamp(*EXPECTED_GOALS.start(), *EXPECTED_GOALS.end());
        (within((advantage + attack_h + defence_a).exp()), within((attack_a + defence_h).exp()))
    }

    fn index(&self, team: TeamId) -> Option<usize> {
        self.teams.binary_search(&team).ok()
    }

    fn strength(&self, team: TeamId) -> (f64, f64) {
        self.index(team).map_or((self.unseen.attack, self.unseen.defence), |i| {
            (self.fit.parameters.attack[i], self.fit.parameters.defence[i])
        })
    }

    /// This fit as a point to start from for other teams.
    pub(super) fn start_for(&self, teams: &[TeamId]) -> Parameters {
        let (attack, defence) = teams.iter().map(|team| self.strength(*team)).unzip();
        let Parameters { home_advantage, rho, .. } = self.fit.parameters;
        Parameters { attack, defence, home_advantage, rho }
    }

    /// Standard errors of the two log means, by the delta method: both are linear in the parameters. The strength of a team
    /// never seen adds the variance of the prior.
    fn uncertainty(&self, fixture: &Fixture) -> Option<Uncertainty> {
        let factor = self.factor.get_or_init(|| self.fit.factor()).as_ref()?;
        let n = self.teams.len();
        let advantage = if fixture.neutral { 0.0 } else { 1.0 };
        let eta = self.contrast(fixture.home, fixture.away, n, advantage);
        let zeta = self.contrast(fixture.away, fixture.home, n, 0.0);
        let spread = self.settings.strength_sd.unwrap_or(0.0).powi(2);
        let unseen =
            [fixture.home, fixture.away].iter().filter(|team| self.index(**team).is_none()).count() as f64;
        let solved = factor.solve(&eta);
        let home_variance = eta.dot(&solved) + unseen * spread;
        let away_variance = zeta.dot(&factor.solve(&zeta)) + unseen * spread;
        let covariance = zeta.dot(&solved);
        let (home_log_se, away_log_se) = (home_variance.sqrt(), away_variance.sqrt());
        let correlation = (covariance / (home_log_se * away_log_se)).clamp(-1.0, 1.0);
        let valid = home_log_se.is_finite() && away_log_se.is_finite() && correlation.is_finite();
        valid.then_some(Uncertainty { home_log_se, away_log_se, correlation })
    }

    /// How a log mean depends on the parameters; an unseen team stands at the mean of all.
    fn contrast(&self, attacking: TeamId, defending: TeamId, n: usize, advantage: f64) -> DVector<f64> {
        let mut contrast = DVector::zeros(2 * n + 2);
        for (team, first) in [(attacking, 0), (defending, n)] {
            match self.index(team) {
                Some(i) => contrast[first + i] = 1.0,
                None => contrast.rows_mut(first, n).fill(1.0 / n as f64),
            }
        }
        contrast[2 * n] = advantage;
        contrast
    }
}

impl FittedModel for FittedDixonColes {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let (lambda, mu) = self.expected_goals(fixture);
        let max = fixture.sport.rules().forecast_max;
        let distribution = score_grid(lambda, mu, self.fit.parameters.rho, max)?;
        Ok(Predicted { distribution, uncertainty: self.uncertainty(fixture) })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let by_team = |strengths: &[f64]| -> BTreeMap<String, f64> {
            self.teams.iter().zip(strengths).map(|(team, s)| (team.0.to_string(), *s)).collect()
        };
        let parameters = &self.fit.parameters;
        json!({
            "home_advantage": parameters.home_advantage,
            "rho": parameters.rho,
            "attack": by_team(&parameters.attack),
            "defence": by_team(&parameters.defence),
            "unseen": { "attack": self.unseen.attack, "defence": self.unseen.defence },
            "half_life_days": self.settings.half_life_days,
            "window_days": self.settings.window_days,
            "expected_goals_share": self.settings.expected_goals_share,
            "strength_sd": self.settings.strength_sd,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
