//! Probabilities, 0..1, and how they are shared out over the outcome classes of a match.

use serde::{Deserialize, Serialize};

use crate::Score;

/// A number from 0 to 1. Never NaN.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// A checked probability.
    ///
    /// # Errors
    /// When `value` is not within 0..=1.
    pub fn new(value: f64) -> Result<Self, ProbabilityError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ProbabilityError::Range { value: value.to_string() })
        }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = ProbabilityError;
    fn try_from(value: f64) -> Result<Self, ProbabilityError> {
        Self::new(value)
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

/// Who won. Ordered from the home side's view, as the ranked probability score needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeClass {
    /// The home side won.
    Home,
    /// Level.
    Draw,
    /// The away side won.
    Away,
}

impl OutcomeClass {
    /// In the order of [`OutcomeProbabilities::as_array`].
    pub const ALL: [Self; 3] = [Self::Home, Self::Draw, Self::Away];

    /// The class of a score.
    pub fn of(score: Score) -> Self {
        match score.home.cmp(&score.away) {
            std::cmp::Ordering::Greater => Self::Home,
            std::cmp::Ordering::Equal => Self::Draw,
            std::cmp::Ordering::Less => Self::Away,
        }
    }
}

/// Probabilities of home win, draw (or tie) and away win; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutcomeProbabilities {
    /// Home win.
    pub home: f64,
    /// Draw, or tie in sports that have one; 0 where a match cannot end level.
    pub draw: f64,
    /// Away win.
    pub away: f64,
}

/// How far a sum of probabilities may stray from 1 by rounding.
pub const SUM_TOLERANCE: f64 = 1e-9;

impl OutcomeProbabilities {
    /// Checked probabilities.
    ///
    /// # Errors
    /// When one is outside 0..=1 or they do not sum to 1 within [`SUM_TOLERANCE`].
    pub fn new(home: f64, draw: f64, away: f64) -> Result<Self, ProbabilityError> {
        for value in [home, draw, away] {
            Probability::new(value)?;
        }
        let sum = home + draw + away;
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(ProbabilityError::Sum { sum: sum.to_string() });
        }
        Ok(Self { home, draw, away })
    }

    /// Probabilities in the ratio of three weights.
    ///
    /// # Errors
    /// When a weight is negative or not finite, or all are 0.
    pub fn from_weights(home: f64, draw: f64, away: f64) -> Result<Self, ProbabilityError> {
        let sum = home + draw + away;
        if [home, draw, away].iter().any(|w| !w.is_finite() || *w < 0.0) || sum <= 0.0 {
            return Err(ProbabilityError::Weights { weights: format!("{home}, {draw}, {away}") });
        }
        Self::new(home / sum, draw / sum, away / sum)
    }

    /// Home, draw, away.
    pub fn as_array(self) -> [f64; 3] {
        [self.home, self.draw, self.away]
    }

    /// The probability of one class.
    pub fn of(self, class: OutcomeClass) -> f64 {
        self.as_array()[class as usize]
    }

    /// Shannon entropy in nats: 0 when certain, ln 3 when nothing is known.
    pub fn entropy(self) -> f64 {
        -self.as_array().into_iter().filter(|p| *p > 0.0).map(|p| p * p.ln()).sum::<f64>()
    }
}

/// What can be wrong with probabilities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbabilityError {
    /// Outside 0..=1 or NaN.
    #[error("probability {value} is not within 0 and 1")]
    Range {
        /// What was given.
        value: String,
    },
    /// A distribution that does not sum to 1.
    #[error("probabilities sum to {sum}, not to 1")]
    Sum {
        /// Their sum.
        sum: String,
    },
    /// Weights that cannot be normalised.
    #[error("weights {weights} cannot be turned into probabilities")]
    Weights {
        /// What was given.
        weights: String,
    },
    /// A score distribution of the wrong shape.
    #[error("score distribution of {home} x {away} scores has {cells} cells")]
    Shape {
        /// Home scores.
        home: usize,
        /// Away scores.
        away: usize,
        /// Cells given.
        cells: usize,
    },
}
