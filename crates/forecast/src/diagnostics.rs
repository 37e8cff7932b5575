//! Whether chains of draws have reached the distribution they are meant to be from, and how much they say about it.
//!
//! | symbol | meaning |
//! |---|---|
//! | M, N | chains and draws of each, after every chain was split into halves |
//! | W, B | variance within chains, and N times the variance of their means |
//! | R-hat | `sqrt(((N - 1) / N W + B / N) / W)`: 1 when chains agree |
//! | rho(t) | autocorrelation at lag t, chains together |
//! | ESS | `M N / (1 + 2 sum rho(t))`: how many independent draws would say as much |
//! | MCSE | standard error of an estimate by simulation alone |
//!
//! R-hat and bulk ESS are those of the draws' normal scores `z = Phi^-1((rank - 3/8) / (S + 1/4))`; R-hat is the larger one of
//! theirs and of the distances from the median, so that chains of unequal spread show too. Tail ESS is the smaller one of the
//! indicators of the 5 % and 95 % quantiles. The sum of autocorrelations ends where pairs of them stop being positive and
//! monotone (Geyer 1992).
//!
//! A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Buerkner, "Rank-normalization, folding, and localization: An
//! improved R-hat for assessing convergence of MCMC", Bayesian Analysis 16 (2021), 667-718.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A parameter and its diagnostic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extreme {
    /// Which one.
    pub parameter: String,
    /// Its value.
    pub value: f64,
}

/// What a sampled fit must show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// No R-hat above this.
    pub max_r_hat: f64,
    /// No bulk or tail ESS below this.
    pub min_ess: f64,
}

impl Default for Gate {
    /// The paper's: 1.01, and 100 per chain of four.
    fn default() -> Self {
        Self { max_r_hat: 1.01, min_ess: 400.0 }
    }
}

/// How the chains of a fit went; the worst parameter of each kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Chains run.
    pub chains: usize,
    /// Draws kept of each.
    pub draws: usize,
    /// Farthest from agreement.
    pub max_r_hat: Extreme,
    /// Least known in its middle.
    pub min_bulk_ess: Extreme,
    /// Least known in its tails.
    pub min_tail_ess: Extreme,
    /// Trajectories after tuning that the integrator lost.
    pub divergences: usize,
    /// Why the fit is not to be trusted; empty when it is.
    pub problems: Vec<String>,
}

/// The diagnostics of one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixing {
    /// Rank-normalised split R-hat.
    pub r_hat: f64,
    /// Bulk effective sample size.
    pub bulk_ess: f64,
    /// Tail effective sample size.
    pub tail_ess: f64,
}

impl Diagnostics {
    /// Judges named parameters, each with its draws by chain. A parameter that does not vary or is not finite is a problem
    /// by itself.
    pub fn of(parameters: &[(String, Vec<&[f64]>)], divergences: usize, gate: Gate) -> Self {
        let mixing: Vec<Option<Mixing>> = parameters.par_iter().map(|(_, chains)| mixing(chains)).collect();
        let known = || parameters.iter().zip(&mixing).filter_map(|((name, _), m)| Some((name, (*m)?)));
        let worst = |value: fn(Mixing) -> f64, sign: f64| {
            let found = known().max_by(|a, b| (sign * value(a.1)).total_cmp(&(sign * value(b.1))));
            found.map_or(Extreme { parameter: "none".to_owned(), value: 0.0 }, |(name, mixing)| Extreme {
                parameter: name.clone(),
                value: value(mixing),
            })
        };
        let mut diagnostics = Self {
            chains: parameters.first().map_or(0, |(_, chains)| chains.len()),
            draws: parameters.first().and_then(|(_, chains)| chains.first()).map_or(0, |c| c.len()),
            max_r_hat: worst(|m| m.r_hat, 1.0),
            min_bulk_ess: worst(|m| m.bulk_ess, -1.0),
            min_tail_ess: worst(|m| m.tail_ess, -1.0),
            divergences,
            problems: Vec::new(),
        };
        let stuck = parameters.iter().zip(&mixing).filter(|(_, mixing)| mixing.is_none());
        diagnostics.problems =
            stuck.map(|((name, _), _)| format!("{name} did not move, or is not finite")).collect();
        diagnostics.judge(gate);
        diagnostics
    }

