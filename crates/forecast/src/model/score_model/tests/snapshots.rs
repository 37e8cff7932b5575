//! What the models on the list do with a history.

use std::sync::Arc;

use domain::{Briefing, Fixture, History, RecordedBy, TeamId};
use jiff::{SignedDuration, Timestamp};
use testkit::SoccerLeague;

use super::*;
use crate::{
    model::{
        Predicted,
        dixon_coles::{DixonColes, FittedDixonColes},
        negative_binomial::NegativeBinomial,
        score_model::covariate::CovariateValues,
    },
    test_history::{LEAGUE, TestHistory, at, noon},
};

fn said(fitted: &dyn FittedModel, fixture: &Fixture) -> Predicted {
    fitted.forecast(&Briefing::bare(fixture)).unwrap()
}

#[test]
fn a_century_without_matches_changes_nothing() {
    let league = SoccerLeague { n_seasons: 2, margin: None, unplayed_rounds: 0, ..SoccerLeague::default() };
    let played = league.generate();
    let last = played.fixtures.last().unwrap();
    let fit = |days: i64| {
        let moment = last.kickoff.latest() + SignedDuration::from_hours(24 * days);
        DixonColes::default().fit(&at(&played.history, moment), league.competition, None).unwrap()
    };
    let (soon, late) = (fit(2), fit(36_500));
    assert_eq!(said(&*soon, last), said(&*late, last));
}

/// A covariate that is on record for every match: its id decides.
#[derive(Debug)]
struct ById;

fn by_id(fixture: &Fixture) -> f64 {
    (fixture.id.0 % 11) as f64 / 5.0 - 1.0
}

impl Covariate for ById {
    fn name(&self) -> &'static str {
        "by_id"
    }

    fn prior(&self) -> Option<Normal> {
        Some(Normal { mean: 0.0, sd: 1.0 })
    }

    fn learn(&self, _: &Snapshot<'_>, _: CompetitionId) -> Box<dyn CovariateValues> {
        Box::new(Self)
    }
}

impl CovariateValues for ById {
    fn of(&self, fixture: &Fixture) -> [f64; 2] {
        [by_id(fixture), -by_id(fixture)]
    }
}

/// A double round every ten days between teams whose strength is `strength(team, round)`; `coefficient` times [`by_id`] is
/// added for the home side and taken from the away side.
fn played_out(n_rounds: i64, coefficient: f64, strength: impl Fn(usize, i64) -> f64) -> History {
    const N_TEAMS: usize = 10;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
    let mut history = TestHistory::default();
    let mut n_matches = 0_u32;
    for round in 0..n_rounds {
        for (home, away) in meetings(N_TEAMS).filter(|(h, a)| (h + a) % 2 == round as usize % 2) {
            n_matches += 1;
            let more = coefficient * (f64::from(n_matches % 11) / 5.0 - 1.0);
            let better = strength(home, round) - strength(away, round);
            let mut goals = |log_mean: f64| {
                let (mut left, mut p, mut k) = (rng.random::<f64>(), (-log_mean.exp()).exp(), 0_u16);
                while left > p && k < 15 {
                    left -= p;
                    k += 1;
                    p *= log_mean.exp() / f64::from(k);
                }
                k
            };
            let score = (goals(0.4 + better + more), goals(0.15 - better - more));
            let [home, away] = [home, away].map(|team| i64::try_from(team).unwrap() + 1);
            history.play(10 * round, home, away, score);
        }
    }
    history.build()
}

#[test]
fn coefficients_of_covariates_come_back_and_move_forecasts() {
    let history = played_out(60, 0.15, |team, _| 0.05 * team as f64);
    let settings = Settings { covariates: vec![Arc::new(ById)], ..Settings::default() };
    let snapshot = at(&history, noon(601));
    let fitted = DixonColes::with(settings.clone()).fit(&snapshot, LEAGUE, None).unwrap();
    let model = fitted.as_any().downcast_ref::<FittedDixonColes>().unwrap();
    let (got, error) =
        (model.fit().parameters.covariates[0], model.fit().standard_errors().unwrap().covariates[0]);
    assert!((got - 0.15).abs() < 4.0 * error && error < 0.03, "{got}, standard error {error}");
    assert_eq!(fitted.parameters()["covariates"]["by_id"], got);
    let fixture = *snapshot.fixtures().next().unwrap();
    let twin = |id: i64| Fixture { id: domain::FixtureId(id), ..fixture };
    let (low, high) = (twin(11_000), twin(11_010));
    let ratio = model.expected_goals(&high).0 / model.expected_goals(&low).0;
    assert!((ratio.ln() - got * (by_id(&high) - by_id(&low))).abs() < 1e-9);
    // A start of the same model keeps the coefficient, one without it is passed over.
    let plain = DixonColes::default().fit(&snapshot, LEAGUE, Some(&*fitted)).unwrap();
    let again = DixonColes::with(settings).fit(&snapshot, LEAGUE, Some(&*plain)).unwrap();
    assert!(
        (said(&*again, &fixture).distribution.cells()[0] - said(&*fitted, &fixture).distribution.cells()[0])
            .abs()
            < 1e-9
    );
}

