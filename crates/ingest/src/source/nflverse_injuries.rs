//! nflverse `injuries_YEAR.csv`: what each side of the NFL reported about its players before each game, one row per player
//! and week. Columns: <https://nflreadr.nflverse.com/articles/dictionary_injuries.html>.
//!
//! A row is the last word of its week. Where the file says when that was (`date_modified`, UTC), it was known then.

use domain::{
    Injury, InjuryRecord, Player, Reason, Rejection,
    competition::CompetitionId,
    injury::{Availability, Practice},
    player::Profile,
    sport::nfl,
};
use jiff::Timestamp;

use super::{Clocks, Parsed, Source, reading};
use crate::table::{self, Header, Row};

const NFL: CompetitionId = CompetitionId::literal("nfl");

/// Weekly injury reports.
#[derive(Debug, Clone, Copy)]
pub struct NflverseInjuries;

impl Source for NflverseInjuries {
    fn code(&self) -> &'static str {
        "nflverse_injuries"
    }

    fn clocks(&self) -> Clocks {
        Clocks::Zone("UTC".to_owned())
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, |text, parsed| {
            let (header, rows) = table::open(text, ',')?;
            let columns = Columns::of(&header)?;
            let read =
                |row: &Row<'_>, rejections: &mut Vec<Rejection>| columns.read(row, rejections).map(Some);
            parsed.injuries = table::read_rows(&header, rows, &mut parsed.rejections, read);
            Ok(())
        })
    }
}

#[derive(Debug)]
struct Columns {
    season: usize,
    week: usize,
    team: usize,
    id: usize,
    name: Option<usize>,
    position: Option<usize>,
    status: usize,
    practice: Option<usize>,
    /// In the report on the game first, in the report on practice else.
    primary: [Option<usize>; 2],
    secondary: [Option<usize>; 2],
    modified: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        let both = |part: &str| ["report", "practice"].map(|of| header.find(&format!("{of}_{part}_injury")));
        Ok(Self {
            season: header.require("season")?,
            week: header.require("week")?,
            team: header.require("team")?,
            id: header.require("gsis_id")?,
            name: header.find("full_name"),
            position: header.find("position"),
            status: header.require("report_status")?,
            practice: header.find("practice_status"),
            primary: both("primary"),
            secondary: both("secondary"),
            modified: header.find("date_modified"),
        })
    }

    fn read(
        &self,
        row: &Row<'_>,
        rejections: &mut Vec<Rejection>,
    ) -> Result<InjuryRecord<String>, Rejection> {
        let bad_week = || row.lost(self.week, Reason::BadWeek);
        let season = reading::year(row.filled(self.season)?);
        let season = season.ok_or_else(|| row.lost(self.season, Reason::BadWeek))?;
        let week = reading::count(row.filled(self.week)?).and_then(|week| u8::try_from(week).ok());
        let week = week.ok_or_else(bad_week)?;
        let code = row.filled(self.id)?.parse().map_err(|_| row.lost(self.id, Reason::BadPlayer))?;
        let first = |columns: [Option<usize>; 2]| columns.into_iter().find_map(|column| row.text(column));
        let (status, bad) = (Some(self.status), Reason::BadStatus);
        Ok(InjuryRecord {
            row: row.line,
            competition: NFL,
            season,
            week,
            dates: nfl::week_dates(season, week).ok_or_else(bad_week)?,
            team: row.filled(self.team)?.to_owned(),
            player: Player {
                code,
                profile: Profile {
                    name: row.text(self.name),
                    short_name: None,
                    position: row.text(self.position),
                },
            },
            injury: Injury {
                availability: reading::optional(row, status, rejections, bad, Availability::from_code),
                what: first(self.primary),
                what_else: first(self.secondary),
                practice: reading::optional(row, self.practice, rejections, bad, practice),
            },
            reported_at: reading::optional(row, self.modified, rejections, Reason::BadTime, |cell| {
                cell.parse::<Timestamp>().ok()
            }),
        })
    }
}

/// By how the words begin: years end them differently.
fn practice(cell: &str) -> Option<Practice> {
    let words = cell.to_ascii_lowercase();
    [("did not", Practice::None), ("limited", Practice::Limited), ("full", Practice::Full)]
        .into_iter()
        .find_map(|(beginning, practice)| words.starts_with(beginning).then_some(practice))
}
