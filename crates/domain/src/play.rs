//! Plays: what happened in a match, one by one.

use serde::{Deserialize, Serialize};

use crate::{code::Code, fixture::Side, outcome::Score, player::PlayerCode};

/// One play. What a source does not give, or what a sport does not have, is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Play {
    /// The source's number of it, unique in its match and rising with time.
    pub number: u32,
    /// Quarter, half or overtime from 1 on.
    pub period: Option<u8>,
    /// Seconds left of the period.
    pub clock_secs: Option<u16>,
    /// Who has the ball.
    pub possession: Option<Side>,
    /// Attempt of four to gain the distance (NFL).
    pub down: Option<u8>,
    /// Yards to gain for a new first down.
    pub distance: Option<u8>,
    /// Yards to the opponent's goal line.
    pub yards_to_goal: Option<u8>,
    /// What it was, e.g. `pass`, in the source's word.
    pub kind: Option<Code>,
    /// Yards gained.
    pub yards_gained: Option<i16>,
    /// The score after it.
    pub score: Option<Score>,
    /// Time-outs left of home and away side.
    pub timeouts: Option<[u8; 2]>,
    /// Who threw.
    pub passer: Option<PlayerCode>,
    /// Who was thrown to.
    pub receiver: Option<PlayerCode>,
    /// Who ran.
    pub rusher: Option<PlayerCode>,
    /// Expected points added for the side that has the ball, by the source's model.
    pub expected_points_added: Option<f64>,
    /// Probability that the home side wins, before the play, by the source's model.
    pub home_win_probability: Option<f64>,
    /// In words.
    pub description: Option<String>,
}

impl Play {
    /// A play of which nothing but its number is known.
    pub fn numbered(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// This play where a later word of it does not say otherwise: what only one says stays.
    #[must_use]
    pub fn overlaid(&self, later: &Self) -> Self {
        Self {
            number: self.number,
            period: later.period.or(self.period),
            clock_secs: later.clock_secs.or(self.clock_secs),
            possession: later.possession.or(self.possession),
            down: later.down.or(self.down),
            distance: later.distance.or(self.distance),
            yards_to_goal: later.yards_to_goal.or(self.yards_to_goal),
            kind: later.kind.or(self.kind),
            yards_gained: later.yards_gained.or(self.yards_gained),
            score: later.score.or(self.score),
            timeouts: later.timeouts.or(self.timeouts),
            passer: later.passer.or(self.passer),
            receiver: later.receiver.or(self.receiver),
            rusher: later.rusher.or(self.rusher),
            expected_points_added: later.expected_points_added.or(self.expected_points_added),
            home_win_probability: later.home_win_probability.or(self.home_win_probability),
            description: later.description.clone().or_else(|| self.description.clone()),
        }
    }

    /// Who took part, by the parts that are told apart.
    pub fn players(&self) -> [Option<PlayerCode>; 3] {
        [self.passer, self.receiver, self.rusher]
    }
}
