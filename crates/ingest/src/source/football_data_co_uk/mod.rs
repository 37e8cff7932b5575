//! football-data.co.uk, league by league and season by season since 1993.
//!
//! The files grew for thirty years: results only, then half-times, statistics and ever more bookmakers; dates with two-digit
//! and four-digit years; times of day from 2019-20 on, on British clocks for every league. A file's header is therefore turned
//! into a plan once ([`columns`], [`odds`]) and rows are read by position. Blank rows and rows shorter than the header are
//! normal in old files.

mod columns;
mod date;
mod line;
mod odds;

use domain::{MatchRecord, Outcome, Reason, Rejection, Score};
use jiff::tz::TimeZone;

use self::{columns::Columns, odds::OddsPlan};
use super::{Clocks, Parsed, Source, reading};
use crate::{
    calendar::{self, Calendar, When},
    table::{self, Row},
};

/// Zone of the `Time` column, whatever the league.
const ZONE: &str = "Europe/London";

/// The main leagues' season files.
#[derive(Debug, Clone, Copy)]
pub struct FootballDataCoUk;

impl Source for FootballDataCoUk {
    fn code(&self) -> &'static str {
        "football_data_co_uk"
    }

    fn clocks(&self) -> Clocks {
        Clocks::Zone(ZONE.to_owned())
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, parse_table)
    }
}

fn parse_table(text: &str, parsed: &mut Parsed) -> Result<(), Rejection> {
    let (header, rows) = table::open(text, ',')?;
    let mut reader = SeasonFile {
        columns: Columns::of(&header)?,
        odds: OddsPlan::of(&header),
        london: calendar::zone(ZONE)?,
        calendar: None,
    };
    parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
        reader.read(row, rejections).map(Some)
    });
    Ok(())
}

/// What is known of a file before its first row, and the calendar of the league of the last row.
struct SeasonFile {
    columns: Columns,
    odds: OddsPlan,
    london: TimeZone,
    calendar: Option<(String, Calendar)>,
}

impl SeasonFile {
    fn read(
        &mut self,
        row: &Row<'_>,
        rejections: &mut Vec<Rejection>,
    ) -> Result<MatchRecord<String>, Rejection> {
        let calendar = self.calendar(row)?;
        let when = self.when(row, &calendar)?;
        let teams = reading::teams(row, self.columns.home, self.columns.away)?;
        let outcome = self.outcome(row, &calendar, rejections)?;
        let mut record = reading::league_match(row.line, &calendar, when, teams, outcome);
        record.statistics = self.columns.statistics(row, rejections);
        record.quotes = self.odds.read(row, when.kickoff, rejections);
        Ok(record)
    }

    fn calendar(&mut self, row: &Row<'_>) -> Result<Calendar, Rejection> {
        let division = row.filled(self.columns.division)?;
        if let Some((known, calendar)) = &self.calendar
            && known == division
        {
            return Ok(calendar.clone());
        }
        let calendar = columns::competition(division)
            .and_then(Calendar::built_in)
            .ok_or_else(|| row.lost(self.columns.division, Reason::UnknownCompetition))?;
        self.calendar = Some((division.to_owned(), calendar.clone()));
        Ok(calendar)
    }

    fn when(&self, row: &Row<'_>, calendar: &Calendar) -> Result<When, Rejection> {
        let bad_date = || row.lost(self.columns.date, Reason::BadDate);
        let date = date::parse(row.filled(self.columns.date)?).ok_or_else(bad_date)?;
        let Some(column) = row.given(self.columns.time) else {
            return calendar.on_date(date).ok_or_else(bad_date);
        };
        let time = date::time(row.cell(column)).ok_or_else(|| row.lost(column, Reason::BadTime))?;
        calendar.at_civil(date.to_datetime(time), &self.london).ok_or_else(bad_date)
    }

    fn outcome(
        &self,
        row: &Row<'_>,
        calendar: &Calendar,
        rejections: &mut Vec<Rejection>,
    ) -> Result<Option<Outcome>, Rejection> {
        let Some(score) =
            reading::score(row, self.columns.home_goals, self.columns.away_goals, calendar.sport)?
        else {
            return Ok(None);
        };
        let letter = row.cell(self.columns.result);
        if !letter.is_empty() && letter != columns::result_letter(score) {
            return Err(row.lost(self.columns.result, Reason::ScoreContradictsResult));
        }
        let mut outcome = Outcome::completed(score);
        if let Some(half) = self.columns.half_time(row, score, rejections)? {
            outcome.periods = vec![half, Score::new(score.home - half.home, score.away - half.away)];
        }
        Ok(Some(outcome))
    }
}
