//! What a side reports about its injured players before a match.

use serde::{Deserialize, Serialize};

/// Whether a player takes part in the next match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Will not play.
    Out,
    /// Unlikely to play.
    Doubtful,
    /// May or may not play.
    Questionable,
    /// Almost certain to play; given up by the NFL in 2016.
    Probable,
}

impl Availability {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Out, Self::Doubtful, Self::Questionable, Self::Probable];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Doubtful => "doubtful",
            Self::Questionable => "questionable",
            Self::Probable => "probable",
        }
    }

    /// The one of that name, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|availability| availability.code().eq_ignore_ascii_case(code))
    }
}

/// How much of the last practice a player took part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Practice {
    /// Not at all.
    None,
    /// In part of it.
    Limited,
    /// In all of it.
    Full,
}

impl Practice {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::None, Self::Limited, Self::Full];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Limited => "limited",
            Self::Full => "full",
        }
    }

    /// The one of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|practice| practice.code() == code)
    }
}

/// What is reported of one player. Reported without anything is a player who practised fully or whose status is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injury {
    /// Whether he plays; none when the report gives no status, which means that he is expected to.
    pub availability: Option<Availability>,
    /// What is injured, in the source's words; the reason of an absence where it is no injury.
    pub what: Option<String>,
    /// What else is injured.
    pub what_else: Option<String>,
    /// How much he practised.
    pub practice: Option<Practice>,
}
