//! Against a likelihood written out match by match, and against leagues of known strengths.

use domain::{Briefing, Fixture, RecordedBy, TeamId};
use jiff::{SignedDuration, Timestamp};
use nalgebra::DMatrix;
use testkit::{Played, SoccerLeague, SoccerTruth};

use super::*;
use crate::model::{FittedModel, Model, Predicted};

/// A league of `rows` for the raw fit, with its teams.
fn rows_of(played: &Played<SoccerTruth>, weight: impl Fn(usize) -> f64) -> (Vec<MatchRow>, Vec<TeamId>) {
    let teams: Vec<TeamId> = played.truth.strengths.keys().copied().collect();
    let index = |team: TeamId| teams.binary_search(&team).unwrap() as u32;
    let snapshot = played.history.as_of(Timestamp::MAX, RecordedBy::Now);
    let row = |(i, m): (usize, domain::PlayedMatch<'_>)| MatchRow {
        home: index(m.fixture.home),
        away: index(m.fixture.away),
        home_goals: m.score().home,
        away_goals: m.score().away,
        weight: weight(i),
        neutral: m.fixture.neutral,
        credited: None,
    };
    (snapshot.played().enumerate().map(row).collect(), teams)
}

fn small_league() -> Played<SoccerTruth> {
    let league = SoccerLeague {
        n_teams: 6,
        n_seasons: 3,
        promoted: 1,
        neutral_share: 0.1,
        margin: None,
        rho: -0.1,
        seed: 5,
        ..SoccerLeague::default()
    };
    league.generate()
}

fn flat(p: &Parameters) -> Vec<f64> {
    p.attack.iter().chain(&p.defence).copied().chain([p.home_advantage, p.own[0]]).collect()
}

/// The paper's likelihood, one match at a time.
fn log_likelihood(rows: &[MatchRow], theta: &[f64]) -> f64 {
    let n = (theta.len() - 2) / 2;
    let (home_advantage, rho) = (theta[2 * n], theta[2 * n + 1]);
    let ln_poisson =
        |k: u16, mean: f64| f64::from(k) * mean.ln() - mean - (1..=k).map(|i| f64::from(i).ln()).sum::<f64>();
    rows.iter()
        .map(|r| {
            let (h, a) = (r.home as usize, r.away as usize);
            let lambda = (theta[h] + theta[n + a] + if r.neutral { 0.0 } else { home_advantage }).exp();
            let mu = (theta[a] + theta[n + h]).exp();
            let tau = match (r.home_goals, r.away_goals) {
                (0, 0) => 1.0 - lambda * mu * rho,
                (0, 1) => 1.0 + lambda * rho,
                (1, 0) => 1.0 + mu * rho,
                (1, 1) => 1.0 - rho,
                _ => 1.0,
            };
            r.weight * (tau.ln() + ln_poisson(r.home_goals, lambda) + ln_poisson(r.away_goals, mu))
        })
        .sum()
}

fn gradient(f: &dyn Fn(&[f64]) -> f64, theta: &[f64]) -> Vec<f64> {
    let step = 1e-5;
    let moved = |i: usize, by: f64| {
        let mut theta = theta.to_vec();
        theta[i] += by;
        f(&theta)
    };
    (0..theta.len()).map(|i| (moved(i, step) - moved(i, -step)) / (2.0 * step)).collect()
}

#[test]
fn the_fit_is_the_top_of_the_likelihood_match_by_match() {
    let (rows, teams) = rows_of(&small_league(), |i| 0.3 + 0.7 * (i % 7) as f64 / 6.0);
    let fit = fit(&rows, teams.len(), &Options::default(), None).unwrap();
    assert!(fit.converged && fit.at_bounds.is_empty(), "{fit:?}");
    let theta = flat(&fit.parameters);
    assert!((log_likelihood(&rows, &theta) - fit.log_likelihood).abs() < 1e-9);
    let slope = gradient(&|t| log_likelihood(&rows, t), &theta);
    assert!(slope.iter().all(|g| g.abs() < 1e-6), "{slope:?}");
    assert!((fit.parameters.attack.iter().sum::<f64>() - teams.len() as f64).abs() < 1e-9);
}

