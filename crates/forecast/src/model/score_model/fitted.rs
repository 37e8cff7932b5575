//! The fitted model: score distributions with the uncertainty of their two means.

use std::{
    any::Any,
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::{Arc, OnceLock},
};

use domain::{Briefing, Fixture, TeamId, forecast::Uncertainty};
use nalgebra::{Cholesky, DVector, Dyn};
use serde_json::json;

use super::{
    Settings,
    covariate::LearntCovariate,
    fit::Fit,
    half_life::Choice,
    law::{LogMean, Rates, ScoreLaw},
    newcomers::Newcomer,
    parameters::Parameters,
    training::Training,
};
use crate::{
    ForecastError,
    model::{FitReport, FittedModel, Predicted},
};

/// No side has a lower or higher rate. Only a fit without prior gets there: the attack of a team that never scored runs off
/// to minus infinity, and the report names it.
pub const EXPECTED_GOALS: RangeInclusive<f64> = 0.01..=10.0;

/// What teams and venue make of a fixture.
#[derive(Debug)]
pub(super) struct Strengths {
    /// Sorted; positions are team indices of the fit.
    teams: Vec<TeamId>,
    parameters: Parameters,
    /// Strength given to a team never seen.
    unseen: Newcomer,
}

impl Strengths {
    pub(super) fn of(training: &Training, parameters: &Parameters) -> Self {
        let n = training.teams.len() as f64;
        let share_new = training.is_newcomer.iter().filter(|new| **new).count() as f64 / n;
        let mean = |strengths: &[f64]| strengths.iter().sum::<f64>() / n;
        // The mean of teams that are not new, were all at their prior means.
        let above = |newcomer: f64| newcomer * (1.0 - share_new);
        let unseen = Newcomer {
            attack: mean(&parameters.attack) + above(training.newcomer.attack),
            defence: mean(&parameters.defence) + above(training.newcomer.defence),
        };
        Self { teams: training.teams.clone(), parameters: parameters.clone(), unseen }
    }

    fn index(&self, team: TeamId) -> Option<usize> {
        self.teams.binary_search(&team).ok()
    }

    fn of_team(&self, team: TeamId) -> (f64, f64) {
        self.index(team).map_or((self.unseen.attack, self.unseen.defence), |i| {
            (self.parameters.attack[i], self.parameters.defence[i])
        })
    }

    /// Within [`EXPECTED_GOALS`].
    pub(super) fn rates(&self, fixture: &Fixture, covariates: &[LearntCovariate]) -> Rates {
        let ((attack_h, defence_h), (attack_a, defence_a)) =
            (self.of_team(fixture.home), self.of_team(fixture.away));
        let mut eta = if fixture.neutral { 0.0 } else { self.parameters.home_advantage };
        let mut zeta = 0.0;
        for (covariate, coefficient) in covariates.iter().zip(&self.parameters.covariates) {
            let [home, away] = covariate.values.of(fixture);
            eta += coefficient * home;
            zeta += coefficient * away;
        }
        let within = |log: f64| log.exp().clamp(*EXPECTED_GOALS.start(), *EXPECTED_GOALS.end());
        Rates::of(within(eta + attack_h + defence_a), within(zeta + attack_a + defence_h))
    }
}

/// A law with the strengths of the teams of one competition at one moment.
#[derive(Debug)]
pub struct FittedScoreModel<L> {
    strengths: Strengths,
    covariates: Vec<LearntCovariate>,
    law: L,
    fit: Fit,
    settings: Settings,
    half_life_days: Option<f64>,
    choice: Option<Choice>,
    /// Shared with the model that made this.
    pub(super) identity: Arc<()>,
    report: FitReport,
    /// The factored information, made when the first forecast asks for uncertainty.
    factor: OnceLock<Option<Cholesky<f64, Dyn>>>,
}

/// What a fit was made with.
pub(super) struct Made {
    pub(super) settings: Settings,
    pub(super) half_life_days: Option<f64>,
    pub(super) choice: Option<Choice>,
    pub(super) identity: Arc<()>,
    pub(super) report: FitReport,
}

impl<L: ScoreLaw> FittedScoreModel<L> {
    pub(super) fn new(training: Training, fit: Fit, law: L, made: Made) -> Self {
        let Made { settings, half_life_days, choice, identity, report } = made;
        let strengths = Strengths::of(&training, &fit.parameters);
        let covariates = training.covariates;
        let factor = OnceLock::new();
        Self { strengths, covariates, law, fit, settings, half_life_days, choice, identity, report, factor }
    }

    /// The parameters by team index.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// The teams by index.
    pub fn teams(&self) -> &[TeamId] {
        &self.strengths.teams
    }

    /// After how many days a match counted half; none for no decay.
    pub fn half_life_days(&self) -> Option<f64> {
        self.half_life_days
    }

    /// Expected goals of both sides.
    pub fn expected_goals(&self, fixture: &Fixture) -> (f64, f64) {
        let [home, away] = self.law.means(self.rates(fixture));
        (home.mean, away.mean)
    }

