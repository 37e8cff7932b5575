//! Points over or under a line in whole or half points: a total whose line is never a quarter.

use super::{Line, Selection, Shares, asian_total};
use crate::outcome::Score;

pub(super) const CODE: &str = "total";

pub(super) fn grade(selection: Selection, line: Line, score: Score) -> Option<Shares> {
    asian_total::grade(selection, line, score)
}
