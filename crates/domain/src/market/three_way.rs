//! Home, draw or away after the settlement period.

use super::{Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "three_way";

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    Some(Shares::win_if(match selection {
        Selection::Home => score.margin() > 0,
        Selection::Draw => score.margin() == 0,
        Selection::Away => score.margin() < 0,
        _ => return None,
    }))
}
