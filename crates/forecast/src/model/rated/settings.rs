//! The constants of the regressions on a rating by sport.

use domain::Sport;
use serde::Serialize;

use crate::{rating::TotalRules, regression::DrawPrior};

/// Constants of the regressions on a rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RatedSettings {
    /// Of the level of points.
    pub totals: TotalRules,
    /// Days after which a training match of the regressions weighs half; the ratings forget by themselves.
    pub half_life_days: f64,
    /// Matches both teams must have played before a match enters the regressions: early ratings say little.
    pub warm_up: usize,
    /// Share of draws held likely before any was seen, and the matches that opinion is worth; none where there are no draws.
    pub draws: Option<(f64, f64)>,
}

impl RatedSettings {
    /// The defaults of a sport.
    pub fn of(sport: Sport) -> Self {
        let (half_life_days, warm_up, draws) = match sport {
            Sport::Soccer => (1000.0, 10, Some((0.26, 10.0))),
            // Nine of 2,458 matches in 2015-23 were tied; the prior weighs a season.
            Sport::Nfl => (1500.0, 8, Some((0.004, 256.0))),
            Sport::Nba => (1000.0, 10, None),
        };
        Self { totals: TotalRules::of(sport), half_life_days, warm_up, draws }
    }

    pub(super) fn draw_prior(&self) -> Option<DrawPrior> {
        self.draws.map(|(draw_share, n_matches)| DrawPrior { n_matches, draw_share })
    }
}
