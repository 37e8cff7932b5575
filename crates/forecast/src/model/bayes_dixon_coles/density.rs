//! The posterior density in the sampler's coordinates, with its gradient.
//!
//! Coordinates: `[level, ln gamma_sigma, home(0), y(1), ..., y(S - 1), (rho / 0.1), attack..., defence...]`. Only the
//! difference of the mean attack and the mean defence is seen by the data, and only the sum of gamma_0 and the first step of
//! the walk; so the level and the first season's advantage are sampled with everything else integrated out, and
//! `recovery.rs` draws what was integrated out from its exact conditional distribution.
//!
//! A season with many matches knows its home advantage, so that is its coordinate; a season with few takes it from the walk,
//! so its coordinate is the standardised step. `lambda` is in between by the information in the season:
//!
//! ```text
//! home(s) = lambda(s) home(s - 1) + gamma_sigma^lambda(s) y(s)      lambda(s) = 1 / (1 + information(s) * 0.1^2)
//! ```
//!
//! O. Papaspiliopoulos, G. O. Roberts and M. Skoeld, "A General Framework for the Parametrization of Hierarchical Models",
//! Statistical Science 22 (2007), 59-73.

use std::sync::Arc;

use super::{
    likelihood::{Point, Workspace, log_likelihood},
    meetings::Meetings,
    strengths::{Expanded, Strengths, half_cauchy},
};

/// gamma_0 ~ N(mean, sd).
pub(super) const GAMMA_0: (f64, f64) = (0.3, 0.1);
/// Scale of the half-Cauchy prior of gamma_sigma.
const GAMMA_SIGMA_SCALE: f64 = 0.05;
/// How far home advantage may go in a season, for the choice of coordinates only.
const TYPICAL_STEP: f64 = 0.1;
/// rho ~ N(0, sd).
pub(super) const RHO_SD: f64 = 0.1;

const LEVEL: usize = 0;
const LOG_GAMMA_SIGMA: usize = 1;
const FIRST_HOME: usize = 2;

/// The model on its data.
#[derive(Debug, Clone)]
pub(super) struct Density {
    pub(super) meetings: Arc<Meetings>,
    pub(super) strengths: Strengths,
    pub(super) correlated: bool,
    /// How far each season leans on the one before: lambda.
    leaning: Vec<f64>,
    point: Point,
    slope: Point,
    attack: Expanded,
    defence: Expanded,
    work: Workspace,
}

impl Density {
    pub(super) fn new(meetings: Meetings, by_season: bool, correlated: bool) -> Self {
        let strengths = Strengths::of(&meetings, by_season);
        let expanded = Expanded::new(meetings.slots.len());
        Self {
            strengths,
            correlated,
            leaning: leaning(&meetings),
            point: Point::zero(&meetings),
            slope: Point::zero(&meetings),
            attack: expanded.clone(),
            defence: expanded,
            work: Workspace::new(&meetings),
            meetings: Arc::new(meetings),
        }
    }

    pub(super) fn dim(&self) -> usize {
        self.first_strength() + 2 * self.strengths.dim()
    }

    fn first_strength(&self) -> usize {
        FIRST_HOME + self.meetings.n_seasons + usize::from(self.correlated)
    }

    /// Where the coordinates of attack and of defence are.
    pub(super) fn sides(&self) -> [std::ops::Range<usize>; 2] {
        let (first, each) = (self.first_strength(), self.strengths.dim());
        [first..first + each, first + each..first + 2 * each]
    }

