//! The prior of one kind of strength (attack, or defence), in coordinates that suit the sampler.
//!
//! Constant: strengths of all teams differ from their own mean by `T - 1` free numbers in an orthonormal basis of the vectors
//! that sum to zero; the mean itself joins the level (`recovery.rs`). By season: the first season of a team is a coordinate of
//! its own, every further one the standardised step from the one before,
//!
//! ```text
//! x(first) ~ N(0, sigma)      x(s) = phi^gap x(s - gap) + sigma sqrt(1 - phi^(2 gap)) w      w ~ N(0, 1)
//! phi^2 = 1 - turnover^2      turnover ~ U(0, 1)
//! ```
//!
//! so that in every season the teams are a draw of the same population, and `turnover = 0` are strengths that never change.

use super::meetings::Meetings;

/// Scale of the half-Cauchy prior of sigma.
const SIGMA_SCALE: f64 = 0.5;
/// Keeps powers of phi^2 and their derivatives finite where the integrator goes astray.
const LEAST_PHI_SQUARED: f64 = 1e-12;

/// ln p(u) of a half-Cauchy scale at `u = ln scale`, with its slope; up to a constant.
pub(super) fn half_cauchy(log_scale: f64, of: f64) -> (f64, f64) {
    let squared = (2.0 * log_scale).exp() / (of * of);
    (log_scale - squared.ln_1p(), 1.0 - 2.0 * squared / (1.0 + squared))
}

/// What precedes a strength in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Before {
    strength: usize,
    /// Which of the gaps that occur.
    gap: usize,
}

/// How strengths hang together.
#[derive(Debug, Clone)]
pub(super) enum Strengths {
    /// One per team.
    Constant {
        /// `1 / sqrt(n (n + 1))` for n = 1, 2, ...: the lengths of the basis.
        lengths: Vec<f64>,
    },
    /// One per team and season.
    Seasonal {
        /// By strength; none for the first of a team.
        before: Vec<Option<Before>>,
        /// Numbers of seasons between two strengths of a team, each once.
        gaps: Vec<f64>,
        n_teams: f64,
    },
}

/// A point in the coordinates, and what it means.
#[derive(Debug, Clone)]
pub(super) struct Expanded {
    pub(super) sigma: f64,
    /// Share of a strength's variance that is new every season; 0 for constant strengths.
    pub(super) turnover: f64,
    /// By strength.
    pub(super) x: Vec<f64>,
    /// Mean of the first strengths of all teams; 0 for constant strengths.
    pub(super) mean: f64,
    /// By gap.
    over: Vec<Persistence>,
}

impl Expanded {
    pub(super) fn new(n_strengths: usize) -> Self {
        Self { sigma: 1.0, turnover: 0.0, x: vec![0.0; n_strengths], mean: 0.0, over: Vec::new() }
    }
}

/// The persistence over some seasons: phi^gap, its complement sqrt(1 - phi^(2 gap)), and their slopes by turnover.
#[derive(Debug, Clone, Copy)]
pub(super) struct Persistence {
    kept: f64,
    renewed: f64,
    kept_slope: f64,
    renewed_slope: f64,
}

impl Persistence {
    fn over(seasons: f64, turnover: f64) -> Self {
        let phi_squared = (1.0 - turnover * turnover).max(LEAST_PHI_SQUARED);
        let kept_squared = phi_squared.powf(seasons);
        let kept = kept_squared.sqrt();
        let renewed = (1.0 - kept_squared).max(LEAST_PHI_SQUARED).sqrt();
        let by_turnover = seasons * turnover * kept_squared / phi_squared;
        Self { kept, renewed, kept_slope: -by_turnover / kept, renewed_slope: by_turnover / renewed }
    }
}

/// How much of a strength is left after some seasons, and the standard deviation, in units of sigma, of what is new.
pub(super) fn persistence(seasons: f64, turnover: f64) -> (f64, f64) {
    if turnover <= 0.0 || seasons <= 0.0 {
        return (1.0, 0.0);
    }
    let Persistence { kept, renewed, .. } = Persistence::over(seasons, turnover);
    (kept, renewed)
}

impl Strengths {
    pub(super) fn of(meetings: &Meetings, by_season: bool) -> Self {
        if !by_season {
            let lengths = (1..meetings.n_teams).map(|n| ((n * (n + 1)) as f64).sqrt().recip()).collect();
            return Self::Constant { lengths };
        }
        let slots = &meetings.slots;
        let last = |i: usize| i.checked_sub(1).filter(|last| slots[*last].team == slots[i].team);
        let ago = |i: usize, last: usize| slots[i].season - slots[last].season;
        let mut gaps: Vec<usize> =
            (0..slots.len()).filter_map(|i| last(i).map(|last| ago(i, last))).collect();
        gaps.sort_unstable();
        gaps.dedup();
        let before = |i: usize| {
            let strength = last(i)?;
            Some(Before { strength, gap: gaps.binary_search(&ago(i, strength)).unwrap_or_default() })
        };
        Self::Seasonal {
            before: (0..slots.len()).map(before).collect(),
            gaps: gaps.iter().map(|gap| *gap as f64).collect(),
            n_teams: meetings.n_teams as f64,
        }
    }

    /// Numbers that describe scale and dependence, before the free coordinates.
    pub(super) fn n_hyper(&self) -> usize {
        match self {
            Self::Constant { .. } => 1,
            Self::Seasonal { .. } => 2,
        }
    }

    pub(super) fn dim(&self) -> usize {
        self.n_hyper() + self.n_free()
    }

    fn n_free(&self) -> usize {
        match self {
            Self::Constant { lengths } => lengths.len(),
            Self::Seasonal { before, .. } => before.len(),
        }
    }

