//! nflverse `games.csv`: every NFL game with its closing lines.
//!
//! Times are US Eastern wherever the game is played. `spread_line` is positive when the home side is favoured, so the
//! handicap it starts with is the negative. Scores after regulation are not given: of a game that went to overtime only the
//! end is known. Quarterbacks are those who started; temperature (°F) and wind (mph) are those observed at the match, of games
//! under an open sky.

use domain::{
    BookId, LineUp, Market, MatchRecord, Outcome, Phase, QuoteRecord, Reason, Rejection, Selection, Venue,
    Weather,
    code::Code,
    competition::CompetitionId,
    fixture::{Kickoff, Stage},
    line_up::Starter,
    market::{Line, MarketKind},
    quote::Series,
    venue::Roof,
};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    Clocks, Parsed, Source,
    reading::{self, KnownTimes},
};
use crate::{
    calendar::{self, Calendar, When},
    table::{self, Header, Row},
};

const ZONE: &str = "America/New_York";
const NFL: CompetitionId = CompetitionId::literal("nfl");
/// The file does not say whose lines these are.
const BOOK: BookId = BookId(Code::literal("nflverse"));

/// Schedules, results and closing lines.
#[derive(Debug, Clone, Copy)]
pub struct NflverseGames;

impl Source for NflverseGames {
    fn code(&self) -> &'static str {
        "nflverse_games"
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
    let columns = Columns::of(&header)?;
    let eastern = calendar::zone(ZONE)?;
    let Some(calendar) = Calendar::built_in(NFL) else { return Ok(()) };
    parsed.records = table::read_rows(&header, rows, &mut parsed.rejections, |row, rejections| {
        columns.read(row, &calendar, &eastern, rejections).map(Some)
    });
    Ok(())
}

#[derive(Debug)]
struct Columns {
    game_id: usize,
    season: usize,
    game_type: usize,
    gameday: usize,
    gametime: Option<usize>,
    away: usize,
    away_score: usize,
    home: usize,
    home_score: usize,
    location: Option<usize>,
    result: Option<usize>,
    overtime: Option<usize>,
    /// Id and name of the home and the away quarterback.
    quarterbacks: [(Option<usize>, Option<usize>); 2],
    stadium_id: Option<usize>,
    stadium: Option<usize>,
    roof: Option<usize>,
    surface: Option<usize>,
    temperature: Option<usize>,
    wind: Option<usize>,
    prices: Vec<PriceColumn>,
}

#[derive(Debug)]
struct PriceColumn {
    column: usize,
    kind: MarketKind,
    selection: Selection,
    line: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Result<Self, Rejection> {
        Ok(Self {
            game_id: header.require("game_id")?,
            season: header.require("season")?,
            game_type: header.require("game_type")?,
            gameday: header.require("gameday")?,
            gametime: header.find("gametime"),
            away: header.require("away_team")?,
            away_score: header.require("away_score")?,
            home: header.require("home_team")?,
            home_score: header.require("home_score")?,
            location: header.find("location"),
            result: header.find("result"),
            overtime: header.find("overtime"),
            quarterbacks: ["home", "away"]
                .map(|side| (header.find(&format!("{side}_qb_id")), header.find(&format!("{side}_qb_name")))),
            stadium_id: header.find("stadium_id"),
            stadium: header.find("stadium"),
            roof: header.find("roof"),
            surface: header.find("surface"),
            temperature: header.find("temp"),
            wind: header.find("wind"),
            prices: PriceColumn::all(header),
        })
    }

    fn read(
        &self,
        row: &Row<'_>,
        calendar: &Calendar,
        eastern: &TimeZone,
        rejections: &mut Vec<Rejection>,
    ) -> Result<MatchRecord<String>, Rejection> {
        let id = row.filled(self.game_id)?.to_owned();
        let when = self.when(row, calendar, eastern)?;
        let teams = reading::teams(row, self.home, self.away)?;
        let outcome = self.outcome(row, calendar)?;
        let mut record = reading::league_match(row.line, calendar, when, teams, outcome);
        record.source_id = Some(id);
        record.season_label = reading::year(row.cell(self.season));
        record.neutral = row.optional(self.location) == "Neutral";
        record.stage = if row.cell(self.game_type) == "REG" { Stage::Regular } else { Stage::Playoff };
        record.line_up = self.line_up(row, rejections);
        record.venue = self.venue(row, rejections);
        record.weather = self.weather(row, rejections);
        record.quotes = self.quotes(row, when.kickoff, rejections);
        Ok(record)
    }

