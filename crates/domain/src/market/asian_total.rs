//! Goals over or under a line in quarters. A quarter line is two half stakes on the neighbouring half lines.

use super::{Line, Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "asian_total";

pub(super) fn grade(selection: Selection, line: Line, score: Score) -> Option<Shares> {
    let over_ahead = 4 * score.total() - i32::from(line.quarters());
    match selection {
        Selection::Over => Some(Shares::of_quarters_ahead(over_ahead)),
        Selection::Under => Some(Shares::of_quarters_ahead(-over_ahead)),
        _ => None,
    }
}
