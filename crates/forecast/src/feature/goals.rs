//! Goals (points in NFL and NBA) for and against per match over the last matches: everywhere, and of the home side at home
//! with the away side away; and how many fall in matches of these teams at all.

use super::recent::{
    Quantity::Goals,
    Recent, Sides,
    Venue::{Any, AsNow},
    Whose::{Both, Opponents, Own},
};

pub(super) const LIST: [Recent; 9] = [
    Recent::difference("goals_for_5", 5, Goals, Own),
    Recent::difference("goals_for_10", 10, Goals, Own),
    Recent::difference("goals_for_20", 20, Goals, Own),
    Recent::difference("goals_against_5", 5, Goals, Opponents),
    Recent::difference("goals_against_10", 10, Goals, Opponents),
    Recent::difference("goals_against_20", 20, Goals, Opponents),
    Recent {
        name: "goals_for_venue_10",
        n: 10,
        quantity: Goals,
        whose: Own,
        venue: AsNow,
        sides: Sides::Difference,
    },
    Recent {
        name: "goals_against_venue_10",
        n: 10,
        quantity: Goals,
        whose: Opponents,
        venue: AsNow,
        sides: Sides::Difference,
    },
    Recent { name: "goals_both_20", n: 20, quantity: Goals, whose: Both, venue: Any, sides: Sides::Mean },
];
