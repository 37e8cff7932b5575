//! Players, by the ids of their league's own records.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::{Code, CodeError};

/// A player by the id of the league's own records, such as `00-0019596`. Unique within a pool, like the names of teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlayerCode(pub Code);

impl fmt::Display for PlayerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for PlayerCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        text.parse().map(Self)
    }
}

/// What a source says of a player, for people and never for matching; what it does not give is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Given and family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As play-by-play writes it, `T.Brady`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Where he plays, in the league's abbreviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// A player with what a source says of him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Player {
    /// Who.
    pub code: PlayerCode,
    /// What is said.
    pub profile: Profile,
}

impl Profile {
    /// The name to show.
    pub fn shown(&self) -> Option<&str> {
        self.name.as_deref().or(self.short_name.as_deref())
    }

    /// This one after another is heard of. Another spelling of a name is no news; another position is, when it is `later`.
    #[must_use]
    pub fn after(&self, other: &Self, later: bool) -> Self {
        let first = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
        let (newer, older) = if later { (other, self) } else { (self, other) };
        Self {
            name: first(&self.name, &other.name),
            short_name: first(&self.short_name, &other.short_name),
            position: first(&newer.position, &older.position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, position: &str) -> Profile {
        Profile { name: Some(name.into()), short_name: None, position: Some(position.into()) }
    }

    #[test]
    fn names_stay_and_positions_move_on() {
        let known = profile("Mitch Trubisky", "QB");
        assert_eq!(known.after(&profile("Mitchell Trubisky", "QB"), true), known);
        assert_eq!(known.after(&profile("Mitch Trubisky", "TE"), true).position.as_deref(), Some("TE"));
        assert_eq!(known.after(&profile("Mitch Trubisky", "TE"), false), known, "old news");
        let short = Profile { short_name: Some("M.Trubisky".into()), ..Profile::default() };
        assert_eq!(short.shown(), Some("M.Trubisky"));
        assert_eq!(short.after(&known, true).shown(), Some("Mitch Trubisky"));
    }
}
