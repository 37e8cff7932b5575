//! Markets. A market is one grading function over an outcome; fair odds, expected value and settlement all follow from it,
//! so price and settlement cannot disagree.
//!
//! One file per kind; the enum [`MarketKind`] is the list. Lines are always written from the home side's view.

mod asian_handicap;
mod asian_total;
mod both_teams_to_score;
mod correct_score;
mod double_chance;
mod draw_no_bet;
mod grade;
mod line;
mod moneyline;
mod price;
mod spread;
mod three_way;
mod total;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{
    grade::{Grade, Shares},
    line::{Line, LineError},
    price::{Price, PriceInterval},
};
use crate::{
    forecast::{ScoreDistribution, Uncertainty},
    interval::Level,
    outcome::{Outcome, OutcomeStatus, Score},
    sport::{SettlementPeriod, Sport},
};

/// A kind of market, without its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketKind {
    /// Home, draw or away.
    ThreeWay,
    /// Home or away; level scores are refunded.
    Moneyline,
    /// Home or away; a draw is refunded.
    DrawNoBet,
    /// Two of three outcomes.
    DoubleChance,
    /// Goal start in quarters.
    AsianHandicap,
    /// Goals over or under a line in quarters.
    AsianTotal,
    /// Point start, whole or half.
    Spread,
    /// Points over or under, whole or half.
    Total,
    /// Whether both sides score.
    BothTeamsToScore,
    /// The very score.
    CorrectScore,
}

/// What one bets on within a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Selection {
    /// Home side.
    Home,
    /// Level.
    Draw,
    /// Away side.
    Away,
    /// Home side or level.
    HomeOrDraw,
    /// Level or away side.
    DrawOrAway,
    /// Anything but level.
    HomeOrAway,
    /// More than the line.
    Over,
    /// Fewer than the line.
    Under,
    /// It happens.
    Yes,
    /// It does not.
    No,
    /// Exactly this score.
    Exactly(Score),
}

/// A market: its kind and, where it has one, its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Market {
    kind: MarketKind,
    line: Option<Line>,
}

/// A market as it was written down, before its line is checked.
#[derive(Deserialize)]
struct Unchecked {
    kind: MarketKind,
    #[serde(default)]
    line: Option<Line>,
}

impl TryFrom<Unchecked> for Market {
    type Error = MarketError;
    fn try_from(Unchecked { kind, line }: Unchecked) -> Result<Self, MarketError> {
        Self::new(kind, line)
    }
}

/// The terms under which a book grades; those of REQUIREMENTS "Definitions" by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// Which part of play counts.
    pub period: SettlementPeriod,
    /// A match that starts later than this after its announced kick-off voids the bet.
    pub postponement_limit_hours: u16,
}

impl Terms {
    /// The usual terms of a sport.
    pub fn of(sport: Sport) -> Self {
        Self { period: sport.rules().settlement_period, postponement_limit_hours: 48 }
    }
}

impl MarketKind {
    /// The visible list.
    pub const ALL: [Self; 10] = [
        Self::ThreeWay,
        Self::Moneyline,
        Self::DrawNoBet,
        Self::DoubleChance,
        Self::AsianHandicap,
        Self::AsianTotal,
        Self::Spread,
        Self::Total,
        Self::BothTeamsToScore,
        Self::CorrectScore,
    ];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::ThreeWay => three_way::CODE,
            Self::Moneyline => moneyline::CODE,
            Self::DrawNoBet => draw_no_bet::CODE,
            Self::DoubleChance => double_chance::CODE,
            Self::AsianHandicap => asian_handicap::CODE,
            Self::AsianTotal => asian_total::CODE,
            Self::Spread => spread::CODE,
            Self::Total => total::CODE,
            Self::BothTeamsToScore => both_teams_to_score::CODE,
            Self::CorrectScore => correct_score::CODE,
        }
    }

    /// The kind of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether its selections share out every outcome among them, so that their fair probabilities sum to 1 and a margin can
    /// be removed. Double chances overlap, and nobody quotes every score.
    pub fn is_exhaustive(self) -> bool {
        !matches!(self, Self::DoubleChance | Self::CorrectScore)
    }

    /// Whether it needs a line, and on which grid.
    pub fn line_step(self) -> Option<LineStep> {
        match self {
            Self::AsianHandicap | Self::AsianTotal => Some(LineStep::Quarter),
            Self::Spread | Self::Total => Some(LineStep::Half),
            _ => None,
        }
    }
}

