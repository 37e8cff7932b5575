//! A forecast is a distribution over final scores. Everything asked of it is derived from that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    fixture::FixtureId,
    outcome::Score,
    probability::{OutcomeClass, OutcomeProbabilities, ProbabilityError},
};

/// Probabilities of every score `home x away` on a rectangle that starts at 0-0. They sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Cells", into = "Cells")]
pub struct ScoreDistribution {
    away_len: usize,
    cells: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Cells {
    away_len: usize,
    cells: Vec<f64>,
}

impl ScoreDistribution {
    /// A distribution in the ratio of `weights`, row by row: `weights[home * away_len + away]`.
    ///
    /// # Errors
    /// When the weights do not fill whole rows, one is negative or not finite, or all are 0.
    pub fn from_weights(away_len: usize, mut weights: Vec<f64>) -> Result<Self, ProbabilityError> {
        let home_len = weights.len().checked_div(away_len).unwrap_or(0);
        if home_len == 0 || home_len * away_len != weights.len() {
            return Err(ProbabilityError::Shape { home: home_len, away: away_len, cells: weights.len() });
        }
        let sum: f64 = weights.iter().sum();
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) || sum <= 0.0 || !sum.is_finite() {
            return Err(ProbabilityError::Weights {
                weights: format!("{} cells of sum {sum}", weights.len()),
            });
        }
        for weight in &mut weights {
            *weight /= sum;
        }
        Ok(Self { away_len, cells: weights })
    }

    /// A distribution by formula: `weight(score)` for every score up to and including the two maxima.
    ///
    /// # Errors
    /// As [`ScoreDistribution::from_weights`].
    pub fn from_fn(
        home_max: u16,
        away_max: u16,
        mut weight: impl FnMut(Score) -> f64,
    ) -> Result<Self, ProbabilityError> {
        let cells = (0..=home_max)
            .flat_map(|home| (0..=away_max).map(move |away| Score::new(home, away)))
            .map(&mut weight)
            .collect();
        Self::from_weights(usize::from(away_max) + 1, cells)
    }

    /// A distribution from the cells of one, e.g. as stored: they are checked and kept to the bit, not normalised again.
    ///
    /// # Errors
    /// As [`ScoreDistribution::from_weights`], and when the cells do not sum to 1.
    pub fn from_cells(away_len: usize, cells: Vec<f64>) -> Result<Self, ProbabilityError> {
        Self::try_from(Cells { away_len, cells })
    }

    /// Every score with its probability.
    pub fn iter(&self) -> impl Iterator<Item = (Score, f64)> + '_ {
        // By rows: two divisions per cell would cost more than everything that is done with the cells.
        self.cells
            .chunks_exact(self.away_len)
            .zip(0..)
            .flat_map(|(row, home)| row.iter().zip(0..).map(move |(p, away)| (Score::new(home, away), *p)))
    }

    /// The probability of one score; 0 beyond the rectangle.
    pub fn probability(&self, score: Score) -> f64 {
        let (home, away) = (usize::from(score.home), usize::from(score.away));
        if away >= self.away_len {
            0.0
        } else {
            self.cells.get(home * self.away_len + away).copied().unwrap_or(0.0)
        }
    }

    /// Highest home score on the rectangle.
    pub fn home_max(&self) -> u16 {
        (self.cells.len() / self.away_len - 1) as u16
    }

    /// Highest away score on the rectangle.
    pub fn away_max(&self) -> u16 {
        (self.away_len - 1) as u16
    }

    /// The raw cells, row by row.
    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// The mean of `value` over all scores.
    pub fn expectation(&self, mut value: impl FnMut(Score) -> f64) -> f64 {
        self.iter().map(|(score, p)| p * value(score)).sum()
    }

    /// Home win, draw, away win.
    pub fn outcome_probabilities(&self) -> OutcomeProbabilities {
        let mut sums = [0.0; 3];
        for (score, p) in self.iter() {
            sums[OutcomeClass::of(score) as usize] += p;
        }
        let total: f64 = sums.iter().sum();
        OutcomeProbabilities { home: sums[0] / total, draw: sums[1] / total, away: sums[2] / total }
    }

    /// Mean home and away score.
    pub fn expected_score(&self) -> (f64, f64) {
        (self.expectation(|s| f64::from(s.home)), self.expectation(|s| f64::from(s.away)))
    }

    /// The same shape within home wins, draws and away wins, with the classes given new probabilities. Used where a model of
    /// the outcome is combined with a model of the score.
    ///
    /// # Errors
    /// When a class that must have mass has none here.
    pub fn reweighted(&self, target: OutcomeProbabilities) -> Result<Self, ProbabilityError> {
        let current = self.outcome_probabilities();
        let mut factors = [0.0; 3];
        for class in OutcomeClass::ALL {
            let (have, want) = (current.of(class), target.of(class));
            if want > 0.0 && have <= 0.0 {
                return Err(ProbabilityError::Weights {
                    weights: format!("no score of class {class:?} to reweight"),
                });
            }
            factors[class as usize] = if have > 0.0 { want / have } else { 0.0 };
        }
        let cells = self.iter().map(|(score, p)| p * factors[OutcomeClass::of(score) as usize]).collect();
        Self::from_weights(self.away_len, cells)
    }
}

