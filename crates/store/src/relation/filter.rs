//! Which rows are asked for, and how a statement says so.

use domain::{CompetitionId, Season};
use jiff::Timestamp;

use crate::Value;

/// Which rows of a relation are asked for; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these competitions; of all when empty.
    pub competitions: Vec<CompetitionId>,
    /// Of one season; of all when none.
    pub season: Option<Season>,
    /// Facts known before this moment, and what was made of them before it; all when none.
    pub known_before: Option<Timestamp>,
}

/// What rows can be told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Their competition.
    Competition,
    /// Their season.
    Season,
    /// When they became known, or were made.
    Moment,
}

impl Filter {
    /// What this filter tells rows apart by.
    pub fn by(&self) -> impl Iterator<Item = By> {
        let competition = (!self.competitions.is_empty()).then_some(By::Competition);
        let season = self.season.map(|_| By::Season);
        let moment = self.known_before.map(|_| By::Moment);
        [competition, season, moment].into_iter().flatten()
    }
}

/// Conditions of a statement with the values of their placeholders.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// The placeholder of one more value.
    pub(super) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(super) fn add(&mut self, condition: String) {
        self.parts.push(condition);
    }

    /// That a competition is one of these. It is asked as an expression, because an index on it has another order than the
    /// rows are wanted in.
    pub(super) fn among(&mut self, competition: &str, competitions: &[CompetitionId]) {
        let places: Vec<String> = competitions.iter().map(|id| self.place(id.as_str())).collect();
        self.add(format!("COALESCE({competition}, '') IN ({})", places.join(", ")));
    }

    /// The conditions, each after `word` or after AND, and their values.
    pub(super) fn after(self, word: &str) -> (String, Vec<Value>) {
        let text = match self.parts.as_slice() {
            [] => String::new(),
            parts => format!(" {word} {}", parts.join(" AND ")),
        };
        (text, self.values)
    }
}
