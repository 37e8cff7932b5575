//! Touchline's own shape of a table of matches, comma or tab between the cells: what `data export matches` writes, and what a
//! history kept elsewhere is easily brought into. `docs/FORMATS.md` describes the columns; any others are passed over.

use domain::{
    BookId, CompetitionId, Market, MatchRecord, MatchStatistics, Outcome, Phase, QuoteRecord, Reason,
    Rejection, Score, Season, Selection, Sport, Stage,
    fixture::{FixtureStatus, Kickoff},
    outcome::OutcomeStatus,
    quote::Series,
    statistics::Pair,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};

use super::{
    Clocks, Parsed, Source,
    reading::{self, KnownTimes},
};
use crate::{
    calendar::{Calendar, When},
    table::{self, Header, Row},
};

/// A table of matches in Touchline's own shape.
#[derive(Debug, Clone, Copy)]
pub struct GamesCsv;

impl Source for GamesCsv {
    fn code(&self) -> &'static str {
        "games_csv"
    }

    /// Of `kickoff`: UTC or with its offset. `date` and `time` are the venue's.
    fn clocks(&self) -> Clocks {
        Clocks::Venue
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, |text, parsed| {
            let (header, rows) = table::open(text, table::comma_or_tab(text))?;
            let columns = Columns::of(&header)?;
            let read =
                |row: &Row<'_>, rejections: &mut Vec<Rejection>| columns.read(row, rejections).map(Some);
            parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, read);
            Ok(())
        })
    }
}

type Sides = (usize, usize);

/// Where the columns stand.
struct Columns {
    competition: usize,
    home: usize,
    away: usize,
    kickoff: Option<usize>,
    date: Option<usize>,
    time: Option<usize>,
    id: Option<usize>,
    season: Option<usize>,
    score: Option<Sides>,
    regulation: Option<Sides>,
    periods: Option<Sides>,
    stage: Option<usize>,
    status: Option<usize>,
    neutral: Option<usize>,
    statistics: [Option<Sides>; 5],
    possession: Option<Sides>,
    closing: [Option<usize>; 3],
    closing_book: Option<usize>,
    /// Whether a last cell that is cut off costs a price or a statistic at the most.
    may_be_cut: bool,
}

const POSSESSION: &str = "possession";
const STATISTICS: [&str; 5] = ["expected_goals", "shots", "shots_on_target", "corners", "red_cards"];
const CLOSING: [(&str, Selection); 3] =
    [("closing_home", Selection::Home), ("closing_draw", Selection::Draw), ("closing_away", Selection::Away)];

