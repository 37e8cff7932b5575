//! Every odds column of every season, by its name: book, `C` for closing, what is priced.
//!
//! `B365H` is Bet365's pre-match price of the home side, `PSCH` Pinnacle's closing one, `BbAv<2.5` the mean price of under 2.5
//! over the books that Betbrain followed, `MaxCAHA` the best closing price of the away side on the handicap of `AHCh`.

use domain::{
    BookId, Market, Phase, QuoteRecord, Reason, Rejection, Selection,
    code::Code,
    fixture::Kickoff,
    market::{Line, MarketKind},
    quote::Series,
};

use super::line;
use crate::{
    source::reading::{self, KnownTimes},
    table::{Header, Row},
};

/// Column prefix and book. The market's mean and best price were collected by Betbrain until 2018-19 (`BbAv`, `BbMx`) and by
/// Oddsportal since (`Avg`, `Max`); no season has both, and a model of twenty years wants one name for both.
const BOOKS: [(&str, BookId); 25] = [
    ("1XB", book("1xbet")),
    ("Avg", BookId::MARKET_AVERAGE),
    ("B365", book("bet365")),
    ("BFD", book("betfred")),
    ("BFE", book("betfair_exchange")),
    ("BF", book("betfair")),
    ("BMGM", book("betmgm")),
    ("BS", book("blue_square")),
    ("BV", book("betvictor")),
    ("BW", book("bwin")),
    ("BbAv", BookId::MARKET_AVERAGE),
    ("BbMx", BookId::MARKET_MAXIMUM),
    ("CL", book("coral")),
    ("GB", book("gamebookers")),
    ("IW", book("interwetten")),
    ("LB", book("ladbrokes")),
    ("Max", BookId::MARKET_MAXIMUM),
    // Three-way prices of Pinnacle are PS, its other prices P.
    ("PS", BookId::PINNACLE),
    ("P", BookId::PINNACLE),
    ("SB", book("sportingbet")),
    ("SJ", book("stan_james")),
    ("SO", book("sporting_odds")),
    ("SY", book("stanleybet")),
    ("VC", book("vc_bet")),
    ("WH", book("william_hill")),
];

const fn book(text: &str) -> BookId {
    BookId(Code::literal(text))
}

/// The only total this source quotes: 2.5 goals.
const TOTAL: Line = Line::from_quarters(10);

/// What a column prices.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Priced {
    /// A market whose line is known from the column's name.
    Fixed(Market),
    /// The handicap in the line column of that place in the plan, if the file has it.
    Handicap(Option<usize>),
}

#[derive(Debug, Clone)]
struct PriceColumn {
    column: usize,
    book: BookId,
    phase: Phase,
    selection: Selection,
    priced: Priced,
}

/// Where a file keeps its prices and their lines.
#[derive(Debug, Clone, Default)]
pub(super) struct OddsPlan {
    prices: Vec<PriceColumn>,
    line_columns: Vec<usize>,
}

/// A line cell of one row.
#[derive(Debug, Clone, Copy)]
enum LineCell {
    Blank,
    Bad,
    Line(Market),
}

impl OddsPlan {
    pub(super) fn of(header: &Header) -> Self {
        let mut plan = Self::default();
        let Ok(total) = Market::new(MarketKind::AsianTotal, Some(TOTAL)) else { return plan };
        for (column, name) in header.names().iter().enumerate() {
            let Some(parts) = Parts::of(name) else { continue };
            let (priced, selection) = match parts.suffix {
                "H" => (Priced::Fixed(Market::THREE_WAY), Selection::Home),
                "D" => (Priced::Fixed(Market::THREE_WAY), Selection::Draw),
                "A" => (Priced::Fixed(Market::THREE_WAY), Selection::Away),
                ">2.5" => (Priced::Fixed(total), Selection::Over),
                "<2.5" => (Priced::Fixed(total), Selection::Under),
                "AHH" => (plan.handicap(header, &parts), Selection::Home),
                _ => (plan.handicap(header, &parts), Selection::Away),
            };
            let price = PriceColumn { column, book: parts.book, phase: parts.phase, selection, priced };
            if !plan.prices.iter().any(|p| p.is_same_series(&price)) {
                plan.prices.push(price);
            }
        }
        plan
    }

