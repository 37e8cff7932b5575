//! Fits a law to rows, and takes standard errors from the curvature at its maximum.

use nalgebra::{Cholesky, DMatrix, Dyn};

use super::{
    law::ScoreLaw,
    objective::{Layout, Objective},
    pairs::{Column, Grouping, MatchRow, Pairs},
    parameters::Parameters,
    prior::Prior,
    search::{Found, Point, factor, search},
};
use crate::{ForecastError, model::poisson::Independent};

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Without a prior this is maximum likelihood as published.
    pub prior: Option<Prior>,
    /// What moves the rates beside teams and venue.
    pub covariates: Vec<Column>,
    /// The fit ends when no component of the gradient is larger, those held on a bound aside.
    pub gradient_tolerance: f64,
    /// The fit gives up after so many steps.
    pub max_iterations: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { prior: None, covariates: Vec::new(), gradient_tolerance: 1e-9, max_iterations: 100 }
    }
}

/// A fitted likelihood.
#[derive(Debug, Clone)]
pub struct Fit {
    /// At the end of the search.
    pub parameters: Parameters,
    /// Weighted log-likelihood there, with everything that makes it a probability of the scores; the prior is not in it.
    pub log_likelihood: f64,
    /// What was maximised: the log-likelihood and the logarithm of the prior up to its constant.
    pub objective: f64,
    /// Largest absolute component of the gradient of the objective, those held on a bound aside.
    pub gradient_norm: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// Whether the gradient fell under its tolerance.
    pub converged: bool,
    /// The law's own parameters that ended on a bound, and strengths that ran off, such as the attack of a team that never
    /// scored, where no prior holds them.
    pub at_bounds: Vec<String>,
    /// Minus the second derivatives of the objective; lower triangle.
    information: DMatrix<f64>,
    /// Positions of own parameters held on a bound.
    held: Vec<usize>,
}

/// Strengths this far from the mean of the league (a factor of 400 in goals) have run off.
const RUNAWAY: f64 = 6.0;

/// Fits `n_teams` teams to `rows`. `start` is a point to search from, e.g. last week's fit; it needs the same teams.
///
/// A search that has no start begins with the maximum of independent Poisson counts, which are a special case of every
/// law, so no law ends below it; two laws whose parts cost no more begin with a guess.
pub(in crate::model) fn fit<L: ScoreLaw>(
    rows: &[MatchRow],
    n_teams: usize,
    options: &Options,
    start: Option<&Parameters>,
) -> Result<Fit, ForecastError> {
    let grouping = Grouping { model: L::NAME, n_teams, columns: &options.covariates, by_score: L::BY_SCORE };
    let pairs = Pairs::of(rows, &grouping)?;
    if let Some(prior) = &options.prior {
        prior.check(n_teams, L::NAME)?;
    }
    let layout = Layout { n_teams, n_covariates: options.covariates.len(), n_own: L::OWN.len() };
    let task = Task { pairs: &pairs, options, layout };
    let objective = task.objective(layout);
    let begin = |theta: Vec<f64>| objective.evaluate::<L>(&theta).map(|at| Point { theta, at });
    let warm = start.map(|last| anchored::<L>(last, layout)).transpose()?.and_then(&begin);
    let (first, iterations) = if warm.is_some() {
        (warm, 0)
    } else {
        let (theta, iterations) = task.cold_start::<L>();
        (begin(theta), iterations)
    };
    let first = first.ok_or_else(|| ForecastError::Numerics {
        model: L::NAME,
        detail: "the likelihood is not finite at the first guess".to_owned(),
    })?;
    let tolerance = options.gradient_tolerance.max(L::GRADIENT_ROUNDING);
    let found = search::<L>(&objective, first, tolerance, options.max_iterations);
    Ok(Fit::of::<L>(found, layout, iterations, tolerance))
}

/// Log-likelihood and gradient at one point, for tests against published derivatives.
#[cfg(test)]
pub(in crate::model) fn at_point<L: ScoreLaw>(rows: &[MatchRow], at: &Parameters) -> Option<(f64, Vec<f64>)> {
    let layout = at.layout();
    let grouping = Grouping { model: L::NAME, n_teams: layout.n_teams, columns: &[], by_score: L::BY_SCORE };
    let pairs = Pairs::of(rows, &grouping).ok()?;
    let objective = Objective { pairs: &pairs, columns: &[], prior: None, layout };
    let evaluation = objective.evaluate::<L>(&at.flat())?;
    Some((evaluation.log_likelihood, evaluation.gradient))
}

/// The same expectations with attacks that sum to the number of teams.
fn anchored<L: ScoreLaw>(start: &Parameters, layout: Layout) -> Result<Vec<f64>, ForecastError> {
    let n_teams = layout.n_teams;
    let finite = start.flat().iter().all(|x| x.is_finite());
    if start.layout() != layout || start.defence.len() != n_teams || !finite {
        let detail = format!(
            "a start of {} teams, {} covariates and {} own parameters for a fit of {n_teams}, {} and {}",
            start.attack.len(),
            start.covariates.len(),
            start.own.len(),
            layout.n_covariates,
            layout.n_own,
        );
        return Err(ForecastError::Numerics { model: L::NAME, detail });
    }
    let shift = 1.0 - start.attack.iter().sum::<f64>() / n_teams as f64;
    let mut theta = start.flat();
    for (i, strength) in theta[..2 * n_teams].iter_mut().enumerate() {
        *strength += if i < n_teams { shift } else { -shift };
    }
    for (k, own) in L::OWN.iter().enumerate() {
        let value = &mut theta[layout.own(k)];
        *value = value.clamp(own.bounds[0], own.bounds[1]);
    }
    Ok(theta)
}

