//! Sports: what a score is, how a match is divided, which markets exist. One file per sport, listed in [`Sport::ALL`].

mod nba;
pub mod nfl;
mod soccer;

use std::{fmt, ops::RangeInclusive};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{market::MarketKind, outcome::Score};

/// A sport on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sport {
    /// Association football.
    Soccer,
    /// American football, NFL rules.
    Nfl,
    /// Basketball, NBA rules.
    Nba,
}

/// Which part of play a market settles on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementPeriod {
    /// 90 minutes plus stoppage, or four quarters.
    Regulation,
    /// All play, overtime included.
    IncludingOvertime,
}

/// How a level score after overtime is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelScore {
    /// A draw is an outcome with a price of its own.
    Draw,
    /// A tie is possible and rare; a moneyline is refunded.
    Tie,
    /// Play goes on until somebody leads.
    Impossible,
}

/// What is particular to a sport.
#[derive(Debug)]
pub struct SportRules {
    /// Its name in the store and on the command line.
    pub code: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// Periods of regulation.
    pub regulation_periods: u8,
    /// What level scores mean.
    pub level_score: LevelScore,
    /// Which part of play its markets settle on.
    pub settlement_period: SettlementPeriod,
    /// From kick-off until a result can be known.
    pub result_known_after: SignedDuration,
    /// One side's scores that are plausible; others are refused at import.
    pub plausible_score: RangeInclusive<u16>,
    /// Highest score a forecast gives mass to, per side.
    pub forecast_max: u16,
    /// Whether one side can finish with that many points.
    pub attainable: fn(u16) -> bool,
    /// Its markets.
    pub markets: &'static [MarketKind],
}

impl Sport {
    /// The visible list.
    pub const ALL: [Self; 3] = [Self::Soccer, Self::Nfl, Self::Nba];

    /// What is particular to it.
    pub fn rules(self) -> &'static SportRules {
        match self {
            Self::Soccer => &soccer::RULES,
            Self::Nfl => &nfl::RULES,
            Self::Nba => &nba::RULES,
        }
    }

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        self.rules().code
    }

    /// The sport of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sport| sport.code() == code)
    }

    /// Whether a match can end with this score.
    pub fn attainable(self, score: Score) -> bool {
        let rules = self.rules();
        let level_ok = rules.level_score != LevelScore::Impossible || score.home != score.away;
        level_ok && (rules.attainable)(score.home) && (rules.attainable)(score.away)
    }

    /// Whether forecasts are scored over three classes; otherwise over two, a tie counting half.
    pub fn is_three_way(self) -> bool {
        self.rules().level_score == LevelScore::Draw
    }
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for sport in Sport::ALL {
            assert_eq!(Sport::from_code(sport.code()), Some(sport));
        }
    }

    #[test]
    fn attainable_scores() {
        assert!(Sport::Soccer.attainable(Score::new(0, 0)));
        assert!(!Sport::Nfl.attainable(Score::new(1, 20)), "one point alone cannot be scored");
        assert!(Sport::Nfl.attainable(Score::new(20, 20)));
        assert!(!Sport::Nba.attainable(Score::new(95, 95)), "overtime goes on until somebody leads");
    }
}
