//! From the sampler's coordinates back to the model as it is written, draw by draw.
//!
//! What the coordinates integrate out is drawn from its exact conditional distribution, all of them normal:
//!
//! ```text
//! mean_attack | level:  N(level Va / V, Va Vd / V)     Va = 1 + sigma_attack^2 / T, Vd likewise, V = Va + Vd
//! mean_defence          = mean_attack - level
//! mu | mean:            precision 1 + T / sigma^2, mean (T / sigma^2) mean / precision
//! gamma_0 | home(0):    precision 1 / 0.1^2 + 1 / gamma_sigma^2
//! ```

use rand::RngExt;
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{
    density::Density,
    home_walk::GAMMA_0,
    sampler::{Chained, generator},
};

/// Keeps the streams of the sampler and of this file apart.
const STREAM: u64 = 0x7265_636f_7665_7279;

/// Which number of a draw is which parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) n_seasons: usize,
    pub(super) n_strengths: usize,
    pub(super) correlated: bool,
    pub(super) seasonal: bool,
}

impl Layout {
    pub(super) const MU_ATTACK: usize = 0;
    pub(super) const MU_DEFENCE: usize = 1;
    pub(super) const SIGMA_ATTACK: usize = 2;
    pub(super) const SIGMA_DEFENCE: usize = 3;
    pub(super) const GAMMA_0: usize = 4;
    pub(super) const GAMMA_SIGMA: usize = 5;

    pub(super) fn of(density: &Density) -> Self {
        Self {
            n_seasons: density.meetings.n_seasons,
            n_strengths: density.meetings.slots.len(),
            correlated: density.correlated,
            seasonal: density.strengths.n_hyper() > 1,
        }
    }

    pub(super) fn rho(&self) -> Option<usize> {
        self.correlated.then_some(6)
    }

    /// Turnover of attack; that of defence follows.
    pub(super) fn turnover(&self) -> Option<usize> {
        self.seasonal.then_some(6 + usize::from(self.correlated))
    }

    pub(super) fn gamma_z(&self) -> usize {
        6 + usize::from(self.correlated) + 2 * usize::from(self.seasonal)
    }

    /// Home advantage by season.
    pub(super) fn home(&self) -> usize {
        self.gamma_z() + self.n_seasons
    }

    pub(super) fn attack(&self) -> usize {
        self.home() + self.n_seasons
    }

    pub(super) fn defence(&self) -> usize {
        self.attack() + self.n_strengths
    }

    /// The effects in units of sigma are parameters where strengths are constant.
    fn n_raw(&self) -> usize {
        if self.seasonal { 0 } else { self.n_strengths }
    }

    pub(super) fn len(&self) -> usize {
        self.defence() + self.n_strengths + 2 * self.n_raw()
    }

    /// Names in order; a strength is named by its position.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            ["mu_attack", "mu_defence", "sigma_attack", "sigma_defence", "gamma_0", "gamma_sigma"]
                .map(str::to_owned)
                .to_vec();
        if self.correlated {
            names.push("rho".to_owned());
        }
        if self.seasonal {
            names.extend(["turnover_attack", "turnover_defence"].map(str::to_owned));
        }
        for (name, n) in [
            ("gamma_z", self.n_seasons),
            ("home_advantage", self.n_seasons),
            ("attack", self.n_strengths),
            ("defence", self.n_strengths),
            ("attack_raw", self.n_raw()),
            ("defence_raw", self.n_raw()),
        ] {
            names.extend((0..n).map(|i| format!("{name}[{i}]")));
        }
        names
    }
}

/// All draws of one chain: by draw, then parameter.
pub(super) fn recover(density: &Density, chained: &Chained, seed: u64, chain: usize) -> Vec<f64> {
    let layout = Layout::of(density);
    let mut density = density.clone();
    let mut rng = generator(seed ^ STREAM, chain);
    let dim = density.dim();
    let mut draws = Vec::with_capacity(chained.positions.len() / dim * layout.len());
    for position in chained.positions.chunks_exact(dim) {
        one(&mut density, position, &layout, &mut rng, &mut draws);
    }
    draws
}

fn one(
    density: &mut Density,
    position: &[f64],
    layout: &Layout,
    rng: &mut Xoshiro256PlusPlus,
    draws: &mut Vec<f64>,
) {
    let at = density.at(position);
    let mut normal = |mean: f64, variance: f64| -> f64 {
        let z: f64 = rng.sample(StandardNormal);
        mean + variance.sqrt() * z
    };
    let [attack_share, defence_share] = at.mean_variances;
    let (attack_variance, defence_variance) = (1.0 + attack_share, 1.0 + defence_share);
    let variance = attack_variance + defence_variance;
    let level = at.point.level;
    let mean_attack =
        normal(level * attack_variance / variance, attack_variance * defence_variance / variance);
    let mean_defence = mean_attack - level;
    let mut population = |mean: f64, share: f64| normal(mean / (1.0 + share), share / (1.0 + share));
    let mu_attack = population(mean_attack, attack_share);
    let mu_defence = population(mean_defence, defence_share);
    let home = &at.point.home;
    let (prior, step) = (GAMMA_0.1.powi(-2), at.gamma_sigma.powi(-2));
    let gamma_0 = normal((prior * GAMMA_0.0 + step * home[0]) / (prior + step), (prior + step).recip());
    draws.extend([mu_attack, mu_defence, at.attack.sigma, at.defence.sigma, gamma_0, at.gamma_sigma]);
    if layout.correlated {
        draws.push(at.point.rho);
    }
    if layout.seasonal {
        draws.extend([at.attack.turnover, at.defence.turnover]);
    }
    let before = std::iter::once(&gamma_0).chain(home);
    draws.extend(home.iter().zip(before).map(|(home, before)| (home - before) / at.gamma_sigma));
    draws.extend(home);
    draws.extend(at.point.attack.iter().map(|x| mean_attack + x));
    draws.extend(at.point.defence.iter().map(|x| mean_defence + x));
    if !layout.seasonal {
        for (side, shift) in [(at.attack, mean_attack - mu_attack), (at.defence, mean_defence - mu_defence)] {
            draws.extend(side.x.iter().map(|x| (x + shift) / side.sigma));
        }
    }
}
