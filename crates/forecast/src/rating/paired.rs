//! Least squares on paired comparisons, season by season: what Massey and Colley have in common.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | r | strength of every team, as a difference from the centre | the rating's own |
//! | y | what a match said of the home side's superiority | the same |
//! | h | home advantage, 0 at a neutral venue or where the rating knows none | the same |
//! | p | where a team starts its season | the same |
//! | l | matches that start is worth | |
//! | c | share of a season's last rating carried over | |
//!
//! r minimises  sum over matches (y - r_home + r_away - h)^2 + l sum over teams (r - p)^2,
//! with h free under the same kind of prior. Since every match adds to one team what it takes from another, the sum of r is
//! that of p and never moves within a season. A season starts at p = c r for those who return and at a constant for those
//! who join.
//!
//! The minimum is kept match by match: with P the inverse of the matrix of the normal equations and x the comparison
//! (+1, -1, and 1 for h), r moves by P x (y - x'r) / (1 + x'P x) and P by -(P x)(P x)' / (1 + x'P x).
//!
//! Reference: Plackett (1950), Some theorems in least squares, for the update by one observation.

use std::collections::BTreeMap;

use domain::{Fixture, Season, TeamId};
use serde::Serialize;

use super::seasons::{Seasons, Standing};

/// Home advantage as one more unknown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LearntHome {
    /// h before any match.
    pub initial: f64,
    /// Matches that is worth in the first season.
    pub initial_matches: f64,
    /// Matches that what was learnt before is worth in every later season.
    pub carried_matches: f64,
}

/// The constants of a rating by paired comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedRules {
    /// l.
    pub prior_matches: f64,
    /// c.
    pub carry_over: f64,
    /// p of a team that joins a running competition.
    pub newcomer: f64,
    /// How h is learnt; none where venues do not count.
    pub home: Option<LearntHome>,
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
        let system = System::new(rules.home.map(|home| (home.initial, home.initial_matches)));
        Self { rules, seasons: Seasons::default(), current: None, teams: BTreeMap::new(), system }
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
        self.system.learn(home, away, !fixture.neutral, y);
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
        let teams = &self.system.mean[1..];
        let centre = if teams.is_empty() { 0.0 } else { teams.iter().sum::<f64>() / teams.len() as f64 };
        for team in self.teams.values_mut().filter(|t| Some(t.season) == self.current) {
            team.last = self.system.mean[team.place] - centre;
        }
        if self.current.is_some() {
            let learnt = self.system.mean[0];
            self.system = System::new(self.rules.home.map(|home| (learnt, home.carried_matches)));
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

/// The normal equations of one season, solved. Place 0 is home advantage.
#[derive(Debug, Clone)]
struct System {
    /// Home advantage and r.
    mean: Vec<f64>,
    /// P by rows.
    inverse: Vec<Vec<f64>>,
}

impl System {
    /// Home advantage before the season and the matches that is worth; none for a home advantage of 0.
    fn new(home: Option<(f64, f64)>) -> Self {
        let (mean, spread) = home.map_or((0.0, 0.0), |(mean, matches)| (mean, 1.0 / matches));
        Self { mean: vec![mean], inverse: vec![vec![spread]] }
    }

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

    fn learn(&mut self, home: usize, away: usize, at_home: bool, y: f64) {
        let e = if at_home { 1.0 } else { 0.0 };
        let compare = |v: &[f64]| v[home] - v[away] + e * v[0];
        let gain: Vec<f64> = self.inverse.iter().map(|row| compare(row)).collect();
        let spread = 1.0 + compare(&gain);
        let step = (y - compare(&self.mean)) / spread;
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
