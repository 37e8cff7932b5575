//! What the numbers and texts of a column stand for, as its name says.

use crate::{Column, Kind};

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Microseconds since 1970, UTC.
    Instant,
    /// A date of the calendar, in ISO's form.
    Date,
    /// What they are.
    Itself,
}

/// Names of instants that do not end in `_at`.
const INSTANTS: [&str; 5] = ["at", "as_of", "kickoff", "kickoff_start", "kickoff_end"];

impl Column {
    /// What its values stand for.
    pub fn meaning(&self) -> Meaning {
        let name = self.name.as_str();
        match self.kind {
            Kind::Integer if name.ends_with("_at") || INSTANTS.contains(&name) => Meaning::Instant,
            Kind::Text if name == "date" || name.ends_with("_date") || name.ends_with("_on") => Meaning::Date,
            _ => Meaning::Itself,
        }
    }
}
