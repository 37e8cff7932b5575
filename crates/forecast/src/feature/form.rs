//! Form: table points per match over the last matches; 3 for a win and 1 for a draw in soccer, 1 and 1/2 elsewhere. The last
//! one compares the home side's matches at home with the away side's away.

use super::recent::{Quantity::TablePoints, Recent, Sides, Venue::AsNow, Whose::Own};

pub(super) const LIST: [Recent; 4] = [
    Recent::difference("form_points_5", 5, TablePoints, Own),
    Recent::difference("form_points_10", 10, TablePoints, Own),
    Recent::difference("form_points_20", 20, TablePoints, Own),
    Recent {
        name: "form_points_venue_10",
        n: 10,
        quantity: TablePoints,
        whose: Own,
        venue: AsNow,
        sides: Sides::Difference,
    },
];
