//! What was counted in a match beside the score.

use serde::{Deserialize, Serialize};

/// Home and away value of one statistic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Home side.
    pub home: f64,
    /// Away side.
    pub away: f64,
}

/// Match statistics; what a source does not give is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MatchStatistics {
    /// Expected goals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_goals: Option<Pair>,
    /// Shots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots: Option<Pair>,
    /// Shots on target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots_on_target: Option<Pair>,
    /// Corners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corners: Option<Pair>,
    /// Shares of the time each side had the ball, which add up to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possession: Option<Pair>,
    /// Red cards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_cards: Option<Pair>,
}

impl MatchStatistics {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
