//! Difference of Elo ratings in points, home advantage not counted, by the default constants of the sport.

use domain::{Fixture, Snapshot};

use super::Feature;
use crate::rating::{EloRules, EloTable, RatingTable as _};

/// Home less away Elo rating.
#[derive(Debug, Clone, Copy)]
pub struct EloDifference;

impl Feature for EloDifference {
    fn name(&self) -> &'static str {
        "elo_difference"
    }

    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        let mut table = EloTable::new(EloRules::of(fixture.sport));
        for played in snapshot.played_in(fixture.competition) {
            table.update(&played);
        }
        Some(table.difference(fixture))
    }
}
