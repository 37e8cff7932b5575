//! Formats of competitions: what is played and who wins it. One file or directory per format, listed in [`Format::ALL`].

mod conferences;
pub mod league;
pub mod nba;
pub mod nfl;

use domain::Sport;

pub use conferences::{MilestoneShares, PairingOdds, Seat, seats};

/// How a season is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// By the final table: [`league::League`].
    League,
    /// By seeds and single games: [`nfl::Nfl`].
    Nfl,
    /// By seeds and series: [`nba::Nba`].
    Nba,
}

impl Format {
    /// The visible list.
    pub const ALL: [Self; 3] = [Self::League, Self::Nfl, Self::Nba];

    /// How a sport decides its seasons.
    pub fn of(sport: Sport) -> Self {
        match sport {
            Sport::Soccer => Self::League,
            Sport::Nfl => Self::Nfl,
            Sport::Nba => Self::Nba,
        }
    }
}
