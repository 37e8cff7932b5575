//! Sources: one file per feed, listed in [`SOURCES`]. A source only parses; fetching is another matter.

mod bundle;
mod football_data_co_uk;
mod games_csv;
pub mod mapping;
mod nba_lines;
mod nba_stats_box_score;
mod nflverse_games;
mod nflverse_injuries;
mod nflverse_plays;
mod reading;

use domain::{InjuryRecord, MatchRecord, MatchSheet, Rejection};

pub use self::{
    bundle::TouchlineBundle, football_data_co_uk::FootballDataCoUk, games_csv::GamesCsv, mapping::Mapping,
    nba_lines::NbaLines, nba_stats_box_score::NbaStatsBoxScore, nflverse_games::NflverseGames,
    nflverse_injuries::NflverseInjuries, nflverse_plays::NflversePlays,
};
use crate::text::{self, Encoding};

/// One feed's format.
pub trait Source: Send + Sync {
    /// Its name on the command line and in the store.
    fn code(&self) -> &str;

    /// On whose clocks it writes times of day. Dates without a time are always those of the venue.
    fn clocks(&self) -> Clocks;

    /// Everything that can be read from a payload. Never fails whole: what cannot be used becomes rejections, at worst one of
    /// the whole file. `file` is the name the payload came under, for formats that hold several kinds of file.
    fn parse(&self, payload: &[u8], file: &str) -> Parsed;
}

/// On whose clocks a source writes times of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clocks {
    /// On those of one zone, by its IANA name.
    Zone(String),
    /// On those of the venue, taken to be its competition's.
    Venue,
    /// It gives dates only.
    DatesOnly,
}

/// What a payload held.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// Matches, in the order of the file.
    pub records: Vec<MatchRecord<String>>,
    /// What happened within matches, in the order of the file.
    pub sheets: Vec<MatchSheet<String>>,
    /// Reports on injured players, in the order of the file.
    pub injuries: Vec<InjuryRecord<String>>,
    /// What could not be used, in the order of the file.
    pub rejections: Vec<Rejection>,
    /// How it was encoded.
    pub encoding: Encoding,
}

impl Parsed {
    /// What `read` finds in the text of a payload; when it gives up, that is the rejection of the file.
    fn from_text(
        payload: &[u8],
        declared: Option<Encoding>,
        read: impl FnOnce(&str, &mut Parsed) -> Result<(), Rejection>,
    ) -> Self {
        let (text, encoding) = text::decode(payload, declared);
        let mut parsed = Self {
            records: Vec::new(),
            sheets: Vec::new(),
            injuries: Vec::new(),
            rejections: Vec::new(),
            encoding,
        };
        if let Err(rejection) = read(&text, &mut parsed) {
            parsed.rejections.push(rejection);
        }
        parsed
    }
}

/// The visible list. Any other CSV of matches is read by a [`Mapping`].
pub static SOURCES: &[&dyn Source] = &[
    &FootballDataCoUk,
    &NflverseGames,
    &NflversePlays,
    &NflverseInjuries,
    &NbaLines,
    &NbaStatsBoxScore,
    &TouchlineBundle,
    &GamesCsv,
];

/// The source of that name.
pub fn by_format(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.code() == name)
}
