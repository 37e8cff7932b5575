//! Newton's method on the likelihood, and standard errors from its curvature.
//!
//! Adding a constant to every attack and taking it from every defence changes no expectation. The constraint
//! `sum(attack) = n_teams` picks one point of that line. With `u` the gradient of the constraint and `v` the line's direction,
//! the information matrix `I` has `I v = 0`, so `I + u u'` is positive definite, its Newton step keeps the constraint, and
//! the covariance under the constraint is `(I + u u')^-1 - v v' / (u'v)^2`.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::{
    likelihood::{Evaluation, Layout, Objective},
    pairs::{MatchRow, Pairs},
};
use crate::ForecastError;

/// Strengths on the scale of log goals, and the two parameters all matches share.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Attack by team; they sum to the number of teams.
    pub attack: Vec<f64>,
    /// Defence by team: what its opponents' log goals gain, so low is good.
    pub defence: Vec<f64>,
    /// Log goals gained at home.
    pub home_advantage: f64,
    /// Dependence of low scores; negative means more 0-0 and 1-1.
    pub rho: f64,
}

impl Parameters {
    /// Expected goals of both sides before the low-score correction (which leaves them as they are).
    ///
    /// # Panics
    /// When a team is not below the number of teams.
    pub fn expected_goals(&self, home: usize, away: usize, neutral: bool) -> (f64, f64) {
        let advantage = if neutral { 0.0 } else { self.home_advantage };
        (
            (advantage + self.attack[home] + self.defence[away]).exp(),
            (self.attack[away] + self.defence[home]).exp(),
        )
    }

    fn flat(&self) -> Vec<f64> {
        let mut theta = Vec::with_capacity(2 * self.attack.len() + 2);
        theta.extend_from_slice(&self.attack);
        theta.extend_from_slice(&self.defence);
        theta.extend([self.home_advantage, self.rho]);
        theta
    }

    fn of_flat(theta: &[f64], layout: Layout) -> Self {
        Self {
            attack: theta[..layout.n_teams].to_vec(),
            defence: theta[layout.n_teams..2 * layout.n_teams].to_vec(),
            home_advantage: theta[layout.home_advantage()],
            rho: theta[layout.rho()],
        }
    }
}

/// A normal distribution, as a prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, above 0.
    pub sd: f64,
}

/// What is believed before any match was seen. Strengths are measured from the mean of the league, which stays free.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Standard deviation of attacks and of defences around their means, in log goals.
    pub strength_sd: f64,
    /// Mean attack of each team, relative to the league; empty when no team is special.
    pub attack: Vec<f64>,
    /// Mean defence of each team, relative to the league; empty when no team is special.
    pub defence: Vec<f64>,
    /// Of the home advantage.
    pub home_advantage: Option<Normal>,
    /// Of rho.
    pub rho: Option<Normal>,
}

impl Prior {
    /// All teams alike, nothing said about home advantage and rho.
    pub fn strength(sd: f64) -> Self {
        Self { strength_sd: sd, attack: Vec::new(), defence: Vec::new(), home_advantage: None, rho: None }
    }

    fn check(&self, n_teams: usize) -> Result<(), ForecastError> {
        let sds = [Some(self.strength_sd), self.home_advantage.map(|n| n.sd), self.rho.map(|n| n.sd)];
        let sds_ok = sds.iter().flatten().all(|sd| sd.is_finite() && *sd > 0.0);
        let means_ok = [&self.attack, &self.defence]
            .iter()
            .all(|m| (m.is_empty() || m.len() == n_teams) && m.iter().all(|x| x.is_finite()));
        if sds_ok && means_ok {
            Ok(())
        } else {
            Err(ForecastError::Numerics {
                model: super::NAME,
                detail: format!("a prior for {n_teams} teams that is none: {self:?}"),
            })
        }
    }

