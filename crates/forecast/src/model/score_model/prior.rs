//! What is believed before any match was seen.

use super::objective::{Evaluation, Layout};
use crate::ForecastError;

/// A normal distribution, as a prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, above 0.
    pub sd: f64,
}

impl Normal {
    /// Adds the logarithm of its density, up to a constant.
    fn add(self, theta: &[f64], position: usize, to: &mut Evaluation) {
        let precision = 1.0 / (self.sd * self.sd);
        let residual = theta[position] - self.mean;
        to.objective -= 0.5 * precision * residual * residual;
        to.gradient[position] -= precision * residual;
        to.information[(position, position)] += precision;
    }
}

/// Strengths are measured from the mean of the league, which stays free.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Standard deviation of attacks and of defences around their means, in log goals.
    pub strength_sd: f64,
    /// Mean attack of each team, relative to the league; empty when no team is special.
    pub attack: Vec<f64>,
    /// Mean defence of each team, relative to the league; empty when no team is special.
    pub defence: Vec<f64>,
    /// Of the home advantage.
    pub home_advantage: Option<Normal>,
    /// Of the coefficients of covariates, in their order; nothing is said of those beyond its end.
    pub covariates: Vec<Option<Normal>>,
    /// Of the law's own parameters, in their order; nothing is said of those beyond its end.
    pub own: Vec<Option<Normal>>,
}

impl Prior {
    /// All teams alike, nothing said about what is not a strength.
    pub fn strength(sd: f64) -> Self {
        Self {
            strength_sd: sd,
            attack: Vec::new(),
            defence: Vec::new(),
            home_advantage: None,
            covariates: Vec::new(),
            own: Vec::new(),
        }
    }

    pub(super) fn check(&self, n_teams: usize, model: &'static str) -> Result<(), ForecastError> {
        let normals = [self.home_advantage].into_iter().chain(self.covariates.iter().copied());
        let normals_ok = normals
            .chain(self.own.iter().copied())
            .flatten()
            .all(|n| n.mean.is_finite() && n.sd.is_finite() && n.sd > 0.0);
        let sd_ok = self.strength_sd.is_finite() && self.strength_sd > 0.0;
        let means_ok = [&self.attack, &self.defence]
            .iter()
            .all(|m| (m.is_empty() || m.len() == n_teams) && m.iter().all(|x| x.is_finite()));
        if normals_ok && sd_ok && means_ok {
            Ok(())
        } else {
            let detail = format!("a prior for {n_teams} teams that is none: {self:?}");
            Err(ForecastError::Numerics { model, detail })
        }
    }

    pub(super) fn add(&self, theta: &[f64], layout: Layout, to: &mut Evaluation) {
        let n = layout.n_teams;
        add_strengths(&theta[..n], &self.attack, self.strength_sd, 0, to);
        add_strengths(&theta[n..2 * n], &self.defence, self.strength_sd, n, to);
        if let Some(normal) = self.home_advantage {
            normal.add(theta, layout.home_advantage(), to);
        }
        for (i, normal) in self.covariates.iter().take(layout.n_covariates).enumerate() {
            if let Some(normal) = normal {
                normal.add(theta, layout.covariate(i), to);
            }
        }
        for (i, normal) in self.own.iter().take(layout.n_own).enumerate() {
            if let Some(normal) = normal {
                normal.add(theta, layout.own(i), to);
            }
        }
    }
}

/// A normal prior around the mean of the league: the mean is a parameter without prior and is maximised out.
fn add_strengths(strengths: &[f64], means: &[f64], sd: f64, first: usize, to: &mut Evaluation) {
    let n = strengths.len() as f64;
    let precision = 1.0 / (sd * sd);
    let residual = |i: usize| strengths[i] - means.get(i).copied().unwrap_or(0.0);
    let level = (0..strengths.len()).map(residual).sum::<f64>() / n;
    for i in 0..strengths.len() {
        let from_level = residual(i) - level;
        to.objective -= 0.5 * precision * from_level * from_level;
        to.gradient[first + i] -= precision * from_level;
        to.information[(first + i, first + i)] += precision;
        for j in 0..=i {
            to.information[(first + i, first + j)] -= precision / n;
        }
    }
}
