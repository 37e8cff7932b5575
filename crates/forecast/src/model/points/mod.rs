//! Points of both sides in NFL and NBA: a normal margin and a normal total on attainable scores, times key numbers.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | d | rating difference, or the margin as another model expects it | 400 points of rating, or points |
//! | e | 1 at home, 0 at a neutral venue | |
//! | M | expected margin, b d + g e | points |
//! | L, t | level of totals, what the two teams add | points |
//! | T | expected total, L + u + v t | points |
//! | s, z | standard deviations of margin and total about M and T | points |
//! | f, q | factors of the absolute margin and of one side's score | |
//!
//! weight(h, a) = phi((h - a - M) / s) phi((h + a - T) / z) f(|h - a|) q(h) q(a) on attainable scores, normalised.
//!
//! Margin and total are taken as independent given their means: the correlation of what is left is 0.012 in the NFL (2018 to
//! 2023) and -0.010 in the NBA (2015-16 to 2020-21). Everything is fitted by weighted least squares and, for the factors, by [`key_numbers`].
//!
//! References: Stern (1991), On the probability of winning a football game, for the normal margin; Glickman and Stern (1998),
//! A state-space model for National Football League scores.

mod key_numbers;
mod least_squares;

use domain::{Score, ScoreDistribution, Sport};
use serde_json::json;

use self::{
    key_numbers::{KeyNumberRules, KeyNumbers, Means},
    least_squares::Plane,
};
use super::rated::RatedMatch;
use crate::ForecastError;

/// Margin, total and key numbers of one competition.
#[derive(Debug, Clone)]
pub(crate) struct PointsModel {
    sport: Sport,
    /// Margin on d and e.
    margin: Plane,
    /// Total less L on 1 and t.
    total: Plane,
    keys: KeyNumbers,
}

impl PointsModel {
    pub(super) fn fit(
        sport: Sport,
        model_name: &'static str,
        matches: &[RatedMatch],
    ) -> Result<Self, ForecastError> {
        let at_home = |m: &RatedMatch| if m.at_home { 1.0 } else { 0.0 };
        let margin = Plane::fit(
            matches.iter().map(|m| (m.weight, [m.difference, at_home(m)], f64::from(m.score.margin()))),
        );
        let total = Plane::fit(
            matches
                .iter()
                .map(|m| (m.weight, [1.0, m.total_teams], f64::from(m.score.total()) - m.total_level)),
        );
        let mut model = Self { sport, margin, total, keys: KeyNumbers::none(sport) };
        if !model.margin.is_finite() || !model.total.is_finite() {
            let detail = format!("margins or totals of {} matches have no spread", matches.len());
            return Err(ForecastError::Numerics { model: model_name, detail });
        }
        let seen = matches
            .iter()
            .map(|m| (model.means(m.difference, m.at_home, m.total_level, m.total_teams), m.score));
        model.keys = KeyNumbers::fit(sport, &seen.collect::<Vec<_>>(), &KeyNumberRules::of(sport));
        Ok(model)
    }

    /// The joint distribution of both scores.
    pub(super) fn distribution(
        &self,
        difference: f64,
        at_home: bool,
        total_level: f64,
        total_teams: f64,
    ) -> Result<ScoreDistribution, ForecastError> {
        let means = self.means(difference, at_home, total_level, total_teams);
        let max = usize::from(self.sport.rules().forecast_max);
        let mut cells = vec![0.0; (max + 1) * (max + 1)];
        self.keys.for_each_weight(&means, |score: Score, weight| {
            cells[usize::from(score.home) * (max + 1) + usize::from(score.away)] = weight;
        });
        Ok(ScoreDistribution::from_weights(max + 1, cells)?)
    }

    fn means(&self, difference: f64, at_home: bool, total_level: f64, total_teams: f64) -> Means {
        Means {
            margin: self.margin.at([difference, if at_home { 1.0 } else { 0.0 }]),
            margin_sd: self.margin.residual_sd,
            total: total_level + self.total.at([1.0, total_teams]),
            total_sd: self.total.residual_sd,
        }
    }

    /// Whether the factors of key numbers came to rest.
    pub(super) fn converged(&self) -> bool {
        self.keys.converged()
    }

    pub(super) fn parameters(&self) -> serde_json::Value {
        json!({
            "margin": {
                "per_400": self.margin.slopes[0],
                "home": self.margin.slopes[1],
                "sd": self.margin.residual_sd,
            },
            "total": {
                "shift": self.total.slopes[0],
                "per_team_point": self.total.slopes[1],
                "sd": self.total.residual_sd,
            },
            "margin_factors": self.keys.margin_factors(),
            "score_factors": self.keys.score_factors(),
        })
    }
}

#[cfg(test)]
mod tests;
