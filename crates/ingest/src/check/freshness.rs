//! Results that are too old to forecast from. Only a live competition can be stale: one that has played or announced a match
//! within living memory. Of the rest a note says how old it is, so that a study of past seasons passes and nobody mistakes
//! its forecasts for fresh ones.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Action, HistoryRule, HistoryView, finding::Hits};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freshness {
    /// What follows.
    pub action: Action,
    /// Largest age of the newest result of a live competition.
    pub max_age_days: u16,
    /// A competition is live when its last known fixture, played or to come, is no older; longer than any summer break.
    pub live_for_days: u16,
}

fn days(count: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

impl HistoryRule for Freshness {
    fn name(&self) -> &'static str {
        "freshness"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, view: &HistoryView<'_>, now: Timestamp) -> Hits {
        let mut hits = Hits::default();
        for (competition, fixtures) in &view.competitions {
            let started = fixtures.iter().map(|(f, _)| f.kickoff.earliest());
            let Some(last_fixture) = started.max() else { continue };
            let played = fixtures.iter().filter(|(_, outcome)| outcome.is_some());
            let Some(last_result) = played.map(|(f, _)| f.kickoff.earliest()).max() else { continue };
            let age = now.duration_since(last_result);
            if age <= days(self.max_age_days) {
                continue;
            }
            let age_days = age.as_hours() / 24;
            if now.duration_since(last_fixture) <= days(self.live_for_days) {
                hits.add(competition.to_string(), || {
                    let limit = self.max_age_days;
                    format!(
                        "the newest result is {age_days} days old, the limit is {limit}: import newer ones"
                    )
                });
            } else {
                hits.note(competition.to_string(), || {
                    format!("past seasons only: the newest result is {age_days} days old")
                });
            }
        }
        hits
    }
}
