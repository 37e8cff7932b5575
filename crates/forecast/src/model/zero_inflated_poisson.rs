//! Zero-inflated Poisson counts: each side independently scores nothing more often than Poisson's law has it.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | rates of the home and the away side; see `score_model` for what they follow from | goals |
//! | pi | probability that a side is stuck at 0 whatever its rate, at least 0; `inflation` in the code | - |
//!
//! ```text
//! P(x, y)        = Z(x; lambda) * Z(y; mu)
//! Z(0; lambda)   = pi + (1 - pi) exp(-lambda)
//! Z(x; lambda)   = (1 - pi) Poisson(x; lambda) for x > 0         mean = (1 - pi) lambda
//! ```
//!
//! At pi = 0 the counts are Poisson's. Where sides fail to score no more often than Poisson's law has it, the maximum lies
//! on that bound and the report says so.
//!
//! D. Lambert, "Zero-Inflated Poisson Regression, With an Application to Defects in Manufacturing", Technometrics 34 (1992),
//! 1-14.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::score_model::{
    self, Jet, LogMean, Meetings, Normal, OwnParameter, Part, Rates, ScoreLaw, WeightedScore,
};
use crate::ForecastError;

pub use super::score_model::{Fit, MatchRow, Options, Parameters};

/// The model on the list.
pub type ZeroInflatedPoisson = score_model::ScoreModel<ZeroInflated>;

/// Two independent zero-inflated Poisson counts.
#[derive(Debug, Clone, Copy)]
pub struct ZeroInflated {
    inflation: f64,
}

/// Variables: eta, zeta (the log rate), inflation.
type Number = Jet<3>;

impl ScoreLaw for ZeroInflated {
    const NAME: &'static str = "zero_inflated_poisson";
    const OWN: &'static [OwnParameter] = &[OwnParameter {
        name: "zero_inflation",
        bounds: [0.0, 0.9],
        at_poisson: 0.0,
        prior: Normal { mean: 0.0, sd: 0.05 },
    }];

    fn at(own: &[f64], _: u16) -> Option<Self> {
        own.first().map(|inflation| Self { inflation: *inflation })
    }

    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        let [lambda, mu] = rates.jets();
        let home =
            self.side(meetings, |s| s.home, lambda) + Number::variable(rates.eta, 0) * meetings.home_goals;
        let away =
            self.side(meetings, |s| s.away, mu) + Number::variable(rates.zeta, 1) * meetings.away_goals;
        let sum = home + away + -meetings.log_factorials;
        sum.is_finite().then(|| sum.into())
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        let (home, away) = (self.weights(lambda, max), self.weights(mu, max));
        ScoreDistribution::from_fn(max, max, |s| home[usize::from(s.home)] * away[usize::from(s.away)])
    }

    fn means(&self, rates: Rates) -> [LogMean; 2] {
        let share = -self.inflation() + 1.0;
        rates.jets().map(|rate| LogMean::of(&(share * rate)))
    }
}

impl ZeroInflated {
    fn inflation(self) -> Number {
        Jet::variable(self.inflation, 2)
    }

    /// Log-likelihood of one side's goals, without what is linear in its log rate and without factorials.
    fn side(self, meetings: &Meetings<'_>, goals: fn(&WeightedScore) -> u16, rate: Number) -> Number {
        let goalless: f64 = meetings.scores.iter().filter(|s| goals(s) == 0).map(|s| s.weight).sum();
        let share = -self.inflation() + 1.0;
        let nil = (self.inflation() + share * (-rate).exp()).ln();
        nil * goalless + (share.ln() - rate) * (meetings.weight - goalless)
    }

    /// In the ratio of the probabilities of 0..=max goals.
    fn weights(self, rate: f64, max: u16) -> Vec<f64> {
        let mut weight = (1.0 - self.inflation) * (-rate).exp();
        let mut weights = Vec::with_capacity(usize::from(max) + 1);
        for x in 0..=max {
            weights.push(if x == 0 { self.inflation + weight } else { weight });
            weight *= rate / f64::from(x + 1);
        }
        weights
    }
}

/// Fits the likelihood to rows of any origin, as published.
///
/// # Errors
/// When a row or the prior is invalid, nothing has weight, or `start` is of another size.
pub fn fit(
    rows: &[MatchRow],
    n_teams: usize,
    options: &Options,
    start: Option<&Parameters>,
) -> Result<Fit, ForecastError> {
    score_model::fit::<ZeroInflated>(rows, n_teams, options, start)
}
