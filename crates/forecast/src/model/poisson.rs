//! Independent Poisson counts: the simplest law of the score and a special case of all the others.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | lambda, mu | expected goals of the home and the away side; see `score_model` for what they follow from | goals |
//!
//! ```text
//! P(x, y) = Poisson(x; lambda) * Poisson(y; mu)
//! ```
//!
//! The margin x - y of such a score has Skellam's distribution; here it is a view of the joint distribution, as every margin.
//!
//! M. J. Maher, "Modelling association football scores", Statistica Neerlandica 36 (1982), 109-118. J. G. Skellam, "The
//! frequency distribution of the difference between two Poisson variates belonging to different populations", Journal of
//! the Royal Statistical Society 109 (1946), 296.

use domain::{ScoreDistribution, probability::ProbabilityError};

use super::{
    dixon_coles::score_grid,
    score_model::{self, Meetings, OwnParameter, Part, Rates, ScoreLaw},
};
use crate::ForecastError;

pub use super::score_model::{Fit, MatchRow, Options, Parameters};

/// The model on the list.
pub type Poisson = score_model::ScoreModel<Independent>;

/// Two independent Poisson counts.
#[derive(Debug, Clone, Copy)]
pub struct Independent;

impl ScoreLaw for Independent {
    const NAME: &'static str = "poisson";
    const OWN: &'static [OwnParameter] = &[];
    const BY_SCORE: bool = false;

    fn at(_: &[f64], _: u16) -> Option<Self> {
        Some(Self)
    }

    #[inline]
    fn part(&self, meetings: &Meetings<'_>, rates: Rates) -> Option<Part> {
        Some(poisson_part(meetings, rates))
    }

    fn grid(&self, lambda: f64, mu: f64, max: u16) -> Result<ScoreDistribution, ProbabilityError> {
        score_grid(lambda, mu, 0.0, max)
    }
}

/// Two independent Poisson counts, from sums alone.
#[inline]
pub(super) fn poisson_part(meetings: &Meetings<'_>, rates: Rates) -> Part {
    let (home, away) = (meetings.weight * rates.lambda, meetings.weight * rates.mu);
    Part {
        value: meetings.home_goals * rates.eta + meetings.away_goals * rates.zeta
            - home
            - away
            - meetings.log_factorials,
        eta: meetings.home_goals - home,
        zeta: meetings.away_goals - away,
        eta_eta: -home,
        zeta_zeta: -away,
        ..Part::default()
    }
}

/// Fits the likelihood to rows of any origin, as published.
///
/// # Errors
/// When a row or the prior is invalid, nothing has weight, or `start` is of another size.
pub fn fit(
    rows: &[MatchRow],
    n_teams: usize,
    options: &Options,
    start: Option<&Parameters>,
) -> Result<Fit, ForecastError> {
    score_model::fit::<Independent>(rows, n_teams, options, start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `exp(-l-m) (l/m)^(k/2) I_|k|(2 sqrt(l m))` in 30 digits by mpmath 1.3.
    #[test]
    fn margins_follow_skellam() {
        let grid = Independent.grid(1.6, 1.1, 15).unwrap();
        for (margin, expected) in
            [(-3, SKELLAM[0]), (-1, SKELLAM[1]), (0, SKELLAM[2]), (1, SKELLAM[3]), (4, SKELLAM[4])]
        {
            let got = grid.expectation(|s| f64::from(u8::from(s.margin() == margin)));
            assert!((got - expected).abs() < 1e-9, "{margin}: {got} against {expected}");
        }
    }

    const SKELLAM: [f64; 5] = [
        0.022742940802332468,
        0.1611239590066829,
        0.2489109806414348,
        0.23436212219153876,
        0.025842721462350962,
    ];
}
