//! Maximum-likelihood fits of one law, from rows in memory to parameters, from a cold start every time.

use std::{hint::black_box, time::Instant};

use anyhow::{Context, Result};
use forecast::{
    ForecastError,
    model::{
        dixon_coles,
        score_model::{Fit, MatchRow, Options, Parameters},
        weibull_copula,
    },
};
use serde_json::{Value, json};

/// Home, away and goals, as they are before anybody counted the teams.
struct Row<'a> {
    home: &'a str,
    away: &'a str,
    goals: [u16; 2],
}

type FitRows = fn(&[MatchRow], usize, &Options, Option<&Parameters>) -> Result<Fit, ForecastError>;

/// Fits `repeats` times and says how long each took.
pub(crate) fn run(law: &str, csv: &str, repeats: usize) -> Result<Value> {
    let fit = match law {
        "dixon_coles" => dixon_coles::fit,
        "weibull_copula" => weibull_copula::fit,
        other => anyhow::bail!("no law {other:?}; there are dixon_coles and weibull_copula"),
    };
    let rows = csv.lines().skip(1).map(read).collect::<Result<Vec<_>>>()?;
    let mut seconds = Vec::with_capacity(repeats);
    let mut last = None;
    for _ in 0..repeats {
        let start = Instant::now();
        let fitted = fit_rows(fit, black_box(&rows))?;
        seconds.push(start.elapsed().as_secs_f64());
        last = Some(fitted);
    }
    let fit = last.context("nothing was fitted")?;
    Ok(json!({
        "seconds": seconds,
        "matches": rows.len(),
        "log_likelihood": fit.log_likelihood,
        "gradient_norm": fit.gradient_norm,
        "converged": fit.converged,
    }))
}

fn read(line: &str) -> Result<Row<'_>> {
    let fields: Vec<&str> = line.split(',').collect();
    let [_, _, home, away, home_goals, away_goals, ..] = fields.as_slice() else {
        anyhow::bail!("too few columns in {line:?}");
    };
    Ok(Row { home, away, goals: [home_goals.parse()?, away_goals.parse()?] })
}

/// Numbering the teams is part of the work: the peer is given names too. A tree of names would take longer than the search.
fn fit_rows(fit: FitRows, rows: &[Row<'_>]) -> Result<Fit> {
    let mut numbers: foldhash::HashMap<&str, u32> = foldhash::HashMap::default();
    let mut numbered = Vec::with_capacity(rows.len());
    for row in rows {
        let [home, away] = [row.home, row.away].map(|team| {
            let next = numbers.len() as u32;
            *numbers.entry(team).or_insert(next)
        });
        let [home_goals, away_goals] = row.goals;
        numbered.push(MatchRow {
            home,
            away,
            home_goals,
            away_goals,
            weight: 1.0,
            credited: None,
            neutral: false,
        });
    }
    Ok(fit(&numbered, numbers.len(), &Options::default(), None)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_league_is_fitted() {
        let csv = "season,date,home,away,hg,ag\n1,d,A,B,2,1\n1,d,B,A,1,1\n1,d,A,C,0,1\n1,d,C,A,1,2\n1,d,B,C,3,0\n1,d,C,B,1,2\n";
        for law in ["dixon_coles", "weibull_copula"] {
            let result = run(law, csv, 3).unwrap();
            assert_eq!(result["seconds"].as_array().unwrap().len(), 3);
            assert_eq!(result["matches"], 6);
            assert_eq!(result["converged"], true);
        }
        assert!(run("dixon_coles", "header\nx,y\n", 1).is_err());
        assert!(run("newton", csv, 1).is_err());
    }
}
