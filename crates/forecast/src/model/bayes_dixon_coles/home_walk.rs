//! Home advantage by season: its prior, in coordinates in which the posterior is close to independent standard normals.
//!
//! How tightly the seasons hang together depends on gamma_sigma: where it is small they are one number, where it is large each
//! is what its own season says. No fixed coordinates suit both. So the coordinates are standardised by what the seasons would
//! be, given gamma_sigma, were each season's log ratio of home and away goals a normal observation of its advantage: the
//! filter and the backward pass of a linear state space model. It is a change of variables, with its Jacobian in the density;
//! the approximation decides how well chains move, not what they are draws of.
//!
//! ```text
//! prior:     home(0) ~ N(0.3, 0.1^2 + gamma_sigma^2)    home(s) ~ N(home(s - 1), gamma_sigma^2)    (gamma_0 integrated out)
//! filter:    m(s), P(s) of home(s) given seasons 0..=s as observed
//! backward:  home(s) = m + J (home(s + 1) - m) + sqrt(V) y(s)     J = P / (P + gamma_sigma^2)     V = J gamma_sigma^2
//! ```
//!
//! S. Fruehwirth-Schnatter, "Data augmentation and dynamic linear models", Journal of Time Series Analysis 15 (1994), 183-202.

use super::{meetings::Meetings, strengths::half_cauchy};

/// gamma_0 ~ N(mean, sd).
pub(super) const GAMMA_0: (f64, f64) = (0.3, 0.1);
/// Scale of the half-Cauchy prior of gamma_sigma.
pub(super) const GAMMA_SIGMA_SCALE: f64 = 0.05;

/// What a season alone says of its home advantage, roughly.
#[derive(Debug, Clone, Copy)]
struct Observed {
    log_ratio: f64,
    precision: f64,
}

/// A number and its slope by ln gamma_sigma.
#[derive(Debug, Clone, Copy, Default)]
struct Dual(f64, f64);

impl Dual {
    fn sum(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }

    fn times(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.0 + self.0 * other.1)
    }

    fn scaled(self, by: f64) -> Self {
        Self(self.0 * by, self.1 * by)
    }

    fn over(self, other: Self) -> Self {
        let ratio = self.0 / other.0;
        Self(ratio, (self.1 - ratio * other.1) / other.0)
    }

    fn sqrt(self) -> Self {
        let root = self.0.sqrt();
        Self(root, 0.5 * self.1 / root)
    }
}

/// The backward pass of one season.
#[derive(Debug, Clone, Copy, Default)]
struct Backward {
    /// What it takes of the next season: J; 0 for the last.
    leaning: Dual,
    /// m (1 - J).
    own: Dual,
    /// sqrt(V).
    spread: Dual,
}

/// The walk, and room for a pass over it.
#[derive(Debug, Clone)]
pub(super) struct HomeWalk {
    observed: Vec<Observed>,
    backward: Vec<Backward>,
    /// By season, at the last point.
    home: Vec<Dual>,
}

impl HomeWalk {
    pub(super) fn of(meetings: &Meetings) -> Self {
        let observed = meetings.goals_at_home.iter().zip(&meetings.goals_against_home);
        let observed = observed.map(|(home, away)| Observed {
            log_ratio: ((home + 1.0) / (away + 1.0)).ln(),
            precision: home * away / (home + away).max(1.0),
        });
        let n = meetings.n_seasons;
        Self {
            observed: observed.collect(),
            backward: vec![Backward::default(); n],
            home: vec![Dual::default(); n],
        }
    }

    /// Turns `[ln gamma_sigma, y...]` into home advantages; returns the log prior of the coordinates and its slope by
    /// ln gamma_sigma at fixed advantages. Their own part comes with [`HomeWalk::pull_back`].
    pub(super) fn expand(&mut self, coordinates: &[f64], home: &mut [f64]) -> (f64, f64) {
        let log_sigma = coordinates[0];
        let variance = (2.0 * log_sigma).exp();
        self.filter(Dual(variance, 2.0 * variance));
        let mut next = Dual::default();
        let mut spreads = Dual::default();
        for season in (0..self.backward.len()).rev() {
            let Backward { leaning, own, spread } = self.backward[season];
            next = own.sum(leaning.times(next)).sum(spread.scaled(coordinates[1 + season]));
            (self.home[season], home[season]) = (next, next.0);
            spreads = spreads.sum(Dual(spread.0.ln(), spread.1 / spread.0));
        }
        let (mut value, mut slope) = half_cauchy(log_sigma, GAMMA_SIGMA_SCALE);
        let first = GAMMA_0.1 * GAMMA_0.1 + variance;
        let off = home[0] - GAMMA_0.0;
        value -= 0.5 * (first.ln() + off * off / first);
        slope += variance / first * (off * off / first - 1.0);
        for pair in home.windows(2) {
            let squared = (pair[1] - pair[0]).powi(2) / variance;
            value -= log_sigma + 0.5 * squared;
            slope += squared - 1.0;
        }
        (value + spreads.0, slope + spreads.1)
    }

    fn filter(&mut self, step: Dual) {
        let mut mean = Dual(GAMMA_0.0, 0.0);
        let mut variance = Dual(GAMMA_0.1 * GAMMA_0.1, 0.0).sum(step);
        let last = self.observed.len() - 1;
        for (season, Observed { log_ratio, precision }) in self.observed.iter().enumerate() {
            // The share of the observation: P I / (1 + P I).
            let information = variance.scaled(*precision);
            let gain = information.over(information.sum(Dual(1.0, 0.0)));
            let rest = Dual(1.0 - gain.0, -gain.1);
            mean = mean.times(rest).sum(gain.scaled(*log_ratio));
            variance = variance.times(rest);
            let ahead = variance.sum(step);
            self.backward[season] = if season == last {
                Backward { leaning: Dual::default(), own: mean, spread: variance.sqrt() }
            } else {
                let leaning = variance.over(ahead);
                let own = mean.times(Dual(1.0 - leaning.0, -leaning.1));
                Backward { leaning, own, spread: leaning.times(step).sqrt() }
            };
            variance = ahead;
        }
    }

    /// Carries slopes by home advantage, of the likelihood, back to the coordinates, those of the prior added.
    pub(super) fn pull_back(&self, coordinates: &[f64], by_home: &[f64], slope: &mut [f64]) {
        let precision = (-2.0 * coordinates[0]).exp();
        let first = (GAMMA_0.1 * GAMMA_0.1 + precision.recip()).recip();
        let step = |season: usize| (self.home[season].0 - self.home[season - 1].0) * precision;
        let mut from_before = 0.0;
        for (season, likelihood) in by_home.iter().enumerate() {
            let back = if season == 0 { (self.home[0].0 - GAMMA_0.0) * first } else { step(season) };
            let ahead = if season + 1 < by_home.len() { step(season + 1) } else { 0.0 };
            let by = likelihood - back + ahead;
            slope[0] += by * self.home[season].1;
            let all = by + from_before;
            slope[1 + season] += all * self.backward[season].spread.0;
            from_before = all * self.backward[season].leaning.0;
        }
    }
}