    pub(super) fn add(&self, theta: &[f64], layout: Layout, to: &mut Evaluation) {
        let n = layout.n_teams;
        add_strengths(&theta[..n], &self.attack, self.strength_sd, 0, to);
        add_strengths(&theta[n..2 * n], &self.defence, self.strength_sd, n, to);
        for (normal, position) in [(self.home_advantage, layout.home_advantage()), (self.rho, layout.rho())] {
            if let Some(normal) = normal {
                let precision = 1.0 / (normal.sd * normal.sd);
                let residual = theta[position] - normal.mean;
                to.objective -= 0.5 * precision * residual * residual;
                to.gradient[position] -= precision * residual;
                to.information[(position, position)] += precision;
            }
        }
    }
}

/// A normal prior around the mean of the league: the mean is a parameter without prior and is maximised out.
fn add_strengths(strengths: &[f64], means: &[f64], sd: f64, first: usize, to: &mut Evaluation) {
    let n = strengths.len() as f64;
    let precision = 1.0 / (sd * sd);
    let residual = |i: usize| strengths[i] - means.get(i).copied().unwrap_or(0.0);
    let level = (0..strengths.len()).map(residual).sum::<f64>() / n;
    for i in 0..strengths.len() {
        let from_level = residual(i) - level;
        to.objective -= 0.5 * precision * from_level * from_level;
        to.gradient[first + i] -= precision * from_level;
        to.information[(first + i, first + i)] += precision;
        for j in 0..=i {
            to.information[(first + i, first + j)] -= precision / n;
        }
    }
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Without a prior this is maximum likelihood as published.
    pub prior: Option<Prior>,
    /// The fit ends when no component of the gradient is larger.
    pub gradient_tolerance: f64,
    /// The fit gives up after so many steps.
    pub max_iterations: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { prior: None, gradient_tolerance: 1e-9, max_iterations: 100 }
    }
}

/// A fitted likelihood.
#[derive(Debug, Clone)]
pub struct Fit {
    /// At the end of the search.
    pub parameters: Parameters,
    /// Weighted log-likelihood there, `-ln k!` included, the prior not.
    pub log_likelihood: f64,
    /// What was maximised: the log-likelihood and the logarithm of the prior up to its constant.
    pub objective: f64,
    /// Largest absolute component of the gradient of the objective.
    pub gradient_norm: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// Whether the gradient fell under its tolerance.
    pub converged: bool,
    /// Parameters that ran off, such as the attack of a team that never scored, where no prior holds them.
    pub at_bounds: Vec<String>,
    /// Minus the second derivatives of the objective; lower triangle.
    information: DMatrix<f64>,
}

/// Strengths this far from the mean of the league (a factor of 400 in goals) have run off.
const RUNAWAY: f64 = 6.0;

/// Fits `n_teams` teams to `rows`. `start` is a point to search from, e.g. last week's fit; it needs the same teams.
///
/// # Errors
/// When a row or the prior is invalid, nothing has weight, or `start` is of another size.
pub fn fit(
    rows: &[MatchRow],
    n_teams: usize,
    options: &Options,
    start: Option<&Parameters>,
) -> Result<Fit, ForecastError> {
    let pairs = Pairs::of(rows, n_teams)?;
    if let Some(prior) = &options.prior {
        prior.check(n_teams)?;
    }
    let layout = Layout { n_teams };
    let objective = Objective { pairs: &pairs, prior: options.prior.as_ref(), layout };
    let begin = |theta: Vec<f64>| objective.evaluate(&theta).map(|at| Point { theta, at });
    let warm = start.map(|last| anchored(last, n_teams)).transpose()?.and_then(&begin);
    let first = warm.or_else(|| begin(cold_start(&pairs))).ok_or_else(|| ForecastError::Numerics {
        model: super::NAME,
        detail: "the likelihood is not finite at the first guess".to_owned(),
    })?;
    Ok(search(&objective, options, first))
}

/// Where the search stands.
struct Point {
    theta: Vec<f64>,
    at: Evaluation,
}

