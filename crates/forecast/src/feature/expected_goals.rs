//! Expected goals for and against per match, over the last matches whose expected goals are known by now.

use super::recent::{
    Quantity::ExpectedGoals,
    Recent,
    Whose::{Opponents, Own},
};

pub(super) const LIST: [Recent; 6] = [
    Recent::difference("expected_goals_for_5", 5, ExpectedGoals, Own),
    Recent::difference("expected_goals_for_10", 10, ExpectedGoals, Own),
    Recent::difference("expected_goals_for_20", 20, ExpectedGoals, Own),
    Recent::difference("expected_goals_against_5", 5, ExpectedGoals, Opponents),
    Recent::difference("expected_goals_against_10", 10, ExpectedGoals, Opponents),
    Recent::difference("expected_goals_against_20", 20, ExpectedGoals, Opponents),
];
