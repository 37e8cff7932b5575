//! How many points a match brings: a slowly moving league level and what each team adds to it.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | L | league level of the total | points |
//! | t_h, t_a | what the two teams add | points |
//! | e | total - (L + t_h + t_a) | points |
//! | a, b | steps of level and team | |
//!
//! After a match L moves by a e (by e / n while n matches are fewer than 1 / a), t_h and t_a by b e each. Between seasons t
//! becomes c t. This is the exponentially weighted mean as a rating, as Elo is for the margin.
//!
//! Reference: Brown (1963), Smoothing, forecasting and prediction of discrete time series, chapter 7.

use std::collections::BTreeMap;

use domain::{Fixture, Score, Season, Sport, TeamId};
use serde::Serialize;

/// The constants of the scoring environment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TotalRules {
    /// a.
    pub level_step: f64,
    /// b.
    pub team_step: f64,
    /// c.
    pub carry_over: f64,
}

impl TotalRules {
    /// The defaults of a sport.
    pub fn of(sport: Sport) -> Self {
        match sport {
            Sport::Nba => Self { level_step: 0.01, team_step: 0.03, carry_over: 0.5 },
            Sport::Nfl | Sport::Soccer => Self { level_step: 0.005, team_step: 0.03, carry_over: 0.5 },
        }
    }
}

/// League level and what teams add to it.
#[derive(Debug, Clone)]
pub struct TotalTable {
    rules: TotalRules,
    level: f64,
    n_matches: usize,
    teams: BTreeMap<TeamId, (f64, Season)>,
}

impl TotalTable {
    /// A table that has seen nothing.
    pub fn new(rules: TotalRules) -> Self {
        Self { rules, level: 0.0, n_matches: 0, teams: BTreeMap::new() }
    }

    /// L.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// t_h + t_a.
    pub fn teams(&self, fixture: &Fixture) -> f64 {
        self.team(fixture.home, fixture.season) + self.team(fixture.away, fixture.season)
    }

    /// Learns from a match.
    pub fn update(&mut self, fixture: &Fixture, score: Score) {
        let error = f64::from(score.total()) - self.level - self.teams(fixture);
        self.n_matches += 1;
        self.level += error * self.rules.level_step.max(1.0 / self.n_matches as f64);
        // While the level itself is being found, its error is not the teams'.
        let step = if self.n_matches > 20 { self.rules.team_step * error } else { 0.0 };
        for team in [fixture.home, fixture.away] {
            let moved = self.team(team, fixture.season) + step;
            self.teams.insert(team, (moved, fixture.season));
        }
    }

    fn team(&self, team: TeamId, season: Season) -> f64 {
        match self.teams.get(&team) {
            Some((adds, last)) if *last >= season => *adds,
            Some((adds, _)) => self.rules.carry_over * adds,
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::elo::tests::fixture;

    #[test]
    fn finds_level_and_teams() {
        let mut table = TotalTable::new(TotalRules::of(Sport::Nfl));
        // Team 1 plays in matches of 54 points, the others in matches of 44.
        for round in 0..400 {
            table.update(&fixture(1, 2 + round % 3, 2020), Score::new(30, 24));
            table.update(&fixture(5 + round % 2, 7 + round % 2, 2020), Score::new(24, 20));
        }
        let fiery = table.level() + table.teams(&fixture(1, 2, 2020));
        let dull = table.level() + table.teams(&fixture(5, 8, 2020));
        assert!((fiery - 54.0).abs() < 0.5 && (dull - 44.0).abs() < 0.5, "{fiery} {dull}");
        // In the next season half of what a team adds is left.
        let later = table.teams(&fixture(1, 2, 2021));
        assert!((later - 0.5 * table.teams(&fixture(1, 2, 2020))).abs() < 1e-12);
        assert_eq!(table.teams(&fixture(98, 99, 2020)), 0.0);
    }
}
