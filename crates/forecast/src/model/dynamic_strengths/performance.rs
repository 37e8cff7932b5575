//! What a match says about how well both sides played, in goals: the score, or the score mixed with shots and expected goals.
//!
//! Shots and expected goals are turned into goals by what they were worth in the competition so far, with exponential
//! forgetting; shots off target count as a fraction of those on target.

use domain::{MatchStatistics, Score, statistics::Pair};

use super::settings::Blend;

/// Goals per shot and per expected goal that are presumed, and the number of each that the presumption is worth.
const PRESUMED: [f64; 2] = [0.3, 1.0];
const PRESUMED_COUNT: f64 = 100.0;
/// Expected goals that a match can show; feeds mix up units now and then.
const MAX_GOALS: f64 = 15.0;

/// Goals that both sides played for, and the variance of such a count over that of a Poisson count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Performance {
    pub(super) home: f64,
    pub(super) away: f64,
    pub(super) phi: f64,
}

/// What shots and expected goals were worth in a competition so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worth {
    shots: Rate,
    expected_goals: Rate,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Rate {
    goals: f64,
    count: f64,
}

impl Rate {
    fn presumed(rate: f64) -> Self {
        Self { goals: rate * PRESUMED_COUNT, count: PRESUMED_COUNT }
    }

    fn of(self) -> f64 {
        self.goals / self.count
    }

    fn learn(&mut self, goals: f64, counted: Pair, kept: f64) {
        self.goals = self.goals * kept + goals;
        self.count = self.count * kept + counted.home + counted.away;
    }
}

impl Default for Worth {
    fn default() -> Self {
        let [shots, expected_goals] = PRESUMED.map(Rate::presumed);
        Self { shots, expected_goals }
    }
}

impl Worth {
    /// What the match showed, by what was known of these numbers before it.
    pub(super) fn performance(
        &self,
        score: Score,
        statistics: Option<&MatchStatistics>,
        blend: &Blend,
    ) -> Performance {
        let shots = statistics.and_then(|s| shots(s, blend)).map(|pair| scaled(pair, self.shots.of()));
        let expected = statistics.and_then(expected_goals).map(|p| scaled(p, self.expected_goals.of()));
        let none = Pair { home: 0.0, away: 0.0 };
        let (by_shots, by_expected, phi) = match (shots, expected) {
            (None, None) => (0.0, 0.0, 1.0),
            (Some(_), None) => (blend.shots.0, 0.0, blend.shots.1),
            (None, Some(_)) => (0.0, blend.expected_goals.0, blend.expected_goals.1),
            (Some(_), Some(_)) => blend.both,
        };
        let (shots, expected) = (shots.unwrap_or(none), expected.unwrap_or(none));
        let mix = |goals: u16, shots: f64, expected: f64| {
            (1.0 - by_shots - by_expected) * f64::from(goals) + by_shots * shots + by_expected * expected
        };
        Performance {
            home: mix(score.home, shots.home, expected.home),
            away: mix(score.away, shots.away, expected.away),
            phi,
        }
    }

    /// Learns what the numbers of a match were worth.
    pub(super) fn learn(&mut self, score: Score, statistics: Option<&MatchStatistics>, blend: &Blend) {
        let kept = 0.5f64.powf(1.0 / blend.half_life_matches);
        let goals = f64::from(score.home) + f64::from(score.away);
        if let Some(counted) = statistics.and_then(|s| shots(s, blend)) {
            self.shots.learn(goals, counted, kept);
        }
        if let Some(counted) = statistics.and_then(expected_goals) {
            self.expected_goals.learn(goals, counted, kept);
        }
    }
}

/// Shots in units of one on target.
fn shots(statistics: &MatchStatistics, blend: &Blend) -> Option<Pair> {
    let (all, on_target) = (statistics.shots?, statistics.shots_on_target?);
    let worth = |all: f64, on_target: f64| on_target + blend.off_target * (all - on_target).max(0.0);
    usable(Pair { home: worth(all.home, on_target.home), away: worth(all.away, on_target.away) }, 100.0)
}

fn expected_goals(statistics: &MatchStatistics) -> Option<Pair> {
    usable(statistics.expected_goals?, MAX_GOALS)
}

fn usable(pair: Pair, max: f64) -> Option<Pair> {
    [pair.home, pair.away].iter().all(|value| (0.0..=max).contains(value)).then_some(pair)
}

fn scaled(pair: Pair, by: f64) -> Pair {
    Pair { home: pair.home * by, away: pair.away * by }
}