#[test]
fn rest_counts_from_the_last_kickoff_of_any_competition() {
    let mut history = TestHistory::default();
    history.play(0, 1, 2, (1, 0));
    history.play(3, 3, 1, (1, 0));
    let fixture = history.announce(7, 1, 2);
    let first = history.announce(8, 8, 9);
    let history = history.build();
    let values = RestWeeks.learn(&at(&history, noon(6)), LEAGUE);
    let [home, away] = values.of(&fixture);
    assert!((home - (4.0 / 7.0 - 1.0)).abs() < 1e-12 && home == -away, "{home} {away}");
    assert_eq!(values.of(&first), [0.0, 0.0], "a team without a match is rested");
}

fn chosen(
    history: &History,
    moment: Timestamp,
    start: Option<&dyn FittedModel>,
    model: &DixonColes,
) -> Box<dyn FittedModel> {
    model.fit(&at(history, moment), LEAGUE, start).unwrap()
}

fn half_life(fitted: &dyn FittedModel) -> f64 {
    fitted.as_any().downcast_ref::<FittedDixonColes>().unwrap().half_life_days().unwrap()
}

#[test]
fn the_half_life_is_long_where_strengths_stay_and_short_where_they_move() {
    let still = played_out(110, 0.0, |team, _| 0.08 * team as f64);
    let moving = played_out(110, 0.0, |team, round| 0.5 * (team as f64 * 1.7 + round as f64 / 9.0).sin());
    let of = |history: &History| half_life(&*chosen(history, noon(1101), None, &DixonColes::tuned()));
    let (long, short) = (of(&still), of(&moving));
    assert!(long >= 680.0 && short <= 170.0, "{long} and {short}");
}

#[test]
fn a_choice_is_the_same_from_any_start_and_blind_to_what_comes() {
    let history = played_out(110, 0.0, |team, round| 0.3 * (team as f64 + round as f64 / 20.0).sin());
    let model = DixonColes::tuned();
    let moment = noon(900);
    let cold = chosen(&history, moment, None, &model);
    let tried = |fitted: &dyn FittedModel| fitted.parameters()["half_lives_tried"].clone();
    assert!(tried(&*cold).as_object().is_some_and(|tried| tried.len() == 8), "{}", tried(&*cold));
    for days in [7, 60, 200] {
        let before = chosen(&history, moment - SignedDuration::from_hours(24 * days), None, &model);
        let warm = chosen(&history, moment, Some(&*before), &model);
        assert_eq!(tried(&*cold), tried(&*warm), "{days} days before");
    }
    let blind = history.forgetting_from(moment);
    assert_eq!(tried(&*cold), tried(&*chosen(&blind, moment, None, &model)));
    let window = history.as_of(moment, RecordedBy::Now).since(noon(300));
    let (fresh, reused) = (model.fit(&window, LEAGUE, None), model.fit(&window, LEAGUE, Some(&*cold)));
    assert_eq!(
        tried(&*fresh.unwrap()),
        tried(&*reused.unwrap()),
        "folds of another window are not taken over"
    );
    let young = chosen(&history, noon(60), None, &model);
    assert_eq!(half_life(&*young), 300.0, "nothing to choose by yet");
}

#[test]
fn chances_are_refused_by_laws_of_single_scores() {
    let league = SoccerLeague { n_seasons: 1, margin: None, ..SoccerLeague::default() };
    let played = league.generate();
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let settings = Settings { expected_goals_share: 0.5, ..Settings::default() };
    let refused = NegativeBinomial::with(settings).fit(&snapshot, league.competition, None).map(|_| ());
    assert!(matches!(refused, Err(ForecastError::Numerics { .. })), "{refused:?}");
}

#[test]
fn every_law_knows_how_sure_it_is() {
    struct Sure;
    impl ForLaw for Sure {
        fn check<L: ScoreLaw>(&self, _: &[f64]) {
            let league = SoccerLeague { n_seasons: 2, margin: None, ..SoccerLeague::default() };
            let played = league.generate();
            let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
            let fitted = ScoreModel::<L>::default().fit(&snapshot, league.competition, None).unwrap();
            let plain = DixonColes::default().fit(&snapshot, league.competition, None).unwrap();
            let known = played.fixtures.last().unwrap();
            let stranger = Fixture { home: TeamId(9_999), ..*known };
            let doubt = |f: &dyn FittedModel, x: &Fixture| said(f, x).uncertainty.unwrap();
            let (mine, theirs) = (doubt(&*fitted, known), doubt(&*plain, known));
            // The laws differ in detail; what is known about a team's mean goals hardly does.
            assert!(
                (mine.home_log_se / theirs.home_log_se - 1.0).abs() < 0.15,
                "{}: {mine:?} {theirs:?}",
                L::NAME
            );
            assert!(mine.correlation.abs() < 0.6, "{}: {mine:?}", L::NAME);
            assert!(doubt(&*fitted, &stranger).home_log_se > 1.3 * mine.home_log_se, "{}", L::NAME);
        }
    }
    for_every_law(&Sure);
}
