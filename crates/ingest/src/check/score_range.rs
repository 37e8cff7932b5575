//! Scores within what the sport has seen. The adapters already refuse what no match could end with; this is for those who want
//! narrower limits.

use domain::{MatchRecord, Sport, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Parameters: lowest and highest score of one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRange {
    /// What follows.
    pub action: Action,
    /// Goals.
    pub soccer: [u16; 2],
    /// Points.
    pub nfl: [u16; 2],
    /// Points.
    pub nba: [u16; 2],
}

impl ScoreRange {
    fn limits(&self, sport: Sport) -> [u16; 2] {
        match sport {
            Sport::Soccer => self.soccer,
            Sport::Nfl => self.nfl,
            Sport::Nba => self.nba,
        }
    }
}

impl RecordRule for ScoreRange {
    fn name(&self) -> &'static str {
        "score_range"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let breach = |(at, record): (usize, &MatchRecord<TeamId>)| {
            let score = record.outcome.as_ref()?.full_time;
            let [low, high] = self.limits(record.sport);
            let within = |points: u16| (low..=high).contains(&points);
            let detail = || format!("row {}: {score} is not within {low} to {high}", record.row);
            (!within(score.home) || !within(score.away))
                .then(|| Hit::of(records, at, Scope::Record, detail()))
        };
        records.iter().enumerate().filter_map(breach).collect()
    }
}
