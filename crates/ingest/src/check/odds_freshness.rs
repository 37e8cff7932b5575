//! Prices of coming matches that were watched once and not since.

use domain::Phase;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Action, HistoryRule, HistoryView, finding::Hits};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OddsFreshness {
    /// What follows.
    pub action: Action,
    /// Largest age of the newest observed price.
    pub max_age_mins: u16,
    /// Only matches that start so soon.
    pub within_hours: u16,
}

impl HistoryRule for OddsFreshness {
    fn name(&self) -> &'static str {
        "odds_freshness"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, view: &HistoryView<'_>, now: Timestamp) -> Hits {
        let horizon = now + SignedDuration::from_hours(i64::from(self.within_hours));
        let limit = SignedDuration::from_mins(i64::from(self.max_age_mins));
        let mut hits = Hits::default();
        let coming = view
            .competitions
            .values()
            .flatten()
            .filter(|(f, outcome)| outcome.is_none() && (now..=horizon).contains(&f.kickoff.earliest()));
        for (fixture, _) in coming {
            let quotes = view.history.quotes_for_scoring(fixture.id);
            let observed =
                quotes.filter(|q| q.value.series.phase == Phase::Observed && q.times.known_at <= now);
            let Some(newest) = observed.map(|q| q.times.known_at).max() else { continue };
            let age = now.duration_since(newest);
            if age > limit {
                hits.add(fixture.competition.to_string(), || {
                    let id = fixture.id.0;
                    let (age, limit) = (age.as_mins(), limit.as_mins());
                    format!("prices of fixture {id} are {age} minutes old, the limit is {limit}")
                });
            }
        }
        hits
    }
}
