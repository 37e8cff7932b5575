//! Bootstrap intervals: how far a mean could have come out otherwise, had other days been played.
//!
//! Matches of one day or round share weather, rest and news, so whole clusters are drawn, not matches. The interval is the
//! percentile interval of the ratio sum / count over resampled clusters.
//!
//! Reference: Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 13; for clusters Davison and Hinkley
//! (1997), Bootstrap methods and their application, section 3.8.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};
use serde::{Deserialize, Serialize};

/// A mean and the range it could as well have had.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The mean itself.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of repetitions the interval is meant to cover, e.g. 0.95.
    pub level: f64,
}

impl Interval {
    /// Whether no difference can be ruled out.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// How often.
    pub resamples: usize,
    /// Share of repetitions to cover.
    pub level: f64,
    /// Same seed, same interval.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2000, level: 0.95, seed: 1 }
    }
}

/// Sum and count of the values of one cluster.
#[derive(Clone, Copy)]
struct Cluster {
    sum: f64,
    count: f64,
}

impl Bootstrap {
    /// Interval of the mean of `values`, of which those with the same cluster number are drawn together. None without
    /// values. When the lengths differ, the surplus of the longer is ignored.
    pub fn mean(&self, values: &[f64], clusters: &[i64]) -> Option<Interval> {
        let clusters = clustered(values.iter().copied(), clusters);
        let (sum, count) = clusters.iter().fold((0.0, 0.0), |(s, n), c| (s + c.sum, n + c.count));
        if count == 0.0 {
            return None;
        }
        let mut means: Vec<f64> = self.resampled(&clusters);
        means.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.level.clamp(0.0, 1.0)) / 2.0;
        Some(Interval {
            estimate: sum / count,
            low: quantile(&means, tail).unwrap_or(sum / count),
            high: quantile(&means, 1.0 - tail).unwrap_or(sum / count),
            level: self.level,
        })
    }

    /// Interval of the mean of `a - b` for two forecasters on the same matches. None without matches.
    pub fn paired_difference(&self, a: &[f64], b: &[f64], clusters: &[i64]) -> Option<Interval> {
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        self.mean(&differences, clusters)
    }

    fn resampled(&self, clusters: &[Cluster]) -> Vec<f64> {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let one = |generator: &mut Xoshiro256PlusPlus| {
            let (mut sum, mut count) = (0.0, 0.0);
            for _ in 0..clusters.len() {
                let drawn = clusters[below(generator, clusters.len())];
                sum += drawn.sum;
                count += drawn.count;
            }
            sum / count
        };
        (0..self.resamples).map(|_| one(&mut generator)).collect()
    }
}

/// A uniform index under `n` by the multiply-shift method; its bias is below n / 2^64.
fn below(generator: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

fn clustered(values: impl Iterator<Item = f64>, clusters: &[i64]) -> Vec<Cluster> {
    let mut pairs: Vec<(i64, f64)> = clusters.iter().copied().zip(values).collect();
    // A stable sort, so that equal clusters add up in one order whatever the platform.
    pairs.sort_by_key(|(cluster, _)| *cluster);
    let group = |group: &[(i64, f64)]| Cluster {
        sum: group.iter().map(|(_, value)| value).sum(),
        count: group.len() as f64,
    };
    pairs.chunk_by(|a, b| a.0 == b.0).map(group).collect()
}

/// The quantile of sorted values with linear interpolation between the closest ranks.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * sorted.len().saturating_sub(1) as f64;
    let below = sorted.get(position.floor() as usize)?;
    let above = sorted.get(position.ceil() as usize)?;
    Some(below + (above - below) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Standard normal by Box and Muller, so that the tests need no further crate.
    fn normal(generator: &mut Xoshiro256PlusPlus) -> f64 {
        let uniform = |g: &mut Xoshiro256PlusPlus| (g.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let radius = (-2.0 * (1.0 - uniform(generator)).ln()).sqrt();
        radius * (std::f64::consts::TAU * uniform(generator)).cos()
    }

    /// 40 days of 5 matches around 0; what a day has in common has the same variance as what a match has for itself.
    fn season(generator: &mut Xoshiro256PlusPlus) -> (Vec<f64>, Vec<i64>) {
        let mut values = Vec::new();
        let mut days = Vec::new();
        for day in 0..40 {
            let shared = normal(generator);
            for _ in 0..5 {
                values.push(shared + normal(generator));
                days.push(day);
            }
        }
        (values, days)
    }

    fn coverage(cluster: impl Fn(i64, i64) -> i64) -> f64 {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
        let bootstrap = Bootstrap { resamples: 500, ..Bootstrap::default() };
        let repetitions = 600;
        let covered = (0..repetitions).filter(|_| {
            let (values, days) = season(&mut generator);
            let clusters: Vec<i64> = (0..).zip(&days).map(|(i, day)| cluster(i, *day)).collect();
            !bootstrap.mean(&values, &clusters).unwrap().excludes_zero()
        });
        covered.count() as f64 / f64::from(repetitions)
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        // 600 repetitions: a true 0.95 (less the usual shortfall with 40 clusters) lies within 0.91 and 0.975.
        let by_day = coverage(|_, day| day);
        assert!((0.91..=0.975).contains(&by_day), "{by_day}");
        // Drawing matches as if they were independent is overconfident: the true share here is about 0.74.
        let by_match = coverage(|i, _| i);
        assert!(by_match < 0.85, "{by_match}");
    }

    #[test]
    fn width_agrees_with_the_normal_theory() {
        // 2,000 independent values of variance 1: the interval is the mean -+ 1.96 / sqrt(2000).
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
        let values: Vec<f64> = (0..2000).map(|_| normal(&mut generator)).collect();
        let clusters: Vec<i64> = (0..2000).collect();
        let interval = Bootstrap::default().mean(&values, &clusters).unwrap();
        let expected = 2.0 * 1.96 / 2000f64.sqrt();
        assert!(((interval.high - interval.low) / expected - 1.0).abs() < 0.06, "{interval:?}");
        assert!(interval.low < interval.estimate && interval.estimate < interval.high);
    }

    #[test]
    fn pairing_cancels_what_matches_share() {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
        let (hard, days) = season(&mut generator);
        let better: Vec<f64> = hard.iter().map(|x| x - 0.1 + 0.05 * normal(&mut generator)).collect();
        let bootstrap = Bootstrap::default();
        let paired = bootstrap.paired_difference(&better, &hard, &days).unwrap();
        assert!(paired.excludes_zero() && (paired.estimate + 0.1).abs() < 0.02, "{paired:?}");
        assert!(!bootstrap.mean(&hard, &days).unwrap().excludes_zero());
    }

    #[test]
    fn the_seed_decides() {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
        let (values, days) = season(&mut generator);
        let draw = |seed| Bootstrap { seed, ..Bootstrap::default() }.mean(&values, &days).unwrap();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(1).estimate, draw(2).estimate);
        // The order of matches does not matter, only which belong together.
        let reversed: (Vec<f64>, Vec<i64>) = values.iter().zip(&days).rev().unzip();
        let again = Bootstrap::default().mean(&reversed.0, &reversed.1).unwrap();
        assert!((again.low - draw(1).low).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_draw_from() {
        assert_eq!(Bootstrap::default().mean(&[], &[]), None);
        let one = Bootstrap::default().mean(&[0.25], &[9]).unwrap();
        assert_eq!((one.estimate, one.low, one.high), (0.25, 0.25, 0.25));
    }
}