#[test]
fn standard_errors_are_those_of_the_free_parameters() {
    // The last attack is what the others leave of the sum; the curvature is taken by differences in the free ones.
    let (rows, teams) = rows_of(&small_league(), |_| 1.0);
    let n = teams.len();
    let fit = fit(&rows, n, &Options::default(), None).unwrap();
    let expand = |free: &[f64]| {
        let last = n as f64 - free[..n - 1].iter().sum::<f64>();
        [&free[..n - 1], &[last], &free[n - 1..]].concat()
    };
    let mut free = flat(&fit.parameters);
    free.remove(n - 1);
    let along = |free: &[f64]| gradient(&|f| log_likelihood(&rows, &expand(f)), free);
    let mut information = DMatrix::zeros(free.len(), free.len());
    for i in 0..free.len() {
        let (mut up, mut down) = (free.clone(), free.clone());
        up[i] += 1e-4;
        down[i] -= 1e-4;
        for (j, (u, d)) in along(&up).iter().zip(along(&down)).enumerate() {
            information[(i, j)] = (d - u) / 2e-4;
        }
    }
    let covariance = information.try_inverse().unwrap();
    let mut errors = flat(&fit.standard_errors().unwrap());
    let last = errors.remove(n - 1);
    for (i, error) in errors.iter().enumerate() {
        assert!((error / covariance[(i, i)].sqrt() - 1.0).abs() < 1e-3, "{i}: {error}");
    }
    let last_variance = covariance.view((0, 0), (n - 1, n - 1)).sum();
    assert!((last / last_variance.sqrt() - 1.0).abs() < 1e-3);
}

#[test]
fn the_prior_is_part_of_the_top() {
    let (rows, teams) = rows_of(&small_league(), |_| 1.0);
    let n = teams.len();
    let attack_mean: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -0.3 } else { 0.1 }).collect();
    let prior = Prior {
        attack: attack_mean.clone(),
        home_advantage: Some(Normal { mean: 0.4, sd: 0.05 }),
        own: vec![Some(Normal { mean: 0.0, sd: 0.02 })],
        ..Prior::strength(0.2)
    };
    let options = Options { prior: Some(prior), ..Options::default() };
    let fit = fit(&rows, n, &options, None).unwrap();
    let around_mean = |values: &[f64], means: &[f64]| {
        let residuals: Vec<f64> = values.iter().zip(means).map(|(v, m)| v - m).collect();
        let mean = residuals.iter().sum::<f64>() / n as f64;
        residuals.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (2.0 * 0.2 * 0.2)
    };
    let penalised = |theta: &[f64]| {
        let normal = |x: f64, mean: f64, sd: f64| (x - mean).powi(2) / (2.0 * sd * sd);
        log_likelihood(&rows, theta)
            - around_mean(&theta[..n], &attack_mean)
            - around_mean(&theta[n..2 * n], &vec![0.0; n])
            - normal(theta[2 * n], 0.4, 0.05)
            - normal(theta[2 * n + 1], 0.0, 0.02)
    };
    let theta = flat(&fit.parameters);
    assert!((penalised(&theta) - fit.objective).abs() < 1e-9);
    assert!(gradient(&penalised, &theta).iter().all(|g| g.abs() < 1e-5));
    let tight = Options { prior: Some(Prior::strength(1e-3)), ..Options::default() };
    let shrunk = super::fit(&rows, n, &tight, None).unwrap().parameters;
    assert!(shrunk.attack.iter().all(|a| (a - 1.0).abs() < 1e-3), "strengths shrink to the mean: {shrunk:?}");
}

#[test]
fn a_warm_start_changes_the_way_and_not_the_end() {
    let (rows, teams) = rows_of(&small_league(), |_| 1.0);
    let options = Options::default();
    let cold = fit(&rows, teams.len(), &options, None).unwrap();
    let before = fit(&rows[..rows.len() - 5], teams.len(), &options, None).unwrap();
    let warm = fit(&rows, teams.len(), &options, Some(&before.parameters)).unwrap();
    assert!(warm.iterations <= cold.iterations);
    for (a, b) in flat(&cold.parameters).iter().zip(flat(&warm.parameters)) {
        assert!((a - b).abs() < 1e-9);
    }
    assert!(fit(&rows, teams.len() + 1, &options, Some(&before.parameters)).is_err(), "other teams");
    // A start at which a score that occurred is impossible is passed over.
    let absurd = Parameters { own: vec![50.0], ..before.parameters };
    assert!(fit(&rows, teams.len(), &options, Some(&absurd)).unwrap().converged);
}

