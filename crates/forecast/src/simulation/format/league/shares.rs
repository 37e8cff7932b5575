//! How often each team ended where, and with how many points.

use std::ops::RangeInclusive;

use domain::TeamId;

use super::table::Packing;
use crate::simulation::{blocks::add, estimate::Estimate, state::SeasonState};

/// Counts over simulated seasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    n_teams: usize,
    /// Team by final position.
    positions: Vec<u32>,
    /// Team by points above the least it can end with.
    points: Vec<u32>,
    least: Vec<i32>,
    span: usize,
}

impl Tally {
    pub(super) fn empty(state: &SeasonState, lines: &[i64], points_for_win: u8) -> Self {
        let n_teams = state.teams.len();
        let mut to_play = vec![0_usize; n_teams];
        for team in state.remaining.iter().flat_map(|f| [f.home, f.away]).filter_map(|t| state.index(t)) {
            to_play[usize::from(team)] += 1;
        }
        let span = to_play.iter().max().map_or(0, |n| n * usize::from(points_for_win)) + 1;
        Self {
            n_teams,
            positions: vec![0; n_teams * n_teams],
            points: vec![0; n_teams * span],
            least: lines.iter().map(|line| Packing::points(*line)).collect(),
            span,
        }
    }

    /// Counts a sorted table.
    pub(super) fn count(&mut self, table: &[i64]) {
        for (position, line) in table.iter().enumerate() {
            let team = Packing::team(*line);
            self.positions[team * self.n_teams + position] += 1;
            let above = (Packing::points(*line) - self.least[team]) as usize;
            self.points[team * self.span + above] += 1;
        }
    }

    pub(super) fn merged(self, other: &Self) -> Self {
        Self {
            positions: add(self.positions, &other.positions),
            points: add(self.points, &other.points),
            ..self
        }
    }
}

/// Shares of simulated seasons, by team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeagueShares {
    teams: Vec<TeamId>,
    n: u32,
    tally: Tally,
}

impl LeagueShares {
    pub(super) fn of(teams: Vec<TeamId>, n: u32, tally: Tally) -> Self {
        Self { teams, n, tally }
    }

    /// Simulated seasons.
    pub fn n(&self) -> u32 {
        self.n
    }

    /// The teams; what is asked for by team takes a position in this list.
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// In how many seasons a team ended first, second, ...; nothing for a team that is not there.
    pub fn positions(&self, team: usize) -> &[u32] {
        self.tally.positions.chunks_exact(self.tally.n_teams.max(1)).nth(team).unwrap_or_default()
    }

    /// Share of seasons in which a team ended within some places, counted from 1 at the top.
    pub fn within(&self, team: usize, places: RangeInclusive<usize>) -> Estimate {
        let counted = (1..).zip(self.positions(team)).filter(|(place, _)| places.contains(place));
        Estimate::share(counted.map(|(_, count)| count).sum(), self.n)
    }

    /// Mean points at the end.
    pub fn expected_points(&self, team: usize) -> Estimate {
        Estimate::mean(self.points(team).map(|(points, count)| (f64::from(points), count)))
    }

    /// The least points that at least the share `q` of seasons did not exceed.
    pub fn points_quantile(&self, team: usize, q: f64) -> Option<i32> {
        let wanted = q.clamp(0.0, 1.0) * f64::from(self.n);
        let mut seen = 0.0;
        let mut reached = self.points(team).filter(|(_, count)| *count > 0).skip_while(|(_, count)| {
            seen += f64::from(*count);
            seen < wanted
        });
        reached.next().map(|(points, _)| points)
    }

    /// Every number of points with how often it came up.
    fn points(&self, team: usize) -> impl Iterator<Item = (i32, u32)> + Clone + '_ {
        let least = self.tally.least.get(team).copied().unwrap_or_default();
        let counts = self.tally.points.chunks_exact(self.tally.span).nth(team).unwrap_or_default();
        (least..).zip(counts.iter().copied())
    }
}