    fn judge(&mut self, gate: Gate) {
        let Extreme { parameter, value } = &self.max_r_hat;
        if *value > gate.max_r_hat {
            self.problems.push(format!("R-hat of {parameter} is {value:.4}, above {}", gate.max_r_hat));
        }
        for (kind, Extreme { parameter, value }) in
            [("bulk", &self.min_bulk_ess), ("tail", &self.min_tail_ess)]
        {
            if *value < gate.min_ess {
                self.problems
                    .push(format!("{kind} ESS of {parameter} is {value:.0}, below {}", gate.min_ess));
            }
        }
        if self.divergences > 0 {
            self.problems.push(format!("{} divergent trajectories", self.divergences));
        }
    }

    /// Whether the draws may be taken for draws from the posterior.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// All diagnostics of one parameter; none without at least four draws per chain, all finite, that vary.
pub fn mixing(chains: &[&[f64]]) -> Option<Mixing> {
    let split = Split::of(chains)?;
    let normal = split.normal_scores();
    let r_hat = normal.r_hat()?.max(split.folded().normal_scores().r_hat()?);
    let sorted = split.sorted();
    let tail = |share: f64| split.at_most(quantile_sorted(&sorted, share)).ess();
    Some(Mixing { r_hat, bulk_ess: normal.ess(), tail_ess: tail(0.05).min(tail(0.95)) })
}

/// Standard error by simulation of the mean of one parameter: its standard deviation over the root of the ESS of its values.
pub fn mcse_mean(chains: &[&[f64]]) -> Option<f64> {
    let split = Split::of(chains)?;
    let n = split.values.len() as f64;
    let mean = split.values.iter().sum::<f64>() / n;
    let variance = split.values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some((variance / split.ess()).sqrt())
}

/// The quantile of sorted values, between neighbours by a straight line; `share` is 0..=1. None of no values.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    (!sorted.is_empty()).then(|| quantile_sorted(sorted, share))
}

fn quantile_sorted(sorted: &[f64], share: f64) -> f64 {
    let position = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = position.floor();
    let (low, high) = (sorted[below as usize], sorted[position.ceil() as usize]);
    low + (high - low) * (position - below)
}

/// Halves of chains, one after the other.
struct Split {
    /// Draws of each half.
    draws: usize,
    values: Vec<f64>,
}

impl Split {
    fn of(chains: &[&[f64]]) -> Option<Self> {
        let shortest = chains.iter().map(|chain| chain.len()).min()?;
        let draws = shortest / 2;
        if draws < 2 {
            return None;
        }
        let halves = |chain: &&[f64]| [chain[..draws].to_vec(), chain[shortest - draws..shortest].to_vec()];
        let values: Vec<f64> = chains.iter().flat_map(halves).flatten().collect();
        let varies = values.iter().any(|x| *x != values[0]);
        (varies && values.iter().all(|x| x.is_finite())).then_some(Self { draws, values })
    }

    fn with(&self, values: Vec<f64>) -> Self {
        Self { draws: self.draws, values }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted
    }

    /// Distances from the median.
    fn folded(&self) -> Self {
        let median = quantile_sorted(&self.sorted(), 0.5);
        self.with(self.values.iter().map(|x| (x - median).abs()).collect())
    }

    fn at_most(&self, bound: f64) -> Self {
        self.with(self.values.iter().map(|x| f64::from(u8::from(*x <= bound))).collect())
    }

