//! What holds for every model on the list, on leagues of known strengths.

use std::collections::BTreeSet;

use domain::{Fixture, History, OutcomeProbabilities, RecordedBy, Score, TeamId};
use jiff::SignedDuration;
use testkit::{PointsLeague, SoccerLeague};

mod coverage;

use super::*;

/// A played-out league: enough seasons for every model, some matches at neutral venues, some still to come.
struct Scene {
    sport: Sport,
    competition: CompetitionId,
    history: History,
    fixtures: Vec<Fixture>,
    /// Three quarters into the last season.
    at: Timestamp,
}

impl Scene {
    fn all() -> Vec<Self> {
        let soccer = SoccerLeague {
            n_teams: 12,
            n_seasons: 4,
            promoted: 2,
            neutral_share: 0.03,
            ..SoccerLeague::default()
        };
        let nfl = PointsLeague { n_seasons: 3, ..PointsLeague::nfl() };
        let nba = PointsLeague { n_teams: 12, games: 44, n_seasons: 3, ..PointsLeague::nba() };
        let played = soccer.generate();
        let mut scenes = vec![Self::of(Sport::Soccer, soccer.competition, played.history, played.fixtures)];
        for league in [nfl, nba] {
            let played = league.generate();
            scenes.push(Self::of(league.sport, league.competition, played.history, played.fixtures));
        }
        scenes
    }

    fn of(sport: Sport, competition: CompetitionId, history: History, fixtures: Vec<Fixture>) -> Self {
        let at = fixtures[fixtures.len() - fixtures.len() / 12].kickoff.earliest();
        Self { sport, competition, history, fixtures, at }
    }

    fn fit(&self, model: &dyn Model, start: Option<&dyn FittedModel>) -> Box<dyn FittedModel> {
        self.fit_on(&self.history, model, self.at, start)
    }

    fn fit_on(
        &self,
        history: &History,
        model: &dyn Model,
        at: Timestamp,
        start: Option<&dyn FittedModel>,
    ) -> Box<dyn FittedModel> {
        model.fit(&history.as_of(at, RecordedBy::Now), self.competition, start).unwrap()
    }

    /// What comes after `at`.
    fn upcoming(&self) -> impl Iterator<Item = &Fixture> {
        self.fixtures.iter().filter(|f| f.kickoff.earliest() >= self.at)
    }
}

/// The list, with models that take seconds in their draft.
fn quick_models() -> Vec<Box<dyn Model>> {
    models().into_iter().map(|model| model.draft().unwrap_or(model)).collect()
}

#[test]
fn drafts_keep_their_name_and_stand_in_for_what_takes_seconds() {
    for model in models() {
        if let Some(draft) = model.draft() {
            assert!(model.on_request(), "{}", model.name());
            assert_eq!(draft.name(), model.name());
            assert_eq!(draft.odds_use(), model.odds_use());
            assert!(Sport::ALL.iter().all(|sport| draft.supports(*sport) == model.supports(*sport)));
        }
    }
}

fn for_every_model(check: impl Fn(&Scene, &dyn Model)) {
    for scene in Scene::all() {
        for model in quick_models().iter().filter(|m| m.supports(scene.sport)) {
            check(&scene, &**model);
        }
    }
}

fn bits(predicted: &Predicted) -> Vec<u64> {
    let doubt = predicted.uncertainty.map(|u| [u.home_log_se, u.away_log_se, u.correlation]);
    let cells = predicted.distribution.cells().iter().copied();
    cells.chain(doubt.into_iter().flatten()).map(f64::to_bits).collect()
}

fn outcome(fitted: &dyn FittedModel, fixture: &Fixture) -> OutcomeProbabilities {
    fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution.outcome_probabilities()
}

#[test]
fn names_are_unique_and_lead_back() {
    let names: BTreeSet<&str> = models().iter().map(|m| m.name()).collect();
    assert_eq!(names.len(), models().len());
    for name in &names {
        assert_eq!(by_name(name).unwrap().name(), *name);
    }
    let Err(error) = by_name("oracle") else { panic!("no such model") };
    assert!(error.to_string().contains("base_rate"), "{error}");
}

