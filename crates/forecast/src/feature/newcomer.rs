//! Whether a side was absent from the competition's season before, as a promoted team was: 1 or 0. Not defined where that
//! season is not on record, where everybody would be new.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Fixture, PlayedMatch, Season, Sport, TeamId};

use super::{Ahead, Feature, Tracker};

/// Whether a side is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomer {
    /// The home side.
    Home,
    /// The away side.
    Away,
}

impl Newcomer {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Home, Self::Away];
}

impl Feature for Newcomer {
    fn name(&self) -> &'static str {
        match self {
            Self::Home => "newcomer_home",
            Self::Away => "newcomer_away",
        }
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(Members { side: *self, seasons: BTreeMap::new() })
    }
}

/// Teams by season.
struct Members {
    side: Newcomer,
    seasons: BTreeMap<Season, BTreeSet<TeamId>>,
}

impl Tracker for Members {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        let before = self.seasons.get(&fixture.season.previous())?;
        let team = match self.side {
            Newcomer::Home => fixture.home,
            Newcomer::Away => fixture.away,
        };
        Some(if before.contains(&team) { 0.0 } else { 1.0 })
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let season = self.seasons.entry(played.fixture.season).or_default();
        season.extend([played.fixture.home, played.fixture.away]);
    }
}
