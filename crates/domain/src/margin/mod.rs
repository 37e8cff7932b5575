//! Margin removal: from quoted odds, whose implied probabilities sum to more than 1, to probabilities that sum to 1.
//!
//! One file per method, listed in [`METHODS`]. Odds conversion and margin removal live here because evaluation and betting
//! both need them.

mod multiplicative;
mod power;
mod root;
mod shin;

use serde::{Deserialize, Serialize};

use crate::odds::DecimalOdds;

/// A way to remove a book's margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarginRemoval {
    /// In proportion to the implied probabilities.
    Multiplicative,
    /// A common power of the implied probabilities.
    Power,
    /// Shin's model of insider trading; the default of every report.
    Shin,
}

/// The visible list.
pub const METHODS: [MarginRemoval; 3] =
    [MarginRemoval::Multiplicative, MarginRemoval::Power, MarginRemoval::Shin];

/// Probabilities without margin, and the method's own parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Devigged {
    /// In the order of the odds; they sum to 1.
    pub probabilities: Vec<f64>,
    /// Shin's z, the power's k; the book sum for the multiplicative method.
    pub parameter: f64,
}

impl MarginRemoval {
    /// Its name in configuration.
    pub fn code(self) -> &'static str {
        match self {
            Self::Multiplicative => "multiplicative",
            Self::Power => "power",
            Self::Shin => "shin",
        }
    }

    /// Probabilities that the odds of all selections of one market imply.
    ///
    /// # Errors
    /// When there are fewer than two odds or, for Shin and power, the book sums to less than 1 (an arbitrage book has no
    /// margin to remove).
    pub fn remove(self, odds: &[DecimalOdds]) -> Result<Devigged, MarginError> {
        if odds.len() < 2 {
            return Err(MarginError::TooFew { count: odds.len() });
        }
        let implied: Vec<f64> = odds.iter().map(|o| o.implied_probability()).collect();
        let devigged = match self {
            Self::Multiplicative => multiplicative::remove(&implied),
            Self::Power => power::remove(&implied)?,
            Self::Shin => shin::remove(&implied)?,
        };
        debug_assert!((devigged.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        Ok(devigged)
    }
}

/// The sum of implied probabilities: 1 + overround.
pub fn book_sum(odds: &[DecimalOdds]) -> f64 {
    odds.iter().map(|o| o.implied_probability()).sum()
}

/// Why a margin cannot be removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarginError {
    /// Not a market.
    #[error("a market needs odds for at least 2 selections, not {count}")]
    TooFew {
        /// How many were given.
        count: usize,
    },
    /// An arbitrage book.
    #[error("implied probabilities sum to {sum}: a book under 1 has no margin to remove by {method}")]
    Arbitrage {
        /// Their sum.
        sum: String,
        /// The method asked for.
        method: &'static str,
    },
}

#[cfg(test)]
mod tests;