#[test]
fn a_team_that_never_scores_is_named() {
    let row = |home, away, home_goals, away_goals| MatchRow {
        home,
        away,
        home_goals,
        away_goals,
        weight: 1.0,
        neutral: false,
        credited: None,
    };
    let rows = [
        row(0, 1, 2, 1),
        row(1, 0, 1, 1),
        row(0, 2, 2, 0),
        row(2, 0, 0, 1),
        row(1, 2, 3, 0),
        row(2, 1, 0, 2),
        row(0, 1, 1, 3),
        row(1, 0, 2, 2),
    ];
    let fit = fit(&rows, 3, &Options::default(), None).unwrap();
    assert_eq!(fit.at_bounds, ["attack[2]"]);
    let held = Options { prior: Some(Prior::strength(0.3)), ..Options::default() };
    assert!(super::fit(&rows, 3, &held, None).unwrap().at_bounds.is_empty());
}

#[test]
fn leagues_that_never_met_have_no_common_scale() {
    let (rows, teams) = rows_of(&small_league(), |_| 1.0);
    let n = teams.len();
    let shift = n as u32;
    let apart = rows.iter().map(|r| MatchRow { home: r.home + shift, away: r.away + shift, ..*r });
    let both: Vec<MatchRow> = rows.iter().copied().chain(apart).collect();
    let fit = fit(&both, 2 * n, &Options::default(), None).unwrap();
    assert!(fit.converged, "the likelihood has its maximum: {}", fit.gradient_norm);
    assert!(fit.covariance().is_none_or(|c| c.diagonal().max() > 1e3), "and one direction is open");
}

#[test]
fn strengths_come_back_and_standard_errors_cover_them() {
    let (mut inside, mut squares, mut count) = (0.0, 0.0, 0.0);
    for seed in 1..=8 {
        let league = SoccerLeague {
            seed,
            n_seasons: 5,
            promoted: 0,
            margin: None,
            expected_goals: false,
            unplayed_rounds: 0,
            ..SoccerLeague::default()
        };
        let played = league.generate();
        let (rows, teams) = rows_of(&played, |_| 1.0);
        let n = teams.len();
        let fit = fit(&rows, n, &Options::default(), None).unwrap();
        let strengths = teams.iter().map(|t| played.truth.strengths[t]);
        let (attack, defence): (Vec<f64>, Vec<f64>) = strengths.map(|s| (s.attack, s.defence)).unzip();
        // The same expectations on the scale where attacks sum to the number of teams.
        let shift = 1.0 - attack.iter().sum::<f64>() / n as f64;
        let truth = Parameters {
            attack: attack.iter().map(|a| a + shift).collect(),
            defence: defence.iter().map(|d| d + league.level - shift).collect(),
            home_advantage: league.home_advantage,
            covariates: Vec::new(),
            own: vec![league.rho],
        };
        let errors = flat(&fit.standard_errors().unwrap());
        for ((got, want), error) in flat(&fit.parameters).iter().zip(flat(&truth)).zip(errors) {
            let z = (got - want) / error;
            assert!(z.abs() < 5.0, "seed {seed}: {got} against {want}, standard error {error}");
            inside += f64::from(u8::from(z.abs() < 1.96));
            squares += z * z;
            count += 1.0;
        }
    }
    // 336 parameters, correlated within a league: the share inside may stray a few per cent.
    assert!((inside / count - 0.95_f64).abs() < 0.03, "covered {}", inside / count);
    assert!((squares / count - 1.0_f64).abs() < 0.2, "mean square {}", squares / count);
}

fn predict(fitted: &dyn FittedModel, fixture: &Fixture) -> Predicted {
    fitted.forecast(&Briefing::bare(fixture)).unwrap()
}

#[test]
fn promoted_teams_start_from_what_promoted_teams_did() {
    let league = SoccerLeague { n_seasons: 9, promoted_gap: 0.3, margin: None, ..SoccerLeague::default() };
    let Played { history, fixtures, truth } = league.generate();
    // The first day of the last season: its newcomers have no record at all.
    let last = fixtures.iter().map(|f| f.season).max().unwrap();
    let opening = fixtures.iter().filter(|f| f.season == last).map(|f| f.kickoff.earliest()).min().unwrap();
    let snapshot = history.as_of(opening, RecordedBy::Now);
    let fitted = DixonColes::default().fit(&snapshot, league.competition, None).unwrap();
    let model = fitted.as_any().downcast_ref::<FittedDixonColes>().unwrap();
    let newcomer = *truth.strengths.keys().last().unwrap();
    assert!(!model.teams().contains(&newcomer), "never seen");
    let fixture = *fixtures.iter().find(|f| f.season == last && f.home == newcomer).unwrap();
    // What its goals would be were it as good as the others of that match on average.
    let others: Vec<f64> = model
        .teams()
        .iter()
        .filter(|t| fixtures.iter().any(|f| f.season == last && f.home == **t))
        .map(|t| model.expected_goals(&Fixture { home: *t, ..fixture }).0.ln())
        .collect();
    let mean = others.iter().sum::<f64>() / others.len() as f64;
    let below = model.expected_goals(&fixture).0.ln() - mean;
    assert!((-0.45..-0.1).contains(&below), "newcomers attack {below} below the mean of the others");
    let known = Fixture { home: model.teams()[0], ..fixture };
    let (new, old) = (predict(&*fitted, &fixture), predict(&*fitted, &known));
    assert!(new.uncertainty.unwrap().home_log_se > old.uncertainty.unwrap().home_log_se);
}

