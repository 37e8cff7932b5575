//! Any CSV of one match per row, described by a mapping file. Files with one row per team cannot be mapped: the two rows of a
//! match would have to be joined.
//!
//! ```
//! use touchline_ingest::source::{Mapping, Source};
//!
//! let mapping = Mapping::from_toml(
//!     r#"
//!     name = "my_league"
//!     clocks = "Europe/Oslo"
//!     competition = { id = "nor.1" }
//!     define = [{ id = "nor.1", sport = "soccer", zone = "Europe/Oslo", season = "calendar_year" }]
//!     date = { cell = "Date", format = "%d.%m.%Y %H:%M" }
//!     home = "Home"
//!     away = "Away"
//!     score = { home = "HG", away = "AG" }
//!     odds = [{ column = "1", book = "bet365", market = "three_way", selection = "home", phase = "closing" }]
//!     "#,
//! )?;
//! let parsed = mapping.parse(b"Date,Home,Away,HG,AG,1\n17.05.2026 18:00,Brann,Viking,2,1,1.95\n", "nor.csv");
//! assert_eq!(parsed.records[0].quotes.len(), 1);
//! # Ok::<(), touchline_ingest::IngestError>(())
//! ```
//!
//! `config/mappings/` has a commented file for each shape that was met.

mod file;
mod read;

use std::collections::BTreeMap;

use domain::{
    BookId, Competition, CompetitionId, Market, Phase, Selection,
    market::{Line, MarketKind},
    quote::Series,
};
use jiff::tz::TimeZone;

use self::file::{Definition, MappingFile, OddsFormat, OddsKey};
use super::{Clocks, Parsed, Source};
use crate::{calendar::Calendar, error::IngestError, text::Encoding};

/// A checked mapping file.
#[derive(Debug, Clone)]
pub struct Mapping {
    file: MappingFile,
    /// By what the competition column says; under the empty text when the whole file is of one competition.
    calendars: BTreeMap<String, Calendar>,
    /// None for the clocks of the venue.
    zone: Option<TimeZone>,
    odds: Vec<MappedOdds>,
    competitions: Vec<Competition>,
}

/// A price column, checked.
#[derive(Debug, Clone)]
struct MappedOdds {
    column: String,
    format: OddsFormat,
    book: BookId,
    kind: MarketKind,
    selection: Selection,
    phase: Phase,
    line: MappedLine,
}

#[derive(Debug, Clone)]
enum MappedLine {
    Fixed(Option<Line>),
    Column { name: String, negated: bool },
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// When it is no TOML, has an unknown or missing key, or a value does not fit: an unknown zone, market, phase,
    /// competition, or a line where the market has none.
    pub fn from_toml(text: &str) -> Result<Self, IngestError> {
        let file: MappingFile = toml::from_str(text)
            .map_err(|error| IngestError::MappingSyntax { message: error.to_string().trim().to_owned() })?;
        if !file.delimiter.is_ascii() {
            return Err(refused(
                "delimiter",
                format!("{:?} is not ASCII", file.delimiter),
                "use , ; \\t or |",
            ));
        }
        let zone = match file.clocks.as_str() {
            "venue" => None,
            name => Some(zone("clocks", name)?),
        };
        let competitions = file.define.iter().map(defined).collect::<Result<Vec<_>, _>>()?;
        let calendars = calendars(&file, &competitions)?;
        let odds =
            file.odds.iter().enumerate().map(|(i, key)| mapped_odds(i, key)).collect::<Result<_, _>>()?;
        Ok(Self { file, calendars, zone, odds, competitions })
    }

    /// The competitions it defines beyond the built-in ones.
    pub fn competitions(&self) -> &[Competition] {
        &self.competitions
    }

    fn declared_encoding(&self) -> Option<Encoding> {
        self.file.encoding
    }
}

impl Source for Mapping {
    fn code(&self) -> &str {
        &self.file.name
    }

    fn clocks(&self) -> Clocks {
        if self.zone.is_some() { Clocks::Zone(self.file.clocks.clone()) } else { Clocks::Venue }
    }

    fn parse(&self, payload: &[u8], _file: &str) -> Parsed {
        Parsed::from_text(payload, self.declared_encoding(), |text, parsed| read::table(self, text, parsed))
    }
}

fn refused(key: &str, problem: String, remedy: &str) -> IngestError {
    IngestError::Mapping { key: key.to_owned(), problem, remedy: remedy.to_owned() }
}

fn zone(key: &str, name: &str) -> Result<TimeZone, IngestError> {
    TimeZone::get(name).map_err(|_| {
        refused(
            key,
            format!("{name:?} is no time zone"),
            "give an IANA name such as Europe/Paris, or `venue`",
        )
    })
}