    /// A sensible point: the league's mean goals, no differences, no correlation of low scores.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut at = vec![0.0; self.dim()];
        let goals_per_side = self.meetings.goals.max(1.0) / (2.0 * self.meetings.n_matches as f64);
        at[LEVEL] = goals_per_side.ln() - 0.5 * GAMMA_0.0;
        at[LOG_GAMMA_SIGMA] = GAMMA_SIGMA_SCALE.ln();
        at[FIRST_HOME] = GAMMA_0.0;
        for side in self.sides() {
            at[side.start] = 0.25_f64.ln();
            if self.strengths.n_hyper() > 1 {
                at[side.start + 1] = -1.0;
            }
        }
        for (season, lambda) in self.leaning.iter().enumerate().skip(1) {
            at[FIRST_HOME + season] = (1.0 - lambda) * GAMMA_0.0 * (-lambda * at[LOG_GAMMA_SIGMA]).exp();
        }
        at
    }

    /// Which coordinate is rho, where it is sampled: chains start with it at 0, inside what every tau allows.
    pub(super) fn rho_coordinate(&self) -> Option<usize> {
        self.correlated.then(|| FIRST_HOME + self.meetings.n_seasons)
    }

    /// The log density up to a constant; `slope` becomes its gradient.
    pub(super) fn evaluate(&mut self, at: &[f64], slope: &mut [f64]) -> f64 {
        slope.fill(0.0);
        let [attack, defence] = self.sides();
        let mut value =
            self.strengths.expand(&at[attack.clone()], &mut slope[attack.clone()], &mut self.attack);
        value += self.strengths.expand(&at[defence.clone()], &mut slope[defence.clone()], &mut self.defence);
        value += self.home_walk(at, slope);
        if let Some(rho) = self.rho_coordinate() {
            self.point.rho = RHO_SD * at[rho];
            value -= 0.5 * at[rho] * at[rho];
            slope[rho] -= at[rho];
        }
        // The mean of first strengths is as good as a level: the coordinate is their sum, which the data see.
        self.point.level = at[LEVEL] - self.attack.mean + self.defence.mean;
        self.point.attack.copy_from_slice(&self.attack.x);
        self.point.defence.copy_from_slice(&self.defence.x);
        let likelihood = log_likelihood(
            &self.meetings,
            &self.point,
            self.correlated,
            &mut self.work,
            &mut self.slope,
        );
        value += self.level_prior(attack.start, defence.start, slope);
        self.pull_back(at, slope);
        value + likelihood
    }

    /// level ~ N(0, 2 + (sigma_attack^2 + sigma_defence^2) / T), by integrating out both means and the common part of the
    /// effects; where strengths change, the effects keep theirs and the variance is 2.
    fn level_prior(&mut self, attack: usize, defence: usize, slope: &mut [f64]) -> f64 {
        let shares = self.mean_variances();
        let variance = 2.0 + shares[0] + shares[1];
        let scaled = self.point.level / variance;
        self.slope.level -= scaled;
        let by_variance = 0.5 * (scaled * scaled - variance.recip());
        slope[attack] += 2.0 * shares[0] * by_variance;
        slope[defence] += 2.0 * shares[1] * by_variance;
        -0.5 * (variance.ln() + self.point.level * scaled)
    }

    /// Variance of the mean effect of all teams around the population's mean, where it is integrated out.
    fn mean_variances(&self) -> [f64; 2] {
        match self.strengths {
            Strengths::Constant { .. } => [&self.attack, &self.defence]
                .map(|side| side.sigma * side.sigma / self.meetings.n_teams as f64),
            Strengths::Seasonal { .. } => [0.0, 0.0],
        }
    }

    /// home(s) ~ N(home(s - 1), gamma_sigma), home(0) ~ N(0.3, 0.1^2 + gamma_sigma^2); the slopes by home itself are left to
    /// `pull_back`.
    fn home_walk(&mut self, at: &[f64], slope: &mut [f64]) -> f64 {
        let (mut value, by_log) = half_cauchy(at[LOG_GAMMA_SIGMA], GAMMA_SIGMA_SCALE);
        let sigma = at[LOG_GAMMA_SIGMA].exp();
        let variance = GAMMA_0.1 * GAMMA_0.1 + sigma * sigma;
        let off = at[FIRST_HOME] - GAMMA_0.0;
        value -= 0.5 * (variance.ln() + off * off / variance);
        slope[FIRST_HOME] -= off / variance;
        slope[LOG_GAMMA_SIGMA] +=
            by_log + sigma * sigma / variance * (off * off / variance - 1.0);
        let log_sigma = at[LOG_GAMMA_SIGMA];
        self.point.home[0] = at[FIRST_HOME];
        for season in 1..self.meetings.n_seasons {
            let (lambda, before) = (self.leaning[season], self.point.home[season - 1]);
            let home = lambda * before + (lambda * log_sigma).exp() * at[FIRST_HOME + season];
            let z = (home - before) / sigma;
            self.point.home[season] = home;
            value -= 0.5 * z * z + (1.0 - lambda) * log_sigma;
            slope[LOG_GAMMA_SIGMA] += z * z - (1.0 - lambda);
        }
        value
    }

    /// From slopes by what the likelihood sees to slopes by coordinates.
    fn pull_back(&mut self, at: &[f64], slope: &mut [f64]) {
        let [attack, defence] = self.sides();
        slope[LEVEL] += self.slope.level;
        let precision = (-2.0 * at[LOG_GAMMA_SIGMA]).exp();
        // What a season's advantage changes, by likelihood, by the steps beside it, and by the seasons that lean on it.
        let (mut later, mut step_after) = (0.0, 0.0);
        for season in (1..self.meetings.n_seasons).rev() {
            let lambda = self.leaning[season];
            let step = (self.point.home[season] - self.point.home[season - 1]) * precision;
            let by_home = self.slope.home[season] - step + step_after + later;
            let scale = (lambda * at[LOG_GAMMA_SIGMA]).exp();
            slope[FIRST_HOME + season] += scale * by_home;
            slope[LOG_GAMMA_SIGMA] += lambda * scale * at[FIRST_HOME + season] * by_home;
            (later, step_after) = (lambda * by_home, step);
        }
        slope[FIRST_HOME] += self.slope.home[0] + step_after + later;
        if let Some(rho) = self.rho_coordinate() {
            slope[rho] += RHO_SD * self.slope.rho;
        }
        let level = self.slope.level;
        for (range, expanded, by_x, by_mean) in [
            (attack, &self.attack, &mut self.slope.attack, -level),
            (defence, &self.defence, &mut self.slope.defence, level),
        ] {
            self.strengths.pull_back(&at[range.clone()], expanded, by_x, by_mean, &mut slope[range]);
        }
    }

    /// What a position means.
    pub(super) fn at(&mut self, position: &[f64]) -> Position<'_> {
        let mut slope = vec![0.0; position.len()];
        self.evaluate(position, &mut slope);
        Position {
            gamma_sigma: position[LOG_GAMMA_SIGMA].exp(),
            mean_variances: self.mean_variances(),
            point: &self.point,
            attack: &self.attack,
            defence: &self.defence,
        }
    }
}

/// By season: lambda. Half the goals of home sides is about the information in a season about its home advantage.
fn leaning(meetings: &Meetings) -> Vec<f64> {
    let of = |goals: &f64| (1.0 + 0.5 * goals * TYPICAL_STEP * TYPICAL_STEP).recip();
    meetings.goals_at_home.iter().map(of).collect()
}

/// The model's quantities at a position of the sampler.
pub(super) struct Position<'d> {
    pub(super) point: &'d Point,
    pub(super) gamma_sigma: f64,
    pub(super) attack: &'d Expanded,
    pub(super) defence: &'d Expanded,
    pub(super) mean_variances: [f64; 2],
}
