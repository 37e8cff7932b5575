//! From a forecast and quoted odds to a decision, and from an outcome to money.
//!
//! The path of a bet through this crate: [`edge::candidates`] compares a forecast with every price that could be taken and
//! keeps the best book per selection; [`decision::decide`] screens them by a [`Policy`], sizes them by its
//! [`Staking`] rule and cuts them to its [`Limits`]; [`settlement`] turns an outcome
//! into money; [`closing_line`], [`performance`] and [`totals`] say afterwards whether any of it was good.
//!
//! Prices and settlement both come from the one grading function of [`domain::Market`], so they cannot disagree. Money is
//! counted in whole minor units and rounded once per bet. Nothing here reads a clock or draws from an unseeded generator.

pub mod closing_line;
pub mod decision;
pub mod edge;
mod error;
pub mod exposure;
pub mod grades;
pub mod performance;
pub mod settlement;
mod sizing;
pub mod staking;
pub mod totals;

pub use closing_line::{ClosingLine, ClosingLineValue};
pub use decision::{Account, Decision, Policy, Verdict, decide, judge};
pub use edge::{Books, Candidate, QuoteRules, candidates};
pub use error::BettingError;
pub use exposure::{Cap, Exposure, Limits};
pub use grades::GradeDistribution;
pub use performance::{Performance, SettledBet};
pub use settlement::{BetTerms, Payout, grade_bet, settle};
pub use staking::Staking;
pub use totals::Totals;
