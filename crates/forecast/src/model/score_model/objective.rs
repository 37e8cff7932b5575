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

impl Objective<'_> {
    /// None where the law is none or a score that occurred has no positive probability.
    pub(super) fn evaluate<L: ScoreLaw>(&self, theta: &[f64]) -> Option<Evaluation> {
        let (layout, n) = (self.layout, self.layout.n_teams);
        let law = L::at(&theta[layout.own(0)..], self.pairs.highest)?;
        let home_advantage = theta[layout.home_advantage()];
        let strength: Vec<f64> = theta[..2 * n].iter().map(|s| s.exp()).collect();
        let at_home = home_advantage.exp();
        let mut value = 0.0;
        let mut sums = Sums::new(layout, self.columns);
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
            sums.add::<L>(&part, pair);
        }
        let Sums { gradient, information, .. } = sums;
        let information = DMatrix::from_vec(layout.len(), layout.len(), information);
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
struct Sums<'a> {
    layout: Layout,
    columns: &'a [Column],
    gradient: Vec<f64>,
    /// Column by column.
    information: Vec<f64>,
}

impl<'a> Sums<'a> {
    fn new(layout: Layout, columns: &'a [Column]) -> Self {
        let len = layout.len();
        Self { layout, columns, gradient: vec![0.0; len], information: vec![0.0; len * len] }
    }

    /// The chain rule: eta moves with attack of the home side and defence of the away side, zeta with the two others, both
    /// with what all matches share.
    #[inline]
    fn add<L: ScoreLaw>(&mut self, part: &Part, pair: &Pair) {
        let (home, away, n) = (pair.home, pair.away, self.layout.n_teams);
        for (attack, defence, first, second) in
            [(home, n + away, part.eta, part.eta_eta), (away, n + home, part.zeta, part.zeta_zeta)]
        {
            self.gradient[attack] += first;
            self.gradient[defence] += first;
            self.bend(attack, attack, second);
            self.bend(defence, attack, second);
            self.bend(defence, defence, second);
        }
        let (low, high) = (home.min(away), home.max(away));
        for (row, column) in [(high, low), (n + high, n + low), (n + home, home), (n + away, away)] {
            self.bend(row, column, part.eta_zeta);
        }
        self.add_shared::<L>(part, pair);
    }

    /// Rows of what all matches share: home advantage, covariates and the law's own parameters.
    #[inline]
    fn add_shared<L: ScoreLaw>(&mut self, part: &Part, pair: &Pair) {
        if !pair.neutral {
            let row = self.layout.home_advantage();
            self.gradient[row] += part.eta;
            self.add_row(row, [part.eta_eta, part.eta_zeta], pair, &[]);
        }
        let columns = self.columns;
        for (i, column) in columns.iter().enumerate() {
            let row = self.layout.covariate(i);
            let [home, away] = column.values[pair.row];
            self.gradient[row] += home * part.eta + away * part.zeta;
            let eta = home * part.eta_eta + away * part.eta_zeta;
            let zeta = home * part.eta_zeta + away * part.zeta_zeta;
            self.add_row(row, [eta, zeta], pair, &columns[..=i]);
        }
        for k in 0..L::OWN.len() {
            let row = self.layout.own(k);
            self.gradient[row] += part.own[k];
            self.add_row(row, [part.eta_own[k], part.zeta_own[k]], pair, columns);
            for j in 0..=k {
                self.bend(row, self.layout.own(j), part.own_own[k][j]);
            }
        }
    }

    /// The row of a parameter that moves the slopes by eta and zeta like this.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a tenth of a fit is in calling it")]
    fn add_row(&mut self, row: usize, [eta, zeta]: [f64; 2], pair: &Pair, columns: &[Column]) {
        let n = self.layout.n_teams;
        self.bend(row, pair.home, eta);
        self.bend(row, n + pair.away, eta);
        self.bend(row, pair.away, zeta);
        self.bend(row, n + pair.home, zeta);
        if !pair.neutral {
            self.bend(row, self.layout.home_advantage(), eta);
        }
        for (j, column) in columns.iter().enumerate() {
            let [home, away] = column.values[pair.row];
            self.bend(row, self.layout.covariate(j), home * eta + away * zeta);
        }
    }

    /// Information is minus the second derivatives.
    #[inline]
    fn bend(&mut self, row: usize, column: usize, second: f64) {
        self.information[column * self.gradient.len() + row] -= second;
    }
}
