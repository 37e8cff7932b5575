//! Team strengths that move from match to match: a state-space model filtered forwards, and a logit stacked on what it would
//! have said of past matches. Four models on the list differ only in what their filter reads.
//!
//! | model | learns from |
//! |---|---|
//! | `dynamic_goals` | goals |
//! | `dynamic_strengths` | goals, shots and expected goals |
//! | `past_closing_lines` | the same, and the last prices of matches already played |
//! | `opening_odds` | the same, and the early price of the match it forecasts |
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | S, T | supremacy ln(lambda/mu) and total ln(lambda mu), lambda and mu the expected goals of both sides | log goals |
//! | s_i, t_i | what team i adds: S = h + s_home - s_away, T = c + t_home + t_away | log goals |
//! | h, c | home advantage (none at a neutral venue) and scoring level of the competition | log goals |
//! | P | variance of a component | |
//! | x, y | performance of both sides: goals, or goals, shots and expected goals in goals | goals |
//! | phi | variance of a performance over that of a Poisson count | |
//!
//! Every s_i and t_i is the sum of a slow part, which stays within a season, drifts by a daily variance and is redrawn by a
//! variance between seasons, and a fast part that reverts to 0 (an Ornstein-Uhlenbeck process). h and c are random walks, so
//! that they follow empty stadiums. A side that did not play the last season starts between where it was and where promoted
//! sides start. Parts are kept with their own variances and without covariances.
//!
//! A performance moves each part by Fisher scoring, with I = (lambda + mu) / (4 phi) and V = 1 + I sum P:
//!
//! ```text
//! g_S = ((x - lambda) - (y - mu)) / (2 phi),   g_T = ((x - lambda) + (y - mu)) / (2 phi)
//! part += +-P / V g,   P -= P^2 I / V
//! ```
//!
//! A price is a far better look at S and T than a score: its margin is removed, the S and T are found whose score grid gives
//! its home less away probability and its chance of over 2.5 goals, and they enter a Kalman update with a small variance. The
//! performance then counts against the lambda and mu of the price, which knew the line-ups.
//!
//! The forecast is the grid of Dixon and Coles at S and T, reweighted to the outcome probabilities.
//!
//! References: S. J. Koopman and R. Lit, "A dynamic bivariate Poisson model for analysing and forecasting match results in the
//! English Premier League", JRSS A 178 (2015), 167-186, for the state space; D. Creal, S. J. Koopman and A. Lucas,
//! "Generalized autoregressive score models", J. Appl. Econometrics 28 (2013), 777-795, for the step along the score;
//! M. J. Dixon and S. G. Coles, JRSS C 46 (1997), 265-280, for the grid; O. Hubacek, G. Sourek and F. Zelezny, "Exploiting
//! sports-betting market using machine learning", Int. J. Forecasting 35 (2019), 783-796, on what prices know.

mod calibration;
mod filter;
mod fitted;
mod performance;
mod price;
mod settings;
mod stack;
mod strength;
mod trace;

use domain::{CompetitionId, PlayedMatch, Snapshot, Sport};

pub use self::fitted::FittedDynamicStrengths;
use self::settings::Settings;
use super::{FittedModel, Model, OddsUse};
use crate::ForecastError;

/// Fewest played matches to learn from.
const MIN_MATCHES: usize = 30;

/// What a filter reads beside goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reads {
    Goals,
    Statistics,
    PastPrices,
    ThisPrice,
}

impl Reads {
    fn statistics(self) -> bool {
        self >= Self::Statistics
    }

    fn past_prices(self) -> bool {
        self >= Self::PastPrices
    }

    fn this_price(self) -> bool {
        self == Self::ThisPrice
    }
}

/// The unfitted model.
#[derive(Debug, Clone, Copy)]
pub struct DynamicStrengths {
    name: &'static str,
    reads: Reads,
    settings: &'static Settings,
}

impl DynamicStrengths {
    /// `dynamic_goals`: from goals alone.
    pub fn goals_only() -> Self {
        Self { name: "dynamic_goals", reads: Reads::Goals, settings: &settings::RESULTS }
    }

    /// `dynamic_strengths`: from goals, shots and expected goals, as far as they are known.
    pub fn with_statistics() -> Self {
        Self { name: "dynamic_strengths", reads: Reads::Statistics, settings: &settings::RESULTS }
    }

    /// `past_closing_lines`: also from the last prices of past matches, never from one of the match it forecasts.
    pub fn with_past_closing_lines() -> Self {
        Self { name: "past_closing_lines", reads: Reads::PastPrices, settings: &settings::PRICES }
    }

    /// `opening_odds`: also from the early price of the match it forecasts; where there is none it answers as
    /// `past_closing_lines`.
    pub fn with_opening_odds() -> Self {
        Self { name: "opening_odds", reads: Reads::ThisPrice, settings: &settings::PRICES }
    }
}

impl Model for DynamicStrengths {
    fn name(&self) -> &'static str {
        self.name
    }

    fn supports(&self, sport: Sport) -> bool {
        sport == Sport::Soccer
    }

    fn odds_use(&self) -> OddsUse {
        match self.reads {
            Reads::Goals | Reads::Statistics => OddsUse::Nothing,
            Reads::PastPrices => OddsUse::PastMatches,
            Reads::ThisPrice => OddsUse::ThisMatch,
        }
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let played: Vec<PlayedMatch<'_>> = snapshot.played_in(competition).collect();
        let have = played.len();
        let (Some(first), true) = (played.first(), have >= MIN_MATCHES) else {
            return Err(ForecastError::TooFewMatches { model: self.name, have, need: MIN_MATCHES });
        };
        let sport = first.fixture.sport;
        if !self.supports(sport) {
            return Err(ForecastError::UnsupportedSport { model: self.name, sport });
        }
        let start = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedDynamicStrengths>());
        Ok(Box::new(FittedDynamicStrengths::fit(self, snapshot, &played, start)))
    }
}

#[cfg(test)]
mod tests;
