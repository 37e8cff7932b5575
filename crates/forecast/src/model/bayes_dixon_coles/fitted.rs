//! The fitted model: draws kept compactly, and score distributions averaged over them.
//!
//! A kept draw is nine numbers and two per team, in `f32`: a thousand draws of 27 teams are 250 kB.

use std::any::Any;

use domain::{Briefing, Fixture, ScoreDistribution, Season, TeamId, forecast::Uncertainty};
use rand::RngExt;
use rand_distr::StandardNormal;
use serde_json::{Value, json};

use super::{
    BayesDixonColes,
    posterior::Posterior,
    predictive::{self, PredictiveCheck},
    recovery::Layout,
    sampler::generator,
    strengths::persistence,
    training::Training,
};
use crate::{
    ForecastError,
    model::{FitReport, FittedModel, Predicted, dixon_coles::EXPECTED_GOALS},
};

/// What of a draw concerns all teams.
#[derive(Debug, Clone, Copy)]
struct Population {
    /// Of attack, then defence.
    mu: [f32; 2],
    sigma: [f32; 2],
    turnover: [f32; 2],
    /// Home advantage in the last season, and how far it goes in one.
    home: f32,
    gamma_sigma: f32,
    rho: f32,
}

/// A team that was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Member {
    team: TeamId,
    /// The season its kept strength is of; strengths that never change are of the last season.
    season: Season,
}

/// Draws of the strengths of the teams of one competition.
#[derive(Debug)]
pub struct FittedBayesDixonColes {
    /// Sorted by team.
    members: Vec<Member>,
    last_season: Season,
    seed: u64,
    draws: Vec<Population>,
    /// By team, then draw: attack and defence.
    strengths: Vec<[f32; 2]>,
    parameters: Value,
    report: FitReport,
}

/// Attack and defence of one team by draw.
type Drawn = Vec<[f64; 2]>;

impl FittedBayesDixonColes {
    pub(super) fn new(
        training: &Training,
        posterior: &Posterior,
        model: &BayesDixonColes,
        report: FitReport,
    ) -> Self {
        let layout = &posterior.layout;
        let season = |index: usize| {
            Season::starting(training.first_season.start_year + i16::try_from(index).unwrap_or(0))
        };
        let last_slot = latest(posterior, training.teams.len());
        let members = training.teams.iter().zip(&last_slot);
        let members =
            members.map(|(team, slot)| Member { team: *team, season: season(posterior.slots[*slot].season) });
        let kept: Vec<usize> = posterior.thinned(model.kept_draws).collect();
        let get = |parameter: usize, draw: usize| posterior.column(parameter)[draw] as f32;
        let optional = |parameter: Option<usize>, draw: usize| parameter.map_or(0.0, |p| get(p, draw));
        let population = |draw: &usize| Population {
            mu: [Layout::MU_ATTACK, Layout::MU_DEFENCE].map(|p| get(p, *draw)),
            sigma: [Layout::SIGMA_ATTACK, Layout::SIGMA_DEFENCE].map(|p| get(p, *draw)),
            turnover: [0, 1].map(|side| optional(layout.turnover().map(|first| first + side), *draw)),
            home: get(layout.home() + layout.n_seasons - 1, *draw),
            gamma_sigma: get(Layout::GAMMA_SIGMA, *draw),
            rho: optional(layout.rho(), *draw),
        };
        let strength = |slot: usize, draw: usize| {
            [layout.attack() + slot, layout.defence() + slot].map(|p| get(p, draw))
        };
        let checks = predictive::check(&training.rows, posterior, model.replays, model.sampling.seed);
        Self {
            members: members.collect(),
            last_season: season(layout.n_seasons - 1),
            seed: model.sampling.seed,
            draws: kept.iter().map(population).collect(),
            strengths: last_slot
                .iter()
                .flat_map(|slot| kept.iter().map(|draw| strength(*slot, *draw)))
                .collect(),
            parameters: describe(training, posterior, &last_slot, &checks),
            report,
        }
    }

    /// Bytes of the draws kept for forecasts.
    pub fn kept_bytes(&self) -> usize {
        size_of_val(self.draws.as_slice()) + size_of_val(self.strengths.as_slice())
    }

