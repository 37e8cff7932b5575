//! Ratings: one number per team, moved after every match. Pure values; models and features read them.

pub mod elo;
pub mod totals;

pub use elo::{EloRules, EloTable, MarginOfVictory};
pub use totals::{TotalRules, TotalTable};
