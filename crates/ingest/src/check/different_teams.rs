//! A team does not meet itself. Adapters refuse the same spelling twice; this catches two spellings of one team.

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
pub struct DifferentTeams {
    /// What follows.
    pub action: Action,
}

impl RecordRule for DifferentTeams {
    fn name(&self) -> &'static str {
        "different_teams"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let broken = records.iter().enumerate().filter(|(_, r)| r.home == r.away);
        broken
            .map(|(at, r)| {
                let detail = format!("row {}: both sides are team {}", r.row, r.home.0);
                Hit::of(records, at, Scope::Record, detail)
            })
            .collect()
    }
}