impl Columns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        let sides =
            |name: &str| header.find(&format!("{name}_home")).zip(header.find(&format!("{name}_away")));
        let (kickoff, date) = (header.find("kickoff"), header.find("date"));
        if kickoff.is_none() && date.is_none() {
            return Err(header.missing("kickoff"));
        }
        let last = header.names().last().map_or("", String::as_str);
        let counted = STATISTICS.iter().chain(&[POSSESSION]).any(|name| last.starts_with(name));
        Ok(Self {
            competition: header.require("competition")?,
            home: header.require("home")?,
            away: header.require("away")?,
            kickoff,
            date,
            time: header.find("time"),
            id: header.find("id"),
            season: header.find("season"),
            score: sides("score"),
            regulation: sides("regulation"),
            periods: sides("periods"),
            stage: header.find("stage"),
            status: header.find("status"),
            neutral: header.find("neutral"),
            statistics: STATISTICS.map(sides),
            possession: sides(POSSESSION),
            closing: CLOSING.map(|(name, _)| header.find(name)),
            closing_book: header.find("closing_book"),
            may_be_cut: counted || CLOSING.iter().any(|(name, _)| *name == last),
        })
    }

    fn read(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> Result<MatchRecord<String>, Rejection> {
        if row.is_cut() && !self.may_be_cut {
            return Err(row.cut_off());
        }
        let calendar =
            row.filled(self.competition)?.parse::<CompetitionId>().ok().and_then(Calendar::built_in);
        let calendar = calendar.ok_or_else(|| row.lost(self.competition, Reason::UnknownCompetition))?;
        let teams = reading::teams(row, self.home, self.away)?;
        let when = self.when(row, &calendar, &teams.0)?;
        let (status, outcome) = self.ended(row, calendar.sport)?;
        let mut record = reading::league_match(row.line, &calendar, when, teams, outcome);
        record.status = status;
        record.source_id = row.text(self.id);
        record.season_label = row.optional(self.season).parse::<Season>().ok();
        record.stage = word(row, self.stage, Stage::Regular, Stage::from_code)?;
        record.neutral = word(row, self.neutral, false, yes_or_no)?;
        record.statistics = self.statistics(row, rejections);
        record.quotes = self.closing(row, calendar.sport, when.kickoff, rejections);
        Ok(record)
    }

    /// The instant, else the date at the venue with the time of day there, where it is given.
    fn when(&self, row: &Row<'_>, calendar: &Calendar, home: &str) -> Result<When, Rejection> {
        let date = row.given(self.date);
        if let Some(column) = row.given(self.kickoff) {
            let bad = || row.lost(column, Reason::BadMoment);
            let at: Timestamp = row.cell(column).parse().map_err(|_| bad())?;
            let when = calendar.at(at).ok_or_else(bad)?;
            return match date {
                Some(column) if row.cell(column).parse().ok() != Some(when.local_date) => {
                    Err(row.lost(column, Reason::BadDate))
                }
                _ => Ok(when),
            };
        }
        let Some(column) = date else {
            return Err(row.lost(self.date.or(self.kickoff).unwrap_or_default(), Reason::MissingValue));
        };
        let (text, bad) = (row.cell(column), || row.lost(column, Reason::BadDate));
        if text.contains(['T', ' ']) {
            let at: DateTime = text.parse().map_err(|_| bad())?;
            return calendar.at_venue(at, home).ok_or_else(bad);
        }
        let day: Date = text.parse().map_err(|_| bad())?;
        let Some(column) = row.given(self.time) else { return calendar.on_date(day).ok_or_else(bad) };
        let at: Time = row.cell(column).parse().map_err(|_| row.lost(column, Reason::BadTime))?;
        calendar.at_venue(day.to_datetime(at), home).ok_or_else(bad)
    }

    /// What became of the match: a score makes it completed unless the status says otherwise.
    fn ended(&self, row: &Row<'_>, sport: Sport) -> Result<(FixtureStatus, Option<Outcome>), Rejection> {
        let score = match self.score {
            Some((home, away)) => reading::score(row, home, away, sport)?.map(|score| (home, score)),
            None => None,
        };
        let usual = if score.is_some() { FixtureStatus::Completed } else { FixtureStatus::Scheduled };
        let status = word(row, self.status, usual, FixtureStatus::from_code)?;
        let played = match (status, score) {
            (FixtureStatus::Completed, Some(_)) => OutcomeStatus::Completed,
            (FixtureStatus::Abandoned, Some(_)) => OutcomeStatus::Abandoned,
            (FixtureStatus::Completed, None) => {
                let column = self.score.map_or(self.status.unwrap_or_default(), |(home, _)| home);
                return Err(row.lost(column, Reason::MissingValue));
            }
            (_, Some((column, _))) => return Err(row.lost(column, Reason::ScoreWithoutMatch)),
            (_, None) => return Ok((status, None)),
        };
        let Some((_, full_time)) = score else { return Ok((status, None)) };
        let periods = self.periods(row, full_time)?;
        let regulation = self.regulation(row, sport, full_time, &periods)?;
        Ok((status, Some(Outcome { status: played, regulation, full_time, periods })))
    }

    /// Points by period, `7 3 0 14`, which sum to the final score.
    fn periods(&self, row: &Row<'_>, full_time: Score) -> Result<Vec<Score>, Rejection> {
        let Some((home, away)) = self.periods else { return Ok(Vec::new()) };
        let points = |column: usize| -> Result<Vec<u16>, Rejection> {
            let counts = row.cell(column).split_whitespace().map(reading::count);
            counts.collect::<Option<_>>().ok_or_else(|| row.lost(column, Reason::BadScore))
        };
        let (at_home, at_away) = (points(home)?, points(away)?);
        let periods: Vec<Score> = at_home.iter().zip(&at_away).map(|(h, a)| Score::new(*h, *a)).collect();
        let is_whole = at_home.len() == at_away.len() && sum(&periods) == Some(full_time);
        if periods.is_empty() && at_home.len() == at_away.len() || is_whole {
            return Ok(periods);
        }
        Err(row.lost(home, Reason::ScoreContradictsPeriods))
    }

    /// As given, else by the periods, else the final score in a sport whose matches end in regulation.
    fn regulation(
        &self,
        row: &Row<'_>,
        sport: Sport,
        full_time: Score,
        periods: &[Score],
    ) -> Result<Option<Score>, Rejection> {
        let length = usize::from(sport.rules().regulation_periods);
        let by_periods = periods.get(..length).and_then(sum);
        let blank = |(home, away): &Sides| row.cell(*home).is_empty() && row.cell(*away).is_empty();
        let Some((column, other)) = self.regulation.filter(|sides| !blank(sides)) else {
            let usual = reading::ends_in_regulation(sport).then_some(full_time);
            return Ok(by_periods.or(usual));
        };
        // Level scores are possible after regulation in every sport.
        let given = Score::new(reading::points(row, column, sport)?, reading::points(row, other, sport)?);
        let exceeds = given.home > full_time.home || given.away > full_time.away;
        if exceeds || by_periods.is_some_and(|score| score != given) {
            return Err(row.lost(column, Reason::ScoreContradictsPeriods));
        }
        Ok(Some(given))
    }

    fn statistics(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> MatchStatistics {
        let mut pair = |columns| -> Option<Pair> { reading::pair(row, columns, rejections, reading::amount) };
        let [expected_goals, shots, shots_on_target, corners, red_cards] = self.statistics.map(&mut pair);
        let possession = reading::pair(row, self.possession, rejections, reading::share);
        MatchStatistics { expected_goals, shots, shots_on_target, corners, red_cards, possession }
    }

    /// Closing prices of the result, at the market's average unless a book is named.
    fn closing(
        &self,
        row: &Row<'_>,
        sport: Sport,
        kickoff: Kickoff,
        rejections: &mut Vec<Rejection>,
    ) -> Vec<QuoteRecord> {
        let prices: Vec<(usize, Selection)> = self
            .closing
            .iter()
            .zip(CLOSING)
            .filter_map(|(column, (_, selection))| Some((row.given(*column)?, selection)))
            .collect();
        let Some(known) = KnownTimes::of(kickoff).filter(|_| !prices.is_empty()) else { return Vec::new() };
        let book = match row.given(self.closing_book) {
            None => BookId::MARKET_AVERAGE,
            Some(column) => {
                let Ok(book) = row.cell(column).parse() else {
                    rejections.push(row.field(column, Reason::UnknownWord));
                    return Vec::new();
                };
                book
            }
        };
        let market = if sport.is_three_way() { Market::THREE_WAY } else { Market::MONEYLINE };
        let mut quotes = Vec::with_capacity(prices.len());
        for (column, selection) in prices {
            match reading::decimal(row.cell(column)).filter(|_| market.selections().contains(&selection)) {
                Some(odds) => {
                    quotes.push(known.quote(Series { book, market, selection, phase: Phase::Closing }, odds));
                }
                None => rejections.push(row.field(column, Reason::BadOdds)),
            }
        }
        quotes
    }
}

/// A word of a list, or what a blank cell means.
fn word<T>(
    row: &Row<'_>,
    column: Option<usize>,
    blank: T,
    of: impl Fn(&str) -> Option<T>,
) -> Result<T, Rejection> {
    match column.map(|column| (column, row.cell(column))) {
        None | Some((_, "")) => Ok(blank),
        Some((column, text)) => of(text).ok_or_else(|| row.lost(column, Reason::UnknownWord)),
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// The sum of some periods; none beyond every score.
fn sum(periods: &[Score]) -> Option<Score> {
    periods.iter().try_fold(Score::new(0, 0), |sum, period| {
        Some(Score::new(sum.home.checked_add(period.home)?, sum.away.checked_add(period.away)?))
    })
}
