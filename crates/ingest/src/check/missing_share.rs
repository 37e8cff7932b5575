//! How much is missing of what a file gives at all. A season without any odds is an old season; one with odds for nine
//! matches in ten is a broken download.

use std::collections::BTreeMap;

use domain::{MatchRecord, TeamId, market::MarketKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{self, Hit, Scope},
};

/// Parameters: largest shares, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingShare {
    /// What follows.
    pub action: Action,
    /// Of played matches without a score, and of matches without prices of a market that others of the season have.
    pub max: f64,
    /// The same for spreads and totals.
    pub spread_and_total: f64,
    /// Seasons of fewer matches are not judged.
    pub min_matches: usize,
}

#[derive(Default)]
struct Season {
    matches: usize,
    past: usize,
    past_without_score: usize,
    quoted: BTreeMap<MarketKind, usize>,
}

impl MissingShare {
    fn of(&self, kind: MarketKind) -> f64 {
        match kind {
            MarketKind::Spread | MarketKind::Total => self.spread_and_total,
            _ => self.max,
        }
    }

    fn breaches(&self, season: &Season) -> Vec<String> {
        let mut breaches = Vec::new();
        let mut judge = |what: &str, missing: usize, of: usize, max: f64| {
            if of >= self.min_matches && missing as f64 > max * of as f64 {
                let share = 100.0 * missing as f64 / of as f64;
                breaches.push(format!("{missing} of {of} matches ({share:.1} %) have no {what}"));
            }
        };
        judge("score", season.past_without_score, season.past, self.max);
        for (kind, quoted) in &season.quoted {
            judge(&format!("{} odds", kind.code()), season.matches - quoted, season.matches, self.of(*kind));
        }
        breaches
    }
}

impl RecordRule for MissingShare {
    fn name(&self) -> &'static str {
        "missing_share"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], now: Timestamp) -> Vec<Hit> {
        // A file of odds alone has no scores to miss.
        let has_scores = records.iter().any(|r| r.outcome.is_some());
        let mut seasons: BTreeMap<String, Season> = BTreeMap::new();
        for record in records {
            let season = seasons.entry(import::subject(record)).or_default();
            season.matches += 1;
            if has_scores && record.kickoff.result_known_at(record.sport).0 < now {
                season.past += 1;
                season.past_without_score += usize::from(record.outcome.is_none());
            }
            let mut kinds: Vec<MarketKind> = record.quotes.iter().map(|q| q.series.market.kind()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            for kind in kinds {
                *season.quoted.entry(kind).or_default() += 1;
            }
        }
        let hit = |(subject, season): (String, Season)| {
            let breaches = self.breaches(&season);
            let detail = breaches.join("; ");
            (!breaches.is_empty()).then_some(Hit { record: None, scope: Scope::Record, subject, detail })
        };
        seasons.into_iter().filter_map(hit).collect()
    }
}
