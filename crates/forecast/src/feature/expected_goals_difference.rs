//! Expected goals for less against per match, over the last matches whose expected goals are known by now.

use domain::{Fixture, Snapshot};

use super::Feature;
use crate::recent_matches::difference_of_last;

/// Home less away mean difference of expected goals over the last `n`.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedGoalsDifference {
    n: usize,
    name: &'static str,
}

impl ExpectedGoalsDifference {
    /// Over ten matches.
    pub const LAST_10: Self = Self { n: 10, name: "expected_goals_difference_10" };
}

impl Feature for ExpectedGoalsDifference {
    fn name(&self) -> &'static str {
        self.name
    }

    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        difference_of_last(snapshot, fixture, self.n, |side| {
            Some(side.difference(side.played.statistics?.expected_goals?))
        })
    }
}