/// The grid a line lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStep {
    /// Multiples of 0.5.
    Half,
    /// Multiples of 0.25.
    Quarter,
}

impl Market {
    /// Three-way result.
    pub const THREE_WAY: Self = Self { kind: MarketKind::ThreeWay, line: None };
    /// Two-way result.
    pub const MONEYLINE: Self = Self { kind: MarketKind::Moneyline, line: None };

    /// A market of `kind`, with its line where the kind needs one.
    ///
    /// # Errors
    /// When a line is missing, superfluous or off the kind's grid.
    pub fn new(kind: MarketKind, line: Option<Line>) -> Result<Self, MarketError> {
        match (kind.line_step(), line) {
            (None, None) => Ok(Self { kind, line }),
            (Some(step), Some(value)) if step == LineStep::Quarter || value.quarters() % 2 == 0 => {
                Ok(Self { kind, line })
            }
            _ => Err(MarketError::Line {
                kind: kind.code(),
                line: line.map_or("none".into(), |l| l.to_string()),
            }),
        }
    }

    /// Its kind.
    pub fn kind(self) -> MarketKind {
        self.kind
    }

    /// Its line, from the home side's view for handicaps and spreads.
    pub fn line(self) -> Option<Line> {
        self.line
    }

    /// What can be bet on, in the order books print it. For correct score the likely ones.
    pub fn selections(self) -> Vec<Selection> {
        use Selection::{Away, Draw, Home, Over, Under};
        match self.kind {
            MarketKind::ThreeWay => vec![Home, Draw, Away],
            MarketKind::Moneyline
            | MarketKind::DrawNoBet
            | MarketKind::AsianHandicap
            | MarketKind::Spread => {
                vec![Home, Away]
            }
            MarketKind::DoubleChance => {
                vec![Selection::HomeOrDraw, Selection::DrawOrAway, Selection::HomeOrAway]
            }
            MarketKind::AsianTotal | MarketKind::Total => vec![Over, Under],
            MarketKind::BothTeamsToScore => vec![Selection::Yes, Selection::No],
            MarketKind::CorrectScore => correct_score::selections(),
        }
    }

    /// The one grading function: what becomes of a stake on `selection` after `outcome`.
    ///
    /// # Errors
    /// When the selection does not belong to the market, or the outcome lacks the score the terms settle on.
    pub fn grade(self, selection: Selection, outcome: &Outcome, terms: Terms) -> Result<Grade, MarketError> {
        if outcome.status != OutcomeStatus::Completed {
            return Ok(Grade::Void);
        }
        let score = match terms.period {
            SettlementPeriod::IncludingOvertime => outcome.full_time,
            SettlementPeriod::Regulation => outcome.regulation.ok_or(MarketError::NoRegulationScore)?,
        };
        self.shares(selection, score).map(Grade::Settled)
    }

    /// The shares of a stake on `selection` when the settlement period ends with `score`.
    ///
    /// # Errors
    /// When the selection does not belong to the market.
    pub fn shares(self, selection: Selection, score: Score) -> Result<Shares, MarketError> {
        let line = self.line.unwrap_or_default();
        let shares = match self.kind {
            MarketKind::ThreeWay => three_way::grade(selection, score),
            MarketKind::Moneyline => moneyline::grade(selection, score),
            MarketKind::DrawNoBet => draw_no_bet::grade(selection, score),
            MarketKind::DoubleChance => double_chance::grade(selection, score),
            MarketKind::AsianHandicap => asian_handicap::grade(selection, line, score),
            MarketKind::AsianTotal => asian_total::grade(selection, line, score),
            MarketKind::Spread => spread::grade(selection, line, score),
            MarketKind::Total => total::grade(selection, line, score),
            MarketKind::BothTeamsToScore => both_teams_to_score::grade(selection, score),
            MarketKind::CorrectScore => correct_score::grade(selection, score),
        };
        // Lazily: this runs for every score of every forecast, and the texts would cost fifty times the grading.
        shares.ok_or_else(|| MarketError::Selection {
            market: self.to_string(),
            selection: selection.to_string(),
        })
    }

