//! Prices of a bet. Inside Touchline odds are decimal: the whole return per unit staked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Decimal odds, finite and greater than 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct DecimalOdds(f64);

/// The largest price taken as real. Football-data's longest correct quote of thirty years is 501.
const LONGEST: f64 = 10_000.0;
const MICROS: f64 = 1e6;

impl DecimalOdds {
    /// Checked odds.
    ///
    /// # Errors
    /// When `value` is not a number, not above 1, or above 10,000.
    pub fn new(value: f64) -> Result<Self, OddsError> {
        if value.is_finite() && value > 1.0 && value <= LONGEST {
            Ok(Self(value))
        } else {
            Err(OddsError::Decimal { value: value.to_string() })
        }
    }

    /// American odds: +150 pays 150 on 100, -150 needs 150 to win 100.
    ///
    /// # Errors
    /// When `american` lies between -100 and 100 exclusive, which no book quotes.
    pub fn from_american(american: f64) -> Result<Self, OddsError> {
        if !american.is_finite() || american.abs() < 100.0 {
            return Err(OddsError::American { value: american.to_string() });
        }
        Self::new(1.0 + if american > 0.0 { american / 100.0 } else { 100.0 / -american })
    }

    /// The same price in American form; even money is +100.
    pub fn to_american(self) -> f64 {
        let profit = self.0 - 1.0;
        if profit >= 1.0 { 100.0 * profit } else { -100.0 / profit }
    }

    /// Fractional odds: 11/8 wins 11 on a stake of 8.
    ///
    /// # Errors
    /// When either part is 0, or the price is beyond [`DecimalOdds::new`].
    pub fn from_fractional(numerator: u32, denominator: u32) -> Result<Self, OddsError> {
        if numerator == 0 || denominator == 0 {
            return Err(OddsError::Fractional { value: format!("{numerator}/{denominator}") });
        }
        Self::new(1.0 + f64::from(numerator) / f64::from(denominator))
    }

    /// The nearest fraction with a denominator up to 1000, in lowest terms.
    pub fn to_fractional(self) -> (u32, u32) {
        let profit = self.0 - 1.0;
        let nearest = |denominator: u32| {
            let numerator = (profit * f64::from(denominator)).round().max(1.0);
            (numerator as u32, denominator, (numerator / f64::from(denominator) - profit).abs())
        };
        // A larger denominator must be nearer by more than rounding, so the first fraction found is in lowest terms.
        let better = |best: (u32, u32, f64), next: (u32, u32, f64)| {
            if next.2 < best.2 - 1e-9 { next } else { best }
        };
        let (numerator, denominator, _) = (1..=1000).map(nearest).fold((1, 1, f64::INFINITY), better);
        (numerator, denominator)
    }

    /// Hong Kong odds: the profit per unit staked.
    ///
    /// # Errors
    /// As [`DecimalOdds::new`] of one more.
    pub fn from_hong_kong(profit: f64) -> Result<Self, OddsError> {
        Self::new(1.0 + profit)
    }

    /// The profit per unit staked.
    pub fn to_hong_kong(self) -> f64 {
        self.0 - 1.0
    }

    /// Malay odds, -1 to 1: +0.80 wins 0.80 on 1, -0.80 needs 0.80 to win 1.
    ///
    /// # Errors
    /// When `malay` is 0 or outside -1..=1.
    pub fn from_malay(malay: f64) -> Result<Self, OddsError> {
        if malay == 0.0 || !(-1.0..=1.0).contains(&malay) {
            return Err(OddsError::Malay { value: malay.to_string() });
        }
        Self::new(1.0 + if malay > 0.0 { malay } else { -1.0 / malay })
    }

    /// The same price in Malay form; even money is +1.
    pub fn to_malay(self) -> f64 {
        let profit = self.0 - 1.0;
        if profit <= 1.0 { profit } else { -1.0 / profit }
    }

    /// Indonesian odds: American ones for a stake of 1. +1.50 wins 1.50 on 1, -1.50 needs 1.50 to win 1.
    ///
    /// # Errors
    /// When `indonesian` lies between -1 and 1 exclusive.
    pub fn from_indonesian(indonesian: f64) -> Result<Self, OddsError> {
        Self::from_american(100.0 * indonesian)
            .map_err(|_| OddsError::Indonesian { value: indonesian.to_string() })
    }

    /// The same price in Indonesian form; even money is +1.
    pub fn to_indonesian(self) -> f64 {
        self.to_american() / 100.0
    }

    /// Odds as stored: millionths, which holds every price a book quotes and American prices to a ten-thousandth of a cent.
    pub fn to_micros(self) -> i64 {
        (self.0 * MICROS).round() as i64
    }

    /// Odds from their stored form.
    ///
    /// # Errors
    /// As [`DecimalOdds::new`].
    pub fn from_micros(micros: i64) -> Result<Self, OddsError> {
        Self::new(micros as f64 / MICROS)
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }

    /// 1 / odds, which contains the book's margin.
    pub fn implied_probability(self) -> f64 {
        1.0 / self.0
    }
}

impl TryFrom<f64> for DecimalOdds {
    type Error = OddsError;
    fn try_from(value: f64) -> Result<Self, OddsError> {
        Self::new(value)
    }
}

impl From<DecimalOdds> for f64 {
    fn from(odds: DecimalOdds) -> Self {
        odds.0
    }
}

