//! Elo as a forecaster: ratings, an ordered logit from rating difference to outcome, and a layer of scores beneath it.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | d | home less away rating before the match | 400 points |
//! | w | weight 2^(-age / half-life) of a training match | |
//!
//! The outcome comes from the logit on `d`. The score comes from Poisson means (soccer) or a normal margin and total with key
//! numbers (NFL, NBA) on the same `d`, and is reweighted to the outcome's probabilities. Both are fitted on the differences
//! before each training match, so that no rating has seen the match it explains.
//!
//! References: [`crate::rating::elo`] for the ratings; Hvattum and Arntzen (2010), Using ELO ratings for match result
//! prediction in association football, for the logit on Elo differences.

mod settings;
mod training;

use std::any::Any;

use domain::{Briefing, CompetitionId, Fixture, OutcomeClass, Score, ScoreDistribution, Snapshot, Sport};
use jiff::Timestamp;
use serde_json::json;

pub use self::settings::EloSettings;
pub(in crate::model) use self::training::RatedMatch;
use self::training::{Training, train};
use super::{FitReport, FittedModel, Model, Predicted, points::PointsModel};
use crate::{
    ForecastError,
    rating::{EloTable, TotalTable, elo::SCALE},
    regression::{Goals, Graded, LogLinearGoals, Maximum, OrderedLogit},
};

/// The model's name on the list.
pub const NAME: &str = "elo";

/// Fewest played matches to fit on.
const MIN_MATCHES: usize = 30;

/// The unfitted model.
#[derive(Debug, Clone, Copy, Default)]
pub struct Elo {
    /// Constants; none for the defaults of the sport.
    pub settings: Option<EloSettings>,
}

impl Model for Elo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let have = snapshot.played_in(competition).count();
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let (Some(sport), true) = (sport, have >= MIN_MATCHES) else {
            return Err(ForecastError::TooFewMatches { model: NAME, have, need: MIN_MATCHES });
        };
        let settings = self.settings.unwrap_or_else(|| EloSettings::of(sport));
        let training = train(snapshot, competition, &settings);
        let start = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedElo>());
        let fitted = FittedElo::fit(sport, settings, training, snapshot.at(), start)?;
        Ok(Box::new(fitted))
    }
}

/// The fitted model.
#[derive(Debug, Clone)]
pub struct FittedElo {
    sport: Sport,
    settings: EloSettings,
    ratings: EloTable,
    totals: TotalTable,
    logit: OrderedLogit,
    scores: Scores,
    report: FitReport,
}

/// The layer of scores beneath the outcome.
#[derive(Debug, Clone)]
enum Scores {
    Goals(LogLinearGoals),
    Points(PointsModel),
}

impl FittedElo {
    fn fit(
        sport: Sport,
        settings: EloSettings,
        training: Training,
        as_of: Timestamp,
        start: Option<&Self>,
    ) -> Result<Self, ForecastError> {
        let Training { ratings, totals, matches, n_matches } = training;
        let graded: Vec<Graded> = matches
            .iter()
            .map(|m| Graded {
                difference: m.difference,
                at_home: m.at_home,
                outcome: OutcomeClass::of(m.score),
                weight: m.weight,
            })
            .collect();
        let (logit, outcome_fit) = OrderedLogit::fit(&graded, settings.draw_prior(), start.map(|s| s.logit));
        let (scores, score_fit) = match sport {
            Sport::Soccer => {
                let goals: Vec<Goals> = matches.iter().map(RatedMatch::goals).collect();
                let earlier = match start.map(|s| &s.scores) {
                    Some(Scores::Goals(goals)) => Some(*goals),
                    _ => None,
                };
                let (fit, found) = LogLinearGoals::fit(&goals, earlier);
                (Scores::Goals(fit), Some(found))
            }
            Sport::Nfl | Sport::Nba => (Scores::Points(PointsModel::fit(sport, NAME, &matches)?), None),
        };
        let mut report = report(as_of, n_matches, &outcome_fit, score_fit.as_ref());
        if let Scores::Points(points) = &scores {
            report.converged &= points.converged();
        }
        Ok(Self { sport, settings, ratings, totals, logit, scores, report })
    }

    /// Every team's rating after its last match.
    pub fn ratings(&self) -> &EloTable {
        &self.ratings
    }

    fn scores(&self, fixture: &Fixture, difference: f64) -> Result<ScoreDistribution, ForecastError> {
        let at_home = !fixture.neutral;
        match &self.scores {
            Scores::Goals(goals) => {
                let (home, away) = goals.means(difference, at_home);
                Ok(poisson_grid(self.sport.rules().forecast_max, home, away)?)
            }
            Scores::Points(points) => {
                points.distribution(difference, at_home, self.totals.level(), self.totals.teams(fixture))
            }
        }
    }
}

impl FittedModel for FittedElo {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let difference = self.ratings.difference(fixture) / SCALE;
        let outcome = self.logit.probabilities(difference, !fixture.neutral);
        let distribution = self.scores(fixture, difference)?.reweighted(outcome)?;
        Ok(Predicted { distribution, uncertainty: None })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let ratings: Vec<_> = self.ratings.ratings().map(|(t, r)| json!({"team": t, "rating": r})).collect();
        let scores = match &self.scores {
            Scores::Goals(g) => json!({"level": g.level, "home": g.home, "slope": g.slope}),
            Scores::Points(points) => points.parameters(),
        };
        json!({
            "settings": self.settings,
            "logit": {"slope": self.logit.slope, "home": self.logit.home, "draw": self.logit.draw},
            "scores": scores,
            "total_level": self.totals.level(),
            "ratings": ratings,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn report(as_of: Timestamp, n_matches: usize, outcome: &Maximum<3>, score: Option<&Maximum<3>>) -> FitReport {
    let worst = score.map_or(0.0, |s| s.gradient_norm).max(outcome.gradient_norm);
    FitReport {
        model: NAME.to_owned(),
        as_of,
        training_matches: n_matches,
        iterations: outcome.iterations + score.map_or(0, |s| s.iterations),
        gradient_norm: Some(worst),
        log_likelihood: Some(outcome.value),
        at_bounds: Vec::new(),
        converged: outcome.converged && score.is_none_or(|s| s.converged),
    }
}

/// Independent Poisson scores of both sides.
fn poisson_grid(
    max: u16,
    home: f64,
    away: f64,
) -> Result<ScoreDistribution, domain::probability::ProbabilityError> {
    let side = |mean: f64| {
        let mut weight = 1.0;
        let mut weights = vec![weight];
        for goals in 1..=max {
            weight *= mean / f64::from(goals);
            weights.push(weight);
        }
        weights
    };
    let (home, away) = (side(home), side(away));
    ScoreDistribution::from_fn(max, max, |s: Score| home[usize::from(s.home)] * away[usize::from(s.away)])
}

#[cfg(test)]
mod tests;
