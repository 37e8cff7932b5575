//! `cargo xtask bench`: figures by name, one line each. One file per suite, listed in [`SUITES`].

mod accuracy;
mod cache;
mod fit;
mod import;
mod measure;
mod nuts;
mod page;
mod predict;
mod simulate;
mod start;
mod store;

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, builder::PossibleValuesParser};
use serde::{Deserialize, Serialize};

use crate::tree;

pub(crate) use self::{import::soccer_files, measure::release_binary};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Which suites to run; all when none is named.
    #[arg(value_parser = PossibleValuesParser::new(SUITES.iter().map(|suite| suite.name)))]
    suite: Vec<String>,
    /// Print one JSON object per line.
    #[arg(long)]
    json: bool,
    /// Also write the figures of each suite to DIR/SUITE.jsonl, beside the files that it leaves.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Rewrite the sections of docs/RESULTS.md.
    #[arg(long)]
    page: bool,
}

/// A set of figures measured together.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    run: fn() -> Result<Vec<Figure>>,
}

/// The visible list.
pub(crate) const SUITES: &[Suite] = &[
    Suite { name: "accuracy", run: accuracy::run },
    Suite { name: "cache", run: cache::run },
    Suite { name: "fit", run: fit::run },
    Suite { name: "import", run: import::run },
    Suite { name: "nuts", run: nuts::run },
    Suite { name: "predict", run: predict::run },
    Suite { name: "simulate", run: simulate::run },
    Suite { name: "start", run: start::run },
    Suite { name: "store", run: store::run },
];

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Figure {
    name: Cow<'static, str>,
    value: f64,
    unit: Cow<'static, str>,
    /// Who did the same task in the same run.
    peer: Option<Cow<'static, str>>,
    /// How many times better than the peer.
    ratio: Option<f64>,
}

impl Figure {
    fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit: unit.into(), peer: None, ratio: None }
    }

    fn against(self, peer: &'static str, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self.beside(peer) }
    }

    fn beside(self, peer: &'static str) -> Self {
        Self { peer: Some(peer.into()), ..self }
    }

    fn line(&self) -> String {
        let against = match (&self.peer, self.ratio) {
            (Some(peer), Some(ratio)) => format!("  ({ratio:.1} times better than {peer})"),
            (Some(peer), None) => format!("  (against {peer})"),
            _ => String::new(),
        };
        format!("{:<44} {:>12.5} {}{against}", self.name, self.value, self.unit)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let wanted =
        |suite: &&Suite| arguments.suite.is_empty() || arguments.suite.iter().any(|name| name == suite.name);
    for suite in SUITES.iter().filter(wanted) {
        let figures = (suite.run)().with_context(|| format!("in suite {}", suite.name))?;
        let mut lines = String::new();
        for figure in &figures {
            let json = serde_json::to_string(figure)?;
            println!("{}", if arguments.json { json.clone() } else { figure.line() });
            lines = lines + &json + "\n";
        }
        if arguments.page && !figures.is_empty() {
            page::write(suite.name, &figures)?;
        }
        if let Some(directory) = &arguments.out {
            fs::create_dir_all(directory)?;
            fs::write(directory.join(format!("{}.jsonl", suite.name)), lines)?;
            copy_files(&left_by(suite.name), directory)?;
        }
    }
    Ok(())
}

/// Where a suite leaves the files that its figures can be recomputed from.
fn left_by(suite: &str) -> PathBuf {
    tree::target().join("bench").join(suite)
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_json_and_as_lines() {
        let figure = Figure::new("cold_start_ms", 12.5, "ms");
        let json = r#"{"name":"cold_start_ms","value":12.5,"unit":"ms","peer":null,"ratio":null}"#;
        assert_eq!(serde_json::to_string(&figure).unwrap(), json);
        let line = figure.against("somebody", 3.0).line();
        assert!(line.contains("12.50000 ms  (3.0 times better than somebody)"), "{line}");
    }
}
