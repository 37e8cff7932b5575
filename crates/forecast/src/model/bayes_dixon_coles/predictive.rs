//! Posterior predictive checks: seasons replayed from the posterior, set beside the seasons that were.
//!
//! The p-value of a statistic is the share of replays in which it is larger than observed, ties by half. A model that fits has
//! p-values that are nowhere near 0 or 1 (they gather around 0.5, because the model has seen the data).
//!
//! A. Gelman, X.-L. Meng and H. Stern, "Posterior predictive assessment of model fitness via realized discrepancies",
//! Statistica Sinica 6 (1996), 733-807.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

use super::{Meeting, posterior::Posterior, sampler::generator};
use crate::model::dixon_coles::EXPECTED_GOALS;

/// Keeps the streams of the sampler and of this file apart.
const STREAM: u64 = 0x7265_706c_6179_0000;

/// One statistic of the matches learnt from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PredictiveCheck {
    /// Which one.
    pub statistic: &'static str,
    /// What it was.
    pub observed: f64,
    /// Its mean over replays.
    pub replayed: f64,
    /// Share of replays in which it was larger.
    pub p_value: f64,
}

const STATISTICS: [&str; 7] = [
    "home_win_share",
    "draw_share",
    "away_win_share",
    "goals_per_match",
    "goal_variance_of_a_side",
    "goalless_share",
    "one_all_share",
];

/// Sums over matches, from which every statistic follows.
#[derive(Default)]
struct Tally {
    matches: f64,
    outcomes: [f64; 3],
    goals: f64,
    squares: f64,
    goalless: f64,
    one_all: f64,
}

impl Tally {
    fn add(&mut self, home: u16, away: u16) {
        self.matches += 1.0;
        self.outcomes[usize::from(home == away) + 2 * usize::from(home < away)] += 1.0;
        self.goals += f64::from(home) + f64::from(away);
        self.squares += f64::from(home).powi(2) + f64::from(away).powi(2);
        self.goalless += f64::from(u8::from(home + away == 0));
        self.one_all += f64::from(u8::from((home, away) == (1, 1)));
    }

    fn statistics(&self) -> [f64; 7] {
        let n = self.matches;
        let mean = self.goals / (2.0 * n);
        [
            self.outcomes[0] / n,
            self.outcomes[1] / n,
            self.outcomes[2] / n,
            self.goals / n,
            self.squares / (2.0 * n) - mean * mean,
            self.goalless / n,
            self.one_all / n,
        ]
    }
}

/// Replays all matches from so many draws.
pub(super) fn check(
    rows: &[Meeting],
    posterior: &Posterior,
    replays: usize,
    seed: u64,
) -> Vec<PredictiveCheck> {
    let mut observed = Tally::default();
    for row in rows {
        observed.add(row.home_goals, row.away_goals);
    }
    let observed = observed.statistics();
    let mut rng = generator(seed ^ STREAM, 0);
    let slots: Vec<[usize; 2]> = rows.iter().map(|row| slots(posterior, row)).collect();
    let mut larger = [0.0; 7];
    let mut sums = [0.0; 7];
    let mut n = 0.0;
    for draw in posterior.thinned(replays) {
        let mut tally = Tally::default();
        for (row, slots) in rows.iter().zip(&slots) {
            let (home, away) = replay(row, *slots, posterior, draw, &mut rng);
            tally.add(home, away);
        }
        n += 1.0;
        for (i, value) in tally.statistics().into_iter().enumerate() {
            sums[i] += value;
            larger[i] += if value > observed[i] {
                1.0
            } else if value == observed[i] {
                0.5
            } else {
                0.0
            };
        }
    }
    let one = |(i, statistic)| PredictiveCheck {
        statistic,
        observed: observed[i],
        replayed: sums[i] / n,
        p_value: larger[i] / n,
    };
    STATISTICS.into_iter().enumerate().map(one).collect()
}

/// Where the strengths of both sides of a match are.
fn slots(posterior: &Posterior, row: &Meeting) -> [usize; 2] {
    [row.home, row.away].map(|team| {
        let at =
            |slot: &super::meetings::Slot| (slot.team, slot.season) < (team as usize, row.season as usize);
        posterior.slots.partition_point(at).min(posterior.slots.len() - 1)
    })
}

fn replay(
    row: &Meeting,
    [home, away]: [usize; 2],
    posterior: &Posterior,
    draw: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> (u16, u16) {
    let layout = &posterior.layout;
    let get = |parameter: usize| posterior.column(parameter)[draw];
    let advantage = if row.neutral { 0.0 } else { get(layout.home() + row.season as usize) };
    let within = |log: f64| log.exp().clamp(*EXPECTED_GOALS.start(), *EXPECTED_GOALS.end());
    let lambda = within(advantage + get(layout.attack() + home) - get(layout.defence() + away));
    let mu = within(get(layout.attack() + away) - get(layout.defence() + home));
    let rho = layout.rho().map_or(0.0, get);
    // Independent counts, kept in proportion to tau: exact, because tau has mean 1.
    let bound = 1.0 + rho.abs() * 1.0_f64.max(lambda).max(mu).max(lambda * mu);
    loop {
        let (x, y) = (poisson(lambda, rng), poisson(mu, rng));
        if x > 1 || y > 1 {
            if rho == 0.0 || rng.random::<f64>() * bound <= 1.0 {
                return (x, y);
            }
        } else if rng.random::<f64>() * bound <= tau([x, y], lambda, mu, rho) {
            return (x, y);
        }
    }
}

fn tau(score: [u16; 2], lambda: f64, mu: f64, rho: f64) -> f64 {
    match score {
        [0, 0] => 1.0 - rho * lambda * mu,
        [0, _] => 1.0 + rho * lambda,
        [_, 0] => 1.0 + rho * mu,
        _ => 1.0 - rho,
    }
}

/// A Poisson count by inversion: means are a few goals.
fn poisson(mean: f64, rng: &mut Xoshiro256PlusPlus) -> u16 {
    let mut left: f64 = rng.random();
    let mut p = (-mean).exp();
    let mut k = 0;
    while left >= p && k < 60 {
        left -= p;
        k += 1;
        p *= mean / f64::from(k);
    }
    k
}