    /// The line column of a handicap price: the book's own (`GBAH`), else the one the aggregator or the file shares.
    fn handicap(&mut self, header: &Header, parts: &Parts<'_>) -> Priced {
        let own = format!("{}AH", parts.prefix);
        let shared: &[&str] = match (parts.phase, parts.prefix) {
            (Phase::Closing, _) => &["AHCh"],
            (_, "BbAv" | "BbMx") => &["BbAHh"],
            _ => &[own.as_str(), "AHh", "BbAHh"],
        };
        Priced::Handicap(shared.iter().find_map(|name| header.find(name)).map(|column| {
            self.line_columns.iter().position(|c| *c == column).unwrap_or_else(|| {
                self.line_columns.push(column);
                self.line_columns.len() - 1
            })
        }))
    }

    /// Every price of a row. Each filled price cell ends as one quote or one rejection.
    pub(super) fn read(
        &self,
        row: &Row<'_>,
        kickoff: Kickoff,
        rejections: &mut Vec<Rejection>,
    ) -> Vec<QuoteRecord> {
        let mut quotes = Vec::with_capacity(self.prices.len());
        let Some(known) = KnownTimes::of(kickoff) else { return quotes };
        let lines: Vec<LineCell> = self.line_columns.iter().map(|c| LineCell::read(row.cell(*c))).collect();
        for price in &self.prices {
            let cell = row.cell(price.column);
            if cell.is_empty() {
                continue;
            }
            let quoted = reading::decimal(cell)
                .ok_or(Reason::BadOdds)
                .and_then(|odds| Ok((odds, price.market(&lines)?)));
            match quoted {
                Ok((odds, market)) => {
                    let PriceColumn { book, phase, selection, .. } = *price;
                    quotes.push(known.quote(Series { book, market, selection, phase }, odds));
                }
                Err(reason) => rejections.push(row.field(price.column, reason)),
            }
        }
        quotes.shrink_to_fit();
        quotes
    }
}

impl PriceColumn {
    /// Only the first of two columns for the same price is read, should a file ever have two.
    fn is_same_series(&self, other: &Self) -> bool {
        (self.book, self.phase, self.selection) == (other.book, other.phase, other.selection)
            && self.priced == other.priced
    }

    fn market(&self, lines: &[LineCell]) -> Result<Market, Reason> {
        match self.priced {
            Priced::Fixed(market) => Ok(market),
            Priced::Handicap(place) => match place.and_then(|p| lines.get(p)) {
                None | Some(LineCell::Blank) => Err(Reason::MissingLine),
                Some(LineCell::Bad) => Err(Reason::BadLine),
                Some(LineCell::Line(market)) => Ok(*market),
            },
        }
    }
}

impl LineCell {
    fn read(cell: &str) -> Self {
        if cell.is_empty() {
            return Self::Blank;
        }
        line::parse(cell)
            .and_then(|line| Market::new(MarketKind::AsianHandicap, Some(line)).ok())
            .map_or(Self::Bad, Self::Line)
    }
}

/// A column name taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts<'n> {
    prefix: &'static str,
    book: BookId,
    phase: Phase,
    suffix: &'n str,
}

const SUFFIXES: [&str; 7] = ["H", "D", "A", ">2.5", "<2.5", "AHH", "AHA"];

impl<'n> Parts<'n> {
    fn of(name: &'n str) -> Option<Self> {
        BOOKS.iter().find_map(|(prefix, book)| {
            let rest = name.strip_prefix(prefix)?;
            let closing = rest.strip_prefix('C').filter(|suffix| SUFFIXES.contains(suffix));
            let (phase, suffix) = match closing {
                Some(suffix) => (Phase::Closing, suffix),
                None => (Phase::PreMatch, rest),
            };
            SUFFIXES.contains(&suffix).then_some(Self { prefix, book: *book, phase, suffix })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> Option<(&str, Phase, &str)> {
        Parts::of(name).map(|p| (p.prefix, p.phase, p.suffix))
    }

    #[test]
    fn column_names_come_apart_in_one_way_only() {
        let mut names = Vec::new();
        for (prefix, _) in BOOKS {
            for closing in ["", "C"] {
                for suffix in SUFFIXES {
                    let name = format!("{prefix}{closing}{suffix}");
                    let phase = if closing.is_empty() { Phase::PreMatch } else { Phase::Closing };
                    assert_eq!(parts(&name), Some((prefix, phase, suffix)), "{name}");
                    names.push(name);
                }
            }
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn other_columns_are_no_prices() {
        for name in [
            "Bb1X2", "BbOU", "BbAH", "BbAHh", "AHh", "AHCh", "GBAH", "HS", "AS", "HC", "AC", "HBP", "HR",
            "FTR",
        ] {
            assert_eq!(parts(name), None, "{name}");
        }
    }
}
