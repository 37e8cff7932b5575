//! Where a match is played.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::{Code, CodeError};

/// A venue by the id of the league's own records in small letters, such as `bos00`. Its name may change, its code does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VenueCode(pub Code);

impl fmt::Display for VenueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for VenueCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        text.to_ascii_lowercase().parse().map(Self)
    }
}

/// What is above the field on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roof {
    /// No roof.
    Outdoors,
    /// A roof that does not open.
    Dome,
    /// A roof that opens, closed.
    Closed,
    /// A roof that opens, open.
    Open,
}

impl Roof {
    /// Every roof.
    pub const ALL: [Self; 4] = [Self::Outdoors, Self::Dome, Self::Closed, Self::Open];

    /// Its name in the store and in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Outdoors => "outdoors",
            Self::Dome => "dome",
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }

    /// The roof of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|roof| roof.code() == code)
    }

    /// Whether the weather reaches the field.
    pub fn is_open_air(self) -> bool {
        matches!(self, Self::Outdoors | Self::Open)
    }
}

/// The venue of one match, as it was on the day: names, surfaces and roofs change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// Which venue.
    pub code: VenueCode,
    /// As it was called.
    pub name: String,
    /// What is above the field, where the source says so.
    pub roof: Option<Roof>,
    /// What is played on, in the source's word, e.g. `grass`.
    pub surface: Option<String>,
}
