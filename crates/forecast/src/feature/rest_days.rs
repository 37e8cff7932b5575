//! Days since a team's last match in the competition. More than a fortnight is as good as a fortnight.

use domain::{Fixture, Snapshot, TeamId};

use super::Feature;
use crate::recent_matches::recent;

const MOST_DAYS: f64 = 14.0;

/// Home less away days of rest.
#[derive(Debug, Clone, Copy)]
pub struct RestDays;

impl Feature for RestDays {
    fn name(&self) -> &'static str {
        "rest_days"
    }

    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        Some(rest(snapshot, fixture, fixture.home)? - rest(snapshot, fixture, fixture.away)?)
    }
}

fn rest(snapshot: &Snapshot<'_>, fixture: &Fixture, team: TeamId) -> Option<f64> {
    let last = recent(snapshot, fixture, team).next()?.played.fixture.kickoff.earliest();
    let seconds = fixture.kickoff.earliest().as_second() - last.as_second();
    Some((seconds as f64 / (24.0 * 60.0 * 60.0)).min(MOST_DAYS))
}
