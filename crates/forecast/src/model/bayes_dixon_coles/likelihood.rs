//! The likelihood of strengths and its gradient.
//!
//! The logarithm of every expected number of goals is linear in the parameters, so the goals enter by their sums alone. What
//! is left is the total of the expected goals, a bilinear form of `exp(attack)` and `exp(-defence)` per season, and the
//! low-score correction of the matches that ended 0-0, 0-1, 1-0 or 1-1.

use super::meetings::{Block, LANES, Meetings};

/// Below this, the logarithm of tau goes on as its parabola: an integrator that oversteps the edge of what rho allows is sent
/// back rather than stopped. The posterior has no mass there: the match that ended so would have been all but impossible.
const TAU_EDGE: f64 = 0.02;

/// A product of so many factors above [`TAU_EDGE`] cannot underflow, and one logarithm serves them all.
const TAUS_AT_ONCE: usize = 32;

/// What the likelihood depends on.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// Log goals of an average side against an average side.
    pub(super) level: f64,
    /// Home advantage by season.
    pub(super) home: Vec<f64>,
    pub(super) rho: f64,
    /// By strength, around 0; a high defence is good.
    pub(super) attack: Vec<f64>,
    pub(super) defence: Vec<f64>,
}

impl Point {
    pub(super) fn zero(meetings: &Meetings) -> Self {
        let n = meetings.slots.len();
        Self {
            level: 0.0,
            home: vec![0.0; meetings.n_seasons],
            rho: 0.0,
            attack: vec![0.0; n],
            defence: vec![0.0; n],
        }
    }
}

/// Room for what a pass needs, kept between passes.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    /// exp(attack) and exp(-defence).
    attack: Vec<f64>,
    defence: Vec<f64>,
    /// The same of a block's members, and the sums over their opponents.
    members: [Vec<f64>; 4],
}

impl Workspace {
    pub(super) fn new(meetings: &Meetings) -> Self {
        let n = meetings.slots.len();
        let widest = meetings.blocks.iter().map(|b| b.stride).max().unwrap_or(0);
        let members = || vec![0.0; widest];
        Self {
            attack: vec![0.0; n],
            defence: vec![0.0; n],
            members: [members(), members(), members(), members()],
        }
    }
}

/// The log-likelihood up to a constant; `slope` becomes its gradient. Without `correlated`, rho is taken as 0.
pub(super) fn log_likelihood(
    meetings: &Meetings,
    at: &Point,
    correlated: bool,
    work: &mut Workspace,
    slope: &mut Point,
) -> f64 {
    slope.level = meetings.goals;
    slope.rho = 0.0;
    slope.home.copy_from_slice(&meetings.goals_at_home);
    slope.attack.copy_from_slice(&meetings.scored);
    for (slope, conceded) in slope.defence.iter_mut().zip(&meetings.conceded) {
        *slope = -conceded;
    }
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut value = meetings.goals * at.level
        + dot(&meetings.goals_at_home, &at.home)
        + dot(&meetings.scored, &at.attack)
        - dot(&meetings.conceded, &at.defence);
    for i in 0..at.attack.len() {
        work.attack[i] = at.attack[i].exp();
        work.defence[i] = (-at.defence[i]).exp();
    }
    let level = at.level.exp();
    for block in &meetings.blocks {
        let advantage = if block.neutral { 1.0 } else { at.home[block.season].exp() };
        value += block_value(block, [level, advantage], at.rho, correlated, work, slope);
    }
    if correlated {
        value += one_all(meetings.one_all, at.rho, slope);
    }
    value
}

/// Tau of every 1-1 is 1 - rho, whoever met.
fn one_all(count: f64, rho: f64, slope: &mut Point) -> f64 {
    let (log_tau, per_tau) = log_tau(1.0 - rho);
    slope.rho -= count * per_tau;
    count * log_tau
}

fn log_tau(tau: f64) -> (f64, f64) {
    if tau > TAU_EDGE {
        return (tau.ln(), tau.recip());
    }
    let beyond = (tau - TAU_EDGE) / TAU_EDGE;
    (TAU_EDGE.ln() + beyond - 0.5 * beyond * beyond, (1.0 - beyond) / TAU_EDGE)
}

