//! Home or away; a level score refunds the stake.

use super::{Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "moneyline";

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    match (selection, score.margin()) {
        (Selection::Home | Selection::Away, 0) => Some(Shares::PUSHED),
        (Selection::Home, margin) => Some(Shares::win_if(margin > 0)),
        (Selection::Away, margin) => Some(Shares::win_if(margin < 0)),
        _ => None,
    }
}
