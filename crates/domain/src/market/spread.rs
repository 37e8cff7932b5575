//! A point start for the home side in whole or half points: a handicap whose line is never a quarter.

use super::{Line, Selection, Shares, asian_handicap};
use crate::outcome::Score;

pub(super) const CODE: &str = "spread";

pub(super) fn grade(selection: Selection, line: Line, score: Score) -> Option<Shares> {
    asian_handicap::grade(selection, line, score)
}