impl fmt::Display for DecimalOdds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match f.precision() {
            Some(digits) => write!(f, "{:.digits$}", self.0),
            None => write!(f, "{:.2}", self.0),
        }
    }
}

/// What can be wrong with a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OddsError {
    /// Not a decimal price.
    #[error("decimal odds {value} are not above 1 and at most 10000")]
    Decimal {
        /// What was given.
        value: String,
    },
    /// Not an American price.
    #[error("American odds {value} lie between -100 and +100")]
    American {
        /// What was given.
        value: String,
    },
    /// Not a fractional price.
    #[error("fractional odds {value} need a numerator and a denominator above 0")]
    Fractional {
        /// What was given.
        value: String,
    },
    /// Not a Malay price.
    #[error("Malay odds {value} are not within -1 and 1, or are 0")]
    Malay {
        /// What was given.
        value: String,
    },
    /// Not an Indonesian price.
    #[error("Indonesian odds {value} lie between -1 and +1 or are too long")]
    Indonesian {
        /// What was given.
        value: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_odds_of_the_settlement_reference() {
        // reference/betting/settlement.json, american_to_decimal.
        for (american, decimal) in
            [(-110.0, 1.9090909090909092), (100.0, 2.0), (-100.0, 2.0), (250.0, 3.5), (-200.0, 1.5)]
        {
            let odds = DecimalOdds::from_american(american).unwrap();
            assert!((odds.value() - decimal).abs() < 1e-12, "{american}");
        }
        assert!((DecimalOdds::new(3.5).unwrap().to_american() - 250.0).abs() < 1e-9);
        assert!((DecimalOdds::new(1.5).unwrap().to_american() + 200.0).abs() < 1e-9);
    }

    #[test]
    fn one_price_in_every_format() {
        // Decimal, American, fractional, Hong Kong, Malay, Indonesian: the two sides of even money and even money itself,
        // each by the definition of its format.
        type Row = (f64, f64, (u32, u32), f64, f64, f64);
        const ROWS: [Row; 5] = [
            (1.5, -200.0, (1, 2), 0.5, 0.5, -2.0),
            (1.8, -125.0, (4, 5), 0.8, 0.8, -1.25),
            (2.0, 100.0, (1, 1), 1.0, 1.0, 1.0),
            (2.375, 137.5, (11, 8), 1.375, -8.0 / 11.0, 1.375),
            (5.0, 400.0, (4, 1), 4.0, -0.25, 4.0),
        ];
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        for (decimal, american, (numerator, denominator), hong_kong, malay, indonesian) in ROWS {
            let odds = DecimalOdds::new(decimal).unwrap();
            close(odds.to_american(), american);
            assert_eq!(odds.to_fractional(), (numerator, denominator));
            close(odds.to_hong_kong(), hong_kong);
            close(odds.to_malay(), malay);
            close(odds.to_indonesian(), indonesian);
            close(DecimalOdds::from_american(american).unwrap().value(), decimal);
            close(DecimalOdds::from_fractional(numerator, denominator).unwrap().value(), decimal);
            close(DecimalOdds::from_hong_kong(hong_kong).unwrap().value(), decimal);
            close(DecimalOdds::from_malay(malay).unwrap().value(), decimal);
            close(DecimalOdds::from_indonesian(indonesian).unwrap().value(), decimal);
        }
        // Even money has a second name in the formats with signs.
        close(DecimalOdds::from_malay(-1.0).unwrap().value(), 2.0);
        close(DecimalOdds::from_indonesian(-1.0).unwrap().value(), 2.0);
    }

    #[test]
    fn fractions_are_in_lowest_terms() {
        let fraction = |decimal: f64| DecimalOdds::new(decimal).unwrap().to_fractional();
        assert_eq!(fraction(1.9090909090909092), (10, 11));
        assert_eq!(fraction(1.91), (91, 100));
        assert_eq!(fraction(4.0 / 3.0), (1, 3));
        assert_eq!(fraction(1.0001), (1, 1000), "never a profit of nothing");
        assert_eq!(fraction(501.0), (500, 1));
    }

    #[test]
    fn refuses_what_is_no_price() {
        assert!(DecimalOdds::from_fractional(0, 1).is_err() && DecimalOdds::from_fractional(1, 0).is_err());
        assert!(DecimalOdds::from_hong_kong(0.0).is_err() && DecimalOdds::from_hong_kong(-0.5).is_err());
        for bad in [0.0, 1.2, -1.2, f64::NAN] {
            assert!(DecimalOdds::from_malay(bad).is_err(), "{bad}");
        }
        for bad in [0.0, 0.99, -0.5, f64::NAN, f64::INFINITY] {
            assert!(DecimalOdds::from_indonesian(bad).is_err(), "{bad}");
        }
        for bad in [0.0, 1.0, -2.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(DecimalOdds::new(bad).is_err(), "{bad}");
        }
        assert!(DecimalOdds::from_american(50.0).is_err());
    }

    #[test]
    fn stored_form_returns_the_same_price() {
        for value in [1.01, 1.95, 3.333, 17.5, 501.0] {
            let odds = DecimalOdds::new(value).unwrap();
            assert_eq!(DecimalOdds::from_micros(odds.to_micros()).unwrap(), odds);
        }
    }
}
