use domain::{Fixture, RecordedBy, Season, TeamId};
use jiff::Timestamp;
use testkit::{
    SoccerLeague,
    shared::{reference, shared_text},
};

use super::{density_tests::rows, *};
use crate::diagnostics::mcse_mean;

fn quick(by_season: bool) -> BayesDixonColes {
    let model = if by_season { BayesDixonColes::by_season() } else { BayesDixonColes::default() };
    model.quick()
}

#[test]
fn threads_change_nothing_and_progress_reaches_the_end() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let model = BayesDixonColes {
        sampling: Sampling { chains: 3, tune: 60, draws: 41, ..Sampling::default() },
        ..BayesDixonColes::default()
    };
    let farthest = AtomicUsize::new(0);
    let sample = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let tell = |progress: FitProgress| {
            assert_eq!(progress.total, 303);
            farthest.fetch_max(progress.done, Ordering::Relaxed);
        };
        pool.install(|| Posterior::sample(&rows(), 6, &model, &tell).unwrap())
    };
    let (one, three) = (sample(1), sample(3));
    assert_eq!(farthest.into_inner(), 303);
    for parameter in 0..one.names().len() {
        assert_eq!(one.chains(parameter), three.chains(parameter), "{}", one.names()[parameter]);
    }
    assert_eq!(one.chains(0).len(), 3);
    assert_ne!(one.chains(0)[0], one.chains(0)[1], "chains differ");
    let other = BayesDixonColes { sampling: Sampling { seed: 2, ..model.sampling }, ..model };
    let other = Posterior::sample(&rows(), 6, &other, &|_| {}).unwrap();
    assert_ne!(one.chains(0), other.chains(0), "seeds differ");
}

fn premier_league(file: &str) -> Option<(Vec<Meeting>, usize)> {
    let csv = shared_text(&format!("reference/bayes/{file}.csv"))?;
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |i: usize| fields[i].parse::<u16>().unwrap();
        Meeting {
            season: number(4).into(),
            home: number(5).into(),
            away: number(6).into(),
            home_goals: number(7),
            away_goals: number(8),
            neutral: false,
        }
    };
    let rows: Vec<Meeting> = csv.lines().skip(1).map(row).collect();
    let n_teams = rows.iter().map(|r| r.home.max(r.away) as usize + 1).max().unwrap();
    Some((rows, n_teams))
}

/// One season against Stan (without rho) and against another sampler (with rho): `posterior_1season.json` and
/// `posterior_nutsrs_1season_dc.json`.
#[test]
fn one_season_has_the_posterior_that_others_sampled() {
    for (file, correlated) in [("posterior_1season", false), ("posterior_nutsrs_1season_dc", true)] {
        let Some(theirs) = reference(&format!("bayes/{file}.json")) else { return };
        let Some((rows, n_teams)) = premier_league("epl_1season") else { return };
        let model = BayesDixonColes { correlated, ..BayesDixonColes::default() };
        let posterior = Posterior::sample(&rows, n_teams, &model, &|_| {}).unwrap();
        let diagnostics = posterior.diagnostics();
        println!("{file}: {diagnostics:?}, {} gradients", posterior.gradients());
        assert!(diagnostics.passed() && diagnostics.min_bulk_ess.value > 1500.0, "{diagnostics:?}");
        let mut compared = 0;
        for (parameter, name) in posterior.names().iter().enumerate() {
            let (word, index) = name.split_once('[').map_or((name.as_str(), None), |(word, index)| {
                (word, Some(index.trim_end_matches(']').parse::<usize>().unwrap()))
            });
            let word =
                word.replace("defence", "defense").replace("home_advantage", "home_advantage_by_season");
            let theirs = |field: &str| {
                let value = &theirs["posterior"][&word][field];
                index.map_or(value, |i| &value[i]).as_f64()
            };
            let chains = posterior.chains(parameter);
            let Some(their_mean) = theirs("mean") else { panic!("{name} is not in {file}") };
            compared += 1;
            let ours = posterior.summary(|draw| posterior.column(parameter)[draw]);
            if word == "gamma_sigma" {
                let median = theirs("q50").unwrap();
                assert!((ours.median / median - 1.0).abs() < 0.15, "{name}: {ours:?} against {median}");
                continue;
            }
            let (their_sd, ess) = (theirs("sd").unwrap(), theirs("ess_bulk"));
            // Home advantage: the files give no error of simulation for Stan's; its chains held 10,000 draws.
            let error = mcse_mean(&chains).unwrap().hypot(their_sd / ess.unwrap_or(4000.0).sqrt());
            let z = (ours.mean - their_mean) / error;
            assert!(z.abs() < 4.0, "{file} {name}: {ours:?} against {their_mean}, z {z:.2}");
            // gamma_sigma's heavy tail makes the spread of the first step a noisy number in one season.
            let tolerance = if word.starts_with("gamma") { 0.25 } else { 0.1 };
            assert!(
                (ours.sd / their_sd - 1.0).abs() < tolerance,
                "{file} {name}: {ours:?} against {their_sd}"
            );
        }
        assert_eq!(compared, posterior.names().len());
    }
}

