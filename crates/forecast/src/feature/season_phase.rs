//! How far the season has come, by the matches both sides have played of it.
//!
//! The length of a season is the most matches a team played in the season before, since a calendar is known a week ahead
//! only; where that season is not on record there is no share.

use std::collections::BTreeMap;

use domain::{Fixture, PlayedMatch, Season, Sport, TeamId};

use super::{Ahead, Feature, Tracker};

/// The phase of a season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeasonPhase {
    /// Mean number of matches the two sides have played.
    MatchesPlayed,
    /// The same as a share of last season's length, at most 1.
    ShareOfSeason,
}

impl SeasonPhase {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::MatchesPlayed, Self::ShareOfSeason];
}

impl Feature for SeasonPhase {
    fn name(&self) -> &'static str {
        match self {
            Self::MatchesPlayed => "season_matches",
            Self::ShareOfSeason => "season_share",
        }
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(Played { phase: *self, seasons: BTreeMap::new() })
    }
}

/// Matches by season and team.
struct Played {
    phase: SeasonPhase,
    seasons: BTreeMap<Season, BTreeMap<TeamId, u32>>,
}

impl Played {
    fn matches(&self, season: Season, team: TeamId) -> f64 {
        self.seasons.get(&season).and_then(|teams| teams.get(&team)).copied().map_or(0.0, f64::from)
    }
}

impl Tracker for Played {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        let season = fixture.season;
        let matches = 0.5 * (self.matches(season, fixture.home) + self.matches(season, fixture.away));
        match self.phase {
            SeasonPhase::MatchesPlayed => Some(matches),
            SeasonPhase::ShareOfSeason => {
                let most = self.seasons.get(&season.previous())?.values().max()?;
                Some((matches / f64::from(*most)).min(1.0))
            }
        }
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let season = self.seasons.entry(played.fixture.season).or_default();
        for team in [played.fixture.home, played.fixture.away] {
            *season.entry(team).or_default() += 1;
        }
    }
}