    fn venue(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> Option<Venue> {
        let id = row.given(self.stadium_id)?;
        let Ok(code) = row.cell(id).parse() else {
            rejections.push(row.field(id, Reason::BadVenue));
            return None;
        };
        let roof = reading::optional(row, self.roof, rejections, Reason::BadVenue, Roof::from_code);
        let (name, surface) = (row.optional(self.stadium).to_owned(), row.text(self.surface));
        Some(Venue { code, name, roof, surface })
    }

    fn weather(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> Weather {
        let mut read = |column: Option<usize>, read: fn(&str) -> Option<f64>| {
            reading::optional(row, column, rejections, Reason::BadStatistic, read)
        };
        Weather::from_us_units(read(self.temperature, reading::number), read(self.wind, reading::amount))
    }

    fn line_up(&self, row: &Row<'_>, rejections: &mut Vec<Rejection>) -> LineUp {
        let [home, away] = self.quarterbacks.map(|(id, name)| {
            let id = row.given(id)?;
            let Ok(player) = row.cell(id).parse() else {
                rejections.push(row.field(id, Reason::BadPlayer));
                return None;
            };
            Some(Starter { player, name: row.optional(name).to_owned() })
        });
        LineUp { home, away }
    }

    fn when(&self, row: &Row<'_>, calendar: &Calendar, eastern: &TimeZone) -> Result<When, Rejection> {
        let bad_date = || row.lost(self.gameday, Reason::BadDate);
        let date = Date::strptime("%Y-%m-%d", row.filled(self.gameday)?).map_err(|_| bad_date())?;
        let Some(column) = row.given(self.gametime) else {
            return calendar.on_date(date).ok_or_else(bad_date);
        };
        let time =
            Time::strptime("%H:%M", row.cell(column)).map_err(|_| row.lost(column, Reason::BadTime))?;
        calendar.at_civil(date.to_datetime(time), eastern).ok_or_else(bad_date)
    }

    fn outcome(&self, row: &Row<'_>, calendar: &Calendar) -> Result<Option<Outcome>, Rejection> {
        let Some(score) = reading::score(row, self.home_score, self.away_score, calendar.sport)? else {
            return Ok(None);
        };
        if let Some(column) = self.result
            && row.cell(column).parse::<f64>().is_ok_and(|margin| margin != f64::from(score.margin()))
        {
            return Err(row.lost(column, Reason::ScoreContradictsResult));
        }
        let in_regulation = reading::count(row.optional(self.overtime)) == Some(0);
        Ok(Some(if in_regulation { Outcome::completed(score) } else { Outcome::after_overtime(None, score) }))
    }

    fn quotes(&self, row: &Row<'_>, kickoff: Kickoff, rejections: &mut Vec<Rejection>) -> Vec<QuoteRecord> {
        let Some(known) = KnownTimes::of(kickoff) else { return Vec::new() };
        let mut quotes = Vec::with_capacity(self.prices.len());
        for price in self.prices.iter().filter(|p| !row.cell(p.column).is_empty()) {
            let quoted = reading::american(row.cell(price.column))
                .ok_or(Reason::BadOdds)
                .and_then(|odds| Ok((odds, price.market(row)?)));
            match quoted {
                Ok((odds, market)) => {
                    let selection = price.selection;
                    let series = Series { book: BOOK, market, selection, phase: Phase::Closing };
                    quotes.push(known.quote(series, odds));
                }
                Err(reason) => rejections.push(row.field(price.column, reason)),
            }
        }
        quotes
    }
}

impl PriceColumn {
    fn all(header: &Header) -> Vec<Self> {
        let spread = Some("spread_line");
        let total = Some("total_line");
        [
            ("home_moneyline", MarketKind::Moneyline, Selection::Home, None),
            ("away_moneyline", MarketKind::Moneyline, Selection::Away, None),
            ("home_spread_odds", MarketKind::Spread, Selection::Home, spread),
            ("away_spread_odds", MarketKind::Spread, Selection::Away, spread),
            ("over_odds", MarketKind::Total, Selection::Over, total),
            ("under_odds", MarketKind::Total, Selection::Under, total),
        ]
        .into_iter()
        .filter_map(|(name, kind, selection, line)| {
            let line = line.and_then(|l| header.find(l));
            Some(Self { column: header.find(name)?, kind, selection, line })
        })
        .collect()
    }

    fn market(&self, row: &Row<'_>) -> Result<Market, Reason> {
        let line = match (self.kind, row.optional(self.line)) {
            (MarketKind::Moneyline, _) => None,
            (_, "") => return Err(Reason::MissingLine),
            (kind, text) => {
                let line = reading::line(text).ok_or(Reason::BadLine)?;
                let home_view = if kind == MarketKind::Spread { -line.quarters() } else { line.quarters() };
                Some(Line::from_quarters(home_view))
            }
        };
        Market::new(self.kind, line).map_err(|_| Reason::BadLine)
    }
}
