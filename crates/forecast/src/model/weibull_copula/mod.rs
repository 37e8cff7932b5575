//! Weibull counts joined by a copula: goals come after waiting times of Weibull's law, so that the chance of the next one may
//! rise or fall with the time since the last, and the goals of both sides depend on each other.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | rates of the home and the away side, per match^shape; see `score_model` for what they follow from | - |
//! | shape | above 1 goals come more evenly than Poisson's, below 1 in bursts; the same for both sides | - |
//! | kappa | dependence of the two sides, 0 for none | - |
//! | F, G | distribution functions of the two counts | - |
//!
//! ```text
//! P(waiting time > t) = exp(-lambda t^shape)            counts of one match: `count.rs`
//! C(u, v) = -1/kappa ln(1 + (exp(-kappa u) - 1)(exp(-kappa v) - 1) / (exp(-kappa) - 1))          Frank's copula
//! P(x, y) = C(F(x), G(y)) - C(F(x-1), G(y)) - C(F(x), G(y-1)) + C(F(x-1), G(y-1))               `copula.rs`
//! ```
//!
//! At shape 1 and kappa 0 the counts are independent Poisson counts.
//!
//! G. Boshnakov, T. Kharrat and I. G. McHale, "A bivariate Weibull count model for forecasting association football scores",
//! International Journal of Forecasting 33 (2017), 458-466.

mod copula;
mod count;
mod gamma;

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::score_model::{
    self, Jet, LogMean, Meetings, Normal, OwnParameter, Part, Rates, ScoreLaw, by_score,
};
use crate::ForecastError;
use copula::{Frank, Step};
use count::Counts;

pub use super::score_model::{Fit, MatchRow, Options, Parameters};

/// The model on the list.
pub type WeibullCopula = score_model::ScoreModel<JoinedWeibull>;

/// Two Weibull counts joined by Frank's copula.
#[derive(Debug, Clone)]
pub struct JoinedWeibull {
    counts: Counts,
    kappa: f64,
}

/// Variables: eta, zeta, shape, kappa.
type Number = Jet<4>;
const SHAPE: usize = 2;
const KAPPA: usize = 3;

impl ScoreLaw for JoinedWeibull {
    const NAME: &'static str = "weibull_copula";
    const OWN: &'static [OwnParameter] = &[
        OwnParameter {
            name: "shape",
            bounds: [0.7, 2.0],
            at_poisson: 1.0,
            prior: Normal { mean: 1.0, sd: 0.15 },
        },
        OwnParameter {
            name: "kappa",
            bounds: [-10.0, 10.0],
            at_poisson: 0.0,
            prior: Normal { mean: 0.0, sd: 1.0 },
        },
    ];

    /// The series alternate: at rates of 6 and more their slopes keep nine digits.
    const GRADIENT_ROUNDING: f64 = 5e-7;

    fn at(own: &[f64], highest: u16) -> Option<Self> {
        let [shape, kappa] = own else { return None };
        Some(Self { counts: Counts::of(*shape, highest)?, kappa: *kappa })
    }

    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        let most = |goals: fn(&score_model::WeightedScore) -> u16| meetings.scores.iter().map(goals).max();
        let frank = Frank::at(Number::variable(self.kappa, KAPPA));
        let home = self.side(&frank, rates.lambda, most(|s| s.home)?, 0)?;
        let away = self.side(&frank, rates.mu, most(|s| s.away)?, 1)?;
        let sum = by_score(meetings, |score| {
            let (home, away) = (home.get(usize::from(score.home))?, away.get(usize::from(score.away))?);
            frank.log_mass(home, away)
        })?;
        Some(sum.into())
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        let frank = Frank::<0>::at(Jet::constant(self.kappa));
        let steps = |rate: f64| -> Vec<Step<0>> {
            let mut below = 0.0;
            let probabilities = self.counts.probabilities(rate);
            let step = |p: f64| {
                let step = frank.step(Jet::constant(below), Jet::constant(p));
                below += p;
                step
            };
            probabilities.into_iter().map(step).collect()
        };
        let (home, away) = (steps(lambda), steps(mu));
        ScoreDistribution::from_fn(max, max, |s| {
            let cell = home.get(usize::from(s.home)).zip(away.get(usize::from(s.away)));
            cell.and_then(|(home, away)| frank.log_mass(home, away)).map_or(0.0, |p| p.value.exp())
        })
    }

    fn means(&self, rates: Rates) -> [LogMean; 2] {
        [(rates.lambda, 0), (rates.mu, 1)].map(|(rate, variable)| {
            let probabilities = self.counts.jets(rate, self.counts.highest());
            let mean = (0..).zip(probabilities).fold(Number::ZERO, |sum, (x, count)| {
                sum + placed(count.probability, variable) * f64::from(x)
            });
            LogMean::of(&mean)
        })
    }
}

impl JoinedWeibull {
    /// The steps of one side's distribution function up to `highest` goals; its log rate is the given variable. None where the
    /// rate is beyond what the series bear.
    fn side(&self, frank: &Frank<4>, rate: f64, highest: u16, variable: usize) -> Option<Vec<Step<4>>> {
        if rate > self.counts.largest_rate() {
            return None;
        }
        let step = |count: count::Count| {
            frank.step(placed(count.below, variable), placed(count.probability, variable))
        };
        Some(self.counts.jets(rate, highest).into_iter().map(step).collect())
    }
}

/// A number by (log rate, shape) among the variables of the law.
fn placed(number: Jet<2>, variable: usize) -> Number {
    let mut wide = Number::constant(number.value);
    let places = [variable, SHAPE];
    for (i, row) in places.into_iter().enumerate() {
        wide.gradient[row] = number.gradient[i];
        for (j, column) in places.into_iter().enumerate() {
            wide.hessian[row][column] = number.hessian[i][j];
        }
    }
    wide
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
    score_model::fit::<JoinedWeibull>(rows, n_teams, options, start)
}

#[cfg(test)]
mod tests;