fn block_value(
    block: &Block,
    [level, advantage]: [f64; 2],
    rho: f64,
    correlated: bool,
    work: &mut Workspace,
    slope: &mut Point,
) -> f64 {
    let n = block.strengths.len();
    let [attack, defence, by_attack, by_defence] = &mut work.members;
    for array in [&mut *attack, &mut *defence, &mut *by_attack, &mut *by_defence] {
        array[..block.stride].fill(0.0);
    }
    for (member, strength) in block.strengths.iter().enumerate() {
        attack[member] = work.attack[*strength];
        defence[member] = work.defence[*strength];
    }
    let (mut at_home, mut away) = (0.0, 0.0);
    for home in 0..n {
        let row = &block.counts[home * block.stride..][..block.stride];
        let (home_factor, away_factor) = (level * advantage * attack[home], level * defence[home]);
        let [against, scored] = row_sums(
            row,
            [&attack[..block.stride], &defence[..block.stride]],
            [&mut by_attack[..block.stride], &mut by_defence[..block.stride]],
            [away_factor, home_factor],
        );
        let (home_goals, away_goals) = (home_factor * against, away_factor * scored);
        at_home += home_goals;
        away += away_goals;
        slope.attack[block.strengths[home]] -= home_goals;
        slope.defence[block.strengths[home]] += away_goals;
    }
    for (member, strength) in block.strengths.iter().enumerate() {
        slope.attack[*strength] -= attack[member] * by_attack[member];
        slope.defence[*strength] += defence[member] * by_defence[member];
    }
    slope.level -= at_home + away;
    if !block.neutral {
        slope.home[block.season] -= at_home;
    }
    let corrections =
        if correlated { low_scores(block, [attack, defence], [level, advantage], rho, slope) } else { 0.0 };
    corrections - at_home - away
}

/// Sums of one home side's opponents: `counts * defence` and `counts * attack`; adds the row to the sums by opponent.
fn row_sums(
    counts: &[f64],
    [attack, defence]: [&[f64]; 2],
    [by_attack, by_defence]: [&mut [f64]; 2],
    [away_factor, home_factor]: [f64; 2],
) -> [f64; 2] {
    let (mut against, mut scored) = ([0.0; LANES], [0.0; LANES]);
    let (counts, _) = counts.as_chunks::<LANES>();
    let (attack, _) = attack.as_chunks::<LANES>();
    let (defence, _) = defence.as_chunks::<LANES>();
    let (by_attack, _) = by_attack.as_chunks_mut::<LANES>();
    let (by_defence, _) = by_defence.as_chunks_mut::<LANES>();
    let strengths = attack.iter().zip(defence);
    let sums = by_attack.iter_mut().zip(by_defence);
    for ((counts, (attack, defence)), (by_attack, by_defence)) in counts.iter().zip(strengths).zip(sums) {
        for lane in 0..LANES {
            against[lane] += counts[lane] * defence[lane];
            scored[lane] += counts[lane] * attack[lane];
            by_attack[lane] += counts[lane] * away_factor;
            by_defence[lane] += counts[lane] * home_factor;
        }
    }
    [against.iter().sum(), scored.iter().sum()]
}

/// The low-score correction of one block's 0-0, 0-1 and 1-0.
fn low_scores(
    block: &Block,
    [attack, defence]: [&[f64]; 2],
    [level, advantage]: [f64; 2],
    rho: f64,
    slope: &mut Point,
) -> f64 {
    let mut logs = LogSum::default();
    // Which of the two expectations the correction holds; tau = 1 + sign * rho * their product.
    for (pairs, [of_home, of_away], sign) in [
        (&block.low[0], [true, true], -1.0),
        (&block.low[1], [true, false], 1.0),
        (&block.low[2], [false, true], 1.0),
    ] {
        for [home, away] in pairs {
            let lambda = if of_home { level * advantage * attack[*home] * defence[*away] } else { 1.0 };
            let mu = if of_away { level * attack[*away] * defence[*home] } else { 1.0 };
            let product = sign * lambda * mu;
            let tau = 1.0 + rho * product;
            let per_tau = logs.add(tau);
            slope.rho += product * per_tau;
            let share = rho * product * per_tau;
            let (home, away) = (block.strengths[*home], block.strengths[*away]);
            if of_home {
                slope.level += share;
                slope.attack[home] += share;
                slope.defence[away] -= share;
                if !block.neutral {
                    slope.home[block.season] += share;
                }
            }
            if of_away {
                slope.level += share;
                slope.attack[away] += share;
                slope.defence[home] -= share;
            }
        }
    }
    logs.total()
}

/// A sum of logarithms by products.
struct LogSum {
    sum: f64,
    product: f64,
    factors: usize,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { sum: 0.0, product: 1.0, factors: 0 }
    }
}

impl LogSum {
    /// Adds ln tau and returns its derivative.
    fn add(&mut self, tau: f64) -> f64 {
        if tau <= TAU_EDGE {
            let (value, per_tau) = log_tau(tau);
            self.sum += value;
            return per_tau;
        }
        self.product *= tau;
        self.factors += 1;
        if self.factors == TAUS_AT_ONCE {
            self.sum += self.product.ln();
            (self.product, self.factors) = (1.0, 0);
        }
        tau.recip()
    }

    fn total(self) -> f64 {
        self.sum + self.product.ln()
    }
}
