//! Bivariate Poisson: both sides share a third count, which makes their goals correlated.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | rates of each side's own goals; see `score_model` for what they follow from | goals |
//! | lambda3 | rate of the shared count, at least 0; the covariance of the two scores | goals |
//!
//! ```text
//! X = A + C, Y = B + C with A, B, C Poisson of rates lambda, mu, lambda3;  E X = lambda + lambda3, E Y = mu + lambda3
//! P(x, y) = exp(-lambda - mu - lambda3) lambda^x / x! mu^y / y! sum over k <= min(x, y) of C(x, k) C(y, k) k! r^k
//! r       = lambda3 / (lambda mu)
//! ```
//!
//! At lambda3 = 0 the sum is 1 and the counts are independent. Where scores of the two sides are not positively correlated
//! given the strengths, the maximum lies on that bound and the report says so.
//!
//! D. Karlis and I. Ntzoufras, "Analysis of sports data by using bivariate Poisson models", The Statistician 52 (2003),
//! 381-393.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::score_model::{
    self, Jet, LogMean, Meetings, Normal, OwnParameter, Part, Rates, ScoreLaw, by_score,
};
use crate::ForecastError;

pub use super::score_model::{Fit, MatchRow, Options, Parameters};

/// The model on the list.
pub type BivariatePoisson = score_model::ScoreModel<SharedCount>;

/// Two Poisson counts with a third in common.
#[derive(Debug, Clone, Copy)]
pub struct SharedCount {
    lambda3: f64,
}

/// Variables: eta, zeta, lambda3.
type Number = Jet<3>;

impl ScoreLaw for SharedCount {
    const NAME: &'static str = "bivariate_poisson";
    const OWN: &'static [OwnParameter] = &[OwnParameter {
        name: "lambda3",
        bounds: [0.0, 5.0],
        at_poisson: 0.0,
        prior: Normal { mean: 0.0, sd: 0.15 },
    }];

    fn at(own: &[f64], _: u16) -> Option<Self> {
        own.first().map(|lambda3| Self { lambda3: *lambda3 })
    }

    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        let [lambda, mu] = rates.jets();
        let lambda3 = Number::variable(self.lambda3, 2);
        let ratio = lambda3 * (lambda * mu).recip();
        let shared = by_score(meetings, |score| {
            let [value, first, second] = shared_sum(score.home, score.away, ratio.value);
            let slope = first / value;
            Some(ratio.through([value.ln(), slope, second / value - slope * slope]))
        })?;
        let (eta, zeta) = (Number::variable(rates.eta, 0), Number::variable(rates.zeta, 1));
        let sum = shared + eta * meetings.home_goals + zeta * meetings.away_goals
            - (lambda + mu + lambda3) * meetings.weight
            + -meetings.log_factorials;
        sum.is_finite().then(|| sum.into())
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        let ratio = self.lambda3 / (lambda * mu);
        let (home, away) = (poisson_weights(lambda, max), poisson_weights(mu, max));
        ScoreDistribution::from_fn(max, max, |s| {
            let [shared, ..] = shared_sum(s.home, s.away, ratio);
            home[usize::from(s.home)] * away[usize::from(s.away)] * shared
        })
    }

    fn means(&self, rates: Rates) -> [LogMean; 2] {
        rates.jets().map(|rate| LogMean::of(&(rate + Number::variable(self.lambda3, 2))))
    }
}

/// The sum over k of C(x, k) C(y, k) k! r^k with its first two derivatives by r.
fn shared_sum(home: u16, away: u16, ratio: f64) -> [f64; 3] {
    let (x, y) = (f64::from(home), f64::from(away));
    let n = usize::from(home.min(away));
    // Horner's rule on the ratio of successive coefficients: (x - k) (y - k) / (k + 1).
    let [mut value, mut first, mut second] = [1.0, 0.0, 0.0];
    for k in (0..n).rev().map(|k| k as f64) {
        let step = (x - k) * (y - k) / (k + 1.0);
        second = step * (2.0 * first + ratio * second);
        first = step * (value + ratio * first);
        value = 1.0 + step * ratio * value;
    }
    [value, first, second]
}

/// In the ratio of Poisson probabilities.
fn poisson_weights(mean: f64, max: u16) -> Vec<f64> {
    let ratios = (1..=max).scan(1.0, |weight, k| {
        *weight *= mean / f64::from(k);
        Some(*weight)
    });
    std::iter::once(1.0).chain(ratios).collect()
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
    score_model::fit::<SharedCount>(rows, n_teams, options, start)
}
