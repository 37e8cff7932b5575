//! How a match ended: scores by period, after regulation and after all play.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Points or goals of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Score {
    /// Home side.
    pub home: u16,
    /// Away side.
    pub away: u16,
}

impl Score {
    /// Home and away.
    pub const fn new(home: u16, away: u16) -> Self {
        Self { home, away }
    }

    /// Home minus away.
    pub fn margin(self) -> i32 {
        i32::from(self.home) - i32::from(self.away)
    }

    /// Both together.
    pub fn total(self) -> i32 {
        i32::from(self.home) + i32::from(self.away)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.home, self.away)
    }
}

/// Whether a match counts as played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeStatus {
    /// Played to its end on the field.
    Completed,
    /// Begun and not finished.
    Abandoned,
    /// Not played within the limit of the market's terms.
    Postponed,
    /// Will not be played.
    Cancelled,
}

/// What grading needs to know of a finished match. Bets settle on the field: a later award is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether it counts.
    pub status: OutcomeStatus,
    /// The score after regulation: 90 minutes plus stoppage, four quarters. Absent where the source gives only the end.
    pub regulation: Option<Score>,
    /// The score after all play, overtime included, shoot-outs not.
    pub full_time: Score,
    /// Points of each period in order (halves or quarters, then overtimes); empty when unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<Score>,
}

impl Outcome {
    /// A match that ended in regulation with `score`.
    pub fn completed(score: Score) -> Self {
        Self {
            status: OutcomeStatus::Completed,
            regulation: Some(score),
            full_time: score,
            periods: Vec::new(),
        }
    }

    /// A match decided in overtime; `regulation` is unknown in many feeds.
    pub fn after_overtime(regulation: Option<Score>, full_time: Score) -> Self {
        Self { status: OutcomeStatus::Completed, regulation, full_time, periods: Vec::new() }
    }

    /// Whether it went beyond regulation, in a sport that plays on when the score is level; none when the source gives only
    /// the end.
    pub fn went_to_overtime(&self) -> Option<bool> {
        match self.regulation {
            Some(regulation) => Some(regulation.margin() == 0),
            None => (self.full_time.margin() == 0).then_some(true),
        }
    }
}
