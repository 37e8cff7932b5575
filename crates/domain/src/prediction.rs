//! Predictions made elsewhere: what another model said about a match, as its file states it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{competition::CompetitionId, fixture::FixtureId, probability::OutcomeProbabilities};

/// What a forecast states. The rest of its score distribution follows from how scores of its competition are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stated {
    /// The whole distribution: a forecast of Touchline's own.
    Distribution,
    /// Who wins.
    Outcome,
    /// The mean score.
    Score,
    /// Both of these.
    OutcomeAndScore,
}

impl Stated {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Distribution, Self::Outcome, Self::Score, Self::OutcomeAndScore];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Distribution => "distribution",
            Self::Outcome => "outcome",
            Self::Score => "score",
            Self::OutcomeAndScore => "outcome_and_score",
        }
    }

    /// The one of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stated| stated.code() == code)
    }

    /// Whether the probabilities of the outcome are its maker's own.
    pub fn has_outcome(self) -> bool {
        self != Self::Score
    }

    /// Whether the mean score is its maker's own.
    pub fn has_score(self) -> bool {
        self != Self::Outcome
    }
}

/// The numbers of a prediction: probabilities, the mean score, or both.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Statement {
    /// Home win, draw, away win.
    pub outcome: Option<OutcomeProbabilities>,
    /// Mean home and away score.
    pub score: Option<(f64, f64)>,
}

impl Statement {
    /// What is stated; none when nothing is.
    pub fn stated(&self) -> Option<Stated> {
        match (self.outcome, self.score) {
            (Some(_), Some(_)) => Some(Stated::OutcomeAndScore),
            (Some(_), None) => Some(Stated::Outcome),
            (None, Some(_)) => Some(Stated::Score),
            (None, None) => None,
        }
    }
}

/// Which match a prediction is about, as its source names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PredictedMatch<N> {
    /// By its number in the store.
    Fixture(FixtureId),
    /// By what is known of it.
    Pairing {
        /// Where it counts.
        competition: CompetitionId,
        /// Date at the venue.
        local_date: Date,
        /// Home side.
        home: N,
        /// Away side.
        away: N,
    },
}

/// One prediction as a file states it. `N` is how teams are named, as in [`MatchRecord`](crate::MatchRecord).
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRecord<N> {
    /// Line of the file it came from, counted from 1 with the header.
    pub row: u32,
    /// The model's name, as its maker calls it.
    pub model: String,
    /// Its maker says that nothing known at or after this moment was used.
    pub as_of: Timestamp,
    /// About which match.
    pub about: PredictedMatch<N>,
    /// What it says.
    pub statement: Statement,
}
