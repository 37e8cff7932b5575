use std::cell::RefCell;

use domain::{BookId, Briefing, History, Phase};
use jiff::SignedDuration;
use testkit::{Played, SoccerLeague, SoccerTruth};

use super::*;
use crate::{
    FittedModel, ForecastError,
    model::{base_rate::BaseRate, elo::Elo},
    test_history::{LEAGUE, TestHistory, noon},
};

fn league() -> Played<SoccerTruth> {
    SoccerLeague { n_teams: 10, n_seasons: 4, ..SoccerLeague::default() }.generate()
}

fn plan(seasons: &[i16]) -> Plan {
    let seasons = seasons.iter().copied().map(Season::starting).collect();
    Plan::new(LEAGUE, Period::Seasons(seasons), vec![Box::new(BaseRate), Box::new(Elo::default())])
}

fn run(history: &History, plan: &Plan) -> Backtest {
    walk_forward(history, plan, &|_| {}).unwrap()
}

#[test]
fn every_match_once_in_order_by_a_fit_that_was_made_before_it() {
    let league = league();
    let plan = plan(&[2020, 2021]);
    let backtest = run(&league.history, &plan);
    let played: Vec<FixtureId> = league
        .fixtures
        .iter()
        .filter(|f| (2020..=2021).contains(&f.season.start_year))
        .filter(|f| league.history.outcome_for_scoring(f.id).is_some())
        .map(|f| f.id)
        .collect();
    let mut forecast: Vec<FixtureId> = backtest.matches.iter().map(|m| m.fixture).collect();
    assert!(backtest.matches.is_sorted_by_key(|m| (m.kickoff, m.fixture)));
    forecast.sort_unstable();
    assert_eq!(forecast.len(), played.len());
    assert!(played.iter().all(|id| forecast.binary_search(id).is_ok()));
    assert_eq!(backtest.left_out.without_result, 5, "the last round is announced and not played");
    for m in &backtest.matches {
        assert!(m.as_of <= m.kickoff && m.as_of == plan.schedule.fit_moment(m.kickoff));
        assert!(m.probabilities.iter().all(Option::is_some));
        let snapshot = league.history.as_of(m.as_of, RecordedBy::Now);
        assert_eq!(m.training_matches, snapshot.played_in(LEAGUE).count());
    }
}

#[test]
fn forecasts_do_not_change_when_the_future_is_deleted() {
    let league = league();
    let whole = run(&league.history, &plan(&[2020]));
    for m in whole.matches.iter().step_by(17) {
        let forgetful = league.history.forgetting_from(m.as_of);
        let snapshot = forgetful.as_of(m.as_of, RecordedBy::Now);
        let fixture = snapshot.fixture(m.fixture).unwrap();
        let again =
            Elo::default().fit(&snapshot, LEAGUE, None).unwrap().forecast(&Briefing::bare(fixture)).unwrap();
        let again = again.distribution.outcome_probabilities();
        let said = m.probabilities[1].unwrap();
        // The walk starts its fits from earlier ones, so they agree to the optimiser's tolerance.
        assert!((again.home - said.home).abs() < 1e-9 && (again.draw - said.draw).abs() < 1e-9);
    }
}

#[test]
fn the_same_plan_gives_the_same_bits_on_one_thread_or_many() {
    let league = league();
    let text = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        serde_json::to_string(&pool.install(|| run(&league.history, &plan(&[2020])))).unwrap()
    };
    assert_eq!(text(1), text(4));
    let other_seed = run(&league.history, &plan(&[2020]).seeded(99));
    let same_seed = run(&league.history, &plan(&[2020]));
    assert_eq!(other_seed.matches, same_seed.matches);
    assert_ne!(other_seed.forecasters[0].intervals, same_seed.forecasters[0].intervals);
}

#[test]
fn results_survive_being_stored() {
    let league = league();
    let backtest = run(&league.history, &plan(&[2020]));
    let text = serde_json::to_string(&backtest).unwrap();
    assert_eq!(serde_json::from_str::<Backtest>(&text).unwrap(), backtest);
}