#[test]
fn forecasts_are_distributions_over_attainable_scores() {
    for_every_model(|scene, model| {
        let fitted = scene.fit(model, None);
        assert!(fitted.report().converged && fitted.report().training_matches > 0, "{}", model.name());
        assert_eq!(fitted.report().model, model.name());
        for fixture in scene.upcoming().take(20) {
            let distribution = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
            let sum: f64 = distribution.cells().iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{} on {}", model.name(), scene.sport);
            let missing = distribution.iter().find(|(s, p)| *p > 0.0 && !scene.sport.attainable(*s));
            assert_eq!(missing, None, "{} on {}", model.name(), scene.sport);
            let max = scene.sport.rules().forecast_max;
            assert_eq!((distribution.home_max(), distribution.away_max()), (max, max));
        }
    });
}

#[test]
fn the_future_does_not_matter_and_neither_does_repetition() {
    for_every_model(|scene, model| {
        let fitted = scene.fit(model, None);
        let again = scene.fit(model, None);
        let forgotten = scene.history.forgetting_from(scene.at);
        let blind = scene.fit_on(&forgotten, model, scene.at, None);
        for fixture in scene.upcoming().take(10) {
            let said = bits(&fitted.forecast(&Briefing::bare(fixture)).unwrap());
            assert_eq!(
                said,
                bits(&again.forecast(&Briefing::bare(fixture)).unwrap()),
                "{} is not deterministic",
                model.name()
            );
            assert_eq!(
                said,
                bits(&blind.forecast(&Briefing::bare(fixture)).unwrap()),
                "{} sees the future",
                model.name()
            );
        }
    });
}

#[test]
fn prices_are_read_by_those_who_declare_it_alone() {
    for_every_model(|scene, model| {
        let history = &scene.history;
        let unpriced = History::new(
            history.fixture_facts().to_vec(),
            history.result_facts().to_vec(),
            history.statistics_facts().to_vec(),
            Vec::new(),
        );
        let fixture = scene.upcoming().next().unwrap();
        let said = |fitted: &dyn FittedModel, history: &History| {
            let at = fixture.kickoff.earliest();
            bits(&fitted.forecast(&history.briefing(fixture, at, RecordedBy::Now)).unwrap())
        };
        let (fitted, blind) = (scene.fit(model, None), scene.fit_on(&unpriced, model, scene.at, None));
        let reads_the_match = said(&*fitted, history) != said(&*fitted, &unpriced);
        let learns_from_prices = said(&*fitted, &unpriced) != said(&*blind, &unpriced);
        match model.odds_use() {
            OddsUse::Nothing => assert!(!reads_the_match && !learns_from_prices, "{}", model.name()),
            OddsUse::PastMatches => assert!(!reads_the_match, "{}", model.name()),
            OddsUse::ThisMatch => assert!(reads_the_match, "{} on {}", model.name(), scene.sport),
        }
    });
}

#[test]
fn a_start_changes_nothing_beyond_tolerance() {
    for_every_model(|scene, model| {
        let earlier = scene.at - SignedDuration::from_hours(24 * 21);
        let start = scene.fit_on(&scene.history, model, earlier, None);
        let (cold, warm) = (scene.fit(model, None), scene.fit(model, Some(&*start)));
        for fixture in scene.upcoming().take(10) {
            let cells = |f: &dyn FittedModel| f.forecast(&Briefing::bare(fixture)).unwrap().distribution;
            for (a, b) in cells(&*cold).cells().iter().zip(cells(&*warm).cells()) {
                assert!((a - b).abs() < 1e-8, "{} on {}", model.name(), scene.sport);
            }
        }
    });
}

#[test]
fn nobody_is_at_home_at_a_neutral_venue() {
    for_every_model(|scene, model| {
        let fitted = scene.fit(model, None);
        for fixture in scene.upcoming().take(10) {
            let there = Fixture { neutral: true, ..*fixture };
            let back = Fixture { home: there.away, away: there.home, ..there };
            let (there, back) = (outcome(&*fitted, &there), outcome(&*fitted, &back));
            assert!((there.home - back.away).abs() < 1e-9, "{}: {there:?}, {back:?}", model.name());
            assert!((there.draw - back.draw).abs() < 1e-9, "{}", model.name());
        }
    });
}

