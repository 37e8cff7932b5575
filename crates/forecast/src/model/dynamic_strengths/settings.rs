//! Constants of the filter, chosen on seasons up to 2018-19 of the big five leagues (log loss over 2010-11 to 2018-19).

use serde::Serialize;

/// All constants. Variances are of squared log goals; the total's are those of the supremacy times `total_share`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Settings {
    /// Of every team when a competition comes into sight.
    pub(super) first_variance: f64,
    /// That a slow part gains per day.
    pub(super) slow_daily_variance: f64,
    /// That a slow part gains between seasons.
    pub(super) slow_season_variance: f64,
    /// Of the slow parts (supremacy, total) kept from one season to the next.
    pub(super) kept_over_summer: [f64; 2],
    /// That a fast part has in the long run.
    pub(super) fast_variance: f64,
    /// Days in which a fast part falls to 1/e.
    pub(super) fast_days: f64,
    /// Supremacy that promoted sides start with.
    pub(super) newcomer_supremacy: f64,
    /// Variance they start with.
    pub(super) newcomer_variance: f64,
    /// How much a side that comes back keeps of what it was.
    pub(super) kept_while_away: f64,
    /// Variances of totals over those of supremacies.
    pub(super) total_share: f64,
    /// Daily variance of home advantage and of the scoring level. The tuning seasons want home advantage fixed; it is let
    /// move by about a tenth of itself in a season, which cost them .0001 nats.
    pub(super) competition_daily_variance: [f64; 2],
    /// Of a price's supremacy and total about the strengths of the sides.
    pub(super) price_variance: [f64; 2],
    /// Divides phi once a price told who plays: the rest of a performance says more about what the market has yet to learn.
    pub(super) told_by_price: f64,
    /// What a performance is made of.
    pub(super) performance: Blend,
}

/// Weights of what a performance is made of, by what is known.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Blend {
    /// Of a shot off target, over one on target.
    pub(super) off_target: f64,
    /// Weight of shots beside goals, and phi.
    pub(super) shots: (f64, f64),
    /// Weight of expected goals beside goals, and phi.
    pub(super) expected_goals: (f64, f64),
    /// Weights of shots and of expected goals beside goals, and phi.
    pub(super) both: (f64, f64, f64),
    /// Matches after which the league's goals per shot are half forgotten.
    pub(super) half_life_matches: f64,
}

/// Shots and expected goals are tuned on the seasons that have them; expected goals start in 2017-18.
const BLEND: Blend = Blend {
    off_target: 0.2,
    shots: (0.55, 0.5),
    expected_goals: (0.7, 0.5),
    both: (0.25, 0.45, 0.47),
    half_life_matches: 760.0,
};

/// Without prices strengths are seen dimly, and slow learning wins.
pub(super) const RESULTS: Settings = Settings {
    first_variance: 0.12,
    slow_daily_variance: 0.0,
    slow_season_variance: 0.02,
    kept_over_summer: [1.0, 0.3],
    fast_variance: 0.0135,
    fast_days: 400.0,
    newcomer_supremacy: -0.35,
    newcomer_variance: 0.045,
    kept_while_away: 0.5,
    total_share: 0.7,
    competition_daily_variance: [5e-6, 6e-6],
    price_variance: [0.0, 0.0],
    told_by_price: 1.0,
    performance: BLEND,
};

/// With prices the form of six weeks shows.
pub(super) const PRICES: Settings = Settings {
    first_variance: 0.12,
    slow_daily_variance: 6e-5,
    slow_season_variance: 0.0135,
    kept_over_summer: [0.97, 0.8],
    fast_variance: 0.0185,
    fast_days: 45.0,
    newcomer_supremacy: -0.3,
    newcomer_variance: 0.2,
    kept_while_away: 0.5,
    total_share: 0.2,
    competition_daily_variance: [5e-6, 2e-5],
    price_variance: [0.005, 0.012],
    told_by_price: 2.0,
    performance: BLEND,
};
