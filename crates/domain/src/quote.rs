//! A book's price for one selection of one market of one fixture.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    code::{Code, CodeError},
    fixture::FixtureId,
    market::{Market, Selection},
    odds::DecimalOdds,
};

/// A bookmaker, or an aggregate over books such as `market_average`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BookId(pub Code);

impl BookId {
    /// The mean price over books.
    pub const MARKET_AVERAGE: Self = Self(Code::literal("market_average"));
    /// The best price over books. Often an arbitrage book, so an upper bound only.
    pub const MARKET_MAXIMUM: Self = Self(Code::literal("market_maximum"));
    /// Lines that a source names without a price, at the customary price of even chances. They say where the line stood and
    /// are never a price: nothing is bet at them and no bet is measured by them.
    pub const LINE_ONLY: Self = Self(Code::literal("line_only"));
    /// The sharpest book in the data.
    pub const PINNACLE: Self = Self(Code::literal("pinnacle"));

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for BookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for BookId {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        text.parse().map(Self)
    }
}

/// When in a market's life a price was quoted, as far as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// First price; its moment is unknown, so it is a feature and never bettable.
    Opening,
    /// Some days or hours before kick-off, by the collection rule of its source.
    PreMatch,
    /// Last price before kick-off: scoring and closing line value only.
    Closing,
    /// Seen by us at a moment we know.
    Observed,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 4] = [Self::Opening, Self::PreMatch, Self::Closing, Self::Observed];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::PreMatch => "pre_match",
            Self::Closing => "closing",
            Self::Observed => "observed",
        }
    }

    /// The phase of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }

    /// Whether a bet could have been struck at such a price.
    pub fn is_bettable(self) -> bool {
        matches!(self, Self::PreMatch | Self::Observed)
    }
}

/// What is quoted, apart from the fixture: one dictionary entry serves thousands of fixtures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    /// Who quotes.
    pub book: BookId,
    /// On what market, with its line.
    pub market: Market,
    /// Which selection.
    pub selection: Selection,
    /// When in the market's life.
    pub phase: Phase,
}

/// One price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// Of what.
    pub series: Series,
    /// The price.
    pub odds: DecimalOdds,
}
