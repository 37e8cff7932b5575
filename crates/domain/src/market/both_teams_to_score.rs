//! Whether each side scores at least once.

use super::{Selection, Shares};
use crate::outcome::Score;

pub(super) const CODE: &str = "both_teams_to_score";

pub(super) fn grade(selection: Selection, score: Score) -> Option<Shares> {
    let both = score.home > 0 && score.away > 0;
    match selection {
        Selection::Yes => Some(Shares::win_if(both)),
        Selection::No => Some(Shares::win_if(!both)),
        _ => None,
    }
}
