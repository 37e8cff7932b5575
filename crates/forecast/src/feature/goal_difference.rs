//! Goals or points by which a team won per match, over the last matches.

use domain::{Fixture, Snapshot};

use super::Feature;
use crate::recent_matches::difference_of_last;

/// Home less away mean margin over the last `n`.
#[derive(Debug, Clone, Copy)]
pub struct GoalDifference {
    n: usize,
    name: &'static str,
}

impl GoalDifference {
    /// Over ten matches.
    pub const LAST_10: Self = Self { n: 10, name: "goal_difference_10" };
}

impl Feature for GoalDifference {
    fn name(&self) -> &'static str {
        self.name
    }

    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        difference_of_last(snapshot, fixture, self.n, |side| Some(side.margin()))
    }
}
