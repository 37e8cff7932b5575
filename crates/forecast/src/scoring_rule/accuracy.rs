//! Accuracy: whether the likeliest class came true. Among equals the first in order is picked. A tie scored over two
//! classes counts half, whichever side was picked.

use serde::{Deserialize, Serialize};

use super::{Scored, ScoringRule};

/// Share of forecasts whose likeliest class came true.
#[derive(Debug, Clone, Copy)]
pub struct Accuracy;

impl ScoringRule for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn lower_is_better(&self) -> bool {
        false
    }

    fn score(&self, scored: &Scored) -> f64 {
        scored.outcome()[picked(scored)]
    }
}

fn picked(scored: &Scored) -> usize {
    let mut best = 0;
    for (i, p) in scored.probabilities().iter().enumerate() {
        if *p > scored.probabilities()[best] {
            best = i;
        }
    }
    best
}

/// How one class was picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassAccuracy {
    /// The class.
    pub class: String,
    /// Matches that ended so; half of each tie in two classes.
    pub happened: f64,
    /// Forecasts whose likeliest class it was.
    pub picked: usize,
    /// Of those, how many came true.
    pub right: f64,
}

/// Accuracy for every class, in order; empty without forecasts.
pub fn accuracy_by_class(scored: &[Scored]) -> Vec<ClassAccuracy> {
    let names = scored.first().map_or(&[][..], Scored::class_names);
    let of_class = |(i, name): (usize, &&str)| ClassAccuracy {
        class: (*name).to_owned(),
        happened: scored.iter().map(|s| s.outcome()[i]).sum(),
        picked: scored.iter().filter(|s| picked(s) == i).count(),
        // From 0: the sum of nothing would be -0.
        right: scored.iter().filter(|s| picked(s) == i).fold(0.0, |sum, s| sum + s.outcome()[i]),
    };
    names.iter().enumerate().map(of_class).collect()
}