    fn rates(&self, fixture: &Fixture) -> Rates {
        self.strengths.rates(fixture, &self.covariates)
    }

    pub(super) fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    /// This fit as a point to start from for other teams. None for other covariates.
    pub(super) fn start_for(&self, training: &Training) -> Option<Parameters> {
        let same = self.covariates.iter().map(|c| c.name).eq(training.covariates.iter().map(|c| c.name));
        let (attack, defence) = training.teams.iter().map(|team| self.strengths.of_team(*team)).unzip();
        same.then(|| Parameters { attack, defence, ..self.fit.parameters.clone() })
    }

    /// Standard errors of the two log means, by the delta method. The strength of a team never seen adds the variance of the
    /// prior.
    fn uncertainty(&self, fixture: &Fixture) -> Option<Uncertainty> {
        let factor = self.factor.get_or_init(|| self.fit.factor()).as_ref()?;
        let predictors = self.predictors(fixture);
        let [home, away] = self.law.means(self.rates(fixture)).map(|mean| self.contrast(&mean, &predictors));
        let spread = self.settings.strength_sd.unwrap_or(0.0).powi(2);
        let seen = |team: TeamId| self.strengths.index(team).is_some();
        let unseen = [fixture.home, fixture.away].iter().filter(|team| !seen(**team)).count() as f64;
        let solved = factor.solve(&home);
        let home_variance = home.dot(&solved) + unseen * spread;
        let away_variance = away.dot(&factor.solve(&away)) + unseen * spread;
        let covariance = away.dot(&solved);
        let (home_log_se, away_log_se) = (home_variance.sqrt(), away_variance.sqrt());
        let correlation = (covariance / (home_log_se * away_log_se)).clamp(-1.0, 1.0);
        let valid = home_log_se.is_finite() && away_log_se.is_finite() && correlation.is_finite();
        valid.then_some(Uncertainty { home_log_se, away_log_se, correlation })
    }

    /// How eta and zeta depend on the parameters; an unseen team stands at the mean of all.
    fn predictors(&self, fixture: &Fixture) -> [DVector<f64>; 2] {
        let layout = self.fit.parameters.layout();
        let n = layout.n_teams;
        let of = |attacking: TeamId, defending: TeamId| {
            let mut contrast = DVector::zeros(layout.len());
            for (team, first) in [(attacking, 0), (defending, n)] {
                match self.strengths.index(team) {
                    Some(i) => contrast[first + i] = 1.0,
                    None => contrast.rows_mut(first, n).fill(1.0 / n as f64),
                }
            }
            contrast
        };
        let [mut eta, mut zeta] = [of(fixture.home, fixture.away), of(fixture.away, fixture.home)];
        eta[layout.home_advantage()] = if fixture.neutral { 0.0 } else { 1.0 };
        for (i, covariate) in self.covariates.iter().enumerate() {
            let position = layout.covariate(i);
            [eta[position], zeta[position]] = covariate.values.of(fixture);
        }
        [eta, zeta]
    }

    /// How a log mean depends on the parameters that are not held.
    fn contrast(&self, mean: &LogMean, [eta, zeta]: &[DVector<f64>; 2]) -> DVector<f64> {
        let layout = self.fit.parameters.layout();
        let mut contrast = eta * mean.eta + zeta * mean.zeta;
        for k in 0..layout.n_own {
            contrast[layout.own(k)] = mean.own[k];
        }
        for i in self.fit.held() {
            contrast[*i] = 0.0;
        }
        contrast
    }
}

impl<L: ScoreLaw> FittedModel for FittedScoreModel<L> {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let Rates { lambda, mu, .. } = self.rates(fixture);
        let distribution = self.law.grid(lambda, mu, fixture.sport.rules().forecast_max)?;
        Ok(Predicted { distribution, uncertainty: self.uncertainty(fixture) })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let by_team = |strengths: &[f64]| -> BTreeMap<String, f64> {
            self.teams().iter().zip(strengths).map(|(team, s)| (team.0.to_string(), *s)).collect()
        };
        let parameters = &self.fit.parameters;
        let unseen = &self.strengths.unseen;
        let covariates = self.covariates.iter().map(|c| c.name).zip(&parameters.covariates);
        let mut values = json!({
            "home_advantage": parameters.home_advantage,
            "attack": by_team(&parameters.attack),
            "defence": by_team(&parameters.defence),
            "unseen": { "attack": unseen.attack, "defence": unseen.defence },
            "covariates": covariates.collect::<BTreeMap<_, _>>(),
            "half_life_days": self.half_life_days,
            "half_lives_tried": self.choice.as_ref().map(Choice::by_candidate),
            "window_days": self.settings.window_days,
            "expected_goals_share": self.settings.expected_goals_share,
            "strength_sd": self.settings.strength_sd,
        });
        for (own, value) in L::OWN.iter().zip(&parameters.own) {
            values[own.name] = json!(value);
        }
        values
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
