//! Parameters by what they mean, and as the flat vector that a search sees.

use super::objective::Layout;

/// Strengths on the scale of log goals, and what all matches share.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Attack by team; they sum to the number of teams.
    pub attack: Vec<f64>,
    /// Defence by team: what its opponents' log goals gain, so low is good.
    pub defence: Vec<f64>,
    /// Log goals gained at home.
    pub home_advantage: f64,
    /// Coefficients of covariates, in the order of the columns.
    pub covariates: Vec<f64>,
    /// The law's own parameters, in the order its file names them.
    pub own: Vec<f64>,
}

impl Parameters {
    /// Rates of both sides, which most laws call expected goals, without covariates.
    ///
    /// # Panics
    /// When a team is not below the number of teams.
    pub fn rates(&self, home: usize, away: usize, neutral: bool) -> (f64, f64) {
        let advantage = if neutral { 0.0 } else { self.home_advantage };
        (
            (advantage + self.attack[home] + self.defence[away]).exp(),
            (self.attack[away] + self.defence[home]).exp(),
        )
    }

    pub(super) fn flat(&self) -> Vec<f64> {
        let strengths = self.attack.iter().chain(&self.defence);
        let shared = std::iter::once(&self.home_advantage).chain(&self.covariates).chain(&self.own);
        strengths.chain(shared).copied().collect()
    }

    pub(super) fn of_flat(theta: &[f64], layout: Layout) -> Self {
        let n = layout.n_teams;
        Self {
            attack: theta[..n].to_vec(),
            defence: theta[n..2 * n].to_vec(),
            home_advantage: theta[layout.home_advantage()],
            covariates: theta[layout.covariate(0)..layout.own(0)].to_vec(),
            own: theta[layout.own(0)..].to_vec(),
        }
    }

    pub(super) fn layout(&self) -> Layout {
        Layout { n_teams: self.attack.len(), n_covariates: self.covariates.len(), n_own: self.own.len() }
    }
}
