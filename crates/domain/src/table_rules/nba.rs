//! The six divisions of the NBA as they have been since 2004-05, and the play-in.

use super::Alignment;
use crate::season::Season;

const fn division(
    conference: &'static str,
    division: &'static str,
    teams: &'static [&'static str],
) -> Alignment {
    Alignment { conference, division, teams }
}

/// The visible table.
pub const DIVISIONS: [Alignment; 6] = [
    division(
        "East",
        "Atlantic",
        &["Boston Celtics", "Brooklyn Nets", "New York Knicks", "Philadelphia 76ers", "Toronto Raptors"],
    ),
    division(
        "East",
        "Central",
        &["Chicago Bulls", "Cleveland Cavaliers", "Detroit Pistons", "Indiana Pacers", "Milwaukee Bucks"],
    ),
    division(
        "East",
        "Southeast",
        &["Atlanta Hawks", "Charlotte Hornets", "Miami Heat", "Orlando Magic", "Washington Wizards"],
    ),
    division(
        "West",
        "Northwest",
        &[
            "Denver Nuggets",
            "Minnesota Timberwolves",
            "Oklahoma City Thunder",
            "Portland Trail Blazers",
            "Utah Jazz",
        ],
    ),
    division(
        "West",
        "Pacific",
        &[
            "Golden State Warriors",
            "Los Angeles Clippers",
            "Los Angeles Lakers",
            "Phoenix Suns",
            "Sacramento Kings",
        ],
    ),
    division(
        "West",
        "Southwest",
        &[
            "Dallas Mavericks",
            "Houston Rockets",
            "Memphis Grizzlies",
            "New Orleans Pelicans",
            "San Antonio Spurs",
        ],
    ),
];

/// Whether places seven and eight of a conference are played out among its places seven to ten. The one game of 2019-20 had
/// rules of its own and is not counted.
pub fn has_play_in(season: Season) -> bool {
    season.start_year >= 2020
}
