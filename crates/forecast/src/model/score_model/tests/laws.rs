//! Each law against its own definition: derivatives, special case, means, recovery of what scores were drawn from.

use domain::{Score, ScoreDistribution};
use proptest::prelude::*;

use super::*;
use crate::model::{poisson::Independent, score_model::objective::Objective};

struct Derivatives;

impl ForLaw for Derivatives {
    fn check<L: ScoreLaw>(&self, own: &[f64]) {
        let truth = Truth::of(5, 3, own).with_covariate(0.1);
        let mut rows = truth.draw::<L>(3);
        for (i, row) in rows.iter_mut().enumerate() {
            row.neutral = i % 7 == 0;
            row.weight = 0.5 + 0.1 * (i % 5) as f64;
        }
        let layout = truth.parameters.layout();
        let grouping =
            pairs::Grouping { model: L::NAME, n_teams: 5, columns: &truth.columns, by_score: L::BY_SCORE };
        let pairs = pairs::Pairs::of(&rows, &grouping).unwrap();
        let objective = Objective { pairs: &pairs, columns: &truth.columns, prior: None, layout };
        let theta: Vec<f64> =
            truth.parameters.flat().iter().enumerate().map(|(i, t)| t + 0.01 * (i % 3) as f64).collect();
        let here = objective.evaluate::<L>(&theta).unwrap();
        let h = 1e-5;
        for i in 0..layout.len() {
            let moved = |by: f64| {
                let mut theta = theta.clone();
                theta[i] += by;
                objective.evaluate::<L>(&theta).unwrap()
            };
            let (up, down) = (moved(h), moved(-h));
            let slope = (up.objective - down.objective) / (2.0 * h);
            assert!((slope - here.gradient[i]).abs() < 1e-5, "{} {i}: {slope}", L::NAME);
            for j in 0..=i {
                let bend = -(up.gradient[j] - down.gradient[j]) / (2.0 * h);
                let said = here.information[(i, j)];
                assert!(
                    (bend - said).abs() < 1e-5 * (1.0 + said.abs()),
                    "{} {i} {j}: {bend}, {said}",
                    L::NAME
                );
            }
        }
    }
}

#[test]
fn gradient_and_information_agree_with_central_differences() {
    for_every_law(&Derivatives);
}

struct SpecialCase;

impl ForLaw for SpecialCase {
    fn check<L: ScoreLaw>(&self, _: &[f64]) {
        let own: Vec<f64> = L::OWN.iter().map(|own| own.at_poisson).collect();
        let law = L::at(&own, 15).unwrap();
        for (lambda, mu) in [(0.3, 1.1), (1.6, 1.2), (3.9, 0.5), (2.5, 4.2)] {
            let (mine, plain) = (law.grid(lambda, mu, 15), Independent.grid(lambda, mu, 15));
            for ((score, p), q) in mine.unwrap().iter().zip(plain.unwrap().cells()) {
                assert!((p - q).abs() < 1e-11, "{} {score} at {lambda}, {mu}: {p} against {q}", L::NAME);
            }
            let one = WeightedScore { home: 2, away: 1, weight: 0.7 };
            let rates = Rates::of(lambda, mu);
            let (mine, plain) =
                (law.part(&Meetings::single(&one), rates), Independent.part(&Meetings::single(&one), rates));
            let (mine, plain) = (mine.unwrap(), plain.unwrap());
            for (a, b) in [
                (mine.value, plain.value),
                (mine.eta, plain.eta),
                (mine.zeta_zeta, plain.zeta_zeta),
                (mine.eta_zeta, plain.eta_zeta),
            ] {
                assert!((a - b).abs() < 1e-9, "{} at {lambda}, {mu}: {a} against {b}", L::NAME);
            }
        }
    }
}

#[test]
fn every_law_has_independent_poisson_counts_as_a_special_case() {
    for_every_law(&SpecialCase);
}

struct Means;

