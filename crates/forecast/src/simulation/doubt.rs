//! Strengths are estimates. Every simulated season draws them anew, once, so that a team that is better than thought is so in
//! all its matches.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | `u[m]`, `w[m]` | standard errors of the log means of home and away scores of match m, as the model states them | log |
//! | `A[i]`, `D[i]` | what a simulated season adds to attack and (lack of) defence of team i | log |
//! | z | shift of a log mean in units of its standard error | |
//! | theta | tilt of a score distribution | 1/goal |
//!
//! ```text
//! u[m]^2 = var A[home] + var D[away]      w[m]^2 = var A[away] + var D[home]      cov[m] = cov(A, D)[home] + cov(A, D)[away]
//! z_home = (A[home] + D[away]) / sqrt(var A[home] + var D[away])
//! P'(x, y) ~ P(x, y) exp(theta_home x + theta_away y),  theta = z u mean / variance
//! ```
//!
//! The variances of teams are fitted to those of the matches by least squares; z is standardised, so every single match has
//! the very errors its forecast states, and what home advantage and other shared parameters add is spread over the teams. For Poisson counts
//! the tilt moves the log mean by exactly `z u`. Shifts are rounded to whole standard errors from -2 to 2, five by five
//! tables per match: the variance of a rounded standard normal variable is 1.018.

use domain::{ScoreDistribution, forecast::Uncertainty};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

/// Whole standard errors on either side of the estimate.
const REACH: i32 = 2;
/// Tables per side of a match.
pub(crate) const NODES: usize = 5;

/// How uncertain the strengths of the teams are: variances of attack and defence and their covariance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TeamDoubt {
    attack: Vec<f64>,
    defence: Vec<f64>,
    covariance: Vec<f64>,
}

/// One match as its two teams and what its forecast says of its errors.
pub(crate) type DoubtedMatch = (u8, u8, Uncertainty);

impl TeamDoubt {
    /// Least squares by turns: each variance is the mean of what the others leave, and not negative.
    pub(crate) fn fit(n_teams: usize, matches: &[DoubtedMatch]) -> Self {
        // Each match speaks twice: of one side's attack and the other's defence.
        let sides: Vec<(usize, usize, f64)> = matches
            .iter()
            .flat_map(|(home, away, u)| {
                let (home, away) = (usize::from(*home), usize::from(*away));
                [(home, away, u.home_log_se.powi(2)), (away, home, u.away_log_se.powi(2))]
            })
            .collect();
        let half = 0.5 * sides.iter().map(|side| side.2).sum::<f64>() / sides.len().max(1) as f64;
        let (mut attack, mut defence) = (vec![half; n_teams], vec![half; n_teams]);
        for _ in 0..30 {
            attack = means(n_teams, sides.iter().map(|(a, d, v)| (*a, v - defence[*d])), half);
            defence = means(n_teams, sides.iter().map(|(a, d, v)| (*d, v - attack[*a])), half);
        }
        let links: Vec<(usize, usize, f64)> = matches
            .iter()
            .flat_map(|(home, away, u)| {
                let (home, away) = (usize::from(*home), usize::from(*away));
                let covariance = u.correlation * u.home_log_se * u.away_log_se;
                [(home, away, covariance), (away, home, covariance)]
            })
            .collect();
        let mut covariance = vec![0.0; n_teams];
        for _ in 0..30 {
            let left = links.iter().map(|(own, other, c)| (*own, c - covariance[*other]));
            // Half a step: both ends of a match move at once.
            let target = means_of_any_sign(n_teams, left);
            for (value, target) in covariance.iter_mut().zip(target) {
                *value = 0.5 * (*value + target);
            }
        }
        Self { attack, defence, covariance }
    }

    /// What a side's shift is divided by.
    pub(crate) fn scale(&self, attacking: u8, defending: u8) -> f64 {
        let variance = self.attack[usize::from(attacking)] + self.defence[usize::from(defending)];
        if variance > 0.0 { variance.sqrt().recip() } else { 0.0 }
    }

    /// One season's shift of every team's attack and defence.
    pub(crate) fn draw(&self, generator: &mut Xoshiro256PlusPlus, mut put: impl FnMut(usize, f64, f64)) {
        for team in 0..self.attack.len() {
            let (first, second) = two_normals(generator);
            let (a, d) = (self.attack[team].sqrt(), self.defence[team].sqrt());
            let correlation =
                if a * d > 0.0 { (self.covariance[team] / (a * d)).clamp(-1.0, 1.0) } else { 0.0 };
            let mixed = correlation * first + (1.0 - correlation * correlation).sqrt() * second;
            put(team, a * first, d * mixed);
        }
    }
}

fn means(n: usize, values: impl Iterator<Item = (usize, f64)>, none: f64) -> Vec<f64> {
    let mut means = sums(n, values);
    means.iter_mut().map(|(sum, count)| if *count > 0.0 { (*sum / *count).max(0.0) } else { none }).collect()
}

fn means_of_any_sign(n: usize, values: impl Iterator<Item = (usize, f64)>) -> Vec<f64> {
    sums(n, values).into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect()
}

fn sums(n: usize, values: impl Iterator<Item = (usize, f64)>) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); n];
    for (team, value) in values {
        sums[team].0 += value;
        sums[team].1 += 1.0;
    }
    sums
}

