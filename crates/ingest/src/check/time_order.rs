//! A match that has a result has been played. Future fixtures are fine; a result from the future is a wrong date.

use domain::{MatchRecord, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeOrder {
    /// What follows.
    pub action: Action,
}

impl RecordRule for TimeOrder {
    fn name(&self) -> &'static str {
        "time_order"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], now: Timestamp) -> Vec<Hit> {
        let breach = |(at, r): (usize, &MatchRecord<TeamId>)| {
            let is_future = r.outcome.is_some() && r.kickoff.earliest() > now;
            let detail = || format!("row {}: a result of {}, which is not over", r.row, r.local_date);
            is_future.then(|| Hit::of(records, at, Scope::Record, detail()))
        };
        records.iter().enumerate().filter_map(breach).collect()
    }
}
