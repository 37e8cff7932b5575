//! What every law must hold, and what is theirs in common.

mod laws;
mod reference;
mod snapshots;

use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

/// Something to do for every law.
trait ForLaw {
    fn check<L: ScoreLaw>(&self, own: &[f64]);
}

/// Every law, at own parameters away from its Poisson case and from its bounds.
fn for_every_law(check: &impl ForLaw) {
    use crate::model::{
        bivariate_poisson::SharedCount, dixon_coles::LowScores, negative_binomial::Overdispersed,
        poisson::Independent, weibull_copula::JoinedWeibull, zero_inflated_poisson::ZeroInflated,
    };
    check.check::<Independent>(&[]);
    check.check::<LowScores>(&[-0.1]);
    check.check::<SharedCount>(&[0.2]);
    check.check::<Overdispersed>(&[0.15]);
    check.check::<ZeroInflated>(&[0.08]);
    check.check::<JoinedWeibull>(&[1.15, -0.6]);
}

/// Rows of `csv` weighted by `xi` from the last date in the file, and the teams in the order of their names.
pub(in crate::model) fn english_league(csv: &str, xi: f64) -> (Vec<MatchRow>, Vec<String>) {
    let parsed: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut teams: Vec<String> = parsed.iter().flat_map(|f| [f[2].to_owned(), f[3].to_owned()]).collect();
    teams.sort();
    teams.dedup();
    let day = |f: &Vec<&str>| f[1].parse::<Date>().unwrap();
    let last = parsed.iter().map(day).max().unwrap();
    let index = |name: &str| teams.iter().position(|t| t == name).unwrap() as u32;
    let row = |f: &Vec<&str>| MatchRow {
        home: index(f[2]),
        away: index(f[3]),
        home_goals: f[4].parse().unwrap(),
        away_goals: f[5].parse().unwrap(),
        weight: (-xi * f64::from((last - day(f)).get_days())).exp(),
        neutral: false,
        credited: None,
    };
    (parsed.iter().map(row).collect(), teams)
}

/// A league of known parameters whose teams all meet at home and away, `n_rounds` times.
struct Truth {
    parameters: Parameters,
    n_rounds: usize,
    columns: Vec<Column>,
}

impl Truth {
    fn of(n_teams: usize, n_rounds: usize, own: &[f64]) -> Self {
        let spread = |i: usize, by: f64| by * (i as f64 / (n_teams - 1) as f64 - 0.5);
        let parameters = Parameters {
            attack: (0..n_teams).map(|i| 1.0 + spread(i, 0.9)).collect(),
            defence: (0..n_teams).map(|i| -0.8 + spread((i * 5) % n_teams, -0.7)).collect(),
            home_advantage: 0.25,
            covariates: Vec::new(),
            own: own.to_vec(),
        };
        Self { parameters, n_rounds, columns: Vec::new() }
    }

    /// The same with a covariate whose values change places with the row.
    fn with_covariate(mut self, coefficient: f64) -> Self {
        let n = self.parameters.attack.len();
        let value = |i: usize| ((i * 7) % 11) as f64 / 5.0 - 1.0;
        let values = (0..self.n_rounds * n * (n - 1)).map(|i| [value(i), -value(i)]).collect();
        self.columns.push(Column { name: "test", values });
        self.parameters.covariates.push(coefficient);
        self
    }

    /// Scores drawn from the law.
    fn draw<L: ScoreLaw>(&self, seed: u64) -> Vec<MatchRow> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let n = self.parameters.attack.len();
        let law = L::at(&self.parameters.own, 15).unwrap();
        let mut rows = Vec::new();
        for (home, away) in (0..self.n_rounds).flat_map(|_| meetings(n)) {
            let (mut lambda, mut mu) = self.parameters.rates(home, away, false);
            for (column, coefficient) in self.columns.iter().zip(&self.parameters.covariates) {
                let [by_home, by_away] = column.values[rows.len()];
                lambda *= (coefficient * by_home).exp();
                mu *= (coefficient * by_away).exp();
            }
            let grid = law.grid(lambda, mu, 15).unwrap();
            let mut left = rng.random::<f64>();
            let score = grid.iter().find(|(_, p)| {
                left -= p;
                left < 0.0
            });
            let score = score.map_or(domain::Score::new(0, 0), |(score, _)| score);
            rows.push(MatchRow {
                home: home as u32,
                away: away as u32,
                home_goals: score.home,
                away_goals: score.away,
                weight: 1.0,
                neutral: false,
                credited: None,
            });
        }
        rows
    }
}

fn meetings(n_teams: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_teams).flat_map(move |home| (0..n_teams).filter(move |away| *away != home).map(move |a| (home, a)))
}
