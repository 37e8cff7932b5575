//! What leagues of conferences and divisions share: who plays where, records, tie-breaks, play-off pairings, and the counts of
//! how far each team got.

pub(super) mod games;
pub(super) mod milestones;
pub(super) mod pairing_odds;
pub(super) mod season;
pub(super) mod standings;
pub(super) mod tie_break;

use domain::table_rules::Alignment;

pub use self::{milestones::MilestoneShares, pairing_odds::PairingOdds};
use crate::ForecastError;

/// A team's place in the league, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// 0 or 1, in the order of the table.
    pub conference: u8,
    /// Position of its division on the table.
    pub division: u8,
}

/// The places of teams of these names, in the same order.
///
/// # Errors
/// When a team is not on the table, or the table's teams are not all there.
pub fn seats(names: &[String], table: &[Alignment]) -> Result<Vec<Seat>, ForecastError> {
    let first = table.first().map_or("", |alignment| alignment.conference);
    let seat = |name: &String| {
        let division = table.iter().position(|a| a.teams.contains(&name.as_str()))?;
        let conference = u8::from(table[division].conference != first);
        Some(Seat { conference, division: division as u8 })
    };
    let wrong = |detail: String| ForecastError::Season { detail };
    let seats: Vec<Seat> = names
        .iter()
        .map(|name| seat(name).ok_or_else(|| wrong(format!("{name} is in no division on record"))))
        .collect::<Result<_, _>>()?;
    let expected: usize = table.iter().map(|a| a.teams.len()).sum();
    if seats.len() != expected {
        return Err(wrong(format!(
            "{} of {expected} teams have a fixture on record: import the whole schedule of the season",
            seats.len()
        )));
    }
    Ok(seats)
}
