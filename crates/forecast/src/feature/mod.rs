//! Features: one number about a fixture from what was known before it. One file per feature, listed in [`features`].
//!
//! Those about both sides are the home side's value less the away side's, so that 0 means level.

mod elo_difference;
mod expected_goals_difference;
mod form_points;
mod goal_difference;
mod rest_days;

use domain::{Fixture, Snapshot};

pub use self::{
    elo_difference::EloDifference, expected_goals_difference::ExpectedGoalsDifference,
    form_points::FormPoints, goal_difference::GoalDifference, rest_days::RestDays,
};

/// One number about a fixture.
pub trait Feature: Send + Sync {
    /// Its name on the list and in tables.
    fn name(&self) -> &'static str;

    /// Its value, from the snapshot alone; none when it is not defined, e.g. rest days before a first match.
    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64>;
}

/// The visible list.
pub fn features() -> Vec<Box<dyn Feature>> {
    vec![
        Box::new(EloDifference),
        Box::new(FormPoints::LAST_5),
        Box::new(FormPoints::LAST_10),
        Box::new(GoalDifference::LAST_10),
        Box::new(ExpectedGoalsDifference::LAST_10),
        Box::new(RestDays),
    ]
}

#[cfg(test)]
mod tests;