fn defined(definition: &Definition) -> Result<Competition, IngestError> {
    let id = competition_id("define.id", &definition.id)?;
    zone("define.zone", &definition.zone)?;
    let pool = definition.id.split('.').next().unwrap_or_default().to_owned();
    Ok(Competition {
        id,
        name: definition.id.clone().into(),
        sport: definition.sport,
        pool: pool.into(),
        zone: definition.zone.clone().into(),
        season: definition.season,
    })
}

fn competition_id(key: &str, text: &str) -> Result<CompetitionId, IngestError> {
    text.parse().map_err(|error: domain::code::CodeError| refused(key, error.to_string(), "e.g. eng.1"))
}

fn calendars(file: &MappingFile, defined: &[Competition]) -> Result<BTreeMap<String, Calendar>, IngestError> {
    let key = &file.competition;
    let named: Vec<(String, &String)> = match (&key.id, &key.column) {
        (Some(id), None) => vec![(String::new(), id)],
        (None, Some(_)) if !key.table.is_empty() => key.table.iter().map(|(n, id)| (n.clone(), id)).collect(),
        _ => {
            let problem = "says neither one competition nor a column with its table".to_owned();
            return Err(refused("competition", problem, "give `id`, or `column` and `table`"));
        }
    };
    named
        .into_iter()
        .map(|(name, text)| {
            let id = competition_id("competition", text)?;
            let competition =
                defined.iter().find(|c| c.id == id).or_else(|| Competition::built_in(id)).ok_or_else(
                    || refused("competition", format!("{id} is not known"), "add it under `define`"),
                )?;
            let zone = zone("define.zone", &competition.zone)?;
            Ok((name, Calendar::new(id, competition.sport, zone, competition.season)))
        })
        .collect()
}

fn mapped_odds(i: usize, key: &OddsKey) -> Result<MappedOdds, IngestError> {
    let at = |name: &str| format!("odds[{i}].{name}");
    let kind = MarketKind::from_code(&key.market).ok_or_else(|| {
        let known: Vec<&str> = MarketKind::ALL.iter().map(|k| k.code()).collect();
        let remedy = format!("one of {}", known.join(", "));
        refused(&at("market"), format!("{:?} is no market", key.market), &remedy)
    })?;
    let line = mapped_line(&at("line"), key, kind)?;
    let selection = key
        .selection
        .parse::<Selection>()
        .ok()
        .filter(|s| {
            kind == MarketKind::CorrectScore || sample(kind).is_some_and(|m| m.selections().contains(s))
        })
        .ok_or_else(|| {
            let known = sample(kind).map(Market::selections).unwrap_or_default();
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            let problem = format!("{:?} cannot be bet on in {}", key.selection, kind.code());
            refused(&at("selection"), problem, &format!("one of {}", known.join(", ")))
        })?;
    let phase = Phase::from_code(&key.phase).filter(|p| *p != Phase::Observed).ok_or_else(|| {
        refused(
            &at("phase"),
            format!("{:?} is no phase of a file", key.phase),
            "opening, pre_match or closing",
        )
    })?;
    let book = key
        .book
        .parse()
        .map_err(|error: domain::code::CodeError| refused(&at("book"), error.to_string(), "e.g. bet365"))?;
    Ok(MappedOdds { column: key.column.clone(), format: key.format, book, kind, selection, phase, line })
}

/// Any market of that kind, to ask what it offers.
fn sample(kind: MarketKind) -> Option<Market> {
    Market::new(kind, kind.line_step().map(|_| Line::default())).ok()
}

fn mapped_line(at: &str, key: &OddsKey, kind: MarketKind) -> Result<MappedLine, IngestError> {
    let line = match (&key.line, &key.line_column) {
        (Some(value), None) => {
            let line = Line::try_from(*value).map_err(|e| refused(at, e.to_string(), "a quarter line"))?;
            MappedLine::Fixed(Some(if key.line_negated {
                Line::from_quarters(-line.quarters())
            } else {
                line
            }))
        }
        (None, Some(name)) if kind.line_step().is_some() => {
            return Ok(MappedLine::Column { name: name.clone(), negated: key.line_negated });
        }
        (None, None) => MappedLine::Fixed(None),
        _ => {
            let problem = "both `line` and `line_column`, or a line column for a market without lines";
            return Err(refused(at, problem.to_owned(), "give one of them, where the market has lines"));
        }
    };
    if let MappedLine::Fixed(value) = &line {
        Market::new(kind, *value).map_err(|e| {
            refused(
                at,
                e.to_string(),
                "handicaps, spreads and totals need `line` or `line_column`; others none",
            )
        })?;
    }
    Ok(line)
}

impl MappedOdds {
    fn series(&self, market: Market) -> Series {
        Series { book: self.book, market, selection: self.selection, phase: self.phase }
    }
}

#[cfg(test)]
mod tests;
