//! Five seasons of the English top league by the No-U-Turn sampler, 4 x (2000 + 4000) draws: what it costs, how well the
//! chains mix, and how far the posterior is from those that others sampled.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{Figure, measure};
use crate::tree;

const STAN: &str = "a posterior by Stan";
const OTHER_SAMPLER: &str = "a posterior by another program on nuts-rs";

pub(super) fn run() -> Result<Vec<Figure>> {
    let folder = tree::shared().join("reference/bayes");
    let csv = folder.join("epl_5season.csv");
    if !csv.exists() {
        eprintln!("skipped: {} is not there; set TOUCHLINE_SHARED", csv.display());
        return Ok(Vec::new());
    }
    let runner = measure::release_binary("bench-runner")?;
    let sampled = |reference: &str, variant: &str| sample(&runner, &csv, &folder.join(reference), variant);
    let plain = sampled("posterior_5season.json", "independent")?;
    let correlated = sampled("posterior_nutsrs_5season_dc.json", "correlated")?;
    let seasons = sampled("posterior_5season.json", "seasons")?;
    Ok(vec![
        Figure::new("nuts_5_seasons_cpu_secs", plain.cpu_secs, "s"),
        Figure::new("nuts_5_seasons_min_ess", plain.diagnostics.min_bulk_ess.value, "draws"),
        Figure::new("nuts_5_seasons_max_rhat", plain.diagnostics.max_r_hat.value, ""),
        Figure::new("nuts_5_seasons_divergences", plain.diagnostics.divergences, ""),
        Figure::new("nuts_5_seasons_max_z", plain.worst("z")?, "standard errors").beside(STAN),
        Figure::new("nuts_5_seasons_max_sd_gap", 100.0 * plain.worst("sd_gap")?, "%").beside(STAN),
        Figure::new("nuts_5_seasons_gamma_sigma_quantile_gap", 100.0 * plain.worst("quantile_gap")?, "%")
            .beside(STAN),
        Figure::new("nuts_5_seasons_rho_cpu_secs", correlated.cpu_secs, "s"),
        Figure::new("nuts_5_seasons_rho_min_ess", correlated.diagnostics.min_bulk_ess.value, "draws"),
        Figure::new("nuts_5_seasons_rho_max_rhat", correlated.diagnostics.max_r_hat.value, ""),
        Figure::new("nuts_5_seasons_rho_max_z", correlated.worst("z")?, "standard errors")
            .beside(OTHER_SAMPLER),
        Figure::new("nuts_5_seasons_moving_cpu_secs", seasons.cpu_secs, "s"),
        Figure::new("nuts_5_seasons_moving_min_ess", seasons.diagnostics.min_bulk_ess.value, "draws"),
        Figure::new("nuts_5_seasons_moving_max_rhat", seasons.diagnostics.max_r_hat.value, ""),
    ])
}

#[derive(Deserialize)]
struct Sampled {
    cpu_secs: f64,
    diagnostics: Diagnostics,
    comparison: Value,
}

#[derive(Deserialize)]
struct Diagnostics {
    max_r_hat: Extreme,
    min_bulk_ess: Extreme,
    divergences: f64,
}

#[derive(Deserialize)]
struct Extreme {
    value: f64,
}

impl Sampled {
    /// The parameter farthest from the reference.
    fn worst(&self, what: &str) -> Result<f64> {
        let worst = &self.comparison["worst"][what]["value"];
        worst.as_f64().with_context(|| format!("no {what} in {}", self.comparison))
    }
}

fn sample(runner: &Path, csv: &Path, reference: &Path, variant: &str) -> Result<Sampled> {
    let mut command = Command::new(runner);
    command.arg("nuts").args([csv, reference]).arg(variant);
    measure::json(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_prints_is_read() {
        let text = r#"{"cpu_secs":5.5,"matches":1900,"diagnostics":{"chains":4,"draws":4000,"max_r_hat":{"parameter":"rho",
            "value":1.001},"min_bulk_ess":{"parameter":"rho","value":3000},"min_tail_ess":{"parameter":"rho","value":2000},
            "divergences":0,"problems":[]},"comparison":{"compared":2,"worst":{"z":{"value":1.5,"parameter":"mu"}}}}"#;
        let sampled: Sampled = serde_json::from_str(text).unwrap();
        assert_eq!((sampled.worst("z").unwrap(), sampled.diagnostics.divergences), (1.5, 0.0));
        assert!(sampled.worst("quantile_gap").is_err());
    }
}
