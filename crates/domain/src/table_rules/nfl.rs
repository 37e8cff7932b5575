//! The eight divisions of the NFL as they have been since 2002, and how many teams go on.

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
pub const DIVISIONS: [Alignment; 8] = [
    division("AFC", "East", &["Buffalo Bills", "Miami Dolphins", "New England Patriots", "New York Jets"]),
    division(
        "AFC",
        "North",
        &["Baltimore Ravens", "Cincinnati Bengals", "Cleveland Browns", "Pittsburgh Steelers"],
    ),
    division(
        "AFC",
        "South",
        &["Houston Texans", "Indianapolis Colts", "Jacksonville Jaguars", "Tennessee Titans"],
    ),
    division(
        "AFC",
        "West",
        &["Denver Broncos", "Kansas City Chiefs", "Las Vegas Raiders", "Los Angeles Chargers"],
    ),
    division(
        "NFC",
        "East",
        &["Dallas Cowboys", "New York Giants", "Philadelphia Eagles", "Washington Commanders"],
    ),
    division("NFC", "North", &["Chicago Bears", "Detroit Lions", "Green Bay Packers", "Minnesota Vikings"]),
    division(
        "NFC",
        "South",
        &["Atlanta Falcons", "Carolina Panthers", "New Orleans Saints", "Tampa Bay Buccaneers"],
    ),
    division(
        "NFC",
        "West",
        &["Arizona Cardinals", "Los Angeles Rams", "San Francisco 49ers", "Seattle Seahawks"],
    ),
];

/// Teams of a conference in the play-offs: four division winners and the best of the others.
pub fn seeds(season: Season) -> usize {
    if season.start_year >= 2020 { 7 } else { 6 }
}

/// The first seeds of a conference that rest in the first round.
pub fn byes(season: Season) -> usize {
    if season.start_year >= 2020 { 1 } else { 2 }
}
