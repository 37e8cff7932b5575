//! NBA games with scores by quarter and the moneylines of a sportsbook archive.
//!
//! What the file does not say, or says after the fact: dates carry no time; seasons are named by the year they end in;
//! `id_spread` and `id_total` encode the result and `h2_*` are half-time lines, so none of them is ever read. Spread and total
//! come without prices: they are kept as lines of [`BookId::LINE_ONLY`], both sides at -110, which is no price of any book. The
//! spread is unsigned, with the favourite named beside it; one that names another favourite than the moneyline is not believed.
//! Games of the 2020 restart were played in one place, unmarked; play-in games carry neither stage flag.

use domain::{
    BookId, DecimalOdds, Market, MatchRecord, Outcome, Phase, QuoteRecord, Reason, Rejection, Score, Season,
    Selection,
    code::Code,
    competition::CompetitionId,
    fixture::{Kickoff, Stage},
    market::{Line, MarketKind},
    quote::Series,
};
use jiff::civil::{Date, date};

use super::{
    Clocks, Parsed, Source,
    reading::{self, KnownTimes},
};
use crate::{
    calendar::Calendar,
    table::{self, Header, Row},
};

const NBA: CompetitionId = CompetitionId::literal("nba");
const BOOK: BookId = BookId(Code::literal("sbr"));
const PERIODS: [&str; 5] = ["q1", "q2", "q3", "q4", "ot"];
const QUARTERS: usize = 4;
/// The restart at Lake Buena Vista, first to last day.
const RESTART: std::ops::RangeInclusive<Date> = date(2020, 7, 30)..=date(2020, 10, 11);
/// Sums of implied probabilities that a real moneyline has; outside, one of the two was mistyped and nobody knows which.
const BOOK_SUMS: std::ops::RangeInclusive<f64> = 1.0..=1.12;

/// What a line without a price is kept at.
const CUSTOMARY: f64 = -110.0;
/// Spreads and totals that a full game has; a half-time line or two swapped cells are outside.
const SPREADS: std::ops::RangeInclusive<f64> = 0.0..=40.0;
const TOTALS: std::ops::RangeInclusive<f64> = 140.0..=300.0;
/// A spread and a moneyline around even may disagree by this many points about who is ahead.
const NEARLY_EVEN: f64 = 1.0;

/// Games since 2007-08 with moneylines.
#[derive(Debug, Clone, Copy)]
pub struct NbaLines;

impl Source for NbaLines {
    fn code(&self) -> &'static str {
        "nba_lines"
    }

    fn clocks(&self) -> Clocks {
        Clocks::DatesOnly
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, None, parse_table)
    }
}

fn parse_table(text: &str, parsed: &mut Parsed) -> Result<(), Rejection> {
    let (header, rows) = table::open(text, ',')?;
    let columns = Columns::of(&header)?;
    let Some(calendar) = Calendar::built_in(NBA) else { return Ok(()) };
    parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
        columns.read(row, &calendar, rejections).map(Some)
    });
    Ok(())
}

