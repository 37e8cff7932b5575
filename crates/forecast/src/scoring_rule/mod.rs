//! Scoring rules: how good a forecast was once the outcome is known. One file per rule, listed in [`scoring_rules`].
//!
//! Every rule sees a [`Scored`] forecast: probabilities and outcome over the classes its sport is scored in. Soccer has
//! three; NFL and NBA have two, where a tie counts half for each side. So each formula is written once.

mod accuracy;
mod brier;
mod log_loss;
mod ranked_probability;

use domain::{OutcomeClass, OutcomeProbabilities, Sport};

pub use self::{
    accuracy::{Accuracy, ClassAccuracy, accuracy_by_class},
    brier::{BrierMean, BrierSum},
    log_loss::{LogLoss, PROBABILITY_FLOOR},
    ranked_probability::RankedProbability,
};

/// A number that says how good one forecast was.
pub trait ScoringRule: Send + Sync {
    /// Its name on the list and in reports.
    fn name(&self) -> &'static str;

    /// Whether less is better.
    fn lower_is_better(&self) -> bool;

    /// The score of one forecast.
    fn score(&self, scored: &Scored) -> f64;
}

/// The visible list.
pub fn scoring_rules() -> &'static [&'static dyn ScoringRule] {
    &[&RankedProbability, &LogLoss, &BrierSum, &BrierMean, &Accuracy]
}

/// A forecast beside what came of it, over ordered classes: home, draw, away; or home, away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    probabilities: [f64; 3],
    outcome: [f64; 3],
    n_classes: usize,
}

impl Scored {
    /// Over the classes that `sport` is scored in.
    pub fn new(sport: Sport, probabilities: OutcomeProbabilities, outcome: OutcomeClass) -> Self {
        if sport.is_three_way() {
            Self::three_way(probabilities, outcome)
        } else {
            Self::two_way(probabilities, outcome)
        }
    }

    /// Over home, draw and away.
    pub fn three_way(probabilities: OutcomeProbabilities, outcome: OutcomeClass) -> Self {
        let mut y = [0.0; 3];
        y[outcome as usize] = 1.0;
        Self { probabilities: probabilities.as_array(), outcome: y, n_classes: 3 }
    }

    /// Over home and away; half of a tie, forecast or played, belongs to each side.
    pub fn two_way(probabilities: OutcomeProbabilities, outcome: OutcomeClass) -> Self {
        let half = probabilities.draw / 2.0;
        let y = match outcome {
            OutcomeClass::Home => [1.0, 0.0, 0.0],
            OutcomeClass::Draw => [0.5, 0.5, 0.0],
            OutcomeClass::Away => [0.0, 1.0, 0.0],
        };
        Self {
            probabilities: [probabilities.home + half, probabilities.away + half, 0.0],
            outcome: y,
            n_classes: 2,
        }
    }

    /// Probabilities of the classes in order.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities[..self.n_classes]
    }

    /// What happened: 1 for the class that did, or a half each for a tie in two classes.
    pub fn outcome(&self) -> &[f64] {
        &self.outcome[..self.n_classes]
    }

    /// Names of the classes in order.
    pub fn class_names(&self) -> &'static [&'static str] {
        if self.n_classes == 3 { &["home", "draw", "away"] } else { &["home", "away"] }
    }

    fn pairs(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.probabilities().iter().copied().zip(self.outcome().iter().copied())
    }
}

#[cfg(test)]
mod tests;
