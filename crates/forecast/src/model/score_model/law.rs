//! What one law of the score has to say: the probability of scores at given rates of both sides, with derivatives.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::{jet::Jet, prior::Normal};

/// A parameter that belongs to the law and not to the teams.
#[derive(Debug, Clone, Copy)]
pub struct OwnParameter {
    /// Its name in reports.
    pub name: &'static str,
    /// It lies in here; infinite where nothing bounds it.
    pub bounds: [f64; 2],
    /// The value at which the law is two independent Poisson counts, from which a search starts.
    pub at_poisson: f64,
    /// What the model on the list believes of it; wide enough to give way to a season.
    pub prior: Normal,
}

/// Rates of both sides and their logarithms. For most laws they are the expected goals.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Of the home side.
    pub lambda: f64,
    /// Of the away side.
    pub mu: f64,
    /// ln lambda.
    pub eta: f64,
    /// ln mu.
    pub zeta: f64,
}

impl Rates {
    pub(super) fn of(lambda: f64, mu: f64) -> Self {
        Self { lambda, mu, eta: lambda.ln(), zeta: mu.ln() }
    }

    /// The rates as functions of their logarithms, which are the first two variables of every law.
    pub(in crate::model) fn jets<const N: usize>(self) -> [Jet<N>; 2] {
        [Jet::exponential(self.lambda, 0), Jet::exponential(self.mu, 1)]
    }
}

/// One score that occurred.
#[derive(Debug, Clone, Copy, Default)]
pub struct WeightedScore {
    /// Goals of the home side.
    pub home: u16,
    /// Goals of the away side.
    pub away: u16,
    /// How much it counts.
    pub weight: f64,
}

/// Meetings at the same rates: their sums, and the scores one by one for laws that ask for them.
#[derive(Debug, Clone, Copy)]
pub struct Meetings<'a> {
    /// Sum of weights.
    pub weight: f64,
    /// Weighted goals of the home side.
    pub home_goals: f64,
    /// Weighted goals of the away side.
    pub away_goals: f64,
    /// Sum of `weight * (ln home_goals! + ln away_goals!)`.
    pub log_factorials: f64,
    /// Weights of 0-0, 0-1, 1-0 and 1-1, `[home][away]`.
    pub low: [[f64; 2]; 2],
    /// Empty unless [`ScoreLaw::BY_SCORE`].
    pub scores: &'a [WeightedScore],
}

impl<'a> Meetings<'a> {
    /// One match.
    pub(super) fn single(score: &'a WeightedScore) -> Self {
        let (home, away) = (score.home, score.away);
        let mut low = [[0.0; 2]; 2];
        if home < 2 && away < 2 {
            low[usize::from(home)][usize::from(away)] = score.weight;
        }
        let ln_factorial = |k: u16| (2..=k).map(|i| f64::from(i).ln()).sum::<f64>();
        Self {
            weight: score.weight,
            home_goals: score.weight * f64::from(home),
            away_goals: score.weight * f64::from(away),
            log_factorials: score.weight * (ln_factorial(home) + ln_factorial(away)),
            low,
            scores: std::slice::from_ref(score),
        }
    }
}

/// Most parameters of its own that a law has.
pub(super) const MOST_OWN: usize = 2;

/// The log-likelihood of some meetings and its derivatives by eta, zeta and the law's own parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    pub(in crate::model) value: f64,
    pub(in crate::model) eta: f64,
    pub(in crate::model) zeta: f64,
    pub(in crate::model) own: [f64; MOST_OWN],
    pub(in crate::model) eta_eta: f64,
    pub(in crate::model) eta_zeta: f64,
    pub(in crate::model) zeta_zeta: f64,
    pub(in crate::model) eta_own: [f64; MOST_OWN],
    pub(in crate::model) zeta_own: [f64; MOST_OWN],
    pub(in crate::model) own_own: [[f64; MOST_OWN]; MOST_OWN],
}

impl<const N: usize> From<Jet<N>> for Part {
    /// Variables in the order eta, zeta, own parameters.
    fn from(jet: Jet<N>) -> Self {
        let mut part = Self {
            value: jet.value,
            eta: jet.gradient[0],
            zeta: jet.gradient[1],
            eta_eta: jet.hessian[0][0],
            eta_zeta: jet.hessian[0][1],
            zeta_zeta: jet.hessian[1][1],
            ..Self::default()
        };
        for i in 2..N {
            part.own[i - 2] = jet.gradient[i];
            part.eta_own[i - 2] = jet.hessian[0][i];
            part.zeta_own[i - 2] = jet.hessian[1][i];
            for j in 2..N {
                part.own_own[i - 2][j - 2] = jet.hessian[i][j];
            }
        }
        part
    }
}

/// Sums the log-probability of every score. None where one that occurred has no positive probability.
pub(in crate::model) fn by_score<const N: usize>(
    meetings: &Meetings<'_>,
    log_probability: impl Fn(WeightedScore) -> Option<Jet<N>>,
) -> Option<Jet<N>> {
    let mut sum = Jet::ZERO;
    for score in meetings.scores.iter().filter(|score| score.weight > 0.0) {
        sum = sum + log_probability(*score)? * score.weight;
    }
    sum.is_finite().then_some(sum)
}

/// The logarithm of a mean score, and how it moves with eta, zeta and the law's own parameters.
#[derive(Debug, Clone, Copy)]
pub struct LogMean {
    /// The mean itself.
    pub mean: f64,
    /// By eta.
    pub eta: f64,
    /// By zeta.
    pub zeta: f64,
    /// By the law's own parameters.
    pub own: [f64; MOST_OWN],
}

impl LogMean {
    /// Of a mean score with its derivatives.
    pub(in crate::model) fn of<const N: usize>(mean: &Jet<N>) -> Self {
        let part = Part::from(mean.ln());
        Self { mean: mean.value, eta: part.eta, zeta: part.zeta, own: part.own }
    }
}

/// A law of the score at given own parameters.
pub trait ScoreLaw: std::fmt::Debug + Send + Sync + Sized + 'static {
    /// The name of its model on the list.
    const NAME: &'static str;
    /// Its own parameters, at most [`MOST_OWN`].
    const OWN: &'static [OwnParameter];
    /// Whether it looks at scores one by one; else sums per pair of teams will do, and expected goals can be counted.
    const BY_SCORE: bool = true;
    /// Rounding of its derivatives, summed over a league, can keep the gradient from falling below this.
    const GRADIENT_ROUNDING: f64 = 0.0;

    /// The law at these own parameters, for scores of up to `highest` goals a side. None where there is no such law.
    fn at(own: &[f64], highest: u16) -> Option<Self>;

    /// Log-likelihood of meetings. None where a score that occurred has no positive probability.
    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part>;

    /// Probabilities of scores on `0..=max` by `0..=max` goals.
    ///
    /// # Errors
    /// When a rate is no positive number.
    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError>;

    /// Mean scores of both sides.
    fn means(&self, rates: Rates) -> [LogMean; 2] {
        let own = [0.0; MOST_OWN];
        [
            LogMean { mean: rates.lambda, eta: 1.0, zeta: 0.0, own },
            LogMean { mean: rates.mu, eta: 0.0, zeta: 1.0, own },
        ]
    }
}
