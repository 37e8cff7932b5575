//! Shots and shots on target for and against per match, over the last matches whose statistics are known by now.

use super::recent::{
    Quantity::{Shots, ShotsOnTarget},
    Recent,
    Whose::{Opponents, Own},
};

pub(super) const LIST: [Recent; 8] = [
    Recent::difference("shots_for_10", 10, Shots, Own),
    Recent::difference("shots_for_20", 20, Shots, Own),
    Recent::difference("shots_against_10", 10, Shots, Opponents),
    Recent::difference("shots_against_20", 20, Shots, Opponents),
    Recent::difference("shots_on_target_for_10", 10, ShotsOnTarget, Own),
    Recent::difference("shots_on_target_for_20", 20, ShotsOnTarget, Own),
    Recent::difference("shots_on_target_against_10", 10, ShotsOnTarget, Opponents),
    Recent::difference("shots_on_target_against_20", 20, ShotsOnTarget, Opponents),
];