/// Log-likelihood and gradient at one point, for tests against published derivatives.
#[cfg(test)]
pub(super) fn at_point(rows: &[MatchRow], at: &Parameters) -> Option<(f64, Vec<f64>)> {
    let layout = Layout { n_teams: at.attack.len() };
    let pairs = Pairs::of(rows, layout.n_teams).ok()?;
    let evaluation = Objective { pairs: &pairs, prior: None, layout }.evaluate(&at.flat())?;
    Some((evaluation.log_likelihood, evaluation.gradient))
}

/// The same expectations with attacks that sum to the number of teams.
fn anchored(start: &Parameters, n_teams: usize) -> Result<Vec<f64>, ForecastError> {
    let finite = start.flat().iter().all(|x| x.is_finite());
    if start.attack.len() != n_teams || start.defence.len() != n_teams || !finite {
        return Err(ForecastError::Numerics {
            model: super::NAME,
            detail: format!("a start of {} teams for a fit of {n_teams}", start.attack.len()),
        });
    }
    let shift = 1.0 - start.attack.iter().sum::<f64>() / n_teams as f64;
    let mut theta = start.flat();
    for (i, strength) in theta[..2 * n_teams].iter_mut().enumerate() {
        *strength += if i < n_teams { shift } else { -shift };
    }
    Ok(theta)
}

/// Strengths from each team's own goals, as if all had met the same opponents; half a match of an average team is added,
/// so that a team without goals starts somewhere.
fn cold_start(pairs: &Pairs) -> Vec<f64> {
    let totals = pairs.team_totals();
    let weight: f64 = pairs.pairs.iter().map(|p| p.weight).sum();
    let home: f64 = pairs.pairs.iter().map(|p| p.home_goals).sum();
    let away: f64 = pairs.pairs.iter().map(|p| p.away_goals).sum();
    let per_side = ((home + away) / (2.0 * weight)).max(0.1);
    let own = pairs.pairs.iter().filter(|p| !p.neutral);
    let (home, away) = own.fold((0.5, 0.5), |(h, a), p| (h + p.home_goals, a + p.away_goals));
    let home_advantage = (home / away).ln();
    let relative = |goals: f64, weight: f64| ((goals + 0.5 * per_side) / ((weight + 0.5) * per_side)).ln();
    let mut theta: Vec<f64> = totals.iter().map(|[w, scored, _]| relative(*scored, *w)).collect();
    let shift = 1.0 - theta.iter().sum::<f64>() / totals.len() as f64;
    for attack in &mut theta {
        *attack += shift;
    }
    let level = per_side.ln() - shift - 0.5 * home_advantage;
    theta.extend(totals.iter().map(|[w, _, conceded]| relative(*conceded, *w) + level));
    theta.extend([home_advantage, 0.0]);
    theta
}

fn search(objective: &Objective<'_>, options: &Options, first: Point) -> Fit {
    let mut point = first;
    let mut iterations = 0;
    while largest(&point.at.gradient) > options.gradient_tolerance && iterations < options.max_iterations {
        let step = newton_step(&point.at, objective.layout);
        let Some(next) = step.and_then(|step| ascend(objective, &point, &step)) else { break };
        point = next;
        iterations += 1;
    }
    let Point { theta, at } = point;
    let gradient_norm = largest(&at.gradient);
    let parameters = Parameters::of_flat(&theta, objective.layout);
    Fit {
        at_bounds: runaways(&parameters),
        parameters,
        log_likelihood: at.log_likelihood,
        objective: at.objective,
        gradient_norm,
        iterations,
        converged: gradient_norm <= options.gradient_tolerance,
        information: at.information,
    }
}