    /// Turns coordinates into strengths; returns the log prior of the coordinates, whose slope is added to `slope`.
    pub(super) fn expand(&self, coordinates: &[f64], slope: &mut [f64], into: &mut Expanded) -> f64 {
        let (hyper, free) = coordinates.split_at(self.n_hyper());
        let (hyper_slope, free_slope) = slope.split_at_mut(self.n_hyper());
        let log_sigma = hyper[0];
        into.sigma = log_sigma.exp();
        let (mut value, sigma_slope) = half_cauchy(log_sigma, SIGMA_SCALE);
        hyper_slope[0] += sigma_slope;
        let precision = (into.sigma * into.sigma).recip();
        let mut centred = |x: f64, slope: &mut f64| {
            value -= log_sigma + 0.5 * x * x * precision;
            hyper_slope[0] += x * x * precision - 1.0;
            *slope -= x * precision;
        };
        match self {
            Self::Constant { lengths } => {
                for (y, slope) in free.iter().zip(free_slope) {
                    centred(*y, slope);
                }
                sum_to_zero(lengths, free, &mut into.x);
                (into.turnover, into.mean) = (0.0, 0.0);
            }
            Self::Seasonal { before, gaps, n_teams } => {
                into.turnover = (1.0 + (-hyper[1]).exp()).recip();
                into.over.clear();
                into.over.extend(gaps.iter().map(|gap| Persistence::over(*gap, into.turnover)));
                let mut firsts = 0.0;
                for (i, before) in before.iter().enumerate() {
                    match before {
                        None => {
                            centred(free[i], &mut free_slope[i]);
                            into.x[i] = free[i];
                            firsts += free[i];
                        }
                        Some(Before { strength, gap }) => {
                            let over = into.over[*gap];
                            into.x[i] = over.kept * into.x[*strength] + into.sigma * over.renewed * free[i];
                            free_slope[i] -= free[i];
                        }
                    }
                }
                into.mean = firsts / n_teams;
                value -= 0.5
                    * before.iter().zip(free).filter(|(b, _)| b.is_some()).map(|(_, w)| w * w).sum::<f64>();
                // Uniform in turnover is logistic in its logit.
                value += (into.turnover * (1.0 - into.turnover)).max(f64::MIN_POSITIVE).ln();
                hyper_slope[1] += 1.0 - 2.0 * into.turnover;
            }
        }
        value
    }

    /// Carries a slope by strengths, `by_x` (left changed), and by their mean back to the coordinates.
    pub(super) fn pull_back(
        &self,
        coordinates: &[f64],
        at: &Expanded,
        by_x: &mut [f64],
        by_mean: f64,
        slope: &mut [f64],
    ) {
        let (hyper_slope, free_slope) = slope.split_at_mut(self.n_hyper());
        match self {
            Self::Constant { lengths } => {
                let mut before = by_x[0];
                for (n, (slope, length)) in free_slope.iter_mut().zip(lengths).enumerate() {
                    *slope += (before - (n + 1) as f64 * by_x[n + 1]) * length;
                    before += by_x[n + 1];
                }
            }
            Self::Seasonal { before, n_teams, .. } => {
                let free = &coordinates[self.n_hyper()..];
                let mut by_turnover = 0.0;
                for (i, before) in before.iter().enumerate().rev() {
                    let by = by_x[i];
                    let Some(Before { strength, gap }) = *before else {
                        free_slope[i] += by + by_mean / n_teams;
                        continue;
                    };
                    let over = at.over[gap];
                    by_x[strength] += over.kept * by;
                    free_slope[i] += at.sigma * over.renewed * by;
                    hyper_slope[0] += at.sigma * over.renewed * free[i] * by;
                    by_turnover +=
                        by * (over.kept_slope * at.x[strength] + at.sigma * over.renewed_slope * free[i]);
                }
                hyper_slope[1] += by_turnover * at.turnover * (1.0 - at.turnover);
            }
        }
    }
}

/// `x = sum of y(n) e(n)` with `e(n) = (1, ..., 1, -n, 0, ...) / sqrt(n (n + 1))`.
fn sum_to_zero(lengths: &[f64], free: &[f64], x: &mut [f64]) {
    x[lengths.len()] = 0.0;
    let mut tail = 0.0;
    for n in (0..lengths.len()).rev() {
        let y = free[n] * lengths[n];
        x[n + 1] = tail - (n + 1) as f64 * y;
        tail += y;
    }
    x[0] = tail;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basis_is_orthonormal_and_sums_to_zero() {
        let lengths: Vec<f64> = (1..6).map(|n| f64::from(n * (n + 1)).sqrt().recip()).collect();
        let vector = |n: usize| {
            let free: Vec<f64> = (0..5).map(|i| f64::from(u8::from(i == n))).collect();
            let mut x = vec![f64::NAN; 6];
            sum_to_zero(&lengths, &free, &mut x);
            x
        };
        for n in 0..5 {
            assert!(vector(n).iter().sum::<f64>().abs() < 1e-15);
            for m in 0..5 {
                let dot: f64 = vector(n).iter().zip(vector(m)).map(|(a, b)| a * b).sum();
                assert!((dot - f64::from(u8::from(n == m))).abs() < 1e-15, "{n} {m}: {dot}");
            }
        }
    }

    #[test]
    fn the_population_keeps_its_spread() {
        for (seasons, turnover) in [(1.0, 0.3), (3.0, 0.6), (2.0, 0.0)] {
            let (kept, renewed) = persistence(seasons, turnover);
            assert!((kept * kept + renewed * renewed - 1.0).abs() < 1e-12);
        }
        let (once, _) = persistence(1.0, 0.4);
        assert!((persistence(3.0, 0.4).0 - once.powi(3)).abs() < 1e-15);
    }
}