/// One set of rows, whatever the law.
struct Task<'a> {
    pairs: &'a Pairs,
    options: &'a Options,
    layout: Layout,
}

impl<'a> Task<'a> {
    fn objective(&self, layout: Layout) -> Objective<'a> {
        Objective {
            pairs: self.pairs,
            columns: &self.options.covariates,
            prior: self.options.prior.as_ref(),
            layout,
        }
    }

    /// A first point, and the steps it took.
    fn cold_start<L: ScoreLaw>(&self) -> (Vec<f64>, usize) {
        let mut theta = self.guess();
        let mut iterations = 0;
        if L::BY_SCORE {
            let objective = self.objective(Layout { n_own: 0, ..self.layout });
            if let Some(at) = objective.evaluate::<Independent>(&theta) {
                let Options { gradient_tolerance, max_iterations, .. } = *self.options;
                let first = Point { theta: theta.clone(), at };
                // An exact top is not needed to start from.
                let tolerance = gradient_tolerance.max(1e-4);
                let found = search::<Independent>(&objective, first, tolerance, max_iterations);
                theta = found.point.theta;
                iterations = found.iterations;
            }
        }
        theta.extend(L::OWN.iter().map(|own| own.at_poisson));
        (theta, iterations)
    }

    /// Strengths from each team's own goals, as if all had met the same opponents; half a match of an average team is added,
    /// so that a team without goals starts somewhere.
    fn guess(&self) -> Vec<f64> {
        let pairs = self.pairs;
        let totals = pairs.team_totals();
        let home: f64 = pairs.pairs.iter().map(|p| p.home_goals).sum();
        let away: f64 = pairs.pairs.iter().map(|p| p.away_goals).sum();
        let per_side = ((home + away) / (2.0 * pairs.weight())).max(0.1);
        let own = pairs.pairs.iter().filter(|p| !p.neutral);
        let (home, away) = own.fold((0.5, 0.5), |(h, a), p| (h + p.home_goals, a + p.away_goals));
        let home_advantage = (home / away).ln();
        let relative =
            |goals: f64, weight: f64| ((goals + 0.5 * per_side) / ((weight + 0.5) * per_side)).ln();
        let mut theta: Vec<f64> = totals.iter().map(|[w, scored, _]| relative(*scored, *w)).collect();
        let shift = 1.0 - theta.iter().sum::<f64>() / totals.len() as f64;
        for attack in &mut theta {
            *attack += shift;
        }
        let level = per_side.ln() - shift - 0.5 * home_advantage;
        theta.extend(totals.iter().map(|[w, _, conceded]| relative(*conceded, *w) + level));
        theta.push(home_advantage);
        theta.resize(self.layout.own(0), 0.0);
        theta
    }
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
    fn of<L: ScoreLaw>(found: Found, layout: Layout, iterations: usize, tolerance: f64) -> Self {
        let Found { point: Point { theta, at }, held, gradient_norm, iterations: more } = found;
        let parameters = Parameters::of_flat(&theta, layout);
        let mut at_bounds = runaways(&parameters);
        let own = L::OWN.iter().enumerate().filter(|(k, _)| held.contains(&layout.own(*k)));
        at_bounds.extend(own.map(|(_, own)| own.name.to_owned()));
        Self {
            at_bounds,
            parameters,
            log_likelihood: at.log_likelihood,
            objective: at.objective,
            gradient_norm,
            iterations: iterations + more,
            converged: gradient_norm <= tolerance,
            information: at.information,
            held,
        }
    }

    /// The covariance of all parameters (attacks, defences, home advantage, coefficients of covariates, own parameters of
    /// the law) from the observed information, under `sum(attack) = n_teams`. A parameter on a bound is held there: its
    /// variance is 0. None where the data leave a direction open, e.g. two leagues that never met.
    pub fn covariance(&self) -> Option<DMatrix<f64>> {
        let mut covariance = self.factor()?.inverse();
        let n = self.parameters.attack.len();
        for column in 0..2 * n {
            for row in 0..2 * n {
                let same_kind = (row < n) == (column < n);
                let part = 1.0 / (n * n) as f64;
                covariance[(row, column)] -= if same_kind { part } else { -part };
            }
        }
        for i in &self.held {
            covariance[(*i, *i)] = 0.0;
        }
        covariance.diagonal().iter().all(|v| v.is_finite() && *v >= 0.0).then_some(covariance)
    }

    /// Standard errors in the shape of the parameters; see [`Fit::covariance`].
    pub fn standard_errors(&self) -> Option<Parameters> {
        let variances = self.covariance()?.diagonal();
        let errors: Vec<f64> = variances.iter().map(|v| v.sqrt()).collect();
        Some(Parameters::of_flat(&errors, self.parameters.layout()))
    }

    /// Cholesky's factor of `I + u u'`: for whatever neither the free direction nor what is held changes, its inverse is the
    /// covariance.
    pub(super) fn factor(&self) -> Option<Cholesky<f64, Dyn>> {
        factor(&self.information, 0.0, self.parameters.layout(), &self.held)
    }

    /// Positions of own parameters held on a bound.
    pub(super) fn held(&self) -> &[usize] {
        &self.held
    }
}