    /// Attack and defence of a team in a season, draw by draw. A team never seen is drawn from the population; one whose
    /// strength moves is carried on to the season.
    fn drawn(&self, team: TeamId, season: Season, stranger: u64) -> Drawn {
        let index = self.members.binary_search_by_key(&team, |member| member.team).ok();
        let n = self.draws.len();
        let seasons_ahead =
            |member: &Member| f64::from(season.start_year.saturating_sub(member.season.start_year).max(0));
        let kept = index.map(|i| (&self.strengths[i * n..(i + 1) * n], seasons_ahead(&self.members[i])));
        let noise = match kept {
            Some((_, seasons)) if seasons > 0.0 => self.noise(team.0 as u64),
            Some(_) => Vec::new(),
            None => self.noise(stranger),
        };
        let at = |(draw, population): (usize, &Population)| {
            [0, 1].map(|side| {
                let (mu, sigma) = (f64::from(population.mu[side]), f64::from(population.sigma[side]));
                let new = noise.get(draw).map_or(0.0, |z| z[side]);
                let (old, (share, renewed)) = match kept {
                    None => (0.0, (0.0, 1.0)),
                    Some((strengths, seasons)) => (
                        f64::from(strengths[draw][side]) - mu,
                        persistence(seasons, f64::from(population.turnover[side])),
                    ),
                };
                mu + share * old + sigma * renewed * new
            })
        };
        self.draws.iter().enumerate().map(at).collect()
    }

    /// Standard normal numbers by draw, each followed by its opposite, so that their mean is 0.
    fn noise(&self, stream: u64) -> Vec<[f64; 2]> {
        let mut rng = generator(self.seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15), 0);
        let mut noise = Vec::with_capacity(self.draws.len() + 1);
        while noise.len() < self.draws.len() {
            let z: [f64; 2] = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
            noise.extend([z, z.map(|z| -z)]);
        }
        noise
    }

    /// Strengths of both sides. Two teams never seen are exchangeable: each stream of the population serves each of them.
    fn pairings(&self, fixture: &Fixture) -> Vec<[Drawn; 2]> {
        let drawn = |team: TeamId, stranger: u64| self.drawn(team, fixture.season, stranger);
        let seen = |team: TeamId| self.members.binary_search_by_key(&team, |member| member.team).is_ok();
        let one_way = [drawn(fixture.home, FIRST_STRANGER), drawn(fixture.away, SECOND_STRANGER)];
        match (seen(fixture.home), seen(fixture.away)) {
            (true, false) => vec![[drawn(fixture.home, FIRST_STRANGER), drawn(fixture.away, FIRST_STRANGER)]],
            (false, false) => {
                let [home, away] = &one_way;
                vec![[home.clone(), away.clone()], [away.clone(), home.clone()]]
            }
            _ => vec![one_way],
        }
    }

    /// Home advantage of a season by draw: the walk goes on.
    fn advantage(&self, fixture: &Fixture) -> Vec<f64> {
        if fixture.neutral {
            return vec![0.0; self.draws.len()];
        }
        let ahead = fixture.season.start_year.saturating_sub(self.last_season.start_year).max(0);
        let noise = if ahead > 0 { self.noise(HOME_STREAM) } else { Vec::new() };
        let at = |(draw, population): (usize, &Population)| {
            let step = noise.get(draw).map_or(0.0, |z| z[0]) * f64::from(ahead).sqrt();
            f64::from(population.home) + f64::from(population.gamma_sigma) * step
        };
        self.draws.iter().enumerate().map(at).collect()
    }

    /// Logarithms of both expected goals by draw, with rho.
    fn log_means(&self, fixture: &Fixture) -> Vec<[f64; 3]> {
        let within = |log: f64| log.clamp(EXPECTED_GOALS.start().ln(), EXPECTED_GOALS.end().ln());
        let advantage = self.advantage(fixture);
        let mut means = Vec::new();
        for [home, away] in self.pairings(fixture) {
            for (draw, (home, away)) in home.iter().zip(&away).enumerate() {
                let lambda = within(advantage[draw] + home[0] - away[1]);
                let mu = within(away[0] - home[1]);
                means.push([lambda, mu, f64::from(self.draws[draw].rho)]);
            }
        }
        means
    }
}

/// Streams of numbers for those who are no team on record; negative, as no team is.
const FIRST_STRANGER: u64 = u64::MAX;
const SECOND_STRANGER: u64 = u64::MAX - 1;
const HOME_STREAM: u64 = u64::MAX - 2;

/// By team, the last of its strengths.
fn latest(posterior: &Posterior, n_teams: usize) -> Vec<usize> {
    (0..n_teams).map(|team| posterior.slots.partition_point(|slot| slot.team <= team) - 1).collect()
}