#[test]
fn old_matches_count_less() {
    let league = SoccerLeague { n_seasons: 6, promoted: 0, margin: None, ..SoccerLeague::default() };
    let Played { history, .. } = league.generate();
    let at = history.as_of(Timestamp::MAX, RecordedBy::Now).played().last().unwrap().fixture.kickoff.latest();
    let snapshot = history.as_of(at + SignedDuration::from_hours(30), RecordedBy::Now);
    let fit_with =
        |settings: Settings| DixonColes::with(settings).fit(&snapshot, league.competition, None).unwrap();
    let se = |fitted: &dyn FittedModel| {
        let fixture = *snapshot.played().next().unwrap().fixture;
        predict(fitted, &fixture).uncertainty.unwrap().home_log_se
    };
    let all = fit_with(Settings { half_life: HalfLife::None, ..Settings::default() });
    let recent = fit_with(Settings { half_life: HalfLife::Days(100.0), ..Settings::default() });
    assert!(se(&*recent) > 1.3 * se(&*all), "less to go by");
    let window = fit_with(Settings { window_days: Some(300.0), ..Settings::default() });
    assert_eq!(window.report().training_matches, 370, "one season but for its last round");
    assert!(all.report().converged && all.report().gradient_norm.unwrap() < 1e-8);
}

#[test]
fn expected_goals_tell_more_than_goals() {
    // The synthetic chances scatter less than goals, so a fit on them is nearer to the truth.
    let league = SoccerLeague { n_seasons: 2, promoted: 0, margin: None, ..SoccerLeague::default() };
    let Played { history, fixtures, truth } = league.generate();
    let snapshot = history.as_of(Timestamp::MAX, RecordedBy::Now);
    let error = |model: DixonColes| {
        let settings = Settings { half_life: HalfLife::None, ..model.settings().clone() };
        let fitted = DixonColes::with(settings).fit(&snapshot, league.competition, None).unwrap();
        let model = fitted.as_any().downcast_ref::<FittedDixonColes>().unwrap();
        let off = |f: &Fixture| (model.expected_goals(f).0 / truth.expected_goals(f).0).ln().powi(2);
        fixtures.iter().map(off).sum::<f64>() / fixtures.len() as f64
    };
    let (goals, both) = (error(DixonColes::default()), error(DixonColes::with_expected_goals()));
    assert!(both < 0.9 * goals, "{both} against {goals}");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn any_row(n_teams: u32) -> impl Strategy<Value = MatchRow> {
        let pair = (0..n_teams, 1..n_teams).prop_map(move |(home, by)| (home, (home + by) % n_teams));
        (pair, 0..9_u16, 0..9_u16, 0.0..1.0_f64, any::<bool>()).prop_map(
            |((home, away), home_goals, away_goals, weight, neutral)| MatchRow {
                home,
                away,
                home_goals,
                away_goals,
                weight: weight + 1e-3,
                neutral,
                credited: None,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the rows, under the model's own prior there is a top and the search finds it.
        #[test]
        fn under_a_prior_every_league_has_a_fit(rows in prop::collection::vec(any_row(5), 1..60)) {
            let normal = |mean, sd| Some(Normal { mean, sd });
            let prior =
                Prior { home_advantage: normal(0.25, 0.25), own: vec![normal(-0.05, 0.1)], ..Prior::strength(0.35) };
            let options = Options { prior: Some(prior), ..Options::default() };
            let fit = fit(&rows, 5, &options, None).unwrap();
            prop_assert!(fit.converged, "{} after {} steps", fit.gradient_norm, fit.iterations);
            let theta = flat(&fit.parameters);
            prop_assert!((log_likelihood(&rows, &theta) - fit.log_likelihood).abs() < 1e-8);
            prop_assert!(fit.standard_errors().is_some());
        }

        #[test]
        fn every_grid_is_a_distribution(lambda in 0.01..10.0_f64, mu in 0.01..10.0_f64, rho in -2.0..2.0_f64) {
            let grid = score_grid(lambda, mu, rho, 15).unwrap();
            prop_assert!((grid.cells().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(grid.cells().iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