#[test]
fn better_informed_forecasters_score_better() {
    // The market quotes the truth, Elo learns some of it, the base rate none.
    let league = SoccerLeague { strength_sd: 0.4, n_seasons: 5, ..SoccerLeague::default() }.generate();
    let backtest = run(&league.history, &plan(&[2020, 2021, 2022]));
    assert_eq!(backtest.names, ["base_rate", "elo", "market"]);
    let [base_rate, elo, market] = &backtest.forecasters[..] else { panic!("three forecasters") };
    assert!(base_rate.rps > elo.rps && elo.rps > market.rps);
    assert_eq!((base_rate.n, elo.n), (market.n, market.n));
    let versus = |summary: &Summary, baseline: &str| {
        let found = summary.versus.iter().find(|v| v.baseline == baseline && v.rule == "rps");
        found.unwrap().difference
    };
    let gain = versus(elo, "base_rate");
    assert!(gain.high < 0.0, "{gain:?}");
    assert!((gain.estimate - (elo.rps - base_rate.rps)).abs() < 1e-12);
    assert!(versus(elo, "market").low > 0.0);
    // The market of this league is calibrated by construction.
    assert!(market.ece < 0.03, "{}", market.ece);
    assert_eq!(backtest.market_use.len(), 1);
    assert_eq!((backtest.market_use[0].phase, backtest.market_use[0].n), (Phase::Closing, market.n));
    assert_eq!(backtest.on_common, backtest.forecasters);
}

#[test]
fn a_forecaster_from_elsewhere_stands_beside_the_models() {
    let league = league();
    let asked = plan(&[2020]);
    let walked = run(&league.history, &asked);
    // It repeats Elo, in the second half of the season only.
    let half = walked.matches[walked.matches.len() / 2].kickoff;
    let said = |m: &MatchForecasts| m.probabilities[1].filter(|_| m.kickoff >= half);
    let joined = walked.clone().joined_by("external:copy".into(), said, &asked.summary);
    assert_eq!(joined.names, ["base_rate", "elo", "external:copy", "market"]);
    let summary = |list: &[Summary], name: &str| list.iter().find(|s| s.name == name).unwrap().clone();
    let copy = summary(&joined.forecasters, "external:copy");
    assert_eq!(copy.n, walked.matches.iter().filter(|m| m.kickoff >= half).count());
    assert!(copy.crps.is_none());
    assert_eq!(summary(&joined.on_common, "elo").rps, summary(&joined.on_common, "external:copy").rps);
    assert_eq!(summary(&joined.on_common, "elo").n, copy.n);
    assert_eq!(summary(&joined.forecasters, "elo"), summary(&walked.forecasters, "elo"));
    assert_eq!(summary(&joined.forecasters, "market"), summary(&walked.forecasters, "market"));
}

#[test]
fn too_early_matches_are_counted_not_forecast() {
    let league = league();
    let all = run(&league.history, &plan(&[2018, 2019]));
    assert!(all.left_out.too_early >= 90, "{:?}", all.left_out);
    assert_eq!(all.left_out.too_early + all.matches.len(), 180);
    assert!(all.matches.iter().all(|m| m.training_matches >= 100));
}

#[test]
fn a_window_limits_what_is_learnt_from() {
    let league = league();
    let mut plan = plan(&[2020]);
    plan.schedule.window_days = Some(200);
    plan.min_training = 20;
    let backtest = run(&league.history, &plan);
    let (m, since) = {
        let m = backtest.matches.last().unwrap();
        (m, m.as_of - SignedDuration::from_hours(24 * 200))
    };
    let snapshot = league.history.as_of(m.as_of, RecordedBy::Now).since(since);
    assert_eq!(m.training_matches, snapshot.played_in(LEAGUE).count());
    assert!(m.training_matches < 90);
}

#[test]
fn progress_reaches_its_end_and_every_forecast_is_shown() {
    let league = league();
    let seen = RefCell::new(Vec::new());
    let mut forecasts = Vec::new();
    let plan = plan(&[2021]);
    let backtest = walk_forward_visiting(&league.history, &plan, &|p| seen.borrow_mut().push(p), &mut |f| {
        forecasts.push((f.fixture, f.model.clone(), f.distribution.outcome_probabilities()));
    })
    .unwrap();
    let seen = seen.into_inner();
    assert!(seen.is_sorted_by_key(|p| (p.as_of, p.done)));
    let last = seen.last().unwrap();
    assert_eq!((last.done, last.total), (backtest.matches.len(), backtest.matches.len()));
    let expected: Vec<_> = backtest
        .matches
        .iter()
        .flat_map(|m| (0..2).map(move |i| (m.fixture, m.probabilities[i].unwrap(), i)))
        .map(|(fixture, p, i)| (fixture, backtest.names[i].clone(), p))
        .collect();
    assert_eq!(forecasts, expected);
}

