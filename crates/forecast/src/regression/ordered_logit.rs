//! Ordered logit: home, draw or away from one rating difference.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | d | rating difference, home less away, before the match | 400 points |
//! | e | 1 at home, 0 at a neutral venue | |
//! | b | slope | log-odds per 400 points |
//! | g | home advantage | log-odds |
//! | c | half the width of the draw, > 0 | log-odds |
//!
//! eta = b d + g e; P(home) = s(eta - c); P(away) = s(-eta - c); P(draw) = 1 - P(home) - P(away), s the logistic function.
//! The same match seen from the away side gives the mirrored answer, so a neutral venue favours nobody. The log-likelihood
//! is concave in (b, g, c).
//!
//! Reference: McCullagh (1980), Regression models for ordinal data; for soccer ratings Hvattum and Arntzen (2010), Using ELO
//! ratings for match result prediction in association football.

use domain::{OutcomeClass, OutcomeProbabilities};

use super::{Curvature, Maximum, maximise};

/// A match as the regression sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Graded {
    /// Rating difference over 400.
    pub(crate) difference: f64,
    /// Whether the home side is at home.
    pub(crate) at_home: bool,
    /// What happened.
    pub(crate) outcome: OutcomeClass,
    /// Weight.
    pub(crate) weight: f64,
}

/// The fitted regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OrderedLogit {
    /// b.
    pub(crate) slope: f64,
    /// g.
    pub(crate) home: f64,
    /// c; 0 where a match cannot end level.
    pub(crate) draw: f64,
}

/// Fictitious level matches at a neutral venue, shared over the outcomes as `draw_share` says: a prior that keeps c positive
/// where no draw was seen and leaves slope and home advantage alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DrawPrior {
    /// How many.
    pub(crate) n_matches: f64,
    /// Share of draws among them.
    pub(crate) draw_share: f64,
}

/// Precision of the normal prior around 0 on slope and home advantage: negligible beside a hundred matches, and enough for a
/// finite answer where all matches were neutral or one side always won.
const RIDGE: f64 = 0.01;

impl OrderedLogit {
    /// The maximum of the penalised likelihood. `start` is an earlier fit.
    pub(crate) fn fit(
        matches: &[Graded],
        prior: Option<DrawPrior>,
        start: Option<Self>,
    ) -> (Self, Maximum<3>) {
        let start = start.unwrap_or(Self { slope: 1.5, home: 0.3, draw: 0.5 });
        let Some(prior) = prior else {
            return Self::fit_without_draws(matches, start);
        };
        let found = maximise([start.slope, start.home, start.draw.max(1e-3)], |p| {
            let mut at = likelihood(p, matches);
            at.add_prior(0, p[0], 0.0, RIDGE);
            at.add_prior(1, p[1], 0.0, RIDGE);
            add_fictitious(&mut at, p[2], prior);
            at
        });
        let [slope, home, draw] = found.at;
        (Self { slope, home, draw }, found)
    }

    /// The same with c fixed at 0: a plain logit on slope and home advantage. A level score, which such a sport has only by
    /// an error of its source, counts half for each side.
    fn fit_without_draws(matches: &[Graded], start: Self) -> (Self, Maximum<3>) {
        let decided: Vec<Graded> = matches.iter().flat_map(halved).collect();
        let found = maximise([start.slope, start.home], |p| {
            let full = likelihood(&[p[0], p[1], 0.0], &decided);
            let mut at = Curvature::<2> {
                value: full.value,
                gradient: full.gradient.fixed_rows::<2>(0).into(),
                hessian: full.hessian.fixed_view::<2, 2>(0, 0).into(),
            };
            at.add_prior(0, p[0], 0.0, RIDGE);
            at.add_prior(1, p[1], 0.0, RIDGE);
            at
        });
        let [slope, home] = found.at;
        let padded = Maximum {
            at: [slope, home, 0.0],
            value: found.value,
            gradient_norm: found.gradient_norm,
            iterations: found.iterations,
            converged: found.converged,
        };
        (Self { slope, home, draw: 0.0 }, padded)
    }

    /// Home, draw and away for a rating difference over 400.
    pub(crate) fn probabilities(&self, difference: f64, at_home: bool) -> OutcomeProbabilities {
        let eta = self.slope * difference + if at_home { self.home } else { 0.0 };
        let home = logistic(eta - self.draw);
        let away = logistic(-eta - self.draw);
        OutcomeProbabilities { home, draw: draw_probability(eta, self.draw), away }
    }
}

