//! The hierarchical model by the No-U-Turn sampler, from rows in memory to the posterior with its diagnostics.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use forecast::{
    diagnostics::mcse_mean,
    model::bayes_dixon_coles::{BayesDixonColes, Meeting, Posterior},
};
use serde_json::{Value, json};

/// Samples by the settings on the list, with or without rho, and compares with a posterior sampled by somebody else.
pub(crate) fn run(csv: &Path, reference: &Path, variant: &str) -> Result<Value> {
    let model = match variant {
        "independent" => BayesDixonColes { correlated: false, ..BayesDixonColes::default() },
        "correlated" => BayesDixonColes::default(),
        "seasons" => BayesDixonColes::by_season(),
        _ => bail!("the variants are independent, correlated and seasons, not {variant:?}"),
    };
    let (rows, n_teams) = read(&fs::read_to_string(csv)?)?;
    let before = cpu_seconds()?;
    let posterior = Posterior::sample(&rows, n_teams, &model, &|_| {})?;
    let cpu_secs = cpu_seconds()? - before;
    let diagnostics = posterior.diagnostics();
    let comparison = if model.by_season {
        Value::Null
    } else {
        compare(&posterior, &serde_json::from_str(&fs::read_to_string(reference)?)?)?
    };
    Ok(json!({
        "cpu_secs": cpu_secs,
        "matches": rows.len(),
        "gradients": posterior.gradients(),
        "diagnostics": diagnostics,
        "comparison": comparison,
    }))
}

fn read(csv: &str) -> Result<(Vec<Meeting>, usize)> {
    let mut lines = csv.lines();
    let head: Vec<&str> = lines.next().context("no header")?.split(',').collect();
    let column =
        |name: &str| head.iter().position(|c| *c == name).with_context(|| format!("no column {name}"));
    let columns = ["season_idx", "home_idx", "away_idx", "home_goals", "away_goals"].map(column);
    let columns = columns.into_iter().collect::<Result<Vec<usize>>>()?;
    let mut rows = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |i: usize| -> Result<u16> {
            Ok(fields.get(columns[i]).with_context(|| format!("too few columns in {line:?}"))?.parse()?)
        };
        rows.push(Meeting {
            season: number(0)?.into(),
            home: number(1)?.into(),
            away: number(2)?.into(),
            home_goals: number(3)?,
            away_goals: number(4)?,
            neutral: false,
        });
    }
    let n_teams = rows.iter().map(|r| r.home.max(r.away) as usize + 1).max().context("no rows")?;
    Ok((rows, n_teams))
}

/// The reference spells some parameters otherwise.
fn spelt(name: &str) -> (String, Option<usize>) {
    let (word, index) = match name.split_once('[') {
        Some((word, index)) => (word, index.trim_end_matches(']').parse().ok()),
        None => (name, None),
    };
    let word = word.replace("defence", "defense").replace("home_advantage", "home_advantage_by_season");
    (word, index)
}

/// The largest distance of means in standard errors of their difference, and of standard deviations as a ratio.
/// `gamma_sigma` has a tail too heavy for either, and is compared by its quantiles as a share of their range.
fn compare(posterior: &Posterior, reference: &Value) -> Result<Value> {
    let mut worst: BTreeMap<&str, (f64, String)> = BTreeMap::new();
    let mut compared = 0;
    for (parameter, name) in posterior.names().iter().enumerate() {
        let (word, index) = spelt(name);
        let theirs = |field: &str| {
            let value = &reference["posterior"][&word][field];
            index.map_or(value, |i| &value[i]).as_f64()
        };
        let chains = posterior.chains(parameter);
        let mut values: Vec<f64> = chains.concat();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let (Some(their_mean), Some(their_sd)) = (theirs("mean"), theirs("sd")) else { continue };
        let mut note = |what: &'static str, value: f64| {
            let entry = worst.entry(what).or_insert((0.0, String::new()));
            if value.abs() > entry.0 {
                *entry = (value.abs(), name.clone());
            }
        };
        compared += 1;
        if name == "gamma_sigma" {
            values.sort_unstable_by(f64::total_cmp);
            for (share, field) in [(0.05, "q05"), (0.5, "q50"), (0.95, "q95")] {
                let theirs = theirs(field).with_context(|| format!("no {field} of {name}"))?;
                note("quantile_gap", values[(share * n) as usize] / theirs - 1.0);
            }
            continue;
        }
        // Home advantages were not given a standard error of their own; their ESS gives it.
        let theirs_mcse = theirs("mcse_mean").or_else(|| Some(their_sd / theirs("ess_bulk")?.sqrt()));
        let mcse = mcse_mean(&chains).with_context(|| format!("{name} did not move"))?;
        note("sd_gap", sd / their_sd - 1.0);
        if let Some(theirs_mcse) = theirs_mcse {
            note("z", (mean - their_mean) / mcse.hypot(theirs_mcse));
        }
    }
    let worst: BTreeMap<&str, Value> = worst
        .into_iter()
        .map(|(what, (value, name))| (what, json!({ "value": value, "parameter": name })))
        .collect();
    Ok(json!({ "compared": compared, "worst": worst }))
}

/// Processor time of this process, all threads, user and system.
fn cpu_seconds() -> Result<f64> {
    /// `USER_HZ`, which Linux fixes for what it shows of itself.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(") ").context("no name in /proc/self/stat")?.1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = |i: usize| -> Result<f64> { Ok(fields.get(i).context("/proc/self/stat is short")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let csv = "Date,season,HomeTeam,AwayTeam,season_idx,home_idx,away_idx,home_goals,away_goals\n\
                   2020-09-12,2021,A,B,0,2,1,1,0\n2021-09-12,2122,B,C,1,0,2,3,4\n";
        let (rows, n_teams) = read(csv).unwrap();
        assert_eq!(n_teams, 3);
        let last = Meeting { season: 1, home: 0, away: 2, home_goals: 3, away_goals: 4, neutral: false };
        assert_eq!(rows[1], last);
        assert!(read("a,b\n1,2\n").is_err());
    }

    #[test]
    fn processor_time_only_grows() {
        let before = cpu_seconds().unwrap();
        assert!(before >= 0.0 && cpu_seconds().unwrap() >= before);
    }

    #[test]
    fn names_are_spelt_as_the_reference_does() {
        assert_eq!(spelt("defence_raw[3]"), ("defense_raw".to_owned(), Some(3)));
        assert_eq!(spelt("home_advantage[0]"), ("home_advantage_by_season".to_owned(), Some(0)));
        assert_eq!(spelt("mu_attack"), ("mu_attack".to_owned(), None));
    }
}
