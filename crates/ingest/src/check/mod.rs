//! Contracts that data must keep, one file per rule. Rules on records run at import, before anything is stored; rules on a
//! history run before forecasting. Which rules block, warn or quarantine, and their limits, is configuration
//! (`config/checks.toml` holds the defaults).
//!
//! What needs no rule: probabilities sum to 1 and odds exceed 1 by their types in `domain`, columns and formats are the
//! adapters' business, and every fixture has its teams by the store's keys.

mod books;
mod different_teams;
mod double_booking;
mod duplicate;
mod expected_goals;
mod finding;
mod freshness;
mod history_view;
mod import;
mod missing_share;
mod odds_freshness;
mod possession;
mod score_outlier;
mod score_range;
mod season_label;
mod season_size;
mod spread_range;
mod time_order;

use domain::{History, MatchRecord, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::{finding::Hits, history_view::HistoryView};
pub use self::{
    finding::{Action, Finding, Severity, Verdict},
    import::{Held, HeldBack, Judged, judge_import},
};
use crate::error::IngestError;

/// The contracts that ship.
pub const DEFAULTS: &str = include_str!("../../../../config/checks.toml");

/// Every rule with its action and limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "every field is the rule of its name, documented in that rule's file and in checks.toml"
)]
pub struct Contracts {
    pub different_teams: different_teams::DifferentTeams,
    pub score_range: score_range::ScoreRange,
    pub season_label: season_label::SeasonLabel,
    pub time_order: time_order::TimeOrder,
    pub conflict_in_file: duplicate::ConflictInFile,
    pub arbitrage_book: books::ArbitrageBook,
    pub book_sum: books::BookSum,
    pub spread_range: spread_range::SpreadRange,
    pub unusual_expected_goals: expected_goals::UnusualExpectedGoals,
    pub expected_goals: expected_goals::ImpossibleExpectedGoals,
    pub possession_sum: possession::PossessionSum,
    pub missing_share: missing_share::MissingShare,
    pub freshness: freshness::Freshness,
    pub odds_freshness: odds_freshness::OddsFreshness,
    pub double_booking: double_booking::DoubleBooking,
    pub season_size: season_size::SeasonSize,
    pub score_outlier: score_outlier::ScoreOutlier,
}

/// A rule on the records of one file.
trait RecordRule {
    /// Its name in configuration and findings.
    fn name(&self) -> &'static str;
    /// What follows from a breach.
    fn action(&self) -> Action;
    /// Where the records break it.
    fn hits(&self, records: &[MatchRecord<TeamId>], now: Timestamp) -> Vec<import::Hit>;
}

/// A rule on everything that is stored.
trait HistoryRule {
    /// Its name in configuration and findings.
    fn name(&self) -> &'static str;
    /// What follows from a breach.
    fn action(&self) -> Action;
    /// What breaks it, by subject.
    fn hits(&self, view: &HistoryView<'_>, now: Timestamp) -> Hits;
}

impl Default for Contracts {
    /// The contracts that ship.
    ///
    /// # Panics
    /// Never: a test reads them.
    fn default() -> Self {
        Self::from_toml(DEFAULTS).expect("the shipped contracts are valid, as a test shows")
    }
}

impl Contracts {
    /// Reads contracts. Every rule must be there, so that a file shows all that is checked.
    ///
    /// # Errors
    /// When it is no TOML or a rule or parameter is unknown, missing or of the wrong type.
    pub fn from_toml(text: &str) -> Result<Self, IngestError> {
        toml::from_str(text)
            .map_err(|error| IngestError::Contracts { message: error.to_string().trim().to_owned() })
    }

    /// The visible list of rules on records, in the order they run.
    fn record_rules(&self) -> Vec<&dyn RecordRule> {
        vec![
            &self.different_teams,
            &self.score_range,
            &self.season_label,
            &self.time_order,
            &self.conflict_in_file,
            &self.arbitrage_book,
            &self.book_sum,
            &self.spread_range,
            &self.unusual_expected_goals,
            &self.expected_goals,
            &self.possession_sum,
            &self.missing_share,
        ]
    }

    /// The visible list of rules on a history.
    fn history_rules(&self) -> Vec<&dyn HistoryRule> {
        vec![
            &self.freshness,
            &self.odds_freshness,
            &self.double_booking,
            &self.season_size,
            &self.score_outlier,
        ]
    }
}

/// What the rules say about a whole history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Breaches, in the order of the rules.
    pub findings: Vec<Finding>,
    /// What follows from all of them.
    pub verdict: Verdict,
}

/// Judges everything that is stored, as it looks at `now`.
pub fn judge_history(history: &History, contracts: &Contracts, now: Timestamp) -> Judgement {
    let view = HistoryView::of(history);
    let mut findings = Vec::new();
    for rule in contracts.history_rules() {
        if rule.action() != Action::Off {
            findings.extend(rule.hits(&view, now).into_findings(rule.name(), rule.action()));
        }
    }
    let verdict = Verdict::of(&findings);
    Judgement { findings, verdict }
}

#[cfg(test)]
mod tests;
