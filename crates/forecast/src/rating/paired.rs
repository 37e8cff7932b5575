//! Least squares on paired comparisons, season by season: what Massey and Colley have in common.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | r | strength of every team, as a difference from the centre | the rating's own |
//! | y | what a match said of the home side's superiority | the same |
//! | p | where a team starts its season | the same |
//! | l | matches that start is worth | |
//! | c | share of a season's last rating carried over | |
//!
//! r minimises  sum over matches (y - r_home + r_away)^2 + l sum over teams (r - p)^2.
//! Since every match adds to one team what it takes from another, the sum of r is
//! that of p and never moves within a season. A season starts at p = c r for those who return and at a constant for those
//! who join.
//!
//! The minimum is kept match by match: with P the inverse of the matrix of the normal equations and x the comparison
//! (1 for the home side, -1 for the away side), r moves by P x (y - x'r) / (1 + x'P x) and P by -(P x)(P x)' / (1 + x'P x).
//!
//! Venues do not count: home advantage as one more unknown was tried, and left the forecasts as they were in soccer and a
//! little worse in the NFL, since a season's schedule is balanced.
//!
//! Reference: Plackett (1950), Some theorems in least squares, for the update by one observation.

use std::collections::BTreeMap;

use domain::{Fixture, Season, TeamId};
use serde::Serialize;

use super::seasons::{Seasons, Standing};

/// The constants of a rating by paired comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedRules {
    /// l.
    pub prior_matches: f64,
    /// c.
    pub carry_over: f64,
    /// p of a team that joins a running competition.
    pub newcomer: f64,
}

#[derive(Debug, Clone, Copy)]
struct Paired {
    /// Place in the system of its last season.
    place: usize,
    /// Strength at the end of its last season, once that is over.
    last: f64,
    season: Season,
    n_matches: usize,
}

/// Strengths of the teams of one competition.
#[derive(Debug, Clone)]
pub(super) struct PairedTable {
    rules: PairedRules,
    seasons: Seasons,
    /// The season under way.
    current: Option<Season>,
    teams: BTreeMap<TeamId, Paired>,
    system: System,
}

impl PairedTable {
    pub(super) fn new(rules: PairedRules) -> Self {
        Self {
            rules,
            seasons: Seasons::default(),
            current: None,
            teams: BTreeMap::new(),
            system: System::default(),
        }
    }

    /// r, or where a team will start in `season`.
    pub(super) fn strength(&self, team: TeamId, season: Season) -> f64 {
        let known = self.teams.get(&team);
        match self.seasons.standing(known.map(|t| t.season), season) {
            Standing::Playing => known.map_or(0.0, |t| self.last(t)),
            Standing::Returning => known.map_or(0.0, |t| self.rules.carry_over * self.last(t)),
            Standing::Newcomer => self.rules.newcomer,
            Standing::Founder => 0.0,
        }
    }

    pub(super) fn difference(&self, fixture: &Fixture) -> f64 {
        self.strength(fixture.home, fixture.season) - self.strength(fixture.away, fixture.season)
    }

    /// Learns `y` from a match.
    pub(super) fn learn(&mut self, fixture: &Fixture, y: f64) {
        if self.current.is_none_or(|current| fixture.season > current) {
            self.turn(fixture.season);
        }
        let [home, away] = [fixture.home, fixture.away].map(|team| self.place(team, fixture.season));
        self.system.learn(home, away, y);
    }

    pub(super) fn n_matches(&self, team: TeamId) -> usize {
        self.teams.get(&team).map_or(0, |t| t.n_matches)
    }

    pub(super) fn strengths(&self) -> impl Iterator<Item = (TeamId, f64)> + '_ {
        self.teams.iter().map(|(team, t)| (*team, self.last(t)))
    }

    fn last(&self, team: &Paired) -> f64 {
        if Some(team.season) == self.current { self.system.mean[team.place] } else { team.last }
    }

    /// Ends the season under way: its strengths, about their mean, are what teams return with.
    fn turn(&mut self, season: Season) {
        let System { mean: teams, .. } = std::mem::take(&mut self.system);
        let centre = if teams.is_empty() { 0.0 } else { teams.iter().sum::<f64>() / teams.len() as f64 };
        for team in self.teams.values_mut().filter(|t| Some(t.season) == self.current) {
            team.last = teams[team.place] - centre;
        }
        self.current = Some(season);
    }

    /// The place of a team in the season's system, which it enters with its first match. A late match of an earlier season
    /// counts as one of the season under way.
    fn place(&mut self, team: TeamId, season: Season) -> usize {
        let season = self.current.map_or(season, |current| current.max(season));
        let start = self.strength(team, season);
        let before = self.teams.get(&team).copied();
        let place = match before {
            Some(t) if t.season == season => t.place,
            _ => self.system.add(start, self.rules.prior_matches),
        };
        let n_matches = before.map_or(0, |t| t.n_matches) + 1;
        self.teams.insert(team, Paired { place, last: start, season, n_matches });
        self.seasons.note(season);
        place
    }
}

/// The normal equations of one season, solved.
#[derive(Debug, Clone, Default)]
struct System {
    /// r.
    mean: Vec<f64>,
    /// P by rows.
    inverse: Vec<Vec<f64>>,
}

impl System {
    /// Adds a team and returns its place.
    fn add(&mut self, start: f64, prior_matches: f64) -> usize {
        let place = self.mean.len();
        self.mean.push(start);
        for row in &mut self.inverse {
            row.push(0.0);
        }
        let mut row = vec![0.0; place + 1];
        row[place] = 1.0 / prior_matches;
        self.inverse.push(row);
        place
    }

    fn learn(&mut self, home: usize, away: usize, y: f64) {
        let gain: Vec<f64> = self.inverse.iter().map(|row| row[home] - row[away]).collect();
        let spread = 1.0 + gain[home] - gain[away];
        let step = (y - self.mean[home] + self.mean[away]) / spread;
        for (mean, gain) in self.mean.iter_mut().zip(&gain) {
            *mean += gain * step;
        }
        for (row, left) in self.inverse.iter_mut().zip(&gain) {
            for (cell, right) in row.iter_mut().zip(&gain) {
                *cell -= left * right / spread;
            }
        }
    }
}
