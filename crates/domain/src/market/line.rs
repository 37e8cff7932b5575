//! Lines of handicaps and totals, exact in quarters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A line in quarters: -0.75 is -3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Line(i16);

impl Line {
    /// A line of `quarters` quarters.
    pub const fn from_quarters(quarters: i16) -> Self {
        Self(quarters)
    }

    /// The number of quarters.
    pub const fn quarters(self) -> i16 {
        self.0
    }

    /// The line as a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 4.0
    }
}

impl TryFrom<f64> for Line {
    type Error = LineError;

    fn try_from(value: f64) -> Result<Self, LineError> {
        let quarters = value * 4.0;
        if quarters.is_finite() && quarters.fract() == 0.0 && quarters.abs() <= 4000.0 {
            Ok(Self(quarters as i16))
        } else {
            Err(LineError { value: value.to_string() })
        }
    }
}

impl From<Line> for f64 {
    fn from(line: Line) -> Self {
        line.value()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:+}", self.value()))
    }
}

/// A number that is no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {value} is not a multiple of 0.25 within -1000 and 1000")]
pub struct LineError {
    /// What was given.
    pub value: String,
}
