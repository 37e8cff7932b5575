//! Independent negative binomial counts: goals that scatter more than Poisson's.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | expected goals of the home and the away side; see `score_model` for what they follow from | goals |
//! | phi | dispersion, at least 0: the variance of a side's goals is lambda + phi lambda^2 | - |
//!
//! ```text
//! P(x, y) = NB(x; lambda) * NB(y; mu)
//! ln NB(x; lambda) = sum over i < x of ln(1 + phi i) + x ln lambda - ln x! - (x + 1 / phi) ln(1 + phi lambda)
//! ```
//!
//! At phi = 0 the last term is lambda and the counts are Poisson's, so the limit is a point like any other. Where goals
//! scatter no more than Poisson's, as in most leagues, the maximum lies on that bound and the report says so. Other texts use
//! r = 1 / phi.
//!
//! C. Reep, R. Pollard and B. Benjamin, "Skill and Chance in Ball Games", Journal of the Royal Statistical Society A 134
//! (1971), 623-629.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::score_model::{self, Jet, Meetings, Normal, OwnParameter, Part, Rates, ScoreLaw, WeightedScore};
use crate::ForecastError;

pub use super::score_model::{Fit, MatchRow, Options, Parameters};

/// The model on the list.
pub type NegativeBinomial = score_model::ScoreModel<Overdispersed>;

/// Two independent negative binomial counts.
#[derive(Debug, Clone)]
pub struct Overdispersed {
    phi: f64,
    /// By goals: the sum over i < x of ln(1 + phi i), and its first two derivatives by phi.
    rising: Vec<[f64; 3]>,
}

/// Variables: eta, zeta, phi.
type Number = Jet<3>;

impl ScoreLaw for Overdispersed {
    const NAME: &'static str = "negative_binomial";
    const OWN: &'static [OwnParameter] = &[OwnParameter {
        name: "dispersion",
        bounds: [0.0, 10.0],
        at_poisson: 0.0,
        prior: Normal { mean: 0.0, sd: 0.1 },
    }];

    fn at(own: &[f64], highest: u16) -> Option<Self> {
        let phi = *own.first()?;
        let mut rising = vec![[0.0; 3]];
        let mut sum = [0.0; 3];
        for i in (0..highest).map(f64::from) {
            let first = i / (1.0 + phi * i);
            sum = [sum[0] + (phi * i).ln_1p(), sum[1] + first, sum[2] - first * first];
            rising.push(sum);
        }
        Some(Self { phi, rising })
    }

    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        let [lambda, mu] = rates.jets();
        let home =
            self.side(meetings.weight, meetings.scores, |s| s.home, lambda, Jet::variable(rates.eta, 0));
        let away = self.side(meetings.weight, meetings.scores, |s| s.away, mu, Jet::variable(rates.zeta, 1));
        let sum = home + away + -meetings.log_factorials;
        sum.is_finite().then(|| sum.into())
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        let (home, away) = (self.weights(lambda, max), self.weights(mu, max));
        ScoreDistribution::from_fn(max, max, |s| home[usize::from(s.home)] * away[usize::from(s.away)])
    }
}

impl Overdispersed {
    fn side(
        &self,
        weight: f64,
        scores: &[WeightedScore],
        goals: impl Fn(&WeightedScore) -> u16,
        mean: Number,
        log_mean: Number,
    ) -> Number {
        let phi = Jet::variable(self.phi, 2);
        let (mut sum, mut of_phi) = (0.0, [0.0; 3]);
        for score in scores {
            let x = goals(score);
            sum += score.weight * f64::from(x);
            let rising = self.rising.get(usize::from(x)).copied().unwrap_or([f64::NAN; 3]);
            for (total, part) in of_phi.iter_mut().zip(rising) {
                *total += score.weight * part;
            }
        }
        let excess = phi * mean;
        // (x + 1 / phi) ln(1 + phi lambda) = (x phi lambda + lambda) * ln(1 + phi lambda) / (phi lambda)
        let tail = (excess * sum + mean * weight) * excess.ln_1p_over();
        phi.through(of_phi) + log_mean * sum - tail
    }

    /// In the ratio of the probabilities of 0..=max goals.
    fn weights(&self, mean: f64, max: u16) -> Vec<f64> {
        let ratio = mean / (1.0 + self.phi * mean);
        let mut weight = 1.0;
        let mut weights = Vec::with_capacity(usize::from(max) + 1);
        for x in (0..=max).map(f64::from) {
            weights.push(weight);
            weight *= ratio * (1.0 + self.phi * x) / (x + 1.0);
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
    score_model::fit::<Overdispersed>(rows, n_teams, options, start)
}
