//! What the whole league does, adapting slowly: the share home sides take and the goals (points) of a match.
//!
//! After a match the level m moves by s (x - m) with s = max(1 / 300, 1 / n): a mean at first, then one in which a match fades
//! with a time constant of 300 matches, which followed the empty stadiums of 2020-21 within the season.

use domain::{Fixture, PlayedMatch, Sport};

use super::{Ahead, Feature, Tracker};

const STEP: f64 = 1.0 / 300.0;

/// A level of the league.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeagueLevel {
    /// Share of home sides: 1 for a win, 1/2 for a level score; neutral venues left out.
    HomeShare,
    /// Goals or points of both sides per match.
    Goals,
}

impl LeagueLevel {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::HomeShare, Self::Goals];
}

impl Feature for LeagueLevel {
    fn name(&self) -> &'static str {
        match self {
            Self::HomeShare => "league_home_share",
            Self::Goals => "league_goals",
        }
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(Level { of: *self, n_matches: 0, mean: 0.0 })
    }
}

struct Level {
    of: LeagueLevel,
    n_matches: u32,
    mean: f64,
}

impl Tracker for Level {
    fn value(&self, _: &Fixture, _: &Ahead) -> Option<f64> {
        (self.n_matches > 0).then_some(self.mean)
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let score = played.score();
        let x = match self.of {
            LeagueLevel::HomeShare if played.fixture.neutral => return,
            LeagueLevel::HomeShare => 0.5 * (1.0 + f64::from(score.margin().signum())),
            LeagueLevel::Goals => f64::from(score.total()),
        };
        self.n_matches += 1;
        self.mean += (x - self.mean) * STEP.max(1.0 / f64::from(self.n_matches));
    }
}
