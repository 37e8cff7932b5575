//! Home or away; a draw refunds the stake. A moneyline under its soccer name.

use super::{Selection, Shares, moneyline};
use crate::outcome::Score;

pub(super) const CODE: &str = "draw_no_bet";

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    moneyline::grade(selection, score)
}