/// Parameters for people: the population, and teams beside the mean of last season's teams.
fn describe(
    training: &Training,
    posterior: &Posterior,
    last_slot: &[usize],
    checks: &[PredictiveCheck],
) -> Value {
    let layout = &posterior.layout;
    let summary = |parameter: usize| posterior.summary(|draw| posterior.column(parameter)[draw]);
    let last = layout.n_seasons as u32 - 1;
    let plays = |team: &usize| {
        training.rows.iter().any(|r| r.season == last && [r.home, r.away].contains(&(*team as u32)))
    };
    let current: Vec<usize> = (0..last_slot.len()).filter(plays).map(|team| last_slot[team]).collect();
    let mean = |first: usize| -> Vec<f64> {
        let of = |draw: usize| current.iter().map(|slot| posterior.column(first + slot)[draw]).sum::<f64>();
        (0..posterior.n_draws()).map(|draw| of(draw) / current.len() as f64).collect()
    };
    let [attack, defence] = [layout.attack(), layout.defence()].map(|first| (first, mean(first)));
    let beside = |(first, mean): &(usize, Vec<f64>), slot: usize| {
        posterior.summary(|draw| posterior.column(first + slot)[draw] - mean[draw])
    };
    let teams = training.teams.iter().zip(last_slot).map(|(team, slot)| {
        json!({
            "team": team.0,
            "attack": beside(&attack, *slot),
            "defence": beside(&defence, *slot),
            "strength_of_season": training.first_season.start_year as usize + posterior.slots[*slot].season,
        })
    });
    let home = (0..layout.n_seasons).map(|season| {
        json!({
            "season": training.first_season.start_year as usize + season,
            "log_goals": summary(layout.home() + season),
        })
    });
    json!({
        "level": posterior.summary(|draw| attack.1[draw] - defence.1[draw]),
        "home_advantage": home.collect::<Vec<_>>(),
        "mu_attack": summary(Layout::MU_ATTACK),
        "mu_defence": summary(Layout::MU_DEFENCE),
        "sigma_attack": summary(Layout::SIGMA_ATTACK),
        "sigma_defence": summary(Layout::SIGMA_DEFENCE),
        "gamma_0": summary(Layout::GAMMA_0),
        "gamma_sigma": summary(Layout::GAMMA_SIGMA),
        "rho": layout.rho().map(summary),
        "turnover_attack": layout.turnover().map(summary),
        "turnover_defence": layout.turnover().map(|first| summary(first + 1)),
        "teams": teams.collect::<Vec<_>>(),
        "predictive_checks": checks,
    })
}

/// The mean of the score distributions of all draws.
pub(super) fn mixture(means: &[[f64; 3]], max: u16) -> Result<ScoreDistribution, ForecastError> {
    let side = usize::from(max) + 1;
    let reciprocals: Vec<f64> = (1..=side).map(|k| (k as f64).recip()).collect();
    let mut cells = vec![0.0; side * side];
    let (mut home, mut away) = (vec![0.0; side], vec![0.0; side]);
    for [log_lambda, log_mu, rho] in means {
        let (lambda, mu) = (log_lambda.exp(), log_mu.exp());
        poisson(lambda, &reciprocals, &mut home);
        poisson(mu, &reciprocals, &mut away);
        for (row, home) in cells.chunks_exact_mut(side).zip(&home) {
            for (cell, away) in row.iter_mut().zip(&away) {
                *cell += home * away;
            }
        }
        let taus = [[-rho * lambda * mu, rho * lambda], [rho * mu, -rho]];
        for (x, row) in taus.iter().enumerate() {
            for (y, excess) in row.iter().enumerate() {
                cells[x * side + y] += home[x] * away[y] * excess.max(-1.0);
            }
        }
    }
    Ok(ScoreDistribution::from_weights(side, cells)?)
}

fn poisson(mean: f64, reciprocals: &[f64], cells: &mut [f64]) {
    let mut p = (-mean).exp();
    for (cell, reciprocal) in cells.iter_mut().zip(reciprocals) {
        *cell = p;
        p *= mean * reciprocal;
    }
}

/// Standard deviations and correlation of the two logarithms over draws.
fn spread(means: &[[f64; 3]]) -> Option<Uncertainty> {
    let n = means.len() as f64;
    let centre = [0, 1].map(|i| means.iter().map(|m| m[i]).sum::<f64>() / n);
    let moment = |i: usize, j: usize| {
        means.iter().map(|m| (m[i] - centre[i]) * (m[j] - centre[j])).sum::<f64>() / (n - 1.0)
    };
    let (home_log_se, away_log_se) = (moment(0, 0).sqrt(), moment(1, 1).sqrt());
    let correlation = (moment(0, 1) / (home_log_se * away_log_se)).clamp(-1.0, 1.0);
    let valid = home_log_se.is_finite() && away_log_se.is_finite() && correlation.is_finite();
    valid.then_some(Uncertainty { home_log_se, away_log_se, correlation })
}

impl FittedModel for FittedBayesDixonColes {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let fixture = briefing.fixture();
        let means = self.log_means(fixture);
        let distribution = mixture(&means, fixture.sport.rules().forecast_max)?;
        Ok(Predicted { distribution, uncertainty: spread(&means) })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> Value {
        self.parameters.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
