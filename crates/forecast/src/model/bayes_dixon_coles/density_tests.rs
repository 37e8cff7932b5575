//! The density against what it is meant to be: match by match, prior by prior, and its gradient against differences.

use nalgebra::DMatrix;
use rand::RngExt;

use super::{
    density::Density,
    home_walk::HomeWalk,
    likelihood::{self, Point},
    meetings::{self, Meetings},
    sampler, *,
};

/// A few seasons of teams that come and go, with neutral venues, every low score and one pair that meets twice.
pub(super) fn rows() -> Vec<Meeting> {
    let mut rng = sampler::generator(5, 0);
    let mut rows = Vec::new();
    for season in [0_u32, 1, 3] {
        let absent = season.min(2);
        for home in 0..6_u32 {
            for away in (0..6_u32).filter(|away| *away != home && *away != absent && home != absent) {
                let mut goals = || rng.random_range(0..3_u16);
                let (home_goals, away_goals) = (goals(), goals());
                let neutral = (home + away + season).is_multiple_of(5);
                rows.push(Meeting { season, home, away, home_goals, away_goals, neutral });
            }
        }
    }
    rows.push(Meeting { season: 1, home: 3, away: 4, home_goals: 5, away_goals: 0, neutral: false });
    rows
}

fn density(by_season: bool) -> Density {
    Density::new(Meetings::of(&rows(), 6, by_season).unwrap(), by_season, true)
}

fn somewhere(density: &Density, seed: u64) -> Vec<f64> {
    let mut rng = sampler::generator(seed, 0);
    density.start().iter().map(|x| x + rng.random_range(-0.5..0.5)).collect()
}

#[test]
fn gradients_agree_with_central_differences() {
    for by_season in [false, true] {
        let mut density = density(by_season);
        for seed in 0..3 {
            let at = somewhere(&density, seed);
            let mut slope = vec![0.0; at.len()];
            let mut nowhere = slope.clone();
            density.evaluate(&at, &mut slope);
            for i in 0..at.len() {
                let mut beside = |step: f64| {
                    let mut there = at.clone();
                    there[i] += step;
                    density.evaluate(&there, &mut nowhere)
                };
                let difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
                assert!(
                    (difference - slope[i]).abs() < 1e-6 * (1.0 + slope[i].abs()),
                    "{by_season} {i}: {} against {difference}",
                    slope[i]
                );
            }
        }
    }
}

/// The likelihood match by match, as the header writes it, without factorials.
fn match_by_match(rows: &[Meeting], meetings: &Meetings, at: &Point, by_season: bool) -> f64 {
    let slot = |row: &Meeting, team: u32| {
        let found =
            |s: &&meetings::Slot| s.team == team as usize && (!by_season || s.season == row.season as usize);
        meetings.slots.iter().position(|s| found(&s)).unwrap()
    };
    let one = |row: &Meeting| {
        let (h, a) = (slot(row, row.home), slot(row, row.away));
        let advantage = if row.neutral { 0.0 } else { at.home[row.season as usize] };
        let ln_lambda = at.level + advantage + at.attack[h] - at.defence[a];
        let ln_mu = at.level + at.attack[a] - at.defence[h];
        let (lambda, mu) = (ln_lambda.exp(), ln_mu.exp());
        let tau: f64 = match (row.home_goals, row.away_goals) {
            (0, 0) => 1.0 - at.rho * lambda * mu,
            (0, 1) => 1.0 + at.rho * lambda,
            (1, 0) => 1.0 + at.rho * mu,
            (1, 1) => 1.0 - at.rho,
            _ => 1.0,
        };
        f64::from(row.home_goals) * ln_lambda + f64::from(row.away_goals) * ln_mu - lambda - mu + tau.ln()
    };
    rows.iter().map(one).sum()
}

#[test]
fn sums_per_pair_say_what_the_matches_say() {
    let rows = rows();
    for by_season in [false, true] {
        let mut density = density(by_season);
        let meetings = density.meetings.clone();
        let position = somewhere(&density, 8);
        let at = density.at(&position).point.clone();
        let mut work = likelihood::Workspace::new(&meetings);
        let mut slope = Point::zero(&meetings);
        let got = likelihood::log_likelihood(&meetings, &at, true, &mut work, &mut slope);
        let want = match_by_match(&rows, &meetings, &at, by_season);
        assert!((got - want).abs() < 1e-10 * want.abs(), "{got} against {want}");
    }
}

/// Beyond the edge of what rho allows the density goes on smoothly, and leads back.
#[test]
fn an_impossible_rho_is_sent_back() {
    let mut density = density(false);
    let rho = density.rho_coordinate().unwrap();
    let mut at = density.start();
    let mut slope = vec![0.0; at.len()];
    at[rho] = 14.0;
    let value = density.evaluate(&at, &mut slope);
    assert!(value.is_finite() && slope[rho] < -10.0, "{value}, {}", slope[rho]);
}