/// Two independent standard normal numbers (Box and Muller, 1958).
fn two_normals(generator: &mut Xoshiro256PlusPlus) -> (f64, f64) {
    // 53 bits, and never 0, whose logarithm does not exist.
    let mut uniform = || ((generator.next_u64() >> 11) as f64 + 0.5) * 2.0_f64.powi(-53);
    let radius = (-2.0 * uniform().ln()).sqrt();
    let (sine, cosine) = (std::f64::consts::TAU * uniform()).sin_cos();
    (radius * cosine, radius * sine)
}

/// The table of a shift in units of its standard error.
#[inline]
pub(crate) fn node(z: f64) -> usize {
    // Adding half and cutting rounds, since the sum is positive within reach.
    (z.clamp(f64::from(-REACH), f64::from(REACH)) + f64::from(REACH) + 0.5) as usize
}

/// Weights of every score for every pair of shifts, home side slowest.
pub(crate) fn tilted(distribution: &ScoreDistribution, u: &Uncertainty, mut put: impl FnMut(&[f64])) {
    let theta = |se: f64, value: fn(domain::Score) -> u16| {
        let mean = distribution.expectation(|s| f64::from(value(s)));
        let variance = distribution.expectation(|s| (f64::from(value(s)) - mean).powi(2));
        if variance > 0.0 { se * mean / variance } else { 0.0 }
    };
    let (home, away) = (theta(u.home_log_se, |s| s.home), theta(u.away_log_se, |s| s.away));
    let factors = |theta: f64, max: u16| -> Vec<Vec<f64>> {
        let of = |z: i32| (0..=max).map(|x| (theta * f64::from(z) * f64::from(x)).exp()).collect();
        (-REACH..=REACH).map(of).collect()
    };
    let home_factors = factors(home, distribution.home_max());
    let away_factors = factors(away, distribution.away_max());
    let away_len = usize::from(distribution.away_max()) + 1;
    let mut weights = vec![0.0; distribution.cells().len()];
    for by_home in &home_factors {
        for by_away in &away_factors {
            let rows = distribution.cells().chunks_exact(away_len).zip(weights.chunks_exact_mut(away_len));
            for ((cells, weights), home) in rows.zip(by_home) {
                for ((cell, weight), away) in cells.iter().zip(weights).zip(by_away) {
                    *weight = cell * home * away;
                }
            }
            put(&weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::rand_core::SeedableRng;

    use super::*;
    use crate::model::dixon_coles::score_grid;

    #[test]
    fn variances_of_teams_give_back_those_of_matches() {
        let (attack, defence) = ([0.010, 0.020, 0.015, 0.03], [0.012, 0.018, 0.02, 0.01]);
        let link = [0.001, -0.002, 0.003, 0.0];
        let mut matches = Vec::new();
        for i in 0..4_usize {
            for j in (0..4).filter(|j| *j != i) {
                let (home, away) = (f64::sqrt(attack[i] + defence[j]), f64::sqrt(attack[j] + defence[i]));
                let correlation = (link[i] + link[j]) / (home * away);
                let u = Uncertainty { home_log_se: home, away_log_se: away, correlation };
                matches.push((i as u8, j as u8, u));
            }
        }
        let doubt = TeamDoubt::fit(4, &matches);
        for (home, away, u) in &matches {
            let scale = doubt.scale(*home, *away);
            assert!((scale * u.home_log_se - 1.0).abs() < 1e-3, "{scale} {u:?}");
        }
        for (got, want) in doubt.covariance.iter().zip(link) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
    }

    #[test]
    fn drawn_shifts_have_the_variances_they_were_fitted_to() {
        let doubt = TeamDoubt { attack: vec![0.04], defence: vec![0.01], covariance: vec![0.012] };
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
        let (n, mut sums) = (200_000, [0.0; 3]);
        for _ in 0..n {
            doubt.draw(&mut generator, |_, a, d| {
                sums[0] += a * a;
                sums[1] += d * d;
                sums[2] += a * d;
            });
        }
        let [a, d, both] = sums.map(|sum| sum / f64::from(n));
        // Errors of the three means are below 0.5 % of the variances.
        assert!((a / 0.04 - 1.0).abs() < 0.02 && (d / 0.01 - 1.0).abs() < 0.02, "{a} {d}");
        assert!((both / 0.012 - 1.0).abs() < 0.03, "{both}");
    }

    #[test]
    fn rounding_shifts_keeps_their_variance() {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(2);
        let n = 200_000;
        let squares: f64 =
            (0..n).map(|_| (node(two_normals(&mut generator).0) as f64 - f64::from(REACH)).powi(2)).sum();
        assert!((squares / f64::from(n) - 1.018).abs() < 0.01, "{}", squares / f64::from(n));
    }

    #[test]
    fn a_tilt_moves_the_log_mean_of_poisson_counts_by_the_standard_error() {
        let u = Uncertainty { home_log_se: 0.1, away_log_se: 0.2, correlation: 0.0 };
        let exact = score_grid(1.5, 1.1, 0.0, 15).unwrap();
        let mut tables = Vec::new();
        tilted(&exact, &u, |weights| {
            let shifted = ScoreDistribution::from_weights(16, weights.to_vec()).unwrap();
            tables.push(shifted.expected_score());
        });
        assert_eq!(tables.len(), NODES * NODES);
        for (i, (home, away)) in tables.iter().enumerate() {
            let (z_home, z_away) = ((i / NODES) as f64 - 2.0, (i % NODES) as f64 - 2.0);
            assert!((home - 1.5 * f64::exp(0.1 * z_home)).abs() < 1e-5, "{home}");
            assert!((away - 1.1 * f64::exp(0.2 * z_away)).abs() < 1e-5, "{away}");
        }
    }
}
