//! What is maximised: the log-likelihood of all pairs and the logarithm of the prior, with gradient and observed
//! information, in one pass over the pairs.
//!
//! A law gives the derivatives of a pair's part by eta, zeta and its own parameters; eta and zeta are linear in the
//! strengths, the home advantage and the coefficients of covariates, which is all the chain rule needs.

use nalgebra::DMatrix;

use super::{
    law::{Part, Rates, ScoreLaw},
    pairs::{Column, Pair, Pairs},
    prior::Prior,
};

/// Where each parameter stands in a flat vector: attacks by team, defences by team, home advantage, coefficients of
/// covariates, the law's own parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) n_teams: usize,
    pub(super) n_covariates: usize,
    pub(super) n_own: usize,
}

impl Layout {
    pub(super) fn home_advantage(self) -> usize {
        2 * self.n_teams
    }
    pub(super) fn covariate(self, i: usize) -> usize {
        2 * self.n_teams + 1 + i
    }
    pub(super) fn own(self, i: usize) -> usize {
        2 * self.n_teams + 1 + self.n_covariates + i
    }
    pub(super) fn len(self) -> usize {
        2 * self.n_teams + 1 + self.n_covariates + self.n_own
    }
}

/// The objective of one law on some rows.
pub(super) struct Objective<'a> {
    pub(super) pairs: &'a Pairs,
    pub(super) columns: &'a [Column],
    pub(super) prior: Option<&'a Prior>,
    pub(super) layout: Layout,
}

/// The objective at one point with its derivatives.
pub(super) struct Evaluation {
    pub(super) log_likelihood: f64,
    /// The log-likelihood plus the logarithm of the prior up to its constant.
    pub(super) objective: f64,
    pub(super) gradient: Vec<f64>,
    /// Minus the matrix of second derivatives; only its lower triangle is filled.
    pub(super) information: DMatrix<f64>,
}

/// Which parameters move a log rate, in rising order, and how much.
type Predictor = Vec<(usize, f64)>;

impl Objective<'_> {
    /// None where the law is none or a score that occurred has no positive probability.
    pub(super) fn evaluate<L: ScoreLaw>(&self, theta: &[f64]) -> Option<Evaluation> {
        let (layout, n) = (self.layout, self.layout.n_teams);
        let law = L::at(&theta[layout.own(0)..], self.pairs.highest)?;
        let home_advantage = theta[layout.home_advantage()];
        let strength: Vec<f64> = theta[..2 * n].iter().map(|s| s.exp()).collect();
        let at_home = home_advantage.exp();
        let mut value = 0.0;
        let mut sums = Sums::new(layout);
        for pair in &self.pairs.pairs {
            let advantage = if pair.neutral { 0.0 } else { home_advantage };
            let mut rates = Rates {
                eta: theta[pair.home] + theta[n + pair.away] + advantage,
                zeta: theta[pair.away] + theta[n + pair.home],
                lambda: strength[pair.home]
                    * strength[n + pair.away]
                    * if pair.neutral { 1.0 } else { at_home },
                mu: strength[pair.away] * strength[n + pair.home],
            };
            if !self.columns.is_empty() {
                rates = self.moved(rates, pair, theta);
            }
            let part = law.part(&self.pairs.meetings(pair), rates)?;
            value += part.value;
            sums.add(&part, pair, self.columns);
        }
        let Sums { gradient, information, .. } = sums;
        let mut evaluation = Evaluation { log_likelihood: value, objective: value, gradient, information };
        if let Some(prior) = self.prior {
            prior.add(theta, layout, &mut evaluation);
        }
        evaluation.objective.is_finite().then_some(evaluation)
    }

    /// Rates with what the covariates of the match add.
    fn moved(&self, rates: Rates, pair: &Pair, theta: &[f64]) -> Rates {
        let Rates { mut eta, mut zeta, .. } = rates;
        for (i, column) in self.columns.iter().enumerate() {
            let [home, away] = column.values[pair.row];
            eta += theta[self.layout.covariate(i)] * home;
            zeta += theta[self.layout.covariate(i)] * away;
        }
        Rates { eta, zeta, lambda: eta.exp(), mu: zeta.exp() }
    }
}

/// Gradient and information as they gather.
struct Sums {
    layout: Layout,
    gradient: Vec<f64>,
    information: DMatrix<f64>,
    eta: Predictor,
    zeta: Predictor,
}

impl Sums {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            gradient: vec![0.0; layout.len()],
            information: DMatrix::zeros(layout.len(), layout.len()),
            eta: Predictor::with_capacity(3 + layout.n_covariates),
            zeta: Predictor::with_capacity(2 + layout.n_covariates),
        }
    }

    /// The chain rule: eta moves with attack of the home side, defence of the away side and home advantage, zeta with the
    /// two others, both with covariates.
    fn add(&mut self, part: &Part, pair: &Pair, columns: &[Column]) {
        let (layout, n) = (self.layout, self.layout.n_teams);
        let (eta, zeta) = (&mut self.eta, &mut self.zeta);
        eta.clear();
        zeta.clear();
        eta.extend([(pair.home, 1.0), (n + pair.away, 1.0)]);
        zeta.extend([(pair.away, 1.0), (n + pair.home, 1.0)]);
        if !pair.neutral {
            eta.push((layout.home_advantage(), 1.0));
        }
        for (i, column) in columns.iter().enumerate() {
            let [home, away] = column.values[pair.row];
            eta.push((layout.covariate(i), home));
            zeta.push((layout.covariate(i), away));
        }
        for (terms, first, second) in [(&*eta, part.eta, part.eta_eta), (&*zeta, part.zeta, part.zeta_zeta)] {
            for (k, &(i, by)) in terms.iter().enumerate() {
                self.gradient[i] += by * first;
                // Positions rise along a predictor, so these are in the lower triangle.
                for &(j, with) in &terms[..=k] {
                    self.information[(i, j)] -= by * with * second;
                }
            }
        }
        for &(i, by) in &*eta {
            for &(j, with) in &*zeta {
                let times = if i == j { 2.0 * by * with } else { by * with };
                self.information[(i.max(j), i.min(j))] -= times * part.eta_zeta;
            }
        }
        self.add_own(part);
    }

    /// Rows of the law's own parameters, which every match shares.
    fn add_own(&mut self, part: &Part) {
        for k in 0..self.layout.n_own {
            let row = self.layout.own(k);
            self.gradient[row] += part.own[k];
            for (terms, by) in [(&self.eta, part.eta_own[k]), (&self.zeta, part.zeta_own[k])] {
                for (column, times) in terms {
                    self.information[(row, *column)] -= times * by;
                }
            }
            for j in 0..=k {
                self.information[(row, self.layout.own(j))] -= part.own_own[k][j];
            }
        }
    }
}
