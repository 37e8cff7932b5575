//! What must hold for everything on a list, whoever wrote it: models, features, scoring rules.

use domain::{Briefing, Fixture, History, RecordedBy, Season, Sport};
use jiff::{SignedDuration, Timestamp};
use testkit::{PointsLeague, SoccerLeague};
use touchline_forecast::{
    Plan,
    backtest::{Period, Schedule, walk_forward},
    feature::features,
    leak_check::{Subject, check, spread_moments},
    model::{Model, models},
    scoring_rule::scoring_rules,
};

struct League {
    sport: Sport,
    history: History,
    fixtures: Vec<Fixture>,
}

/// The list, with models that take seconds in their draft.
fn quick_models() -> Vec<Box<dyn Model>> {
    models().into_iter().map(|model| model.draft().unwrap_or(model)).collect()
}

/// One small league per sport.
fn leagues() -> Vec<League> {
    let soccer = SoccerLeague {
        n_teams: 14,
        n_seasons: 3,
        neutral_share: 0.1,
        strength_sd: 0.4,
        ..SoccerLeague::default()
    };
    let soccer = soccer.generate();
    let nfl =
        PointsLeague { n_teams: 16, n_seasons: 3, quarterback_sd: 2.0, ..PointsLeague::nfl() }.generate();
    let nba = PointsLeague { n_teams: 10, games: 36, n_seasons: 2, ..PointsLeague::nba() }.generate();
    vec![
        League { sport: Sport::Soccer, history: soccer.history, fixtures: soccer.fixtures },
        League { sport: Sport::Nfl, history: nfl.history, fixtures: nfl.fixtures },
        League { sport: Sport::Nba, history: nba.history, fixtures: nba.fixtures },
    ]
}

#[test]
fn every_sport_has_a_model_and_names_are_unique() {
    let names: Vec<&str> = models().iter().map(|m| m.name()).collect();
    for sport in Sport::ALL {
        assert!(models().iter().any(|m| m.supports(sport)), "{sport}");
    }
    for list in [
        names,
        features().iter().map(|f| f.name()).collect(),
        scoring_rules().iter().map(|r| r.name()).collect(),
    ] {
        let mut unique = list.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), list.len(), "{list:?}");
    }
}

#[test]
fn models_answer_with_distributions_on_attainable_scores_and_repeat_themselves() {
    for league in leagues() {
        let after = league.fixtures.last().map_or(Timestamp::MAX, |f| f.kickoff.latest());
        let snapshot = league.history.as_of(after + SignedDuration::from_hours(48), RecordedBy::Now);
        let competition = league.fixtures[0].competition;
        for model in quick_models().iter().filter(|m| m.supports(league.sport)) {
            let fit = || model.fit(&snapshot, competition, None).unwrap();
            let (fitted, again) = (fit(), fit());
            let report = fitted.report();
            assert!(report.converged && report.model == model.name(), "{report:?}");
            let played = snapshot.played_in(competition).count();
            assert!((1..=played).contains(&report.training_matches), "{}", model.name());
            let stranger = Fixture { home: domain::TeamId(9_000_001), ..league.fixtures[0] };
            for fixture in league.fixtures.iter().rev().take(10).chain([&stranger]) {
                let said = fitted.forecast(&Briefing::bare(fixture)).unwrap();
                assert_eq!(
                    said,
                    again.forecast(&Briefing::bare(fixture)).unwrap(),
                    "{} is not deterministic",
                    model.name()
                );
                let cells = || said.distribution.iter();
                let sum: f64 = cells().map(|(_, p)| p).sum();
                assert!((sum - 1.0).abs() < 1e-9, "{}: {sum}", model.name());
                let off: f64 = cells().filter(|(s, _)| !league.sport.attainable(*s)).map(|(_, p)| p).sum();
                assert!(off < 1e-12, "{} puts {off} on scores that do not occur", model.name());
            }
        }
    }
}

#[test]
fn models_with_too_little_to_learn_from_say_so() {
    let history = History::default();
    let snapshot = history.as_of(Timestamp::UNIX_EPOCH, RecordedBy::Now);
    for model in models() {
        let refused = model.fit(&snapshot, "eng.1".parse().unwrap(), None).map(|_| ());
        let error = refused.expect_err(model.name());
        assert!(matches!(error, touchline_forecast::ForecastError::TooFewMatches { .. }), "{error}");
    }
}

#[test]
fn no_model_and_no_feature_knows_the_future() {
    for league in leagues() {
        let competition = league.fixtures[0].competition;
        let (models, features) = (quick_models(), features());
        let able = || models.iter().filter(|m| m.supports(league.sport));
        let mut subjects: Vec<Subject<'_>> =
            able().map(|m| Subject::model(m.as_ref(), competition)).collect();
        let quick = able().filter(|m| !m.on_request());
        subjects.extend(quick.map(|m| Subject::started_model(m.as_ref(), competition)));
        subjects.extend(features.iter().map(|f| Subject::feature(f.as_ref())));
        let moments = spread_moments(&league.history, competition, 5);
        let report = check(&league.history, competition, &moments, &subjects);
        assert!(report.is_clean(), "{}: {report:?}", league.sport);
    }
}

#[test]
fn every_model_beats_or_matches_the_base_rate_on_a_league_with_strengths() {
    for league in leagues() {
        let able = quick_models().into_iter().filter(|m| m.supports(league.sport)).collect();
        let last = league.fixtures.last().map_or(2020, |f| f.season.start_year);
        let period = Period::Seasons(vec![Season::starting(last)]);
        let mut plan = Plan::new(league.fixtures[0].competition, period, able);
        plan.schedule = Schedule::every(14);
        let backtest = walk_forward(&league.history, &plan, &|_| {}).unwrap();
        for summary in &backtest.forecasters {
            let versus = summary.versus.iter().find(|v| v.baseline == "base_rate" && v.rule == "rps");
            if let Some(versus) = versus {
                assert!(versus.difference.estimate < 0.0, "{} in {}", summary.name, league.sport);
            }
        }
    }
}
