//! How far each team got, counted over seasons.

use domain::TeamId;

use crate::simulation::{blocks::add, estimate::Estimate};

/// Counts while seasons are played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulation::format) struct Milestones {
    n_names: usize,
    reached: Vec<u32>,
    /// Team by twice its wins, a tie counting half.
    half_wins: Vec<u32>,
    span: usize,
}

impl Milestones {
    pub(in crate::simulation::format) fn new(n_teams: usize, n_names: usize, longest: usize) -> Self {
        let span = 2 * longest + 1;
        Self { n_names, reached: vec![0; n_teams * n_names], half_wins: vec![0; n_teams * span], span }
    }

    pub(in crate::simulation::format) fn reach(&mut self, team: u8, milestone: usize) {
        self.reached[usize::from(team) * self.n_names + milestone] += 1;
    }

    pub(in crate::simulation::format) fn record(&mut self, team: u8, half_wins: u32) {
        self.half_wins[usize::from(team) * self.span + half_wins as usize] += 1;
    }

    pub(in crate::simulation::format) fn merged(self, other: &Self) -> Self {
        Self {
            reached: add(self.reached, &other.reached),
            half_wins: add(self.half_wins, &other.half_wins),
            ..self
        }
    }
}

/// Shares of simulated seasons in which each team reached what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MilestoneShares {
    teams: Vec<TeamId>,
    names: &'static [&'static str],
    n: u32,
    counts: Milestones,
}

impl MilestoneShares {
    pub(in crate::simulation::format) fn of(
        teams: Vec<TeamId>,
        names: &'static [&'static str],
        n: u32,
        counts: Milestones,
    ) -> Self {
        Self { teams, names, n, counts }
    }

    /// Simulated seasons.
    pub fn n(&self) -> u32 {
        self.n
    }

    /// The teams; what is asked for by team takes a position in this list.
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// What can be reached, the title last.
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Share of seasons in which a team reached each of [`MilestoneShares::names`].
    pub fn reached(&self, team: usize) -> Vec<Estimate> {
        let counts = self.counts.reached.chunks_exact(self.names.len()).nth(team).unwrap_or_default();
        counts.iter().map(|count| Estimate::share(*count, self.n)).collect()
    }

    /// Mean wins of the regular season, a tie counting half.
    pub fn expected_wins(&self, team: usize) -> Estimate {
        Estimate::mean(self.wins(team))
    }

    /// The least wins that at least the share `q` of seasons did not exceed.
    pub fn wins_quantile(&self, team: usize, q: f64) -> Option<f64> {
        let wanted = q.clamp(0.0, 1.0) * f64::from(self.n);
        let mut seen = 0.0;
        let mut reached = self.wins(team).filter(|(_, count)| *count > 0).skip_while(|(_, count)| {
            seen += f64::from(*count);
            seen < wanted
        });
        reached.next().map(|(wins, _)| wins)
    }

    fn wins(&self, team: usize) -> impl Iterator<Item = (f64, u32)> + Clone + '_ {
        let counts = self.counts.half_wins.chunks_exact(self.counts.span).nth(team).unwrap_or_default();
        (0..).zip(counts).map(|(half, count)| (0.5 * f64::from(half), *count))
    }
}
