//! What the model learns from: the last seasons of one competition.

use std::collections::BTreeSet;

use domain::{CompetitionId, PlayedMatch, Season, Snapshot, TeamId};

use super::{BayesDixonColes, Meeting};
use crate::{ForecastError, model::Model};

#[derive(Debug)]
pub(super) struct Training {
    /// Sorted; a team's index in the rows is its position here.
    pub(super) teams: Vec<TeamId>,
    pub(super) first_season: Season,
    pub(super) rows: Vec<Meeting>,
}

impl Training {
    pub(super) fn of(
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        model: &BayesDixonColes,
    ) -> Result<Self, ForecastError> {
        let matches: Vec<PlayedMatch<'_>> = snapshot.played_in(competition).collect();
        if let Some(other) = matches.iter().find(|m| !model.supports(m.fixture.sport)) {
            return Err(ForecastError::UnsupportedSport { model: model.name(), sport: other.fixture.sport });
        }
        let need = model.minimum_matches.max(1);
        let too_few = |have: usize| ForecastError::TooFewMatches { model: model.name(), have, need };
        let last = matches.iter().map(|m| m.fixture.season).max().ok_or(too_few(0))?;
        let ago = |season: Season| (i32::from(last.start_year) - i32::from(season.start_year)) as u32;
        let recent: Vec<&PlayedMatch<'_>> =
            matches.iter().filter(|m| ago(m.fixture.season) < u32::from(model.last_seasons.max(1))).collect();
        if recent.len() < need {
            return Err(too_few(recent.len()));
        }
        let first_season = recent.iter().map(|m| m.fixture.season).min().unwrap_or(last);
        let teams: BTreeSet<TeamId> = recent.iter().flat_map(|m| [m.fixture.home, m.fixture.away]).collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let index = |team: TeamId| teams.binary_search(&team).unwrap_or_default() as u32;
        let row = |m: &&PlayedMatch<'_>| Meeting {
            season: ago(first_season) - ago(m.fixture.season),
            home: index(m.fixture.home),
            away: index(m.fixture.away),
            home_goals: m.score().home,
            away_goals: m.score().away,
            neutral: m.fixture.neutral,
        };
        let rows = recent.iter().map(row).collect();
        Ok(Self { teams, first_season, rows })
    }
}
