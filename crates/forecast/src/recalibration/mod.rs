//! Recalibration: mending probabilities that are too bold, too shy or tilted, by what past forecasts of the same forecaster
//! were worth. One file per method, listed in [`METHODS`].
//!
//! A method is fitted on forecasts that were made before their matches were known, and applied to later ones; it is never
//! scored on what it was fitted on (`model/recalibrated.rs` sees to that).

mod isotonic;
mod platt;
mod temperature;

use domain::OutcomeProbabilities;

pub use self::{isotonic::Isotonic, platt::Platt, temperature::Temperature};
use crate::ForecastError;

/// A forecast that was made before its match, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed {
    /// What was said.
    pub said: OutcomeProbabilities,
    /// 1 for the class that came, 0 for the others; a tie in a two-way sport is half a win of each side.
    pub target: [f64; 3],
}

/// A way to mend probabilities.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name in `MODEL+NAME`.
    pub name: &'static str,
    fit: fn(&[Observed]) -> Result<Map, ForecastError>,
}

/// The visible list.
pub const METHODS: [Method; 3] = [
    Method { name: "isotonic", fit: |o| Isotonic::fit(o).map(Map::Isotonic) },
    Method { name: "platt", fit: |o| Platt::fit(o).map(Map::Platt) },
    Method { name: "temperature", fit: |o| Temperature::fit(o).map(Map::Temperature) },
];

impl Method {
    /// Learns the map from past forecasts; from none it learns to change nothing.
    ///
    /// # Errors
    /// When the numerics fail.
    pub fn fit(&self, observed: &[Observed]) -> Result<Map, ForecastError> {
        (self.fit)(observed)
    }
}

/// A fitted map from probabilities to probabilities.
#[derive(Debug, Clone, PartialEq)]
pub enum Map {
    /// Monotone steps.
    Isotonic(Isotonic),
    /// A sigmoid per class.
    Platt(Platt),
    /// One power of all classes.
    Temperature(Temperature),
}

impl Map {
    /// The mended probabilities. A class without mass, such as the draw of a sport that has none, keeps none.
    ///
    /// # Errors
    /// When nothing is left to normalise.
    pub fn apply(&self, said: OutcomeProbabilities) -> Result<OutcomeProbabilities, ForecastError> {
        let [home, draw, away] = match self {
            Self::Isotonic(map) => map.apply(said.as_array()),
            Self::Platt(map) => map.apply(said.as_array()),
            Self::Temperature(map) => map.apply(said.as_array()),
        };
        Ok(OutcomeProbabilities::from_weights(home, draw, away)?)
    }

    /// The parameters, for people and for the store.
    pub fn parameters(&self) -> serde_json::Value {
        match self {
            Self::Isotonic(map) => map.parameters(),
            Self::Platt(map) => map.parameters(),
            Self::Temperature(map) => map.parameters(),
        }
    }
}

#[cfg(test)]
mod tests;
