//! The weather at a match.

use serde::{Deserialize, Serialize};

/// At kick-off; what a source does not give is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Weather {
    /// Degrees Celsius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature_celsius: Option<f64>,
    /// Metres per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wind_mps: Option<f64>,
}

impl Weather {
    /// From degrees Fahrenheit and miles per hour.
    pub fn from_us_units(fahrenheit: Option<f64>, mph: Option<f64>) -> Self {
        /// Metres per second in a mile per hour, exactly.
        const MPH: f64 = 0.447_04;
        Self {
            temperature_celsius: fahrenheit.map(|f| (f - 32.0) * 5.0 / 9.0),
            wind_mps: mph.map(|v| v * MPH),
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn us_units_are_converted() {
        let freezing = Weather::from_us_units(Some(32.0), Some(10.0));
        assert_eq!(freezing.temperature_celsius, Some(0.0));
        assert!((freezing.wind_mps.unwrap() - 4.4704).abs() < 1e-12);
        assert!(Weather::from_us_units(None, None).is_empty());
    }
}
