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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dynamic_strengths::settings::RESULTS;

    fn statistics(shots: bool, expected_goals: bool) -> MatchStatistics {
        let pair = |home, away| Some(Pair { home, away });
        MatchStatistics {
            shots: pair(15.0, 8.0).filter(|_| shots),
            shots_on_target: pair(5.0, 3.0).filter(|_| shots),
            expected_goals: pair(1.8, 0.6).filter(|_| expected_goals),
            ..MatchStatistics::default()
        }
    }

    #[test]
    fn what_is_known_is_mixed() {
        let blend = &RESULTS.performance;
        let worth = Worth::default();
        let of = |s: &MatchStatistics| worth.performance(Score::new(2, 1), Some(s), blend);
        // Ten off target count as two on target, and each of the seven as 0.3 goals.
        let by_shots = of(&statistics(true, false));
        assert!((by_shots.home - (0.45 * 2.0 + 0.55 * 7.0 * 0.3)).abs() < 1e-12, "{by_shots:?}");
        assert!((by_shots.away - (0.45 * 1.0 + 0.55 * 4.0 * 0.3)).abs() < 1e-12, "{by_shots:?}");
        let by_both = of(&statistics(true, true));
        assert!((by_both.home - (0.3 * 2.0 + 0.25 * 2.1 + 0.45 * 1.8)).abs() < 1e-12, "{by_both:?}");
        assert!(by_both.phi < by_shots.phi && by_shots.phi < of(&statistics(false, false)).phi);
        assert_eq!(of(&statistics(false, false)), Performance { home: 2.0, away: 1.0, phi: 1.0 });
    }

    #[test]
    fn shots_are_worth_what_they_were_worth() {
        let blend = &RESULTS.performance;
        let mut worth = Worth::default();
        for _ in 0..5_000 {
            worth.learn(Score::new(3, 1), Some(&statistics(true, true)), blend);
        }
        // Four goals from eleven shots and from 2.4 expected goals.
        assert!((worth.shots.of() - 4.0 / 11.0).abs() < 0.005, "{worth:?}");
        assert!((worth.expected_goals.of() - 4.0 / 2.4).abs() < 0.02, "{worth:?}");
    }

    #[test]
    fn a_number_beyond_reason_is_not_used() {
        let mut broken = statistics(false, true);
        broken.expected_goals = Some(Pair { home: f64::NAN, away: 1.0 });
        let blend = &RESULTS.performance;
        let performance = Worth::default().performance(Score::new(0, 0), Some(&broken), blend);
        assert_eq!(performance, Performance { home: 0.0, away: 0.0, phi: 1.0 });
    }
}
