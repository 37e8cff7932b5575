//! The constants of the points models by sport and by what they read.
//!
//! Chosen on earlier seasons than any the models are judged on: NFL to 2017, NBA to 2013-14. Constants of models without
//! odds maximise the likelihood of margins and totals before they were known; those of models that read closing lines
//! minimise the squared distance to the next closing line, which says much more per match.

use domain::Sport;
use serde::Serialize;

use super::filter::{Drift, FilterRules};

/// Standard deviation of margin and total about what a closing line expects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spreads {
    /// Of the margin.
    pub margin: f64,
    /// Of the total.
    pub total: f64,
}

/// What days without a match do to a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Rest {
    /// A second match on consecutive days tires: counted once.
    BackToBack,
    /// A week off rests: counted once.
    Bye,
}

impl Rest {
    /// 1 where it applies after so many days; none for the first match of a season.
    pub(super) fn counts(self, days: Option<i64>) -> f64 {
        let counts = match self {
            Self::BackToBack => days == Some(1),
            Self::Bye => days.is_some_and(|d| (13..30).contains(&d)),
        };
        f64::from(u8::from(counts))
    }
}

/// Constants of a points model in one sport.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// Of the filter over margins.
    pub margin: FilterRules,
    /// Of the filter over totals.
    pub total: FilterRules,
    /// Which rest matters.
    pub rest: Rest,
    /// For reading prices.
    pub spreads: Spreads,
    /// Variance of a closing line about the expectation of its own match.
    pub own_line_variance: f64,
    /// Days after which a training match of the score layer weighs half; the filters forget by themselves.
    pub half_life_days: f64,
    /// Matches both teams must have played before a match enters the score layer: early expectations say little.
    pub warm_up: u32,
}

impl Settings {
    /// The defaults of a sport without any odds. Soccer has models of its own.
    pub fn without_odds(sport: Sport) -> Option<Self> {
        match sport {
            Sport::Nfl => Some(nfl()),
            Sport::Nba => Some(nba()),
            Sport::Soccer => None,
        }
    }

    /// The defaults of a sport where past matches' closing lines are seen, too.
    pub fn with_lines(sport: Sport) -> Option<Self> {
        match sport {
            Sport::Nfl => Some(nfl_with_lines()),
            Sport::Nba => Some(nba_with_lines()),
            Sport::Soccer => None,
        }
    }
}

fn nfl() -> Settings {
    Settings {
        margin: FilterRules {
            level: Drift { mean: 2.3, variance: 0.5, per_day: 0.0, per_season: 0.073, carry_over: 1.0 },
            effect: Drift::fixed(0.0, 1.0),
            team: Drift { mean: 0.0, variance: 35.0, per_day: 0.10, per_season: 9.3, carry_over: 0.62 },
            player: Drift { mean: 0.0, variance: 6.0, per_day: 0.0, per_season: 0.5, carry_over: 1.0 },
            result_variance: 152.0,
            line_variance: 24.0,
        },
        total: FilterRules {
            level: Drift { mean: 43.0, variance: 9.0, per_day: 0.0044, per_season: 1.06, carry_over: 1.0 },
            effect: Drift::fixed(0.0, 4.0),
            team: Drift { mean: 0.0, variance: 10.0, per_day: 0.074, per_season: 6.3, carry_over: 0.43 },
            player: Drift::fixed(0.0, 0.0),
            result_variance: 161.0,
            line_variance: 3.2,
        },
        rest: Rest::Bye,
        spreads: Spreads { margin: 12.9, total: 13.3 },
        own_line_variance: 0.5,
        half_life_days: 1500.0,
        warm_up: 8,
    }
}

fn nba() -> Settings {
    Settings {
        margin: FilterRules {
            level: Drift { mean: 3.2, variance: 0.5, per_day: 0.0, per_season: 0.044, carry_over: 1.0 },
            effect: Drift::fixed(0.0, 1.0),
            team: Drift { mean: 0.0, variance: 20.0, per_day: 0.053, per_season: 5.28, carry_over: 0.67 },
            player: Drift::fixed(0.0, 0.0),
            result_variance: 130.0,
            line_variance: 6.6,
        },
        total: FilterRules {
            level: Drift { mean: 195.0, variance: 25.0, per_day: 0.086, per_season: 27.7, carry_over: 1.0 },
            effect: Drift::fixed(0.0, 9.0),
            team: Drift { mean: 0.0, variance: 15.0, per_day: 0.177, per_season: 11.4, carry_over: 0.58 },
            player: Drift::fixed(0.0, 0.0),
            result_variance: 250.0,
            line_variance: 6.2,
        },
        rest: Rest::BackToBack,
        spreads: Spreads { margin: 12.0, total: 17.0 },
        own_line_variance: 0.5,
        half_life_days: 1000.0,
        warm_up: 10,
    }
}

/// A line moves more on a result than the result's own noise would say: the market saw the match, too.
fn nfl_with_lines() -> Settings {
    let mut settings = nfl();
    settings.margin.level.per_season = 0.095;
    settings.margin.team =
        Drift { per_day: 0.223, per_season: 5.09, carry_over: 0.46, ..settings.margin.team };
    settings.margin.player = Drift { variance: 24.3, per_season: 0.14, ..settings.margin.player };
    settings.margin.result_variance = 62.0;
    settings.total.level = Drift { per_day: 0.0075, per_season: 2.8, ..settings.total.level };
    settings.total.team = Drift { per_day: 0.056, per_season: 1.35, carry_over: 0.59, ..settings.total.team };
    settings.total.result_variance = 22.0;
    settings
}

fn nba_with_lines() -> Settings {
    let mut settings = nba();
    settings.margin.level.per_season = 0.029;
    settings.margin.team =
        Drift { per_day: 0.291, per_season: 12.3, carry_over: 0.69, ..settings.margin.team };
    settings.margin.result_variance = 42.0;
    settings.total.level = Drift { per_day: 0.273, per_season: 93.0, ..settings.total.level };
    settings.total.team = Drift { per_day: 0.23, per_season: 10.1, carry_over: 0.61, ..settings.total.team };
    settings.total.result_variance = 26.0;
    settings
}