impl ForLaw for Means {
    fn check<L: ScoreLaw>(&self, own: &[f64]) {
        let law = L::at(own, 60).unwrap();
        let (lambda, mu) = (1.7_f64, 1.1_f64);
        let grid = law.grid(lambda, mu, 60).unwrap();
        let (home, away) = grid.expected_score();
        let said = law.means(Rates::of(lambda, mu));
        assert!((said[0].mean - home).abs() < 1e-9, "{}: {} against {home}", L::NAME, said[0].mean);
        assert!((said[1].mean - away).abs() < 1e-9, "{}: {} against {away}", L::NAME, said[1].mean);
        let h = 1e-5;
        let log_mean = |eta: f64, zeta: f64, own: &[f64]| {
            let law = L::at(own, 60).unwrap();
            law.means(Rates::of(eta.exp(), zeta.exp())).map(|m| m.mean.ln())
        };
        let (eta, zeta) = (lambda.ln(), mu.ln());
        for side in 0..2 {
            let slope = |up: [f64; 2], down: [f64; 2]| (up[side] - down[side]) / (2.0 * h);
            let by_eta = slope(log_mean(eta + h, zeta, own), log_mean(eta - h, zeta, own));
            let by_zeta = slope(log_mean(eta, zeta + h, own), log_mean(eta, zeta - h, own));
            assert!((by_eta - said[side].eta).abs() < 1e-7, "{} {side}", L::NAME);
            assert!((by_zeta - said[side].zeta).abs() < 1e-7, "{} {side}", L::NAME);
            for k in 0..own.len() {
                let moved = |by: f64| {
                    let mut own = own.to_vec();
                    own[k] += by;
                    log_mean(eta, zeta, &own)
                };
                let by_own = slope(moved(h), moved(-h));
                assert!((by_own - said[side].own[k]).abs() < 1e-7, "{} {side} {k}", L::NAME);
            }
        }
        let single: f64 =
            grid.iter().filter(|(s, _)| s.home < 9 && s.away < 9).map(|(s, p)| log_gap(&law, s, p)).sum();
        assert!(single < 1e-6, "{}: part and grid say other probabilities, {single}", L::NAME);
    }
}

/// How far the likelihood of one score is from its cell.
fn log_gap<L: ScoreLaw>(law: &L, score: Score, p: f64) -> f64 {
    let one = WeightedScore { home: score.home, away: score.away, weight: 1.0 };
    let part = law.part(&Meetings::single(&one), Rates::of(1.7, 1.1)).unwrap();
    (part.value.exp() - p).abs()
}

#[test]
fn means_and_likelihood_are_those_of_the_grid() {
    for_every_law(&Means);
}

struct Recovery;

impl ForLaw for Recovery {
    fn check<L: ScoreLaw>(&self, own: &[f64]) {
        let truth = Truth::of(10, 40, own).with_covariate(0.08);
        let rows = truth.draw::<L>(17);
        let options = Options { covariates: truth.columns.clone(), ..Options::default() };
        let fit = fit::<L>(&rows, 10, &options, None).unwrap();
        assert!(fit.converged && fit.at_bounds.is_empty(), "{}: {:?}", L::NAME, fit.at_bounds);
        let errors = fit.standard_errors().unwrap().flat();
        let shift = 1.0 - truth.parameters.attack.iter().sum::<f64>() / 10.0;
        assert!(shift.abs() < 1e-12, "the truth is anchored too");
        let mut squares = 0.0;
        for ((got, want), error) in fit.parameters.flat().iter().zip(truth.parameters.flat()).zip(&errors) {
            let z = (got - want) / error;
            squares += z * z;
            assert!(z.abs() < 4.5, "{}: {got} against {want}, standard error {error}", L::NAME);
        }
        let mean = squares / errors.len() as f64;
        assert!((0.3..2.2).contains(&mean), "{}: mean square {mean}", L::NAME);
        let Parameters { covariates, own: own_errors, .. } = fit.standard_errors().unwrap();
        assert!(covariates[0] < 0.02 && own_errors.iter().all(|e| *e > 0.0 && *e < 0.15), "{own_errors:?}");
    }
}

