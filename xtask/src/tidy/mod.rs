//! `cargo xtask tidy`: holds the structure that the compiler does not. One file per check, listed in [`CHECKS`].

mod confinement;
mod direction;
mod links;
mod lists;
mod names;
mod size;
mod source;
mod texts;

use std::fmt;

use anyhow::{Result, bail};

use self::source::Sources;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    reason: String,
}

impl Finding {
    fn new(path: impl Into<String>, line: usize, reason: impl Into<String>) -> Self {
        Self { path: path.into(), line, reason: reason.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.reason)
    }
}

type Check = fn(&Sources) -> Vec<Finding>;

/// The visible list.
const CHECKS: [(&str, Check); 8] = [
    ("Rust files", |sources| sources.unreadable.clone()),
    ("direction between crates", direction::check),
    ("extension files on their lists", lists::check),
    ("file and function size", size::check),
    ("names", names::check),
    ("texts", texts::check),
    ("links in documents", links::check),
    ("where SQL and web code may live", confinement::check),
];

pub(crate) fn run() -> Result<()> {
    let sources = Sources::of_repository()?;
    let mut n_findings = 0;
    for (name, check) in CHECKS {
        let mut findings = check(&sources);
        findings.sort();
        println!("tidy: {name}: {}", if findings.is_empty() { "ok" } else { "broken" });
        for finding in &findings {
            println!("  {finding}");
        }
        n_findings += findings.len();
    }
    println!("tidy: {}", size::summary(&sources));
    if n_findings > 0 {
        bail!("tidy: {n_findings} findings");
    }
    Ok(())
}
