//! Poisson regression of goals on the rating difference; every match gives two observations.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | d | own rating less the opponent's | 400 points |
//! | e | 1 for the side at home, else 0 | |
//! | m | log of goals between equals on neutral ground | ln goals |
//! | g | home advantage | ln goals |
//! | s | slope | ln goals per 400 points |
//!
//! goals ~ Poisson(exp(m + g e + s d)). The log-likelihood is concave.
//!
//! Reference: McCullagh and Nelder (1989), Generalized linear models, chapter 6.

use domain::Score;

use super::{Curvature, Maximum, maximise};

/// A score as the regression sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goals {
    /// Home less away rating over 400.
    pub(crate) difference: f64,
    /// Whether the home side is at home.
    pub(crate) at_home: bool,
    /// The score.
    pub(crate) score: Score,
    /// Weight.
    pub(crate) weight: f64,
}

/// The fitted regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LogLinearGoals {
    /// m.
    pub(crate) level: f64,
    /// g.
    pub(crate) home: f64,
    /// s.
    pub(crate) slope: f64,
}

/// As in the ordered logit: keeps home advantage finite where all matches were neutral.
const RIDGE: f64 = 0.01;

impl LogLinearGoals {
    /// The maximum of the penalised likelihood. `start` is an earlier fit.
    pub(crate) fn fit(matches: &[Goals], start: Option<Self>) -> (Self, Maximum<3>) {
        let start = start.unwrap_or(Self { level: 0.2, home: 0.2, slope: 0.5 });
        let found = maximise([start.level, start.home, start.slope], |p| {
            let mut at = Curvature::default();
            for m in matches {
                let e = if m.at_home { 1.0 } else { 0.0 };
                add_side(&mut at, p, [1.0, e, m.difference], f64::from(m.score.home), m.weight);
                add_side(&mut at, p, [1.0, 0.0, -m.difference], f64::from(m.score.away), m.weight);
            }
            for (i, value) in p.iter().enumerate() {
                at.add_prior(i, *value, 0.0, RIDGE);
            }
            at
        });
        let [level, home, slope] = found.at;
        (Self { level, home, slope }, found)
    }

    /// Expected home and away goals for a rating difference over 400.
    pub(crate) fn means(&self, difference: f64, at_home: bool) -> (f64, f64) {
        let e = if at_home { self.home } else { 0.0 };
        let side = |eta: f64| eta.clamp(-5.0, 3.0).exp();
        (side(self.level + e + self.slope * difference), side(self.level - self.slope * difference))
    }
}

fn add_side(at: &mut Curvature<3>, p: &[f64; 3], x: [f64; 3], goals: f64, weight: f64) {
    let eta = p[0] * x[0] + p[1] * x[1] + p[2] * x[2];
    let mean = eta.exp();
    at.value += weight * (goals * eta - mean);
    at.add_gradient(x, weight * (goals - mean));
    at.add_hessian(x, x, -weight * mean);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_reproduce_the_goals_they_were_fitted_to() {
        // Score equations of a Poisson regression: fitted and observed goals agree in total, at home, and weighted by x.
        let matches: Vec<Goals> = (0..400u16)
            .map(|i| Goals {
                difference: f64::from(i % 21) / 10.0 - 1.0,
                at_home: i % 5 != 0,
                score: Score::new((i * 7 + i % 3) % 4 + i % 21 / 10, (i * 5) % 3),
                weight: 1.0,
            })
            .collect();
        let (fit, found) = LogLinearGoals::fit(&matches, None);
        assert!(found.converged && found.gradient_norm < 1e-6);
        let (mut all, mut home) = (0.0, 0.0);
        for m in &matches {
            let (h, a) = fit.means(m.difference, m.at_home);
            all += h + a - f64::from(m.score.home + m.score.away);
            home += if m.at_home { h - f64::from(m.score.home) } else { 0.0 };
        }
        // The ridge of 0.01 moves each equation by 0.01 times its parameter, here under 0.02 goals of 1,000.
        assert!(all.abs() < 0.02 && home.abs() < 0.02, "{all} {home} {fit:?}");
    }

    #[test]
    fn equals_on_neutral_ground_share_one_mean() {
        let fit = LogLinearGoals { level: 0.3, home: 0.25, slope: 0.6 };
        let (h, a) = fit.means(0.0, false);
        assert_eq!(h, a);
        assert!((h - 0.3f64.exp()).abs() < 1e-12);
        assert!(fit.means(0.0, true).0 > h);
    }
}