fn fitted(by_season: bool, league: &SoccerLeague) -> (FittedBayesDixonColes, Vec<Fixture>) {
    let played = league.generate();
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let model = quick(by_season);
    let fitted = model.fit(&snapshot, league.competition, None).unwrap();
    let training = Training::of(&snapshot, league.competition, &model).unwrap();
    let posterior = Posterior::sample(&training.rows, training.teams.len(), &model, &|_| {}).unwrap();
    let rebuilt = FittedBayesDixonColes::new(&training, &posterior, &model, fitted.report().clone());
    assert_eq!(rebuilt.parameters(), fitted.parameters());
    (rebuilt, played.fixtures)
}

fn small() -> SoccerLeague {
    SoccerLeague {
        n_teams: 10,
        n_seasons: 3,
        promoted: 2,
        strength_sd: 0.3,
        margin: None,
        ..SoccerLeague::default()
    }
}

#[test]
fn forecasts_widen_with_what_is_not_known() {
    use domain::Briefing;
    for by_season in [false, true] {
        let (fitted, fixtures) = fitted(by_season, &small());
        let next = fixtures.last().unwrap();
        let doubt = |fixture: &Fixture| {
            fitted.forecast(&Briefing::bare(fixture)).unwrap().uncertainty.unwrap().away_log_se
        };
        let known = doubt(next);
        let stranger = doubt(&Fixture { away: TeamId(77_777), ..*next });
        assert!(stranger > 1.3 * known, "{stranger} against {known}");
        let later = Fixture { season: Season::starting(next.season.start_year + 2), ..*next };
        if by_season {
            assert!(doubt(&later) > known, "strengths move on");
        } else {
            assert_eq!(doubt(&later), known);
        }
        let home = |fixture: &Fixture| {
            fitted.forecast(&Briefing::bare(fixture)).unwrap().uncertainty.unwrap().home_log_se
        };
        assert!(home(&later) > home(next), "home advantage moves on");
        assert!(fitted.kept_bytes() < 200 * (9 + 2 * 16) * 4 + 1, "{}", fitted.kept_bytes());
    }
}

#[test]
fn a_forecast_is_the_mean_over_draws() {
    let means = [[0.3_f64, -0.1, 0.05], [0.1, 0.2, -0.08]];
    let grid = fitted::mixture(&means, 15).unwrap();
    let singles =
        means.map(|[l, m, rho]| crate::model::dixon_coles::score_grid(l.exp(), m.exp(), rho, 15).unwrap());
    for (i, p) in grid.cells().iter().enumerate() {
        let want = 0.5 * (singles[0].cells()[i] + singles[1].cells()[i]);
        assert!((p - want).abs() < 1e-9, "{i}: {p} against {want}");
    }
}

#[test]
fn a_fit_that_did_not_converge_says_why() {
    let played = small().generate();
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let sampling = Sampling { chains: 4, tune: 20, draws: 20, ..Sampling::default() };
    let hasty = BayesDixonColes { sampling, gate: Gate::default(), ..quick(false) };
    let fitted = hasty.fit(&snapshot, small().competition, None).unwrap();
    let report = fitted.report();
    let problems = &report.diagnostics.as_ref().unwrap().problems;
    assert!(!report.converged && problems.iter().any(|p| p.contains("ESS")), "{problems:?}");
    let text = serde_json::to_string(report).unwrap();
    assert_eq!(&serde_json::from_str::<FitReport>(&text).unwrap(), report);
    let mut old: serde_json::Value = serde_json::from_str(&text).unwrap();
    old.as_object_mut().unwrap().remove("diagnostics");
    assert_eq!(serde_json::from_value::<FitReport>(old).unwrap().diagnostics, None);
}