/// The step to the top of the local parabola. Far from the maximum the curvature can point the wrong way (tau is not
/// log-concave in all parameters at once); then the diagonal is raised until it does not.
fn newton_step(at: &Evaluation, layout: Layout) -> Option<DVector<f64>> {
    let gradient = DVector::from_column_slice(&at.gradient);
    let scale = at.information.diagonal().amax().max(1.0);
    for ridge in [0.0, 1e-9, 1e-6, 1e-4, 1e-2, 1.0, 100.0] {
        if let Some(factor) = factor(&at.information, ridge * scale, layout) {
            let step = factor.solve(&gradient);
            if step.iter().all(|x| x.is_finite()) {
                return Some(step);
            }
        }
    }
    None
}

/// Cholesky's factor of `I + u u' + ridge`.
fn factor(information: &DMatrix<f64>, ridge: f64, layout: Layout) -> Option<Cholesky<f64, Dyn>> {
    let mut matrix = information.clone();
    for column in 0..layout.n_teams {
        for row in column..layout.n_teams {
            matrix[(row, column)] += 1.0;
        }
    }
    for i in 0..layout.len() {
        matrix[(i, i)] += ridge;
    }
    Cholesky::new(matrix)
}

/// Goes along `step`, halving it until the objective rises as it should. So close to the top that rounding hides the rise,
/// the full step is taken.
fn ascend(objective: &Objective<'_>, from: &Point, step: &DVector<f64>) -> Option<Point> {
    let slope: f64 = from.at.gradient.iter().zip(step.iter()).map(|(g, s)| g * s).sum();
    let rounding = 1e-12 * (1.0 + from.at.objective.abs());
    let mut length = 1.0;
    for _ in 0..60 {
        let theta: Vec<f64> = from.theta.iter().zip(step.iter()).map(|(t, s)| t + length * s).collect();
        if let Some(at) = objective.evaluate(&theta) {
            let rise = at.objective - from.at.objective;
            if rise >= 1e-4 * length * slope || (slope <= rounding && rise >= -rounding) {
                return Some(Point { theta, at });
            }
        }
        length *= 0.5;
    }
    None
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |most, g| g.abs().max(most))
}

fn runaways(parameters: &Parameters) -> Vec<String> {
    let mut names = Vec::new();
    for (kind, strengths) in [("attack", &parameters.attack), ("defence", &parameters.defence)] {
        let mut sorted = strengths.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let off = strengths.iter().enumerate().filter(|(_, s)| (*s - median).abs() > RUNAWAY);
        names.extend(off.map(|(team, _)| format!("{kind}[{team}]")));
    }
    names
}

impl Fit {
    /// The covariance of all parameters (attacks, defences, home advantage, rho) from the observed information, under
    /// `sum(attack) = n_teams`. None where the data leave a direction open, e.g. two leagues that never met.
    pub fn covariance(&self) -> Option<DMatrix<f64>> {
        let layout = self.layout();
        let mut covariance = self.factor()?.inverse();
        let n = layout.n_teams;
        for column in 0..2 * n {
            for row in 0..2 * n {
                let same_kind = (row < n) == (column < n);
                let part = 1.0 / (n * n) as f64;
                covariance[(row, column)] -= if same_kind { part } else { -part };
            }
        }
        covariance.diagonal().iter().all(|v| v.is_finite() && *v >= 0.0).then_some(covariance)
    }

    /// Standard errors in the shape of the parameters; see [`Fit::covariance`].
    pub fn standard_errors(&self) -> Option<Parameters> {
        let variances = self.covariance()?.diagonal();
        let errors: Vec<f64> = variances.iter().map(|v| v.sqrt()).collect();
        Some(Parameters::of_flat(&errors, self.layout()))
    }

    /// Cholesky's factor of `I + u u'`: for whatever the free direction does not change, its inverse is the covariance.
    pub(super) fn factor(&self) -> Option<Cholesky<f64, Dyn>> {
        factor(&self.information, 0.0, self.layout())
    }

    fn layout(&self) -> Layout {
        Layout { n_teams: self.parameters.attack.len() }
    }
}
