//! What can go wrong between a forecast and money.

use domain::{FixtureId, margin::MarginError, market::MarketError, money::MoneyError};
use jiff::Timestamp;

/// Why a bet cannot be priced, sized, settled or summed up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BettingError {
    /// A selection that its market does not have, or an outcome that lacks a score.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// Odds whose margin cannot be removed.
    #[error(transparent)]
    Margin(#[from] MarginError),
    /// Amounts that do not add.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A forecast of another match.
    #[error("the forecast is of fixture {}, not of fixture {}", forecast.0, fixture.0)]
    OtherFixture {
        /// What was forecast.
        forecast: FixtureId,
        /// What was to be bet on.
        fixture: FixtureId,
    },
    /// A forecast from after the decision.
    #[error(
        "the forecast knows what came before {as_of}, but the decision is made at {at}: it would look ahead"
    )]
    LookAhead {
        /// The moment of the forecast.
        as_of: Timestamp,
        /// The moment of the decision.
        at: Timestamp,
    },
    /// A setting outside its range.
    #[error("{setting} is {value}; it must be {allowed}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A stake below 0.
    #[error("a stake of {minor} minor units is negative")]
    NegativeStake {
        /// The stake.
        minor: i64,
    },
    /// Shares that divide a stake into no parts.
    #[error("a grade without a single share cannot be settled")]
    NoShares,
    /// Probabilities of mutually exclusive selections that exceed certainty.
    #[error("probabilities of mutually exclusive selections sum to {sum}, more than 1")]
    MoreThanCertain {
        /// Their sum.
        sum: String,
    },
    /// A selection without a closing price.
    #[error("the closing line has no price for {selection}")]
    NotInClosingLine {
        /// The selection.
        selection: String,
    },
}

/// `value` when it lies within the bounds, which exclude the lower and include the upper one.
pub(crate) fn check_share(setting: &'static str, value: f64) -> Result<(), BettingError> {
    if value > 0.0 && value <= 1.0 {
        Ok(())
    } else {
        Err(BettingError::Setting { setting, value: value.to_string(), allowed: "above 0 and at most 1" })
    }
}