    /// The expected shares of a stake on `selection` under a forecast, from which fair odds and expected value follow.
    ///
    /// # Errors
    /// When the selection does not belong to the market.
    pub fn price(self, selection: Selection, forecast: &ScoreDistribution) -> Result<Price, MarketError> {
        Ok(Price::of_grades(self.grade_probabilities(selection, forecast)?))
    }

    /// Between which win probabilities, and so fair odds, `selection` lies when the forecast's expected scores are uncertain.
    ///
    /// # Errors
    /// When the selection does not belong to the market.
    pub fn price_interval(
        self,
        selection: Selection,
        forecast: &ScoreDistribution,
        uncertainty: Uncertainty,
        level: Level,
    ) -> Result<PriceInterval, MarketError> {
        price::interval(self, selection, forecast, uncertainty, level)
    }

    /// Every grade that a stake on `selection` can get under a forecast, with its probability, in no particular order. The
    /// best stake depends on how the shares come together, which a price no longer says.
    ///
    /// # Errors
    /// When the selection does not belong to the market.
    pub fn grade_probabilities(
        self,
        selection: Selection,
        forecast: &ScoreDistribution,
    ) -> Result<Vec<(Shares, f64)>, MarketError> {
        price::grade_probabilities(self, selection, forecast)
    }
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => f.pad(&format!("{} {line}", self.kind.code())),
            None => f.pad(self.kind.code()),
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Home => "home",
            Self::Draw => "draw",
            Self::Away => "away",
            Self::HomeOrDraw => "home_or_draw",
            Self::DrawOrAway => "draw_or_away",
            Self::HomeOrAway => "home_or_away",
            Self::Over => "over",
            Self::Under => "under",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Exactly(score) => return f.pad(&score.to_string()),
        };
        f.pad(text)
    }
}

impl std::str::FromStr for Selection {
    type Err = MarketError;

    fn from_str(text: &str) -> Result<Self, MarketError> {
        Ok(match text {
            "home" => Self::Home,
            "draw" => Self::Draw,
            "away" => Self::Away,
            "home_or_draw" => Self::HomeOrDraw,
            "draw_or_away" => Self::DrawOrAway,
            "home_or_away" => Self::HomeOrAway,
            "over" => Self::Over,
            "under" => Self::Under,
            "yes" => Self::Yes,
            "no" => Self::No,
            _ => {
                let score = text
                    .split_once('-')
                    .and_then(|(h, a)| Some(Score::new(h.parse().ok()?, a.parse().ok()?)));
                Self::Exactly(score.ok_or_else(|| MarketError::SelectionCode { code: text.to_owned() })?)
            }
        })
    }
}

impl TryFrom<String> for Selection {
    type Error = MarketError;
    fn try_from(text: String) -> Result<Self, MarketError> {
        text.parse()
    }
}

impl From<Selection> for String {
    fn from(selection: Selection) -> Self {
        selection.to_string()
    }
}

/// What can be wrong with a market, a selection or their grading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// A line where there is none, none where there must be one, or off its grid.
    #[error("market {kind} cannot have line {line}")]
    Line {
        /// The market's kind.
        kind: &'static str,
        /// The line given.
        line: String,
    },
    /// A selection of another market.
    #[error("market {market} has no selection {selection}")]
    Selection {
        /// The market.
        market: String,
        /// The selection.
        selection: String,
    },
    /// A text that is no selection.
    #[error("{code:?} is not a selection such as home, over or 2-1")]
    SelectionCode {
        /// The text.
        code: String,
    },
    /// The source gave no score after regulation, which the terms settle on.
    #[error("the outcome has no score after regulation, which this market settles on")]
    NoRegulationScore,
}

#[cfg(test)]
mod tests;
