//! Expected goals of one side. Above 10 somebody should look; above 15 the number is wrong and the statistics are held back.

use domain::{MatchRecord, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// More than matches see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnusualExpectedGoals {
    /// What follows.
    pub action: Action,
    /// Largest value nobody needs to look at.
    pub max: f64,
}

/// More than a match can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpossibleExpectedGoals {
    /// What follows.
    pub action: Action,
    /// Largest value that can be right.
    pub max: f64,
}

fn above(max: f64, records: &[MatchRecord<TeamId>]) -> Vec<Hit> {
    let breach = |(at, record): (usize, &MatchRecord<TeamId>)| {
        let pair = record.statistics.expected_goals?;
        let value = pair.home.max(pair.away);
        let detail = || format!("row {}: {value} expected goals are more than {max}", record.row);
        (value > max).then(|| Hit::of(records, at, Scope::Statistics, detail()))
    };
    records.iter().enumerate().filter_map(breach).collect()
}

impl RecordRule for UnusualExpectedGoals {
    fn name(&self) -> &'static str {
        "unusual_expected_goals"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        above(self.max, records)
    }
}

impl RecordRule for ImpossibleExpectedGoals {
    fn name(&self) -> &'static str {
        "expected_goals"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        above(self.max, records)
    }
}