/// A draw as half a win of each side.
fn halved(m: &Graded) -> Vec<Graded> {
    match m.outcome {
        OutcomeClass::Draw => [OutcomeClass::Home, OutcomeClass::Away]
            .map(|outcome| Graded { outcome, weight: m.weight / 2.0, ..*m })
            .to_vec(),
        _ => vec![*m],
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// s(c - eta) - s(-c - eta), in a form that keeps its digits for small c.
fn draw_probability(eta: f64, c: f64) -> f64 {
    c.sinh() / (c.cosh() + eta.cosh())
}

fn likelihood(p: &[f64; 3], matches: &[Graded]) -> Curvature<3> {
    let mut at = Curvature::default();
    let c = p[2];
    for m in matches {
        let x = [m.difference, if m.at_home { 1.0 } else { 0.0 }, 0.0];
        let eta = p[0] * x[0] + p[1] * x[1];
        match m.outcome {
            OutcomeClass::Home => add_side(&mut at, [x[0], x[1], -1.0], eta - c, m.weight),
            OutcomeClass::Away => add_side(&mut at, [-x[0], -x[1], -1.0], -eta - c, m.weight),
            OutcomeClass::Draw => add_draw(&mut at, x, eta, c, m.weight),
        }
    }
    at
}

/// ln s(z) with z = x'p.
fn add_side(at: &mut Curvature<3>, x: [f64; 3], z: f64, weight: f64) {
    let miss = logistic(-z);
    at.value += weight * (z.min(0.0) - (-z.abs()).exp().ln_1p());
    at.add_gradient(x, weight * miss);
    at.add_hessian(x, x, -weight * miss * (1.0 - miss));
}

/// ln sinh c - ln(cosh c + cosh eta).
fn add_draw(at: &mut Curvature<3>, x: [f64; 3], eta: f64, c: f64, weight: f64) {
    let e = [0.0, 0.0, 1.0];
    let sum = c.cosh() + eta.cosh();
    at.value += weight * (c.sinh().ln() - sum.ln());
    at.add_gradient(x, -weight * eta.sinh() / sum);
    at.add_gradient(e, weight * (1.0 / c.tanh() - c.sinh() / sum));
    // cosh^2 - sinh^2 = 1 leaves (1 + cosh c cosh eta) in both second derivatives.
    let bend = (1.0 + c.cosh() * eta.cosh()) / (sum * sum);
    at.add_hessian(x, x, -weight * bend);
    at.add_hessian(e, e, -weight * (bend + 1.0 / (c.sinh() * c.sinh())));
    let cross = weight * eta.sinh() * c.sinh() / (sum * sum);
    at.add_hessian(x, e, cross);
    at.add_hessian(e, x, cross);
}

fn add_fictitious(at: &mut Curvature<3>, c: f64, prior: DrawPrior) {
    let level = [0.0; 3];
    add_draw(at, level, 0.0, c, prior.n_matches * prior.draw_share);
    add_side(at, [0.0, 0.0, -1.0], -c, prior.n_matches * (1.0 - prior.draw_share));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(difference: f64, at_home: bool, outcome: OutcomeClass, weight: f64) -> Graded {
        Graded { difference, at_home, outcome, weight }
    }

    /// Expected counts of a known regression: its maximum likelihood estimate is the regression itself.
    fn expected(truth: OrderedLogit) -> Vec<Graded> {
        let mut matches = Vec::new();
        for step in -6..=6 {
            for at_home in [true, false] {
                let difference = f64::from(step) / 5.0;
                let p = truth.probabilities(difference, at_home);
                for class in OutcomeClass::ALL {
                    matches.push(graded(difference, at_home, class, 1e5 * p.of(class)));
                }
            }
        }
        matches
    }

    const PRIOR: DrawPrior = DrawPrior { n_matches: 1.0, draw_share: 0.25 };

    #[test]
    fn recovers_a_known_regression() {
        for truth in [
            OrderedLogit { slope: 1.7, home: 0.4, draw: 0.6 },
            OrderedLogit { slope: 2.3, home: 0.25, draw: 0.01 },
        ] {
            let (got, found) = OrderedLogit::fit(&expected(truth), Some(PRIOR), None);
            assert!(found.converged && found.gradient_norm < 1e-6, "{found:?}");
            for (g, t) in [(got.slope, truth.slope), (got.home, truth.home), (got.draw, truth.draw)] {
                assert!((g - t).abs() < 1e-4, "{got:?} against {truth:?}");
            }
        }
        let binary = OrderedLogit { slope: 2.0, home: 0.5, draw: 0.0 };
        let (got, found) = OrderedLogit::fit(&expected(binary), None, None);
        assert!(found.converged && (got.slope - 2.0).abs() < 1e-4 && (got.home - 0.5).abs() < 1e-4);
        assert_eq!(got.draw, 0.0);
    }

    #[test]
    fn derivatives_agree_with_differences() {
        let matches: Vec<Graded> = OutcomeClass::ALL.map(|k| graded(0.7, true, k, 1.3)).to_vec();
        let p = [1.2, 0.3, 0.4];
        let here = likelihood(&p, &matches);
        for i in 0..3 {
            let h = 1e-5;
            let moved = |sign: f64| {
                let mut q = p;
                q[i] += sign * h;
                likelihood(&q, &matches)
            };
            let (up, down) = (moved(1.0), moved(-1.0));
            assert!(((up.value - down.value) / (2.0 * h) - here.gradient[i]).abs() < 1e-8);
            for j in 0..3 {
                let numeric = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
                assert!((numeric - here.hessian[(i, j)]).abs() < 1e-7, "{i} {j}");
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_and_a_neutral_venue_favours_nobody() {
        let logit = OrderedLogit { slope: 1.7, home: 0.4, draw: 0.6 };
        for difference in [-3.0, -0.2, 0.0, 1.5] {
            let p = logit.probabilities(difference, true);
            assert!((p.home + p.draw + p.away - 1.0).abs() < 1e-14);
            let (a, b) = (logit.probabilities(difference, false), logit.probabilities(-difference, false));
            assert!((a.home - b.away).abs() < 1e-15);
        }
    }

    #[test]
    fn without_draws_or_home_matches_the_answer_is_finite() {
        let won: Vec<Graded> = (0..40).map(|_| graded(0.5, false, OutcomeClass::Home, 1.0)).collect();
        let (got, found) = OrderedLogit::fit(&won, Some(PRIOR), None);
        assert!(found.converged && got.draw > 0.0 && got.slope.is_finite(), "{got:?} {found:?}");
        assert_eq!(got.home, 0.0);
    }
}
