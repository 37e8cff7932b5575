//! Touchline's own bundle: real matches that ship with it, in two files told apart by their header.
//!
//! `matches.csv` has results and expected goals, at the venue's clock time; its season label is the upstream source's, kept for
//! the check, while the season itself follows from the date. `odds.csv` has the market's pre-match prices, one row per match
//! and book; such a row says nothing about the result, and its teams are spelled by another upstream source.

use domain::{
    BookId, CompetitionId, Market, MatchRecord, Outcome, Phase, Reason, Rejection, Season, Selection,
    market::{Line, MarketKind},
    quote::Series,
};
use jiff::{Timestamp, civil::DateTime};

use super::{
    Clocks, Parsed, Source,
    reading::{self, KnownTimes},
};
use crate::{
    calendar::Calendar,
    table::{self, Header, Row},
};

const KICKOFF: &str = "%Y-%m-%dT%H:%M";
const TOTAL: Line = Line::from_quarters(10);

/// The bundle's `matches.csv` and `odds.csv`.
#[derive(Debug, Clone, Copy)]
pub struct TouchlineBundle;

impl Source for TouchlineBundle {
    fn code(&self) -> &'static str {
        "touchline_bundle"
    }

    fn clocks(&self) -> Clocks {
        Clocks::Venue
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, parse_table)
    }
}

fn parse_table(text: &str, parsed: &mut Parsed) -> Result<(), Rejection> {
    let (header, rows) = table::open(text, ',')?;
    if header.find("book").is_some() {
        let columns = OddsColumns::of(&header)?;
        parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
            columns.read(row, rejections).map(Some)
        });
    } else {
        let columns = MatchColumns::of(&header)?;
        parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
            columns.read(row, rejections).map(Some)
        });
    }
    Ok(())
}

fn calendar(row: &Row<'_>, column: usize) -> Result<Calendar, Rejection> {
    let known = row.filled(column)?.parse::<CompetitionId>().ok().and_then(Calendar::built_in);
    known.ok_or_else(|| row.lost(column, Reason::UnknownCompetition))
}

#[derive(Debug)]
struct MatchColumns {
    competition: usize,
    season: usize,
    kickoff: usize,
    home: usize,
    away: usize,
    goals: (usize, usize),
    expected_goals: Option<(usize, usize)>,
}

impl MatchColumns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        Ok(Self {
            competition: header.require("competition")?,
            season: header.require("season")?,
            kickoff: header.require("kickoff_local")?,
            home: header.require("home")?,
            away: header.require("away")?,
            goals: (header.require("home_goals")?, header.require("away_goals")?),
            expected_goals: header.find("home_xg").zip(header.find("away_xg")),
        })
    }

    fn read(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> Result<MatchRecord<String>, Rejection> {
        let calendar = calendar(row, self.competition)?;
        let teams = reading::teams(row, self.home, self.away)?;
        let when = DateTime::strptime(KICKOFF, row.filled(self.kickoff)?)
            .ok()
            .and_then(|at| calendar.at_venue(at, &teams.0))
            .ok_or_else(|| row.lost(self.kickoff, Reason::BadDate))?;
        let outcome =
            reading::score(row, self.goals.0, self.goals.1, calendar.sport)?.map(Outcome::completed);
        let mut record = reading::league_match(row.line, &calendar, when, teams, outcome);
        record.season_label = row.cell(self.season).parse::<Season>().ok();
        record.statistics.expected_goals =
            reading::pair(row, self.expected_goals, rejections, reading::amount);
        Ok(record)
    }
}

#[derive(Debug)]
struct OddsColumns {
    competition: usize,
    kickoff: usize,
    home: usize,
    away: usize,
    book: usize,
    prices: Vec<(usize, Market, Selection)>,
}

impl OddsColumns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        let mut prices = vec![
            (header.require("home_odds")?, Market::THREE_WAY, Selection::Home),
            (header.require("draw_odds")?, Market::THREE_WAY, Selection::Draw),
            (header.require("away_odds")?, Market::THREE_WAY, Selection::Away),
        ];
        if let Ok(total) = Market::new(MarketKind::AsianTotal, Some(TOTAL)) {
            prices.extend(header.find("over_2_5").map(|column| (column, total, Selection::Over)));
            prices.extend(header.find("under_2_5").map(|column| (column, total, Selection::Under)));
        }
        Ok(Self {
            competition: header.require("competition")?,
            kickoff: header.require("kickoff_utc")?,
            home: header.require("home")?,
            away: header.require("away")?,
            book: header.require("book")?,
            prices,
        })
    }

    fn read(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> Result<MatchRecord<String>, Rejection> {
        let calendar = calendar(row, self.competition)?;
        let bad_date = || row.lost(self.kickoff, Reason::BadDate);
        let instant: Timestamp = row.filled(self.kickoff)?.parse().map_err(|_| bad_date())?;
        let when = calendar.at(instant).ok_or_else(bad_date)?;
        let known = KnownTimes::of(when.kickoff).ok_or_else(bad_date)?;
        let teams = reading::teams(row, self.home, self.away)?;
        let book: BookId =
            row.filled(self.book)?.parse().map_err(|_| row.lost(self.book, Reason::BadOdds))?;
        let mut record = reading::league_match(row.line, &calendar, when, teams, None);
        for (column, market, selection) in &self.prices {
            let cell = row.cell(*column);
            match reading::decimal(cell) {
                Some(odds) => {
                    let series =
                        Series { book, market: *market, selection: *selection, phase: Phase::PreMatch };
                    record.quotes.push(known.quote(series, odds));
                }
                None if cell.is_empty() => {}
                None => rejections.push(row.field(*column, Reason::BadOdds)),
            }
        }
        Ok(record)
    }
}
