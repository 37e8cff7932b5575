use std::collections::BTreeMap;

use domain::{Briefing, FixtureId, History, RecordedBy, Score, ScoreDistribution};
use jiff::{SignedDuration, Timestamp};
use testkit::SoccerLeague;

use super::*;
use crate::model::{base_rate::BaseRate, dixon_coles::DixonColes};

const LEAGUE: CompetitionId = CompetitionId::literal("eng.1");

/// Says of a match it has seen what its score was, and of any other what everybody says.
struct Rememberer;

struct Memory {
    seen: BTreeMap<FixtureId, Score>,
    otherwise: Box<dyn FittedModel>,
}

impl Model for Rememberer {
    fn name(&self) -> &'static str {
        "rememberer"
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        _: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let seen = snapshot.played().map(|m| (m.fixture.id, m.score())).collect();
        Ok(Box::new(Memory { seen, otherwise: BaseRate.fit(snapshot, competition, None)? }))
    }
}

impl FittedModel for Memory {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let Some(score) = self.seen.get(&briefing.fixture().id) else {
            return self.otherwise.forecast(briefing);
        };
        let distribution = ScoreDistribution::from_fn(15, 15, |s| if s == *score { 1.0 } else { 1e-9 })?;
        Ok(Predicted { distribution, uncertainty: None })
    }

    fn report(&self) -> &FitReport {
        self.otherwise.report()
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn history() -> (History, Timestamp) {
    let league =
        SoccerLeague { n_seasons: 4, margin: None, expected_goals: false, ..SoccerLeague::default() };
    let played = league.generate();
    let last = played.fixtures[played.fixtures.len() - 1].kickoff.earliest();
    (played.history, last)
}

fn fitted(
    model: &Ensemble,
    history: &History,
    at: Timestamp,
    start: Option<&dyn FittedModel>,
) -> Box<dyn FittedModel> {
    model.fit(&history.as_of(at, RecordedBy::Now), LEAGUE, start).unwrap()
}

fn stack(fitted: &dyn FittedModel) -> &Stack {
    match &fitted.as_any().downcast_ref::<FittedEnsemble>().unwrap().pool {
        Pool::Stacked(stack) => stack,
        Pool::Linear(pool) => panic!("{pool:?}"),
    }
}

#[test]
fn a_member_that_only_remembers_is_worth_nothing() {
    let (history, at) = history();
    let model = Ensemble::new(vec![Box::new(DixonColes::default()), Box::new(Rememberer)]);
    let fitted = fitted(&model, &history, at, None);
    let stack = stack(&*fitted);
    assert!(stack.fit.converged && stack.fit.observations > 800, "{stack:?}");
    assert!(stack.weights[0] > 0.7, "{:?}: members are judged by what they said beforehand", stack.weights);
    assert!(stack.weights[1].abs() < 0.4, "{:?}: what it has seen does not count", stack.weights);
}

#[test]
fn folds_taken_over_are_those_made_anew() {
    let (history, at) = history();
    let members = || -> Vec<Box<dyn Model>> { vec![Box::new(DixonColes::default()), Box::new(BaseRate)] };
    let model = Ensemble::new(members());
    let mut last: Option<Box<dyn FittedModel>> = None;
    for week in (0..8).rev() {
        let then = at - SignedDuration::from_hours(7 * 24 * week);
        let cold = fitted(&model, &history, then, None);
        let warm = fitted(&model, &history, then, last.as_deref());
        assert_eq!(stack(&*cold), stack(&*warm), "{week} weeks before");
        last = Some(warm);
    }
    // Facts that came later, or another ensemble: nothing is taken over, and the answer is its own.
    let blind = history.forgetting_from(at - SignedDuration::from_hours(24 * 200));
    let cold = fitted(&model, &blind, at, None);
    assert_eq!(stack(&*cold), stack(&*fitted(&model, &blind, at, last.as_deref())));
    let other = Ensemble::with_settings(members(), Settings { step_days: 7, ..Settings::default() });
    let cold = fitted(&other, &history, at, None);
    assert_eq!(stack(&*cold), stack(&*fitted(&other, &history, at, last.as_deref())));
}

#[test]
fn members_count_alike_until_there_is_enough_to_weigh() {
    let (history, _) = history();
    let early = history.as_of(Timestamp::MAX, RecordedBy::Now).played().nth(100).unwrap();
    let model = Ensemble::new(vec![Box::new(DixonColes::default()), Box::new(BaseRate)]);
    let fitted = fitted(&model, &history, early.fixture.kickoff.earliest(), None);
    assert_eq!(stack(&*fitted).weights, [0.5, 0.5]);
    let forecast = fitted.forecast(&Briefing::bare(early.fixture)).unwrap();
    assert!(forecast.uncertainty.is_some(), "the first member's");
}

#[test]
fn the_score_distribution_keeps_the_first_members_shape() {
    let (history, at) = history();
    let model = Ensemble::new(vec![Box::new(DixonColes::default()), Box::new(BaseRate)]);
    let snapshot = history.as_of(at, RecordedBy::Now);
    let fixture = *snapshot.fixtures().last().unwrap();
    let pooled = fitted(&model, &history, at, None).forecast(&Briefing::bare(&fixture)).unwrap().distribution;
    let first = DixonColes::default()
        .fit(&snapshot, LEAGUE, None)
        .unwrap()
        .forecast(&Briefing::bare(&fixture))
        .unwrap()
        .distribution;
    let ratio = |a: Score, b: Score| {
        let odds = |d: &ScoreDistribution| d.probability(a) / d.probability(b);
        odds(&pooled) / odds(&first)
    };
    assert!((ratio(Score::new(2, 1), Score::new(1, 0)) - 1.0).abs() < 1e-9, "within home wins");
    assert!((ratio(Score::new(2, 1), Score::new(1, 1)) - 1.0).abs() > 1e-4, "between classes");
}

#[test]
fn one_member_is_no_ensemble() {
    let model = Ensemble::new(vec![Box::new(DixonColes::default()), Box::new(BaseRate)]);
    assert!(model.supports(Sport::Soccer) && !model.supports(Sport::Nba));
    let (history, at) = history();
    let alone = Ensemble::new(vec![Box::new(DixonColes::default())]);
    let error = alone.fit(&history.as_of(at, RecordedBy::Now), LEAGUE, None).err();
    assert!(matches!(error, Some(ForecastError::UnsupportedSport { .. })), "{error:?}");
}

#[test]
fn whoever_was_better_lately_weighs_more() {
    let (history, at) = history();
    let weights = |model: &Ensemble| -> Vec<f64> {
        let fitted = fitted(model, &history, at, None);
        fitted.as_any().downcast_ref::<FittedEnsemble>().unwrap().pool.weights().to_vec()
    };
    let members = || -> Vec<Box<dyn Model>> {
        vec![Box::new(BaseRate), Box::new(DixonColes::default()), Box::new(Rememberer)]
    };
    let recent = weights(&Ensemble::weighed_by_recent_log_loss(members()));
    assert!((recent.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(
        recent[1] > 0.9,
        "{recent:?}: strengths beat the base rate, and what was remembered does not count"
    );
    // No prices, no returns: all alike.
    let sharpe = weights(&Ensemble::weighed_by_sharpe_ratio(members()));
    assert!(sharpe.iter().all(|w| (w - 1.0 / 3.0).abs() < 1e-12), "{sharpe:?}");
}

#[test]
fn whoever_won_bets_at_past_prices_weighs_more() {
    // Prices of a league whose book knows the strengths only half: the model beats it, the base rate does not.
    let played = SoccerLeague { n_seasons: 4, ..SoccerLeague::default() }.generate();
    let at = played.fixtures[played.fixtures.len() - 1].kickoff.earliest();
    let members = || -> Vec<Box<dyn Model>> { vec![Box::new(BaseRate), Box::new(DixonColes::default())] };
    let model = Ensemble::weighed_by_sharpe_ratio(members());
    let fitted = fitted(&model, &played.history, at, None);
    let weights = fitted.as_any().downcast_ref::<FittedEnsemble>().unwrap().pool.weights().to_vec();
    assert!(weights[1] > weights[0] && weights[0] > 0.0, "{weights:?}");
    assert_eq!(model.odds_use(), OddsUse::PastMatches);
}
