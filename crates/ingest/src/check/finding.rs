//! What a rule found, and what follows from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What follows from a breach of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing goes on: an import stores nothing, forecasting stops.
    Block,
    /// It is said, and work goes on.
    Warn,
    /// What breaks the rule is held back, the rest goes on.
    Quarantine,
    /// The rule does not run.
    Off,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Note,
    /// Somebody should look.
    Warning,
    /// Work must not go on.
    Blocking,
}

/// What follows from all findings together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing worse than a note.
    Pass,
    /// There are warnings.
    Warn,
    /// A rule blocks.
    Block,
}

/// A rule that is broken, with one example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// What follows by configuration.
    pub action: Action,
    /// How grave it is.
    pub severity: Severity,
    /// Where, e.g. `eng.1 2023-24`.
    pub subject: String,
    /// What, by its first case.
    pub detail: String,
    /// How many cases.
    pub count: usize,
}

impl Verdict {
    pub(super) fn of(findings: &[Finding]) -> Self {
        match findings.iter().map(|f| f.severity).max() {
            Some(Severity::Blocking) => Self::Block,
            Some(Severity::Warning) => Self::Warn,
            Some(Severity::Note) | None => Self::Pass,
        }
    }
}

impl Action {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Block => Severity::Blocking,
            Self::Warn | Self::Quarantine => Severity::Warning,
            Self::Off => Severity::Note,
        }
    }
}

/// Cases by subject.
#[derive(Debug, Default)]
pub(super) struct Hits(BTreeMap<(String, bool), (String, usize)>);

impl Hits {
    /// A case as grave as the rule's action says.
    pub(super) fn add(&mut self, subject: impl Into<String>, detail: impl FnOnce() -> String) {
        self.insert(subject.into(), false, detail);
    }

    /// A case that is only worth knowing, whatever the action.
    pub(super) fn note(&mut self, subject: impl Into<String>, detail: impl FnOnce() -> String) {
        self.insert(subject.into(), true, detail);
    }

    fn insert(&mut self, subject: String, note: bool, detail: impl FnOnce() -> String) {
        self.0.entry((subject, note)).or_insert_with(|| (detail(), 0)).1 += 1;
    }

    pub(super) fn into_findings(self, rule: &str, action: Action) -> impl Iterator<Item = Finding> {
        self.0.into_iter().map(move |((subject, note), (detail, count))| Finding {
            rule: rule.to_owned(),
            action,
            severity: if note { Severity::Note } else { action.severity() },
            subject,
            detail,
            count,
        })
    }
}