#[test]
fn refits_answer_with_the_fit_of_the_grid_and_keep_it() {
    let league = league();
    let elo = Elo::default();
    let schedule = Schedule::weekly();
    let mut refits = Refits::new(&league.history, &elo, LEAGUE, schedule);
    let kickoff = league.fixtures[300].kickoff.earliest();
    let as_of = refits.at(kickoff).unwrap().report().as_of;
    assert_eq!(as_of, schedule.fit_moment(kickoff));
    let backtest = run(&league.history, &plan(&[2021]));
    for m in &backtest.matches {
        let fixture = league.fixtures.iter().find(|f| f.id == m.fixture).unwrap();
        let fitted: &dyn FittedModel = refits.at(m.kickoff).unwrap();
        let p = fitted.forecast(&Briefing::bare(fixture)).unwrap().distribution.outcome_probabilities();
        assert!((p.home - m.probabilities[1].unwrap().home).abs() < 1e-9);
    }
    let early = refits.at(league.fixtures[0].kickoff.earliest()).map(|_| ());
    assert!(matches!(early, Err(ForecastError::TooFewMatches { have: 0, .. })));
}

#[test]
fn an_unannounced_match_is_left_out_and_a_late_one_is_forecast_as_of_its_kickoff() {
    let mut history = TestHistory::default();
    for day in 0..120 {
        history.play(day, day % 4, 4 + day % 3, ((day % 3) as u16, (day % 2) as u16));
    }
    let mut facts = history.build();
    // A match of day 130 that nobody announced: its only version appears the day after.
    let late = |known: i64| {
        let mut more = TestHistory::default();
        let fixture = more.play(130, 1, 5, (1, 0));
        let (mut versions, mut results) = (facts.fixture_facts().to_vec(), facts.result_facts().to_vec());
        let id = FixtureId(1000);
        let other = more.build();
        let mut version = other.fixture_facts()[0];
        version.value.id = id;
        version.times.known_at = noon(known);
        versions.push(version);
        let mut result = other.result_facts()[0].clone();
        result.value.fixture = id;
        results.push(result);
        assert_eq!(fixture.kickoff.earliest(), noon(130));
        History::new(versions, results, Vec::new(), Vec::new())
    };
    let period = Period::Between { from: noon(125), to: noon(140) };
    let plan = Plan::new(LEAGUE, period, vec![Box::new(BaseRate)]);
    let never = run(&late(131), &plan);
    assert_eq!((never.left_out.unannounced, never.matches.len()), (1, 0));
    // Announced on the day before, after the week's fit on Tuesday 2021-01-05.
    let day_before = run(&late(129), &plan);
    assert_eq!(day_before.matches[0].as_of, noon(130));
    facts = History::default();
    let nothing = run(&facts, &plan);
    assert!(nothing.matches.is_empty() && nothing.forecasters.is_empty());
}

#[test]
fn forecasters_are_compared_on_the_matches_both_forecast() {
    let mut history = TestHistory::default();
    for day in 0..160 {
        let fixture = history.play(day, day % 4, 4 + day % 3, ((day % 3) as u16, (day % 2) as u16));
        if day % 2 == 0 {
            history.quote(&fixture, BookId::MARKET_AVERAGE, Phase::Closing, 0, &[2.0, 3.5, 4.0]);
        }
    }
    let period = Period::Between { from: noon(120), to: noon(160) };
    let plan = Plan::new(LEAGUE, period, vec![Box::new(BaseRate)]);
    let backtest = run(&history.build(), &plan);
    let n: Vec<usize> = backtest.forecasters.iter().map(|s| s.n).collect();
    assert_eq!(n, [40, 20]);
    assert!(backtest.on_common.iter().all(|s| s.n == 20));
    assert_eq!(backtest.forecasters[0].versus[0].n, 20);
}
