//! A rating as a forecaster: an ordered logit from rating difference to outcome, and a layer of scores beneath it.
//!
//! | symbol | meaning | unit |
//! |---|---|---|
//! | d | home less away strength before the match, by the rating | its scale |
//! | w | weight 2^(-age / half-life) of a training match | |
//!
//! The outcome comes from the logit on `d`. The score comes from Poisson means (soccer) or a normal margin and total with key
//! numbers (NFL, NBA) on the same `d`, and is reweighted to the outcome's probabilities. Both are fitted on the differences
//! before each training match, so that no rating has seen the match it explains. Home advantage is a constant of the
//! regressions; a rating that has it in `d` already leaves them little of it. What a line-up adds to `d` is for the match to
//! come alone: the regressions learn from ratings of teams, so that a match without a line-up is forecast as if none were known.
//!
//! References: [`crate::rating`] for the ratings; Hvattum and Arntzen (2010), Using ELO ratings for match result prediction in
//! association football, for the logit on rating differences.

mod settings;
mod training;

use std::any::Any;

use domain::{Briefing, CompetitionId, Fixture, OutcomeClass, Score, ScoreDistribution, Snapshot, Sport};
use jiff::Timestamp;
use serde_json::json;

pub use self::settings::RatedSettings;
pub(in crate::model) use self::training::RatedMatch;
use self::training::{Training, train};
use super::{FitReport, FittedModel, Model, Predicted, points::PointsModel};
use crate::{
    ForecastError,
    rating::{Rating, RatingTable, TotalTable},
    regression::{Goals, Graded, LogLinearGoals, Maximum, OrderedLogit},
};

/// Fewest played matches to fit on.
const MIN_MATCHES: usize = 30;

/// The unfitted model over a rating. It goes by the rating's name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rated<R> {
    /// The rating.
    pub rating: R,
    /// Constants of the regressions; none for the defaults of the sport.
    pub settings: Option<RatedSettings>,
}

impl<R: Rating> Model for Rated<R> {
    fn name(&self) -> &'static str {
        self.rating.name()
    }

    fn supports(&self, sport: Sport) -> bool {
        self.rating.supports(sport)
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let model = self.name();
        let have = snapshot.played_in(competition).count();
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let (Some(sport), true) = (sport, have >= MIN_MATCHES) else {
            return Err(ForecastError::TooFewMatches { model, have, need: MIN_MATCHES });
        };
        if !self.supports(sport) {
            return Err(ForecastError::UnsupportedSport { model, sport });
        }
        let settings = self.settings.unwrap_or_else(|| RatedSettings::of(sport));
        let training = train(snapshot, competition, &self.rating, sport, &settings);
        let start = start.and_then(|fitted| fitted.as_any().downcast_ref::<FittedRated>());
        let about = About { model, sport, settings, constants: self.rating.constants(sport) };
        let start = start.filter(|fitted| fitted.about.model == model);
        Ok(Box::new(FittedRated::fit(about, training, snapshot.at(), start)?))
    }
}

/// What a fit is of.
#[derive(Debug, Clone)]
struct About {
    model: &'static str,
    sport: Sport,
    settings: RatedSettings,
    /// Of the rating.
    constants: serde_json::Value,
}

/// The fitted model.
#[derive(Debug, Clone)]
pub struct FittedRated {
    about: About,
    ratings: Box<dyn RatingTable>,
    scale: f64,
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

impl FittedRated {
    fn fit(
        about: About,
        training: Training,
        as_of: Timestamp,
        start: Option<&Self>,
    ) -> Result<Self, ForecastError> {
        let Training { ratings, scale, totals, matches, n_matches } = training;
        let graded: Vec<Graded> = matches
            .iter()
            .map(|m| Graded {
                difference: m.difference,
                at_home: m.at_home,
                outcome: OutcomeClass::of(m.score),
                weight: m.weight,
            })
            .collect();
        let (logit, outcome_fit) =
            OrderedLogit::fit(&graded, about.settings.draw_prior(), start.map(|s| s.logit));
        let (scores, score_fit) = match about.sport {
            Sport::Soccer => {
                let goals: Vec<Goals> = matches.iter().map(RatedMatch::goals).collect();
                let earlier = match start.map(|s| &s.scores) {
                    Some(Scores::Goals(goals)) => Some(*goals),
                    _ => None,
                };
                let (fit, found) = LogLinearGoals::fit(&goals, earlier);
                (Scores::Goals(fit), Some(found))
            }
            sport @ (Sport::Nfl | Sport::Nba) => {
                (Scores::Points(PointsModel::fit(sport, about.model, &matches)?), None)
            }
        };
        let mut report = report(about.model, as_of, n_matches, &outcome_fit, score_fit.as_ref());
        if let Scores::Points(points) = &scores {
            report.converged &= points.converged();
        }
        Ok(Self { about, ratings, scale, totals, logit, scores, report })
    }

    /// Every team's rating after its last match.
    pub fn ratings(&self) -> &dyn RatingTable {
        self.ratings.as_ref()
    }

    fn scores(&self, fixture: &Fixture, difference: f64) -> Result<ScoreDistribution, ForecastError> {
        let at_home = !fixture.neutral;
        match &self.scores {
            Scores::Goals(goals) => {
                let (home, away) = goals.means(difference, at_home);
                Ok(poisson_grid(self.about.sport.rules().forecast_max, home, away)?)
            }
            Scores::Points(points) => {
                points.distribution(difference, at_home, self.totals.level(), self.totals.teams(fixture))
            }
        }
    }
}

impl FittedModel for FittedRated {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let news = self.ratings.adjustment(fixture, briefing.starters());
        let difference = (self.ratings.difference(fixture) + news) / self.scale;
        let outcome = self.logit.probabilities(difference, !fixture.neutral);
        let distribution = self.scores(fixture, difference)?.reweighted(outcome)?;
        Ok(Predicted { distribution, uncertainty: None })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        let ratings: Vec<_> =
            self.ratings.ratings().into_iter().map(|(t, r)| json!({"team": t, "rating": r})).collect();
        let players: Vec<_> =
            self.ratings.players().into_iter().map(|(p, v)| json!({"player": p, "value": v})).collect();
        let scores = match &self.scores {
            Scores::Goals(g) => json!({"level": g.level, "home": g.home, "slope": g.slope}),
            Scores::Points(points) => points.parameters(),
        };
        json!({
            "rating": self.about.constants,
            "settings": self.about.settings,
            "logit": {"slope": self.logit.slope, "home": self.logit.home, "draw": self.logit.draw},
            "scores": scores,
            "total_level": self.totals.level(),
            "ratings": ratings,
            "players": players,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn report(
    model: &str,
    as_of: Timestamp,
    n_matches: usize,
    outcome: &Maximum<3>,
    score: Option<&Maximum<3>>,
) -> FitReport {
    let worst = score.map_or(0.0, |s| s.gradient_norm).max(outcome.gradient_norm);
    FitReport {
        model: model.to_owned(),
        as_of,
        training_matches: n_matches,
        iterations: outcome.iterations + score.map_or(0, |s| s.iterations),
        gradient_norm: Some(worst),
        log_likelihood: Some(outcome.value),
        at_bounds: Vec::new(),
        converged: outcome.converged && score.is_none_or(|s| s.converged),
        diagnostics: None,
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
