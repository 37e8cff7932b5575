//! Form: points per match over the last matches; 3 for a win and 1 for a draw in soccer, 1 and 1/2 elsewhere.

use domain::{Fixture, Snapshot};

use super::Feature;
use crate::recent_matches::difference_of_last;

/// Home less away points per match over the last `n`.
#[derive(Debug, Clone, Copy)]
pub struct FormPoints {
    n: usize,
    name: &'static str,
}

impl FormPoints {
    /// Over five matches.
    pub const LAST_5: Self = Self { n: 5, name: "form_points_5" };
    /// Over ten matches.
    pub const LAST_10: Self = Self { n: 10, name: "form_points_10" };
}

impl Feature for FormPoints {
    fn name(&self) -> &'static str {
        self.name
    }

    fn value(&self, snapshot: &Snapshot<'_>, fixture: &Fixture) -> Option<f64> {
        let (win, level) = if fixture.sport.is_three_way() { (3.0, 1.0) } else { (1.0, 0.5) };
        difference_of_last(snapshot, fixture, self.n, |side| {
            let margin = side.margin();
            Some(if margin > 0.0 {
                win
            } else if margin < 0.0 {
                0.0
            } else {
                level
            })
        })
    }
}
