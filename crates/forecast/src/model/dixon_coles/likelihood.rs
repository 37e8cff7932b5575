//! The log-likelihood, its gradient and its observed information, in one pass over the pairs.
//!
//! With eta = ln(lambda) and zeta = ln(mu), the part of one pair is
//!   `X eta - W lambda + Y zeta - W mu + sum over low scores of w ln(tau)`
//! and every tau is 1 plus a term, so its derivatives are rational in `rho`, `lambda` and `mu`.

use nalgebra::DMatrix;

use super::{
    fit::Prior,
    pairs::{Pair, Pairs},
};

/// Where each parameter stands in a flat vector: attacks by team, defences by team, home advantage, rho.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) n_teams: usize,
}

impl Layout {
    pub(super) fn defence(self, team: usize) -> usize {
        self.n_teams + team
    }
    pub(super) fn home_advantage(self) -> usize {
        2 * self.n_teams
    }
    pub(super) fn rho(self) -> usize {
        2 * self.n_teams + 1
    }
    pub(super) fn len(self) -> usize {
        2 * self.n_teams + 2
    }
}

/// What is maximised: the log-likelihood and, where there is one, the logarithm of the prior.
pub(super) struct Objective<'a> {
    pub(super) pairs: &'a Pairs,
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

/// First and second derivatives of one pair's part by eta, zeta and rho.
#[derive(Default)]
struct PairDerivatives {
    value: f64,
    eta: f64,
    zeta: f64,
    rho: f64,
    eta_eta: f64,
    eta_zeta: f64,
    zeta_zeta: f64,
    eta_rho: f64,
    zeta_rho: f64,
    rho_rho: f64,
}

impl Objective<'_> {
    /// None where a score that occurred has no positive probability.
    pub(super) fn evaluate(&self, theta: &[f64]) -> Option<Evaluation> {
        let (layout, n) = (self.layout, self.layout.n_teams);
        let (home_advantage, rho) = (theta[layout.home_advantage()], theta[layout.rho()]);
        let strength: Vec<f64> = theta[..2 * n].iter().map(|s| s.exp()).collect();
        let at_home = home_advantage.exp();
        let mut value = -self.pairs.log_factorials;
        let mut gradient = vec![0.0; layout.len()];
        let mut information = DMatrix::zeros(layout.len(), layout.len());
        for pair in &self.pairs.pairs {
            let lambda =
                strength[pair.home] * strength[n + pair.away] * if pair.neutral { 1.0 } else { at_home };
            let mu = strength[pair.away] * strength[n + pair.home];
            let mut part = poisson_part(pair, lambda, mu);
            low_score_part(&mut part, pair, lambda, mu, rho)?;
            let eta =
                theta[pair.home] + theta[n + pair.away] + if pair.neutral { 0.0 } else { home_advantage };
            let zeta = theta[pair.away] + theta[n + pair.home];
            value += part.value + pair.home_goals * eta + pair.away_goals * zeta;
            self.add(&part, pair, &mut gradient, &mut information);
        }
        let mut evaluation = Evaluation { log_likelihood: value, objective: value, gradient, information };
        if let Some(prior) = self.prior {
            prior.add(theta, layout, &mut evaluation);
        }
        evaluation.objective.is_finite().then_some(evaluation)
    }

    /// The chain rule: eta moves with attack of the home side, defence of the away side and home advantage; zeta with the
    /// two others.
    fn add(&self, part: &PairDerivatives, pair: &Pair, gradient: &mut [f64], information: &mut DMatrix<f64>) {
        let layout = self.layout;
        let (attack_h, attack_a) = (pair.home, pair.away);
        let (defence_h, defence_a) = (layout.defence(pair.home), layout.defence(pair.away));
        let (advantage, rho) = (layout.home_advantage(), layout.rho());
        gradient[attack_h] += part.eta;
        gradient[defence_a] += part.eta;
        gradient[attack_a] += part.zeta;
        gradient[defence_h] += part.zeta;
        gradient[rho] += part.rho;
        let mut subtract = |row: usize, column: usize, value: f64| information[(row, column)] -= value;
        subtract(attack_h, attack_h, part.eta_eta);
        subtract(defence_a, attack_h, part.eta_eta);
        subtract(defence_a, defence_a, part.eta_eta);
        subtract(attack_a, attack_a, part.zeta_zeta);
        subtract(defence_h, attack_a, part.zeta_zeta);
        subtract(defence_h, defence_h, part.zeta_zeta);
        subtract(attack_h.max(attack_a), attack_h.min(attack_a), part.eta_zeta);
        subtract(defence_h.max(defence_a), defence_h.min(defence_a), part.eta_zeta);
        subtract(defence_h, attack_h, part.eta_zeta);
        subtract(defence_a, attack_a, part.eta_zeta);
        subtract(rho, attack_h, part.eta_rho);
        subtract(rho, defence_a, part.eta_rho);
        subtract(rho, attack_a, part.zeta_rho);
        subtract(rho, defence_h, part.zeta_rho);
        subtract(rho, rho, part.rho_rho);
        if !pair.neutral {
            gradient[advantage] += part.eta;
            subtract(advantage, attack_h, part.eta_eta);
            subtract(advantage, defence_a, part.eta_eta);
            subtract(advantage, advantage, part.eta_eta);
            subtract(advantage, attack_a, part.eta_zeta);
            subtract(advantage, defence_h, part.eta_zeta);
            subtract(rho, advantage, part.eta_rho);
        }
    }
}

