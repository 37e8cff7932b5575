//! Rules on the records of one file: they run one after another, and what one holds back the next no longer sees.

use domain::{Loss, MatchRecord, QuoteRecord, Reason, Rejection, TeamId, statistics::MatchStatistics};
use jiff::Timestamp;

use super::{
    Action, Contracts, Finding, Verdict,
    duplicate::{self, ConflictInFile},
    finding::Hits,
};

/// Where a rule is broken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    /// Position of the record; none when it is about the file as a whole.
    pub(super) record: Option<usize>,
    /// How much of the record it is about.
    pub(super) scope: Scope,
    /// Where, for the summary.
    pub(super) subject: String,
    /// What.
    pub(super) detail: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scope {
    Record,
    /// Positions of quotes; one hit per record and rule.
    Quotes(Vec<usize>),
    Statistics,
}

impl Hit {
    pub(super) fn of(records: &[MatchRecord<TeamId>], at: usize, scope: Scope, detail: String) -> Self {
        Self { record: Some(at), scope, subject: subject(&records[at]), detail }
    }
}

pub(super) fn subject(record: &MatchRecord<TeamId>) -> String {
    format!("{} {}", record.competition, record.season)
}

/// What a rule held back, for a person to release or reject.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldBack {
    /// Line of the file.
    pub row: u32,
    /// The rule.
    pub rule: String,
    /// Why.
    pub detail: String,
    /// What.
    pub held: Held,
}

/// What can be held back of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// All of it.
    Record(Box<MatchRecord<TeamId>>),
    /// Some of its prices.
    Quotes(Vec<QuoteRecord>),
    /// Its statistics.
    Statistics(Box<MatchStatistics>),
}

/// Records after all rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What may be stored, unless the verdict is to block.
    pub records: Vec<MatchRecord<TeamId>>,
    /// What may not.
    pub held_back: Vec<HeldBack>,
    /// Rows that repeat another row of the file and were dropped.
    pub duplicates: usize,
    /// Breaches, in the order of the rules.
    pub findings: Vec<Finding>,
    /// What follows from all of them.
    pub verdict: Verdict,
}

impl HeldBack {
    /// The rejection it stands for.
    pub fn rejection(&self) -> Rejection {
        let conflict = self.rule == ConflictInFile::NAME;
        Rejection {
            row: self.row,
            field: None,
            value: format!("{}: {}", self.rule, self.detail),
            reason: if conflict { Reason::ConflictInFile } else { Reason::FailedCheck },
            loss: if matches!(self.held, Held::Record(_)) { Loss::Row } else { Loss::Field },
        }
    }
}

/// Judges the records of one file, as they look at `now`.
pub fn judge_import(records: Vec<MatchRecord<TeamId>>, contracts: &Contracts, now: Timestamp) -> Judged {
    let (records, duplicates) = duplicate::without_repeats(records);
    let mut judged =
        Judged { records, held_back: Vec::new(), duplicates, findings: Vec::new(), verdict: Verdict::Pass };
    for rule in contracts.record_rules() {
        if rule.action() == Action::Off {
            continue;
        }
        let hits = rule.hits(&judged.records, now);
        let mut summary = Hits::default();
        for hit in &hits {
            summary.add(hit.subject.clone(), || hit.detail.clone());
        }
        judged.findings.extend(summary.into_findings(rule.name(), rule.action()));
        if rule.action() == Action::Quarantine {
            hold_back(&mut judged, rule.name(), hits);
        }
    }
    judged.verdict = Verdict::of(&judged.findings);
    judged
}

fn hold_back(judged: &mut Judged, rule: &str, hits: Vec<Hit>) {
    let mut lost = vec![false; judged.records.len()];
    // A rule names a record's quotes in one hit, so positions stay true while quotes are taken out.
    for hit in hits {
        let Some(at) = hit.record.filter(|at| !lost[*at]) else { continue };
        let record = &mut judged.records[at];
        let held = match hit.scope {
            Scope::Record => {
                lost[at] = true;
                Held::Record(Box::new(record.clone()))
            }
            Scope::Quotes(positions) => {
                let is_held = |i: &usize| positions.contains(i);
                let (held, kept): (Vec<_>, Vec<_>) = (0..record.quotes.len()).partition(is_held);
                let quotes = held.into_iter().map(|i| record.quotes[i]).collect();
                record.quotes = kept.into_iter().map(|i| record.quotes[i]).collect();
                Held::Quotes(quotes)
            }
            Scope::Statistics => Held::Statistics(Box::new(std::mem::take(&mut record.statistics))),
        };
        let (row, rule) = (record.row, rule.to_owned());
        judged.held_back.push(HeldBack { row, rule, detail: hit.detail, held });
    }
    let mut lost = lost.into_iter();
    judged.records.retain(|_| !lost.next().unwrap_or_default());
}
