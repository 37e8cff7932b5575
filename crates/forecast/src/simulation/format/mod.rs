//! Formats of competitions: what is played and who wins it. One file or directory per format, listed in [`Format::ALL`].

pub mod league;

use domain::Sport;

/// How a season is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// By the final table.
    League,
}

impl Format {
    /// The visible list.
    pub const ALL: [Self; 1] = [Self::League];

    /// How a sport decides its seasons.
    pub fn of(_sport: Sport) -> Self {
        Self::League
    }
}
