//! A sequence model: each team's latest matches are read in order by a recurrent network with attention, and both teams'
//! readings become outcome probabilities. Behind the cargo feature `neural`.
//!
//! | symbol | meaning |
//! |---|---|
//! | x_1..x_T | what is known of a team's latest T matches from its own side (`sequence.rs`) |
//! | h_t | state of the LSTM after match t |
//! | a_t | attention, softmax over t of v' tanh(W h_t) |
//! | c | the team's reading, sum over t of a_t h_t, beside h_T |
//! | e | mean of the embeddings of those who start for a side, 0 where nobody is named (`players.rs`) |
//!
//! ```text
//! h_t = LSTM(x_t, h_(t-1)),   P = softmax(B relu(A [c_home, h_home, c_away, h_away, e_home, e_away, Elo difference, at home]))
//! ```
//!
//! One network serves both sides. It is trained by AdamW on cross-entropy, on the window's earlier part; the epoch that does
//! best on the latest part is kept. Weights start from a seeded generator and batches are drawn by it, so that a fit repeats
//! itself. The score distribution is Elo's, reweighted to the outcome probabilities.
//!
//! Embeddings are learnt with the rest, one for every player with enough starts and one that all others share. Where no match
//! it learns from has a line-up there are none, and the network is that without e.
//!
//! S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9 (1997), 1735-1780; D. Bahdanau, K. Cho and
//! Y. Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", ICLR 2015, for the attention;
//! I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.

mod network;
mod players;
mod sequence;

use std::any::Any;

use domain::{Briefing, CompetitionId, Fixture, OutcomeProbabilities, PlayerCode, Snapshot, Sport};
use serde_json::json;

use self::{
    network::{Network, Training},
    sequence::Reader,
};
use super::{FitReport, FittedModel, Model, Predicted, elo::Elo};
use crate::ForecastError;

const NAME: &str = "neural";

/// Settings of the network and its training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neural {
    /// Width of the recurrent state.
    pub hidden: usize,
    /// Numbers that stand for a player.
    pub embedding: usize,
    /// Passes over the training matches at the most.
    pub epochs: usize,
    /// Matches per step.
    pub batch: usize,
    /// Step size at the start; it falls to nothing along a cosine.
    pub learning_rate: f64,
    /// Decay of weights per step, in step sizes.
    pub weight_decay: f64,
    /// Share of the window, its latest part, on which the epoch is chosen.
    pub held_out: f64,
    /// Fewer played matches are refused.
    pub minimum_matches: usize,
    /// Of the first weights and the order of batches.
    pub seed: u64,
}

impl Default for Neural {
    fn default() -> Self {
        Self {
            hidden: 16,
            embedding: 4,
            epochs: 12,
            batch: 64,
            learning_rate: 3e-3,
            weight_decay: 0.05,
            held_out: 0.15,
            minimum_matches: 200,
            seed: 1,
        }
    }
}

impl Model for Neural {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn on_request(&self) -> bool {
        true
    }

    fn draft(&self) -> Option<Box<dyn Model>> {
        Some(Box::new(Self { hidden: 8, epochs: 4, ..*self }))
    }

    /// A start is not used: training is no search for one optimum, so another start would be another model.
    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        _: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let have = snapshot.played_in(competition).count();
        if have < self.minimum_matches {
            return Err(ForecastError::TooFewMatches { model: NAME, have, need: self.minimum_matches });
        }
        let scores = Elo::default().fit(snapshot, competition, None)?;
        let (reader, examples) = Reader::through(snapshot, competition);
        let Training { network, epochs, log_loss } =
            Network::train(self, &examples).map_err(|e| numerics(&e))?;
        let report = FitReport {
            model: NAME.to_owned(),
            training_matches: have,
            iterations: epochs,
            gradient_norm: None,
            log_likelihood: Some(-log_loss),
            ..scores.report().clone()
        };
        Ok(Box::new(FittedNeural { scores, reader, network, report }))
    }
}

fn numerics(error: &candle_core::Error) -> ForecastError {
    ForecastError::Numerics { model: NAME, detail: error.to_string() }
}

/// The trained network and what it reads.
struct FittedNeural {
    scores: Box<dyn FittedModel>,
    reader: Reader,
    network: Network,
    report: FitReport,
}

impl FittedNeural {
    /// Home, draw and away; at a neutral venue the mean of the match seen from one side and from the other, so that nobody is
    /// at home.
    fn seen(
        &self,
        fixture: &Fixture,
        starters: [Option<PlayerCode>; 2],
    ) -> Result<[f64; 3], candle_core::Error> {
        let readings = self.reader.readings(fixture, starters);
        let [home, draw, away] = self.network.probabilities(&readings)?;
        if !fixture.neutral {
            return Ok([home, draw, away]);
        }
        let [lost, level, won] = self.network.probabilities(&readings.mirrored())?;
        Ok([0.5 * (home + won), 0.5 * (draw + level), 0.5 * (away + lost)])
    }
}

impl FittedModel for FittedNeural {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let Predicted { distribution, uncertainty } = self.scores.forecast(briefing)?;
        let [home, draw, away] = self.seen(fixture, briefing.starters()).map_err(|e| numerics(&e))?;
        let tie = distribution.outcome_probabilities().draw;
        // Where a tie is a rarity the network only weighs the sides.
        let outcome = if fixture.sport.is_three_way() {
            OutcomeProbabilities::from_weights(home, draw, away)?
        } else {
            let decided = (1.0 - tie) / (home + away);
            OutcomeProbabilities::from_weights(decided * home, tie, decided * away)?
        };
        Ok(Predicted { distribution: distribution.reweighted(outcome)?, uncertainty })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        json!({
            "weights": self.network.n_weights(),
            "embeddings": self.network.n_embeddings(),
            "epochs": self.report.iterations,
            "scores": self.scores.parameters(),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
