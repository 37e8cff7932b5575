//! A goal start in quarters for the home side; the away side has the opposite start. A quarter line is two half stakes on
//! the neighbouring half lines.

use super::{Line, Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "asian_handicap";

pub(super) fn grade(selection: Selection, line: Line, score: Score) -> Option<Shares> {
    let home_ahead = 4 * score.margin() + i32::from(line.quarters());
    match selection {
        Selection::Home => Some(Shares::of_quarters_ahead(home_ahead)),
        Selection::Away => Some(Shares::of_quarters_ahead(-home_ahead)),
        _ => None,
    }
}
