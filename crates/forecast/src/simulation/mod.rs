//! Playing out what forecasts say: one match many times, or the rest of a season.
//!
//! [`simulate_match`] plays one score distribution. [`SeasonState`] is a season as one snapshot shows it; its remaining matches
//! are forecast by a fitted model, and a [`mod@format`] plays them out by the rules of the competition. Everything is drawn from
//! one seed, in blocks whose results do not depend on the number of threads.

mod alias;
mod blocks;
mod doubt;
mod estimate;
pub mod format;
mod match_scores;
mod state;

pub use blocks::Runs;
pub use estimate::Estimate;
pub use format::{Format, MilestoneShares, PairingOdds};
pub use match_scores::{SimulatedMatch, simulate_match};
pub use state::{MAX_TEAMS, Pairings, Played, SeasonState, publishes_schedule};
