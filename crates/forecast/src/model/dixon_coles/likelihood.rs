//! The low-score correction and its derivatives: every tau is 1 plus a term, so its derivatives are rational in rho, lambda
//! and mu. They are written out, and not left to general differentiation, because this is the law that is fitted most.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::score_grid;
use crate::model::{
    poisson::poisson_part,
    score_model::{Meetings, Normal, OwnParameter, Part, Rates, ScoreLaw},
};

/// Two Poisson counts with dependent low scores.
#[derive(Debug, Clone, Copy)]
pub struct LowScores {
    rho: f64,
}

impl ScoreLaw for LowScores {
    const NAME: &'static str = "dixon_coles";
    const OWN: &'static [OwnParameter] = &[OwnParameter {
        name: "rho",
        bounds: [f64::NEG_INFINITY, f64::INFINITY],
        at_poisson: 0.0,
        prior: Normal { mean: -0.05, sd: 0.1 },
    }];
    const BY_SCORE: bool = false;

    fn at(own: &[f64], _: u16) -> Option<Self> {
        own.first().map(|rho| Self { rho: *rho })
    }

    #[inline]
    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        let mut part = poisson_part(meetings, rates);
        add_low_scores(&mut part, meetings.low, rates, self.rho)?;
        Some(part)
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        score_grid(lambda, mu, self.rho, max)
    }
}

/// The correction of 0-0, 0-1, 1-0 and 1-1. None where one that occurred has no positive probability.
#[inline]
fn add_low_scores(
    part: &mut Part,
    low: [[f64; 2]; 2],
    Rates { lambda, mu, .. }: Rates,
    rho: f64,
) -> Option<()> {
    let [[nil_nil, nil_one], [one_nil, one_one]] = low;
    if nil_nil > 0.0 {
        let product = lambda * mu;
        let tau = positive(1.0 - rho * product)?;
        let first = nil_nil / tau;
        let second = first / tau;
        part.value += nil_nil * tau.ln();
        part.eta -= first * rho * product;
        part.zeta -= first * rho * product;
        part.own[0] -= first * product;
        part.eta_eta -= second * rho * product;
        part.eta_zeta -= second * rho * product;
        part.zeta_zeta -= second * rho * product;
        part.eta_own[0] -= second * product;
        part.zeta_own[0] -= second * product;
        part.own_own[0][0] -= second * product * product;
    }
    if nil_one > 0.0 {
        let tau = positive(1.0 + rho * lambda)?;
        let first = nil_one / tau;
        let second = first / tau;
        part.value += nil_one * tau.ln();
        part.eta += first * rho * lambda;
        part.own[0] += first * lambda;
        part.eta_eta += second * rho * lambda;
        part.eta_own[0] += second * lambda;
        part.own_own[0][0] -= second * lambda * lambda;
    }
    if one_nil > 0.0 {
        let tau = positive(1.0 + rho * mu)?;
        let first = one_nil / tau;
        let second = first / tau;
        part.value += one_nil * tau.ln();
        part.zeta += first * rho * mu;
        part.own[0] += first * mu;
        part.zeta_zeta += second * rho * mu;
        part.zeta_own[0] += second * mu;
        part.own_own[0][0] -= second * mu * mu;
    }
    if one_one > 0.0 {
        let tau = positive(1.0 - rho)?;
        part.value += one_one * tau.ln();
        part.own[0] -= one_one / tau;
        part.own_own[0][0] -= one_one / (tau * tau);
    }
    Some(())
}

fn positive(tau: f64) -> Option<f64> {
    (tau > 0.0).then_some(tau)
}
