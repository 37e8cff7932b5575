//! What is known of a match itself before it begins, beside its prices.

use domain::{Briefing, Conditions, PlayerCode};

/// News about a match to come.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ahead {
    /// Who starts for the side that stands as home, and for the other.
    pub starters: [Option<PlayerCode>; 2],
    /// What it is to be played under.
    pub conditions: Conditions,
}

impl Ahead {
    /// As the briefing has it, seen from the home side or from the other.
    pub fn of(briefing: &Briefing<'_>, mirrored: bool) -> Self {
        let [home, away] = briefing.starters();
        let starters = if mirrored { [away, home] } else { [home, away] };
        Self { starters, conditions: briefing.conditions() }
    }
}
