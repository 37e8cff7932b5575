//! Possession is a share of time: what one side does not have, the other has. Sources round to whole per cent.

use domain::{MatchRecord, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Shares that do not add up to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PossessionSum {
    /// What follows.
    pub action: Action,
    /// How far from 1 their sum may be.
    pub tolerance: f64,
}

impl RecordRule for PossessionSum {
    fn name(&self) -> &'static str {
        "possession_sum"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let breach = |(at, record): (usize, &MatchRecord<TeamId>)| {
            let pair = record.statistics.possession?;
            let sum = pair.home + pair.away;
            let detail =
                || format!("row {}: possession {} and {} add up to {sum}", record.row, pair.home, pair.away);
            // A little room, so that 0.51 + 0.50 is within 0.01.
            let off = (sum - 1.0).abs() > self.tolerance + 1e-9;
            off.then(|| Hit::of(records, at, Scope::Statistics, detail()))
        };
        records.iter().enumerate().filter_map(breach).collect()
    }
}