/// Two independent Poisson counts, without the terms linear in eta and zeta.
fn poisson_part(pair: &Pair, lambda: f64, mu: f64) -> PairDerivatives {
    let (expected_home, expected_away) = (pair.weight * lambda, pair.weight * mu);
    PairDerivatives {
        value: -expected_home - expected_away,
        eta: pair.home_goals - expected_home,
        zeta: pair.away_goals - expected_away,
        eta_eta: -expected_home,
        zeta_zeta: -expected_away,
        ..PairDerivatives::default()
    }
}

/// The correction of 0-0, 0-1, 1-0 and 1-1. None where one that occurred has no positive probability.
fn low_score_part(part: &mut PairDerivatives, pair: &Pair, lambda: f64, mu: f64, rho: f64) -> Option<()> {
    let [[nil_nil, nil_one], [one_nil, one_one]] = pair.low;
    if nil_nil > 0.0 {
        let product = lambda * mu;
        let tau = positive(1.0 - rho * product)?;
        let first = nil_nil / tau;
        let second = first / tau;
        part.value += nil_nil * tau.ln();
        part.eta -= first * rho * product;
        part.zeta -= first * rho * product;
        part.rho -= first * product;
        part.eta_eta -= second * rho * product;
        part.eta_zeta -= second * rho * product;
        part.zeta_zeta -= second * rho * product;
        part.eta_rho -= second * product;
        part.zeta_rho -= second * product;
        part.rho_rho -= second * product * product;
    }
    if nil_one > 0.0 {
        let tau = positive(1.0 + rho * lambda)?;
        let first = nil_one / tau;
        let second = first / tau;
        part.value += nil_one * tau.ln();
        part.eta += first * rho * lambda;
        part.rho += first * lambda;
        part.eta_eta += second * rho * lambda;
        part.eta_rho += second * lambda;
        part.rho_rho -= second * lambda * lambda;
    }
    if one_nil > 0.0 {
        let tau = positive(1.0 + rho * mu)?;
        let first = one_nil / tau;
        let second = first / tau;
        part.value += one_nil * tau.ln();
        part.zeta += first * rho * mu;
        part.rho += first * mu;
        part.zeta_zeta += second * rho * mu;
        part.zeta_rho += second * mu;
        part.rho_rho -= second * mu * mu;
    }
    if one_one > 0.0 {
        let tau = positive(1.0 - rho)?;
        part.value += one_one * tau.ln();
        part.rho -= one_one / tau;
        part.rho_rho -= one_one / (tau * tau);
    }
    Some(())
}

fn positive(tau: f64) -> Option<f64> {
    (tau > 0.0).then_some(tau)
}
