//! Roof and weather: what is known of them before the match, else those of the home side's last match at home. Weather is on
//! record once a match is over, so before it the last one stands for it, for four weeks.

use std::collections::BTreeMap;

use domain::{Conditions, Fixture, PlayedMatch, Sport, TeamId, Weather, venue::Roof};
use jiff::{SignedDuration, Timestamp};

use super::{Ahead, Feature, Tracker};

/// How long weather says something of the next.
const LASTING: SignedDuration = SignedDuration::from_hours(28 * 24);

/// What a match is played under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderConditions {
    /// 1 under an open sky, 0 under a roof.
    OpenAir,
    /// Degrees Celsius; not defined under a roof.
    Temperature,
    /// Wind in metres per second; not defined under a roof.
    Wind,
}

impl UnderConditions {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::OpenAir, Self::Temperature, Self::Wind];
}

impl Feature for UnderConditions {
    fn name(&self) -> &'static str {
        match self {
            Self::OpenAir => "open_air",
            Self::Temperature => "temperature",
            Self::Wind => "wind",
        }
    }

    fn tracker(&self, _: Sport) -> Box<dyn Tracker> {
        Box::new(AtHome { of: *self, last: BTreeMap::new() })
    }
}

struct AtHome {
    of: UnderConditions,
    /// Kick-off and conditions of every team's last match at home.
    last: BTreeMap<TeamId, (Timestamp, Conditions)>,
}

impl Tracker for AtHome {
    fn value(&self, fixture: &Fixture, ahead: &Ahead) -> Option<f64> {
        let last = self.last.get(&fixture.home).filter(|_| !fixture.neutral);
        let roof = ahead.conditions.roof.or_else(|| last?.1.roof);
        let open_air = roof.map(Roof::is_open_air);
        let weather = |of: fn(&Weather) -> Option<f64>| {
            if open_air == Some(false) {
                return None;
            }
            let recent =
                last.filter(|(kickoff, _)| fixture.kickoff.earliest().duration_since(*kickoff) <= LASTING);
            of(&ahead.conditions.weather).or_else(|| of(&recent?.1.weather))
        };
        match self.of {
            UnderConditions::OpenAir => Some(f64::from(u8::from(open_air?))),
            UnderConditions::Temperature => weather(|weather| weather.temperature_celsius),
            UnderConditions::Wind => weather(|weather| weather.wind_mps),
        }
    }

    fn result(&mut self, played: &PlayedMatch<'_>) {
        let (fixture, kickoff) = (played.fixture, played.fixture.kickoff.earliest());
        if fixture.neutral || played.conditions == Conditions::default() {
            return;
        }
        // A match put off may be known after a later one.
        let last = self.last.entry(fixture.home).or_insert((kickoff, played.conditions));
        if last.0 <= kickoff {
            *last = (kickoff, played.conditions);
        }
    }
}
