//! Money as integers: minor units (cents, pence) of one currency. No amount is ever a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro, the currency of examples and of the demo.
    pub const EUR: Self = Self(*b"EUR");

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl std::str::FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        match code.as_bytes() {
            &[a, b, c] if code.chars().all(|ch| ch.is_ascii_uppercase()) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::Currency { code: code.to_owned() }),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in minor units. Negative amounts are losses or withdrawals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, e.g. cents.
    pub minor: i64,
    /// What they are units of.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// When the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed { left: self.currency, right: other.currency });
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", minor / 100, minor % 100, self.currency)
    }
}

/// `numerator / denominator` rounded to the nearest integer, ties to the even one (banker's rounding).
///
/// # Panics
/// When `denominator` is not positive; callers divide by a number of shares or a power of ten.
pub fn round_half_even(numerator: i128, denominator: i128) -> i128 {
    assert!(denominator > 0, "denominator {denominator} must be positive");
    let floor = numerator.div_euclid(denominator);
    let twice_rest = 2 * numerator.rem_euclid(denominator);
    match twice_rest.cmp(&denominator) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal => floor + (floor & 1),
    }
}

/// What can be wrong with an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three capital letters.
    #[error("currency code {code:?} is not three capital letters such as EUR")]
    Currency {
        /// What was given.
        code: String,
    },
    /// Amounts of different currencies do not add.
    #[error("cannot add {left} and {right}")]
    Mixed {
        /// Left side.
        left: Currency,
        /// Right side.
        right: Currency,
    },
    /// More than an i64 of minor units.
    #[error("amount does not fit in 64 bits of minor units")]
    Overflow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_even_neighbour() {
        // 0.5 -> 0, 1.5 -> 2, 2.5 -> 2, and the same mirrored below zero.
        let halves = [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2), (7, 4)];
        for (numerator, expected) in halves {
            assert_eq!(round_half_even(numerator, 2), expected, "{numerator}/2");
        }
        assert_eq!(round_half_even(10, 3), 3);
        assert_eq!(round_half_even(-10, 3), -3);
        assert_eq!(round_half_even(11, 3), 4);
    }

    #[test]
    fn currencies_do_not_mix() {
        let usd: Currency = "USD".parse().unwrap();
        assert!(Money::new(1, Currency::EUR).checked_add(Money::new(1, usd)).is_err());
        assert!("eur".parse::<Currency>().is_err());
        assert_eq!(Money::new(-1205, Currency::EUR).to_string(), "-12.05 EUR");
    }
}