#[test]
fn a_team_never_seen_has_a_forecast() {
    for_every_model(|scene, model| {
        let fitted = scene.fit(model, None);
        let fixture = scene.upcoming().next().unwrap();
        let stranger = TeamId(9_999);
        for unseen in [Fixture { home: stranger, ..*fixture }, Fixture { away: stranger, ..*fixture }] {
            let said = outcome(&*fitted, &unseen);
            assert!(said.home > 0.02 && said.away > 0.02, "{}: {said:?}", model.name());
        }
        let both = Fixture { home: stranger, away: TeamId(9_998), neutral: true, ..*fixture };
        let said = outcome(&*fitted, &both);
        assert!((said.home - said.away).abs() < 1e-9, "{}: strangers are equals: {said:?}", model.name());
    });
}

#[test]
fn too_little_to_learn_from_is_said() {
    for_every_model(|scene, model| {
        let start = scene.fixtures[0].kickoff.earliest();
        let empty = scene.history.as_of(start, RecordedBy::Now);
        let error = model.fit(&empty, scene.competition, None).err();
        assert!(matches!(error, Some(ForecastError::TooFewMatches { .. })), "{}: {error:?}", model.name());
    });
}

/// Mean ranked probability score over what came after the fit.
fn ranked_probability_score(scene: &Scene, fitted: &dyn FittedModel) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for fixture in scene.upcoming() {
        let Some(played) = scene.history.outcome_for_scoring(fixture.id) else { continue };
        let (said, score) = (outcome(fitted, fixture), played.full_time);
        let came = |yes: bool| f64::from(u8::from(yes));
        let at_home = said.home - came(score.margin() > 0);
        let not_away = at_home + said.draw - came(score.margin() == 0);
        sum += 0.5 * (at_home * at_home + not_away * not_away);
        n += 1.0;
    }
    sum / n
}

#[test]
fn knowing_the_teams_helps() {
    for scene in Scene::all() {
        let score = |model: &dyn Model| ranked_probability_score(&scene, &*scene.fit(model, None));
        let baseline = score(&base_rate::BaseRate);
        for model in quick_models().iter().filter(|m| m.supports(scene.sport) && m.name() != "base_rate") {
            let score = score(&**model);
            assert!(
                score < baseline - 0.003,
                "{} on {}: {score} against {baseline}",
                model.name(),
                scene.sport
            );
        }
    }
}

#[test]
fn base_rates_are_those_of_the_competition() {
    for scene in Scene::all() {
        let fitted = scene.fit(&base_rate::BaseRate, None);
        let snapshot = scene.history.as_of(scene.at, RecordedBy::Now);
        let scores: Vec<Score> =
            snapshot.played().filter(|m| !m.fixture.neutral).map(|m| m.score()).collect();
        let n = scores.len() as f64;
        let share = |f: fn(&Score) -> bool| scores.iter().filter(|s| f(s)).count() as f64 / n;
        let mean = |f: fn(&Score) -> u16| scores.iter().map(|s| f64::from(f(s))).sum::<f64>() / n;
        let fixture = scene.upcoming().find(|f| !f.neutral).unwrap();
        let distribution = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution;
        let said = distribution.outcome_probabilities();
        // Smoothing moves a share by at most three matches in n.
        assert!((said.home - share(|s| s.margin() > 0)).abs() < 3.0 / n, "{}", scene.sport);
        assert!((said.draw - share(|s| s.margin() == 0)).abs() < 3.0 / n, "{}", scene.sport);
        let (home, away) = distribution.expected_score();
        assert!((home / mean(|s| s.home) - 1.0).abs() < 0.02, "{}: {home}", scene.sport);
        assert!((away / mean(|s| s.away) - 1.0).abs() < 0.02, "{}: {away}", scene.sport);
        // Threes and sevens keep their mass: each score of a side is as frequent as it was.
        for points in 0..=scene.sport.rules().forecast_max {
            let said = distribution.expectation(|s| f64::from(u8::from(s.home == points)));
            let was = scores.iter().filter(|s| s.home == points).count() as f64 / n;
            assert!((said - was).abs() < 0.006, "{} {points}: {said}, was {was}", scene.sport);
        }
    }
}