#[test]
fn what_is_no_match_is_refused() {
    let good = Meeting { season: 0, home: 0, away: 1, home_goals: 1, away_goals: 0, neutral: false };
    assert!(Meetings::of(&[good], 2, false).is_ok());
    for (bad, n_teams) in [(Meeting { away: 0, ..good }, 2), (Meeting { away: 2, ..good }, 2), (good, 3)] {
        assert!(Meetings::of(&[bad], n_teams, false).is_err(), "{bad:?} of {n_teams}");
    }
}

fn log_normal_density(x: f64, mean: f64, sd: f64) -> f64 {
    -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - 0.5 * std::f64::consts::TAU.ln()
}

fn log_half_cauchy_density(x: f64, scale: f64) -> f64 {
    (2.0 / (std::f64::consts::PI * scale * (1.0 + (x / scale).powi(2)))).ln()
}

/// Strengths that move, prior by prior as `strengths.rs` writes them, with the Jacobians of ln sigma and logit turnover. The
/// walk's coordinates are held, so that its part cancels between two points.
#[test]
fn moving_strengths_have_the_prior_that_is_written() {
    let mut density = density(true);
    let (first, second) = (somewhere(&density, 1), somewhere(&density, 2));
    let [attack, defence] = density.sides();
    let meetings = density.meetings.clone();
    let held = attack.start - usize::from(density.correlated);
    let mut written = |coordinates: &[f64]| {
        let mut slope = vec![0.0; coordinates.len()];
        let value = density.evaluate(coordinates, &mut slope);
        let position = density.at(coordinates);
        let point = position.point;
        let mut sum = match_by_match(&rows(), &meetings, point, true);
        sum += log_normal_density(point.level, 0.0, 2_f64.sqrt()) + log_normal_density(point.rho, 0.0, 0.1);
        for (range, side) in [(&attack, position.attack), (&defence, position.defence)] {
            let (sigma, turnover) = (side.sigma, side.turnover);
            sum += log_half_cauchy_density(sigma, 0.5) + sigma.ln() + (turnover * (1.0 - turnover)).ln();
            for (i, slot) in meetings.slots.iter().enumerate() {
                let before = i.checked_sub(1).filter(|b| meetings.slots[*b].team == slot.team);
                let Some(before) = before else {
                    sum += log_normal_density(side.x[i], 0.0, sigma);
                    continue;
                };
                let gap = (slot.season - meetings.slots[before].season) as f64;
                let kept = (1.0 - turnover * turnover).powf(0.5 * gap);
                let spread = sigma * (1.0 - kept * kept).sqrt();
                sum += log_normal_density(side.x[i], kept * side.x[before], spread);
                // The coordinate is the standardised step.
                sum += spread.ln();
                let step = coordinates[range.start + 2 + i];
                assert!((side.x[i] - kept * side.x[before] - spread * step).abs() < 1e-12);
            }
        }
        (value, sum)
    };
    let mut other = first.clone();
    other[0] = second[0];
    other[held..].copy_from_slice(&second[held..]);
    let (one, two) = (written(&first), written(&other));
    let (got, want) = (one.0 - two.0, one.1 - two.1);
    assert!((got - want).abs() < 1e-8, "{got} against {want}");
    assert!(want.abs() > 1.0, "the points differ");
}

/// The prior of the walk with the determinant of its coordinates, column by column, gamma_0 integrated out.
#[test]
fn home_advantage_has_the_prior_that_is_written() {
    let meetings = Meetings::of(&rows(), 6, false).unwrap();
    let n = meetings.n_seasons;
    let mut walk = HomeWalk::of(&meetings);
    let mut values = Vec::new();
    for (log_sigma, seed) in [(-4.0, 1), (-2.0, 2), (0.5, 3)] {
        let mut rng = sampler::generator(seed, 0);
        let y: Vec<f64> = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
        let mut home = vec![0.0; n];
        let mut at = |y: &[f64], home: &mut [f64]| walk.expand(&[&[log_sigma], y].concat(), home).0;
        let value = at(&y, &mut home);
        let columns = DMatrix::from_fn(n, n, |row, column| {
            let mut there = y.clone();
            there[column] += 1.0;
            let mut moved = vec![0.0; n];
            at(&there, &mut moved);
            moved[row] - home[row]
        });
        let sigma = log_sigma.exp();
        let mut want = log_half_cauchy_density(sigma, 0.05) + log_sigma + columns.determinant().abs().ln();
        want += log_normal_density(home[0], 0.3, 0.1_f64.hypot(sigma));
        want += home.windows(2).map(|pair| log_normal_density(pair[1], pair[0], sigma)).sum::<f64>();
        values.push(value - want);
    }
    // Equal up to one constant.
    assert!(values.iter().all(|v| (v - values[0]).abs() < 1e-8), "{values:?}");
}
