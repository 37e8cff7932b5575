//! Many plays of one match: what a forecast means, counted.

use domain::{OutcomeClass, Score, ScoreDistribution};
use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

use super::{
    Estimate,
    alias::{Builder, draw},
};

/// Scores of one match by how often they came up.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedMatch {
    n: u32,
    away_len: usize,
    counts: Vec<u32>,
}

/// Plays a match `n` times. The same seed gives the same counts.
pub fn simulate_match(distribution: &ScoreDistribution, n: u32, seed: u64) -> SimulatedMatch {
    let slots = Builder::default().table(distribution.cells());
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut counts = vec![0_u32; slots.len()];
    for _ in 0..n {
        counts[draw(&slots, generator.next_u64()) as usize] += 1;
    }
    SimulatedMatch { n, away_len: usize::from(distribution.away_max()) + 1, counts }
}

impl SimulatedMatch {
    /// How often it was played.
    pub fn n(&self) -> u32 {
        self.n
    }

    /// Home win, draw, away win.
    pub fn outcomes(&self) -> [Estimate; 3] {
        let mut counts = [0_u32; 3];
        for (score, count) in self.counted() {
            counts[OutcomeClass::of(score) as usize] += count;
        }
        counts.map(|count| Estimate::share(count, self.n))
    }

    /// Scores that came up, the most frequent first.
    pub fn scores(&self) -> Vec<(Score, Estimate)> {
        let mut seen: Vec<(Score, u32)> = self.counted().filter(|(_, count)| *count > 0).collect();
        seen.sort_by_key(|(score, count)| (std::cmp::Reverse(*count), *score));
        seen.into_iter().map(|(score, count)| (score, Estimate::share(count, self.n))).collect()
    }

    /// Goals or points of both sides together.
    pub fn mean_total(&self) -> Estimate {
        Estimate::mean(self.counted().map(|(score, count)| (f64::from(score.total()), count)))
    }

    fn counted(&self) -> impl Iterator<Item = (Score, u32)> + Clone + '_ {
        let rows = self.counts.chunks_exact(self.away_len).zip(0..);
        rows.flat_map(|(row, home)| row.iter().zip(0..).map(move |(n, away)| (Score::new(home, away), *n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dixon_coles::score_grid;

    #[test]
    fn shares_are_the_exact_probabilities_within_their_errors() {
        let exact = score_grid(1.62, 1.09, -0.07, 15).unwrap();
        let simulated = simulate_match(&exact, 1_000_000, 3);
        let near = |estimate: Estimate, exact: f64| {
            assert!((estimate.value - exact).abs() < 4.0 * estimate.standard_error, "{estimate:?} {exact}");
        };
        for (estimate, p) in simulated.outcomes().into_iter().zip(exact.outcome_probabilities().as_array()) {
            near(estimate, p);
        }
        for (score, share) in simulated.scores().into_iter().take(15) {
            near(share, exact.probability(score));
        }
        let (home, away) = exact.expected_score();
        near(simulated.mean_total(), home + away);
    }

    #[test]
    fn the_seed_decides() {
        let exact = score_grid(1.2, 1.2, 0.0, 15).unwrap();
        assert_eq!(simulate_match(&exact, 1000, 5), simulate_match(&exact, 1000, 5));
        assert_ne!(simulate_match(&exact, 1000, 5), simulate_match(&exact, 1000, 6));
        let none = simulate_match(&exact, 0, 5);
        assert!(none.outcomes().iter().all(|o| o.value == 0.0) && none.mean_total().value == 0.0);
    }
}
