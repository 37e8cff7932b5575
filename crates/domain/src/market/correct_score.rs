//! The very score.

use super::{Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "correct_score";

/// Books print scores up to about five goals; any other can still be named.
const PRINTED_MAX: u16 = 5;

pub(super) fn selections() -> Vec<Selection> {
    (0..=PRINTED_MAX)
        .flat_map(|home| (0..=PRINTED_MAX).map(move |away| Selection::Exactly(Score::new(home, away))))
        .collect()
}

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    match selection {
        Selection::Exactly(wanted) => Some(Shares::win_if(wanted == score)),
        _ => None,
    }
}