impl TryFrom<Cells> for ScoreDistribution {
    type Error = ProbabilityError;

    /// Restores the very bits that were stored: cells are checked, not normalised again.
    fn try_from(Cells { away_len, cells }: Cells) -> Result<Self, ProbabilityError> {
        let checked = Self::from_weights(away_len, cells.clone())?;
        let sum: f64 = cells.iter().sum();
        if (sum - 1.0).abs() > crate::probability::SUM_TOLERANCE {
            return Err(ProbabilityError::Sum { sum: sum.to_string() });
        }
        Ok(Self { away_len: checked.away_len, cells })
    }
}

impl From<ScoreDistribution> for Cells {
    fn from(ScoreDistribution { away_len, cells }: ScoreDistribution) -> Self {
        Self { away_len, cells }
    }
}

/// How sure a model is of its two expected scores: standard errors of their logarithms and their correlation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// Standard error of ln(expected home score).
    pub home_log_se: f64,
    /// Standard error of ln(expected away score).
    pub away_log_se: f64,
    /// Correlation of the two, -1..=1.
    pub correlation: f64,
}

/// What one model said about one fixture at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// About which fixture.
    pub fixture: FixtureId,
    /// Nothing known at or after this moment was used.
    pub as_of: Timestamp,
    /// The model's name on the list.
    pub model: String,
    /// Over scores in the sport's settlement period.
    pub distribution: ScoreDistribution,
    /// Parameter uncertainty, where the model has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Uncertainty>,
    /// Matches the model was fitted on.
    pub training_matches: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_distribution() {
        assert!(ScoreDistribution::from_weights(0, vec![]).is_err());
        assert!(ScoreDistribution::from_weights(2, vec![1.0; 3]).is_err());
        assert!(ScoreDistribution::from_weights(2, vec![1.0, f64::NAN]).is_err());
        assert!(ScoreDistribution::from_weights(2, vec![1.0, -0.1]).is_err());
        assert!(ScoreDistribution::from_weights(2, vec![0.0; 4]).is_err());
    }

    #[test]
    fn classes_and_means() {
        let even = ScoreDistribution::from_weights(2, vec![1.0; 4]).unwrap();
        assert_eq!(even.outcome_probabilities(), OutcomeProbabilities { home: 0.25, draw: 0.5, away: 0.25 });
        assert_eq!(even.expected_score(), (0.5, 0.5));
        assert_eq!(even.probability(Score::new(1, 0)), 0.25);
        assert_eq!(even.probability(Score::new(0, 7)), 0.0);
    }

    #[test]
    fn reweighting_reaches_its_target() {
        let base = ScoreDistribution::from_fn(5, 5, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
        let target = OutcomeProbabilities::new(0.2, 0.3, 0.5).unwrap();
        let reached = base.reweighted(target).unwrap().outcome_probabilities();
        for (got, want) in reached.as_array().iter().zip(target.as_array()) {
            assert!((got - want).abs() < 1e-12);
        }
    }

    #[test]
    fn stored_cells_return_bit_for_bit() {
        let d = ScoreDistribution::from_fn(9, 9, |s| 1.0 / f64::from(3 + s.home * s.away)).unwrap();
        let text = serde_json::to_string(&d).unwrap();
        assert_eq!(serde_json::from_str::<ScoreDistribution>(&text).unwrap(), d);
    }
}
