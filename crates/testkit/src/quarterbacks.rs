//! Quarterbacks for a league that counts points: two a team, dealt out anew every season, of whom one starts a game.

use std::collections::BTreeMap;

use domain::{LineUp, PlayerCode, TeamId, line_up::Starter};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::draw::{normal, nth_team};

/// How often the first of the two starts.
const SHARE_OF_FIRST: f64 = 0.7;

/// Who plays for whom, drawn apart from scores, so that a league without them stays the same.
pub(crate) struct Quarterbacks {
    rng: Xoshiro256PlusPlus,
    players: Vec<PlayerCode>,
    teams: BTreeMap<TeamId, [PlayerCode; 2]>,
}

impl Quarterbacks {
    /// Two for each team, and what each adds to the points of his side.
    pub(crate) fn draw(n_teams: usize, sd: f64, seed: u64) -> (Self, BTreeMap<PlayerCode, f64>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(!seed);
        let named = |i| format!("qb-{i:03}").parse().ok();
        let players: Vec<PlayerCode> = (0..2 * n_teams).filter_map(named).collect();
        let values = players.iter().map(|player| (*player, normal(0.0, sd, &mut rng))).collect();
        (Self { rng, players, teams: BTreeMap::new() }, values)
    }

    /// Deals them out for a season.
    pub(crate) fn deal(&mut self) {
        self.players.shuffle(&mut self.rng);
        let pairs = self.players.as_chunks().0;
        self.teams = pairs.iter().enumerate().map(|(team, pair)| (nth_team(team), *pair)).collect();
    }

    /// Who starts a game.
    pub(crate) fn line_up(&mut self, home: TeamId, away: TeamId) -> LineUp {
        let [home, away] = [home, away].map(|team| self.starter(team));
        LineUp { home, away }
    }

    fn starter(&mut self, team: TeamId) -> Option<Starter> {
        let second = self.rng.random::<f64>() >= SHARE_OF_FIRST;
        let player = self.teams.get(&team)?[usize::from(second)];
        Some(Starter { player, name: player.to_string() })
    }
}
