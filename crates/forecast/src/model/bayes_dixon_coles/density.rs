//! The posterior density in the sampler's coordinates, with its gradient.
//!
//! Coordinates: `[level, ln gamma_sigma, y(0), ..., y(S - 1), (rho / 0.1), attack..., defence...]`. Only the difference of
//! the mean attack and the mean defence is seen by the data, and only the sum of gamma_0 and the first step of the walk; so the
//! level and the home advantages (`home_walk.rs`) are sampled with everything else integrated out, and `recovery.rs` draws
//! what was integrated out from its exact conditional distribution.

use std::{ops::Range, sync::Arc};

use super::{
    home_walk::{GAMMA_0, GAMMA_SIGMA_SCALE, HomeWalk},
    likelihood::{Point, Workspace, log_likelihood},
    meetings::Meetings,
    strengths::{Expanded, Strengths},
};

/// rho ~ N(0, sd).
pub(super) const RHO_SD: f64 = 0.1;

const LEVEL: usize = 0;
const LOG_GAMMA_SIGMA: usize = 1;

/// The model on its data.
#[derive(Debug, Clone)]
pub(super) struct Density {
    pub(super) meetings: Arc<Meetings>,
    pub(super) strengths: Strengths,
    pub(super) correlated: bool,
    walk: HomeWalk,
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
            walk: HomeWalk::of(&meetings),
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
        self.walk_coordinates().end + usize::from(self.correlated)
    }

    fn walk_coordinates(&self) -> Range<usize> {
        LOG_GAMMA_SIGMA..LOG_GAMMA_SIGMA + 1 + self.meetings.n_seasons
    }

    /// Where the coordinates of attack and of defence are.
    pub(super) fn sides(&self) -> [Range<usize>; 2] {
        let (first, each) = (self.first_strength(), self.strengths.dim());
        [first..first + each, first + each..first + 2 * each]
    }

    /// A sensible point: the league's mean goals, no differences, no correlation of low scores.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut at = vec![0.0; self.dim()];
        let goals_per_side = self.meetings.goals.max(1.0) / (2.0 * self.meetings.n_matches as f64);
        at[LEVEL] = goals_per_side.ln() - 0.5 * GAMMA_0.0;
        at[LOG_GAMMA_SIGMA] = GAMMA_SIGMA_SCALE.ln();
        for side in self.sides() {
            at[side.start] = 0.25_f64.ln();
            if self.strengths.n_hyper() > 1 {
                at[side.start + 1] = -1.0;
            }
        }
        at
    }

    /// Which coordinate is rho, where it is sampled: chains start with it at 0, inside what every tau allows.
    pub(super) fn rho_coordinate(&self) -> Option<usize> {
        self.correlated.then(|| self.walk_coordinates().end)
    }

    /// The log density up to a constant; `slope` becomes its gradient.
    pub(super) fn evaluate(&mut self, at: &[f64], slope: &mut [f64]) -> f64 {
        slope.fill(0.0);
        let [attack, defence] = self.sides();
        let mut value =
            self.strengths.expand(&at[attack.clone()], &mut slope[attack.clone()], &mut self.attack);
        value += self.strengths.expand(&at[defence.clone()], &mut slope[defence.clone()], &mut self.defence);
        let (walk, by_gamma_sigma) = self.walk.expand(&at[self.walk_coordinates()], &mut self.point.home);
        value += walk;
        slope[LOG_GAMMA_SIGMA] += by_gamma_sigma;
        if let Some(rho) = self.rho_coordinate() {
            self.point.rho = RHO_SD * at[rho];
            value -= 0.5 * at[rho] * at[rho];
            slope[rho] -= at[rho];
        }
        // The mean of first strengths is as good as a level: the coordinate is their sum, which the data see.
        self.point.level = at[LEVEL] - self.attack.mean + self.defence.mean;
        self.point.attack.copy_from_slice(&self.attack.x);
        self.point.defence.copy_from_slice(&self.defence.x);
        let likelihood =
            log_likelihood(&self.meetings, &self.point, self.correlated, &mut self.work, &mut self.slope);
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

    /// From slopes by what the likelihood sees to slopes by coordinates.
    fn pull_back(&mut self, at: &[f64], slope: &mut [f64]) {
        let [attack, defence] = self.sides();
        slope[LEVEL] += self.slope.level;
        let walk = self.walk_coordinates();
        self.walk.pull_back(&at[walk.clone()], &self.slope.home, &mut slope[walk]);
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

/// The model's quantities at a position of the sampler.
pub(super) struct Position<'d> {
    pub(super) point: &'d Point,
    pub(super) gamma_sigma: f64,
    pub(super) attack: &'d Expanded,
    pub(super) defence: &'d Expanded,
    pub(super) mean_variances: [f64; 2],
}
