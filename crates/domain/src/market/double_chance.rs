//! Two of the three outcomes.

use super::{Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "double_chance";

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    Some(Shares::win_if(match selection {
        Selection::HomeOrDraw => score.margin() >= 0,
        Selection::DrawOrAway => score.margin() <= 0,
        Selection::HomeOrAway => score.margin() != 0,
        _ => return None,
    }))
}
