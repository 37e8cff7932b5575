//! A team plays twice within hours: two spellings of a date, or two teams taken for one. Fixtures of which only the date is
//! known clash when they share it.

use std::collections::BTreeMap;

use domain::{FixtureStatus, Sport, TeamId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Action, HistoryRule, HistoryView, finding::Hits};

/// Parameters: least hours between two kick-offs of one team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubleBooking {
    /// What follows.
    pub action: Action,
    /// In soccer.
    pub soccer_hours: u16,
    /// In the NFL.
    pub nfl_hours: u16,
    /// In the NBA, where teams play on consecutive days.
    pub nba_hours: u16,
}

impl DoubleBooking {
    fn least(&self, sport: Sport) -> SignedDuration {
        SignedDuration::from_hours(i64::from(match sport {
            Sport::Soccer => self.soccer_hours,
            Sport::Nfl => self.nfl_hours,
            Sport::Nba => self.nba_hours,
        }))
    }
}

impl HistoryRule for DoubleBooking {
    fn name(&self) -> &'static str {
        "double_booking"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, view: &HistoryView<'_>, _now: Timestamp) -> Hits {
        let mut hits = Hits::default();
        let mut by_team: BTreeMap<(Sport, TeamId), Vec<_>> = BTreeMap::new();
        for (fixture, _) in view.competitions.values().flatten() {
            if !matches!(fixture.status, FixtureStatus::Postponed | FixtureStatus::Cancelled) {
                for team in [fixture.home, fixture.away] {
                    by_team.entry((fixture.sport, team)).or_default().push(fixture);
                }
            }
        }
        for ((sport, team), mut fixtures) in by_team {
            fixtures.sort_by_key(|f| (f.kickoff.earliest(), f.id));
            for pair in fixtures.windows(2) {
                let [first, second] = pair else { continue };
                let gap = second.kickoff.earliest().duration_since(first.kickoff.earliest());
                // Between two dates of unknown hours a day apart there may be a whole day.
                let dated = first.kickoff.is_date_only() && second.kickoff.is_date_only();
                let clash = if dated { gap.is_zero() } else { gap < self.least(sport) };
                if clash {
                    hits.add(format!("{} {}", second.competition, second.season), || {
                        let (team, one, other) = (team.0, first.id.0, second.id.0);
                        format!("team {team} plays fixtures {one} and {other} {} hours apart", gap.as_hours())
                    });
                }
            }
        }
        hits
    }
}
