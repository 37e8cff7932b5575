//! `cargo xtask ci`: the whole gate, cheap stages first; it stops at the first failure.

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{bundle, process, test, tidy, tree};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    test: test::Arguments,
}

type Stage = fn(&Arguments) -> Result<()>;

/// The visible list. One profile and one target directory: clippy and doc share checked dependencies, tests build theirs once.
const STAGES: [(&str, Stage); 7] = [
    ("fmt", |_| cargo(&["fmt", "--all", "--check"])),
    ("tidy", |_| tidy::run()),
    ("bundle", |_| bundle::check_committed()),
    ("deny", |_| deny()),
    ("clippy", |_| cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])),
    ("doc", |_| cargo(&["doc", "--workspace", "--no-deps", "--locked"])),
    ("test", |arguments| test::run(&arguments.test)),
];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (name, stage) in STAGES {
        println!("== {name}");
        let start = Instant::now();
        let result = stage(arguments);
        times.push((name, start.elapsed()));
        let verdict = if result.is_ok() { "passed" } else { "FAILED" };
        println!("== {name} {verdict} after {:.1} s", start.elapsed().as_secs_f64());
        result.with_context(|| format!("ci stopped at stage {name}"))?;
    }
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    let each: Vec<_> =
        times.iter().map(|(name, time)| format!("{name} {:.0} s", time.as_secs_f64())).collect();
    println!("ci passed after {:.0} s: {}", total.as_secs_f64(), each.join(", "));
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    process::run(
        Command::new(program).current_dir(tree::root()).args(arguments).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Licences, bans and sources are checked offline; advisories would need the network.
fn deny() -> Result<()> {
    if !process::exists("cargo-deny") {
        println!("skipped: cargo-deny is not installed");
        return Ok(());
    }
    cargo(&["deny", "--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])
}
