//! A server that is stopped and started again under eight writers and eight readers: fast once, which ends their connections, and
//! immediately twice, which is a crash. Nobody may fail, and nothing may get lost or be doubled.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::services::{Cluster, Shutdown};

const STOPS: [Shutdown; 3] = [Shutdown::Fast, Shutdown::Immediate, Shutdown::Immediate];
/// How long it stays away.
const AWAY: Duration = Duration::from_secs(2);

/// Stops the server at even distances within that time.
pub(super) fn run(runner: &Path, time: Duration) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let directory = scratch.path().join("server");
    std::fs::create_dir(&directory)?;
    let Some(cluster) = Cluster::make(&directory)? else { bail!("PostgreSQL is not installed") };
    let mut server = cluster.start()?;
    let mut crowd = Command::new(runner)
        .args(["crowd", &cluster.address(), &time.as_secs().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start store-runner")?;
    let mut said = BufReader::new(crowd.stderr.take().context("it says nothing")?);
    // It says so when all are at work.
    let mut errors = String::new();
    said.read_line(&mut errors)?;
    println!("{}", errors.trim_end());
    let rest = thread::spawn(move || said.read_to_string(&mut errors).map(|_| errors));
    for how in STOPS {
        thread::sleep((time / (STOPS.len() as u32 + 1)).saturating_sub(AWAY));
        server.stop(how)?;
        println!("stopped the server: {how:?}");
        thread::sleep(AWAY);
        server = cluster.start()?;
    }
    let output = crowd.wait_with_output()?;
    let Ok(errors) = rest.join() else { bail!("what it says could not be read") };
    if !output.status.success() {
        bail!("{}: {}", output.status, errors?);
    }
    println!("all goes on after each: {}", String::from_utf8_lossy(&output.stdout).trim_end());
    Ok(())
}
