//! Days since a team's last match in the competition. More than a fortnight is as good as a fortnight.

use std::collections::BTreeMap;

use domain::{Fixture, PlayedMatch, Sport, TeamId};
use jiff::Timestamp;

use super::{Ahead, Feature, Tracker};

const MOST_DAYS: f64 = 14.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// Days of rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestDays {
    /// Home less away.
    Difference,
    /// Of the home side.
    Home,
    /// Of the away side.
    Away,
}

impl RestDays {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Difference, Self::Home, Self::Away];
}

impl Feature for RestDays {
    fn name(&self) -> &'static str {
        match self {
            Self::Difference => "rest_days",
            Self::Home => "rest_days_home",
            Self::Away => "rest_days_away",
        }
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(LastMatches { of: *self, kickoffs: BTreeMap::new() })
    }
}

struct LastMatches {
    of: RestDays,
    kickoffs: BTreeMap<TeamId, Timestamp>,
}

impl LastMatches {
    fn rest(&self, fixture: &Fixture, team: TeamId) -> Option<f64> {
        let seconds = fixture.kickoff.earliest().as_second() - self.kickoffs.get(&team)?.as_second();
        Some((seconds as f64 / SECONDS_PER_DAY).clamp(0.0, MOST_DAYS))
    }
}

impl Tracker for LastMatches {
    fn value(&self, fixture: &Fixture, _: &Ahead) -> Option<f64> {
        match self.of {
            RestDays::Difference => {
                Some(self.rest(fixture, fixture.home)? - self.rest(fixture, fixture.away)?)
            }
            RestDays::Home => self.rest(fixture, fixture.home),
            RestDays::Away => self.rest(fixture, fixture.away),
        }
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let kickoff = played.fixture.kickoff.earliest();
        for team in [played.fixture.home, played.fixture.away] {
            // A match put off may be known after a later one.
            let last = self.kickoffs.entry(team).or_insert(kickoff);
            *last = kickoff.max(*last);
        }
    }
}