#[derive(Debug)]
struct Columns {
    season: usize,
    date: usize,
    regular: usize,
    home: usize,
    away: usize,
    score: (usize, usize),
    periods: Option<Vec<(usize, usize)>>,
    moneylines: Option<(usize, usize)>,
    favourite: Option<usize>,
    spread: Option<usize>,
    total: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        let pair = |home: &str, away: &str| header.find(home).zip(header.find(away));
        Ok(Self {
            season: header.require("season")?,
            date: header.require("dates")?,
            regular: header.require("regular")?,
            home: header.require("home")?,
            away: header.require("away")?,
            score: (header.require("score_home")?, header.require("score_away")?),
            periods: PERIODS.iter().map(|p| pair(&format!("{p}_home"), &format!("{p}_away"))).collect(),
            moneylines: pair("moneyline_home", "moneyline_away"),
            favourite: header.find("whos_favored"),
            spread: header.find("spread"),
            total: header.find("total"),
        })
    }

    fn read(
        &self,
        row: &Row<'_>,
        calendar: &Calendar,
        rejections: &mut Vec<Rejection>,
    ) -> Result<MatchRecord<String>, Rejection> {
        let bad_date = || row.lost(self.date, Reason::BadDate);
        let date = Date::strptime("%m/%d/%Y", row.filled(self.date)?).map_err(|_| bad_date())?;
        let when = calendar.on_date(date).ok_or_else(bad_date)?;
        let teams = reading::teams(row, self.home, self.away)?;
        let outcome = self.outcome(row, calendar)?;
        let mut record = reading::league_match(row.line, calendar, when, teams, outcome);
        record.season_label = reading::year(row.cell(self.season)).map(Season::previous);
        record.neutral = RESTART.contains(&date);
        record.stage = if row.cell(self.regular) == "TRUE" { Stage::Regular } else { Stage::Playoff };
        record.quotes = self.quotes(row, when.kickoff, rejections);
        Ok(record)
    }

    fn outcome(&self, row: &Row<'_>, calendar: &Calendar) -> Result<Option<Outcome>, Rejection> {
        let (home, away) = self.score;
        let Some(score) = reading::score(row, home, away, calendar.sport)? else { return Ok(None) };
        let Some(mut periods) = self.periods(row) else {
            return Ok(Some(Outcome::after_overtime(None, score)));
        };
        let sum = |scores: &[Score]| {
            scores.iter().fold(Score::new(0, 0), |sum, s| Score::new(sum.home + s.home, sum.away + s.away))
        };
        if sum(&periods) != score {
            return Err(row.lost(home, Reason::ScoreContradictsPeriods));
        }
        let regulation = sum(&periods[..QUARTERS]);
        if periods[QUARTERS] == Score::new(0, 0) {
            periods.truncate(QUARTERS);
        }
        Ok(Some(Outcome { periods, ..Outcome::after_overtime(Some(regulation), score) }))
    }

    /// Four quarters and all overtimes together; none unless every cell is a count.
    fn periods(&self, row: &Row<'_>) -> Option<Vec<Score>> {
        let points = |column: usize| reading::count(row.cell(column)).filter(|p| *p < 300);
        self.periods.as_ref()?.iter().map(|(h, a)| Some(Score::new(points(*h)?, points(*a)?))).collect()
    }

    fn quotes(&self, row: &Row<'_>, kickoff: Kickoff, rejections: &mut Vec<Rejection>) -> Vec<QuoteRecord> {
        let (Some((home, away)), Some(known)) = (self.moneylines, KnownTimes::of(kickoff)) else {
            return Vec::new();
        };
        let sides = [(home, Selection::Home), (away, Selection::Away)];
        let filled = || sides.into_iter().filter(|(column, _)| !row.cell(*column).is_empty());
        let prices: Option<Vec<DecimalOdds>> =
            filled().map(|(column, _)| reading::american(row.cell(column))).collect();
        let Some(prices) = prices.filter(|p| p.len() < sides.len() || is_plausible(p)) else {
            rejections.extend(filled().map(|(column, _)| row.field(column, Reason::BadOdds)));
            return self.lines(row, known, None, rejections);
        };
        let lead = match prices[..] {
            [home, away] => Some(away.value() - home.value()),
            _ => None,
        };
        let quote = |((_, selection), odds)| {
            let series = Series { book: BOOK, market: Market::MONEYLINE, selection, phase: Phase::Closing };
            known.quote(series, odds)
        };
        let mut quotes: Vec<QuoteRecord> = filled().zip(prices).map(quote).collect();
        quotes.extend(self.lines(row, known, lead, rejections));
        quotes
    }

    /// Spread and total. `lead` is positive when the moneyline favours the home side.
    fn lines(
        &self,
        row: &Row<'_>,
        known: KnownTimes,
        lead: Option<f64>,
        rejections: &mut Vec<Rejection>,
    ) -> Vec<QuoteRecord> {
        let mut quotes = Vec::new();
        for (column, kind) in [(self.spread, MarketKind::Spread), (self.total, MarketKind::Total)] {
            let Some(column) = row.given(column) else { continue };
            let market =
                self.home_view(row, column, kind, lead).and_then(|l| Market::new(kind, Some(l)).ok());
            match market.zip(DecimalOdds::from_american(CUSTOMARY).ok()) {
                Some((market, odds)) => quotes.extend(market.selections().into_iter().map(|selection| {
                    let series = Series { book: BookId::LINE_ONLY, market, selection, phase: Phase::Closing };
                    known.quote(series, odds)
                })),
                None => rejections.push(row.field(column, Reason::BadLine)),
            }
        }
        quotes
    }

    /// The points the home side starts with, or the total.
    fn home_view(&self, row: &Row<'_>, column: usize, kind: MarketKind, lead: Option<f64>) -> Option<Line> {
        let line = reading::line(row.cell(column))?;
        if kind == MarketKind::Total {
            return Some(line).filter(|line| TOTALS.contains(&line.value()));
        }
        let by = Some(line.value()).filter(|by| SPREADS.contains(by))?;
        let home_leads_by = match row.optional(self.favourite) {
            "home" => by,
            "away" => -by,
            _ => return None,
        };
        let agrees = lead.is_none_or(|lead| by <= NEARLY_EVEN || lead * home_leads_by >= 0.0);
        agrees.then(|| {
            Line::from_quarters(if home_leads_by > 0.0 { -line.quarters() } else { line.quarters() })
        })
    }
}

fn is_plausible(prices: &[DecimalOdds]) -> bool {
    BOOK_SUMS.contains(&domain::margin::book_sum(prices))
}
