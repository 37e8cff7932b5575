//! Who starts a match, as far as a forecast uses it: the quarterbacks of an NFL game.

use serde::{Deserialize, Serialize};

use crate::player::PlayerCode;

/// A player who starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    /// Which player.
    pub player: PlayerCode,
    /// As the source spells the name; for people, never for matching.
    pub name: String,
}

/// The starting quarterback of each side, where a source names one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUp {
    /// Home side's.
    pub home: Option<Starter>,
    /// Away side's.
    pub away: Option<Starter>,
}

impl LineUp {
    /// Home and away player, without their names.
    pub fn players(&self) -> [Option<PlayerCode>; 2] {
        [&self.home, &self.away].map(|side| side.as_ref().map(|starter| starter.player))
    }

    /// Whether nobody is named.
    pub fn is_empty(&self) -> bool {
        self.home.is_none() && self.away.is_none()
    }
}