/// Of the true strengths of teams in leagues of several seeds, intervals hold as many as they say.
#[test]
fn intervals_cover_the_truth() {
    for by_season in [false, true] {
        let (mut held, mut n) = ([0.0; 3], 0.0);
        for seed in 0..8 {
            let league =
                SoccerLeague { seed, n_teams: 12, n_seasons: 2, promoted: 0, strength_sd: 0.3, ..small() };
            let played = league.generate();
            let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
            let fitted = quick(by_season).fit(&snapshot, league.competition, None).unwrap();
            let parameters = fitted.parameters();
            let teams = parameters["teams"].as_array().unwrap();
            let truth = |of: fn(&testkit::Strength) -> f64, team: &serde_json::Value| {
                let all = played.truth.strengths.values().map(of);
                let mean = all.sum::<f64>() / played.truth.strengths.len() as f64;
                of(&played.truth.strengths[&TeamId(team["team"].as_i64().unwrap())]) - mean
            };
            for team in teams {
                for (side, truth) in
                    [("attack", truth(|s| s.attack, team)), ("defence", truth(|s| -s.defence, team))]
                {
                    n += 1.0;
                    for (level, held) in ["interval_50", "interval_80", "interval_95"].iter().zip(&mut held) {
                        let ends = &team[side][level];
                        let within = ends[0].as_f64().unwrap() <= truth && truth <= ends[1].as_f64().unwrap();
                        *held += f64::from(u8::from(within));
                    }
                }
            }
        }
        let shares = held.map(|held| held / n);
        println!("by season {by_season}: 50 %, 80 %, 95 % intervals hold {shares:.3?} of {n}");
        // Three standard errors of a share among 192, and what a season's freedom adds to strengths that do not move.
        for (share, nominal) in shares.iter().zip([0.5, 0.8, 0.95]) {
            let error = 3.0 * (nominal * (1.0 - nominal) / n).sqrt();
            let freedom = if by_season { 0.08 } else { 0.0 };
            assert!(*share > nominal - error && *share < nominal + error + freedom, "{shares:?}");
        }
    }
}

/// Truth of the league, near the middle of its posterior.
#[test]
fn parameters_of_a_league_are_found_again() {
    let league = SoccerLeague { n_teams: 16, n_seasons: 4, promoted: 0, rho: -0.1, level: 0.2, ..small() };
    let played = league.generate();
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let fitted = quick(false).fit(&snapshot, league.competition, None).unwrap();
    assert!(fitted.report().converged, "{:?}", fitted.report());
    let parameters = fitted.parameters();
    let strengths = played.truth.strengths.values();
    let n = strengths.len() as f64;
    let shift = strengths.clone().map(|s| s.attack + s.defence).sum::<f64>() / n;
    for (name, summary, truth) in [
        ("level", &parameters["level"], 0.2 + shift),
        ("rho", &parameters["rho"], -0.1),
        ("home advantage", &parameters["home_advantage"][3]["log_goals"], 0.25),
    ] {
        let get = |field: &str| summary[field].as_f64().unwrap();
        assert!((get("mean") - truth).abs() < 3.5 * get("sd"), "{name}: {summary} against {truth}");
        assert!(get("sd") < 0.1, "{name}: {summary}");
    }
}

/// Worlds drawn from the model are not surprising to it; a world with too few draws and too many goalless games is.
#[test]
fn predictive_checks_tell_a_model_that_fits_from_one_that_does_not() {
    let mut p_values = Vec::new();
    for seed in 20..26 {
        let league = SoccerLeague { seed, n_teams: 12, n_seasons: 2, promoted: 0, ..small() };
        let played = league.generate();
        let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
        let fitted = quick(false).fit(&snapshot, league.competition, None).unwrap();
        let checks = &fitted.parameters()["predictive_checks"];
        p_values.extend(checks.as_array().unwrap().iter().map(|c| c["p_value"].as_f64().unwrap()));
    }
    let n = p_values.len() as f64;
    let mean = p_values.iter().sum::<f64>() / n;
    let extreme = p_values.iter().filter(|p| **p < 0.025 || **p > 0.975).count() as f64;
    assert!((mean - 0.5).abs() < 0.15 && extreme / n < 0.1, "{p_values:.2?}");

    let mut rows = premier_league_like();
    for row in rows.iter_mut().step_by(4) {
        (row.home_goals, row.away_goals) = (0, 0);
    }
    let posterior = Posterior::sample(&rows, 12, &quick(false), &|_| {}).unwrap();
    let checks = predictive::check(&rows, &posterior, 40, 1);
    let goalless = checks.iter().find(|c| c.statistic == "goalless_share").unwrap();
    assert!(goalless.p_value < 0.01 && goalless.observed > goalless.replayed, "{checks:?}");
}

fn premier_league_like() -> Vec<Meeting> {
    let league = SoccerLeague { n_teams: 12, n_seasons: 2, promoted: 0, ..small() };
    let played = league.generate();
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    Training::of(&snapshot, league.competition, &quick(false)).unwrap().rows
}
