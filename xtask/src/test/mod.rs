//! `cargo xtask test`: provisions what tests need, runs every test, and says plainly what was skipped.

mod services;
mod tally;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result, bail};
use clap::Args;

pub(crate) use self::services::redis;
use self::{services::Provisioned, tally::Tally};
use crate::{process, tree};

#[derive(Args, Default)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Install nothing: what is missing is skipped, and named as such.
    #[arg(long)]
    no_install: bool,
    /// Test these packages only, instead of all.
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // An interrupt reaches the test runner too: it ends, and then the services are stopped here.
    let interrupted = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupted))?;
    let scratch = tempfile::Builder::new().prefix("touchline-test-").tempdir()?;
    let provisioned = services::provision(scratch.path(), !arguments.no_install)?;
    let mut tally = Tally { skipped: provisioned.skipped.clone(), ..Tally::default() };
    let packages = packages(&arguments.package);

    let tests_passed = if process::exists("cargo-nextest") {
        nextest(&packages, &provisioned, scratch.path(), &mut tally)?
    } else {
        libtest(&packages, &["--no-fail-fast", "--all-targets"], &provisioned, &mut tally)?
    };
    if interrupted.load(Ordering::Relaxed) {
        bail!("interrupted");
    }
    let libraries = libraries(&arguments.package);
    let docs_passed =
        libraries.is_empty() || libtest(&libraries, &["--no-fail-fast", "--doc"], &provisioned, &mut tally)?;
    drop(provisioned);

    for skipped in &tally.skipped {
        println!("skipped: {skipped}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped.len());
    if !tests_passed || !docs_passed || tally.failed > 0 {
        bail!("tests failed");
    }
    Ok(())
}

fn packages(named: &[String]) -> Vec<String> {
    if named.is_empty() {
        return vec!["--workspace".to_owned()];
    }
    named.iter().map(|name| format!("--package={name}")).collect()
}

/// Those that have documentation tests: cargo refuses to look for them in a binary.
fn libraries(named: &[String]) -> Vec<String> {
    let is_library = |name: &&String| {
        let directory = name.trim_start_matches("touchline-");
        tree::root().join("crates").join(directory).join("src/lib.rs").exists()
    };
    let libraries: Vec<_> = named.iter().filter(is_library).cloned().collect();
    if named.is_empty() || !libraries.is_empty() { packages(&libraries) } else { Vec::new() }
}

/// Runs all but documentation tests with nextest, which reports to a file, so that its display stays its own.
fn nextest(packages: &[String], services: &Provisioned, scratch: &Path, tally: &mut Tally) -> Result<bool> {
    let report = scratch.join("junit.xml");
    let config = scratch.join("nextest.toml");
    let path = report.display();
    let text = format!("[profile.default.junit]\npath = '{path}'\nstore-success-output = true\n");
    std::fs::write(&config, text)?;
    let status = cargo(services)
        .args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"])
        .arg("--tool-config-file")
        .arg(format!("touchline:{}", config.display()))
        .args(packages)
        .status()
        .context("cannot start cargo nextest")?;
    if let Ok(report) = std::fs::read_to_string(&report) {
        tally.add_junit(&report);
    } else if status.success() {
        bail!("nextest left no report at {}", report.display());
    }
    if status.success() {
        let ignored = process::text(
            cargo(services)
                .args(["nextest", "list", "--message-format=oneline"])
                .args(["--run-ignored=ignored-only", "--cargo-quiet"])
                .args(packages),
        )?;
        tally.skipped.extend(ignored.lines().map(|test| format!("{test}: marked as ignored")));
    }
    Ok(status.success())
}

/// Runs tests with cargo's own runner and reads what it prints.
fn libtest(packages: &[String], what: &[&str], services: &Provisioned, tally: &mut Tally) -> Result<bool> {
    let mut command = cargo(services);
    command.args(["test", "--quiet"]).args(packages).args(what).args(["--", "--show-output"]);
    // The terse format of --quiet would hide names.
    command.arg("--format=pretty").stdout(Stdio::piped());
    let mut child =
        command.spawn().with_context(|| format!("cannot start `{}`", process::shown(&command)))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            writeln!(std::io::stdout(), "{line}")?;
            text += &line;
            text.push('\n');
        }
    }
    tally.add_libtest(&text);
    Ok(child.wait()?.success())
}

/// Cargo with the addresses that tests look for.
fn cargo(services: &Provisioned) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(tree::root()).envs(services.variables.iter().map(|(name, value)| (name, value)));
    if let Ok(shared) = tree::shared().canonicalize() {
        command.env("TOUCHLINE_SHARED", shared);
    }
    command
}
