//! The season a file claims against the one its date belongs to. The date wins; a label that is often wrong means dates that
//! are often wrong.

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
pub struct SeasonLabel {
    /// What follows.
    pub action: Action,
}

impl RecordRule for SeasonLabel {
    fn name(&self) -> &'static str {
        "season_label"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let breach = |(at, r): (usize, &MatchRecord<TeamId>)| {
            let label = r.season_label.filter(|label| *label != r.season)?;
            let detail = format!(
                "row {}: labelled {label}, but {} is in {}; the date is believed",
                r.row, r.local_date, r.season
            );
            Some(Hit::of(records, at, Scope::Record, detail))
        };
        records.iter().enumerate().filter_map(breach).collect()
    }
}