    /// Normal scores of the ranks; equal values share the mean of theirs.
    fn normal_scores(&self) -> Self {
        let n = self.values.len();
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_unstable_by(|a, b| self.values[*a as usize].total_cmp(&self.values[*b as usize]));
        let mut scores = vec![0.0; n];
        let mut before = 0;
        for equals in order.chunk_by(|a, b| self.values[*a as usize] == self.values[*b as usize]) {
            let rank = before as f64 + 0.5 * (equals.len() as f64 + 1.0);
            let score = normal_quantile((rank - 0.375) / (n as f64 + 0.25));
            for i in equals {
                scores[*i as usize] = score;
            }
            before += equals.len();
        }
        self.with(scores)
    }

    fn halves(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.draws)
    }

    fn means(&self) -> Vec<f64> {
        self.halves().map(|half| half.iter().sum::<f64>() / self.draws as f64).collect()
    }

    /// Variance within, by N - 1, and of the means of the halves.
    fn variances(&self) -> (f64, f64) {
        let means = self.means();
        let within = self
            .halves()
            .zip(&means)
            .map(|(half, mean)| half.iter().map(|x| (x - mean).powi(2)).sum::<f64>())
            .sum::<f64>()
            / (means.len() * (self.draws - 1)) as f64;
        let centre = means.iter().sum::<f64>() / means.len() as f64;
        let between =
            means.iter().map(|mean| (mean - centre).powi(2)).sum::<f64>() / (means.len() - 1) as f64;
        (within, between)
    }

    fn r_hat(&self) -> Option<f64> {
        let (within, between) = self.variances();
        let n = self.draws as f64;
        (within > 0.0).then(|| (((n - 1.0) / n * within + between) / within).sqrt())
    }

    /// Effective sample size of the mean of the values.
    fn ess(&self) -> f64 {
        let (within, between) = self.variances();
        let n = self.draws as f64;
        let total = self.values.len() as f64;
        let marginal = (n - 1.0) / n * within + between;
        if marginal <= 0.0 {
            return total;
        }
        let means = self.means();
        let correlation = |lag: usize| 1.0 - (within - self.autocovariance(&means, lag)) / marginal;
        // Pairs of neighbouring lags, from (0, 1) on, while their sums are positive.
        let mut pairs = vec![(1.0, correlation(1))];
        let mut next = None;
        for lag in (2..self.draws.saturating_sub(2)).step_by(2) {
            let pair = (correlation(lag), correlation(lag + 1));
            next = Some(pair.0);
            if pair.0 + pair.1 < 0.0 {
                break;
            }
            pairs.push(pair);
            next = None;
        }
        let mut bound = f64::INFINITY;
        let monotone = pairs.iter().map(|(even, odd)| {
            bound = bound.min(even + odd);
            bound
        });
        let sum: f64 = monotone.sum();
        // The even lag of the first pair left out lowers the variance of the estimate, where it is positive.
        let tau = -1.0 + 2.0 * sum + next.filter(|even| *even > 0.0).unwrap_or(0.0);
        total / tau.max(total.log10().recip())
    }

    /// Mean over the halves of the products at a distance, divided by N as if there were that many.
    fn autocovariance(&self, means: &[f64], lag: usize) -> f64 {
        let of_half = |(half, mean): (&[f64], &f64)| {
            half[lag..].iter().zip(half).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
        };
        self.halves().zip(means).map(of_half).sum::<f64>() / self.values.len() as f64
    }
}

/// The inverse of the standard normal distribution function, to about 1e-15 relative: algorithm AS 241, PPND16.
///
/// M. J. Wichura, "The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988), 477-484.
fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let size = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    size.copysign(q)
}

/// Coefficients of numerator and denominator, lowest power first.
type Ratio = [[f64; 8]; 2];

fn ratio(r: f64, [above, below]: &Ratio) -> f64 {
    let at = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
    at(above) / at(below)
}

const CENTRE: Ratio = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_545,
    ],
];
const MIDDLE: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];
const FAR: Ratio = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[cfg(test)]
mod tests;