#[test]
fn parameters_and_coefficients_come_back_from_drawn_scores() {
    for_every_law(&Recovery);
}

struct Held;

impl ForLaw for Held {
    /// Scores that scatter less than Poisson's push every law with a bound at Poisson onto it.
    fn check<L: ScoreLaw>(&self, _: &[f64]) {
        let bounded = L::OWN.iter().any(|own| own.bounds.contains(&own.at_poisson));
        let plain = Truth::of(6, 4, &[]);
        let mut rows = plain.draw::<Independent>(5);
        for row in &mut rows {
            let (lambda, mu) = plain.parameters.rates(row.home as usize, row.away as usize, false);
            // Even scores, and more for one side where there are fewer for the other.
            let more = row.home.is_multiple_of(2);
            row.home_goals = if more { lambda.ceil() } else { lambda.floor().max(1.0) } as u16;
            row.away_goals = if more { mu.floor().max(1.0) } else { mu.ceil() } as u16;
        }
        let fit = fit::<L>(&rows, 6, &Options::default(), None).unwrap();
        assert!(fit.converged, "{}: {}", L::NAME, fit.gradient_norm);
        if !bounded {
            return;
        }
        assert_eq!(fit.at_bounds, [L::OWN[0].name], "{}", L::NAME);
        let poisson = super::super::fit::<Independent>(&rows, 6, &Options::default(), None).unwrap();
        assert!((fit.log_likelihood - poisson.log_likelihood).abs() < 1e-9, "{}", L::NAME);
        let (mine, plain) = (fit.standard_errors().unwrap(), poisson.standard_errors().unwrap());
        assert_eq!(mine.own, [0.0], "held");
        assert!((mine.home_advantage - plain.home_advantage).abs() < 1e-9);
    }
}

#[test]
fn a_parameter_on_its_bound_is_named_and_held() {
    for_every_law(&Held);
}

fn any_row(n_teams: u32) -> impl Strategy<Value = MatchRow> {
    let pair = (0..n_teams, 1..n_teams).prop_map(move |(home, by)| (home, (home + by) % n_teams));
    (pair, 0..6_u16, 0..6_u16, 0.0..1.0_f64, any::<bool>()).prop_map(
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

struct UnderPrior(Vec<MatchRow>);

impl ForLaw for UnderPrior {
    fn check<L: ScoreLaw>(&self, _: &[f64]) {
        let prior = Prior {
            home_advantage: Some(Normal { mean: 0.25, sd: 0.25 }),
            own: L::OWN.iter().map(|own| Some(own.prior)).collect(),
            ..Prior::strength(0.35)
        };
        let options = Options { prior: Some(prior), ..Options::default() };
        let fit = fit::<L>(&self.0, 5, &options, None).unwrap();
        assert!(fit.converged, "{}: {} after {} steps", L::NAME, fit.gradient_norm, fit.iterations);
        assert!(fit.standard_errors().is_some(), "{}", L::NAME);
        for (own, value) in L::OWN.iter().zip(&fit.parameters.own) {
            assert!((own.bounds[0]..=own.bounds[1]).contains(value), "{}: {value}", own.name);
        }
    }
}

struct Grids(f64, f64);

impl ForLaw for Grids {
    fn check<L: ScoreLaw>(&self, own: &[f64]) {
        let grid: ScoreDistribution = L::at(own, 15).unwrap().grid(self.0, self.1, 15).unwrap();
        assert!((grid.cells().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(grid.cells().iter().all(|p| (0.0..=1.0).contains(p)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the rows, under the model's own prior there is a top and the search finds it.
    #[test]
    fn under_a_prior_every_league_has_a_fit(rows in prop::collection::vec(any_row(5), 1..60)) {
        for_every_law(&UnderPrior(rows));
    }

    #[test]
    fn every_grid_is_a_distribution(lambda in 0.01..10.0_f64, mu in 0.01..10.0_f64) {
        for_every_law(&Grids(lambda, mu));
    }
}
