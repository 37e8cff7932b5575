//! Running the product and measuring it from outside.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{process, tree};

/// What a run took and said.
pub(super) struct Measured {
    pub(super) time: Duration,
    /// Peak resident memory; none when the run was too short to be sampled, or the system does not tell.
    pub(super) peak_mb: Option<f64>,
    pub(super) stdout: String,
}

/// Builds a package in release mode and returns its binary.
pub(crate) fn release_binary(package: &str) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    process::run(command.current_dir(tree::root()).args([
        "build",
        "--release",
        "--quiet",
        "--package",
        package,
    ]))?;
    Ok(tree::target().join("release").join(package))
}

/// Runs a command to its end. Memory is sampled from outside: the peak that the kernel keeps, read until the process ends.
pub(super) fn run(command: &mut Command) -> Result<Measured> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", process::shown(command)))?;
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let sampler = thread::spawn(move || {
        let mut peak = None;
        while let Some(now) = peak_mb(&status_file) {
            peak = Some(now);
            thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    let output = child.stdout.take().map(std::io::read_to_string).transpose()?;
    let status = child.wait()?;
    let time = start.elapsed();
    if !status.success() {
        bail!("`{}` failed: {status}", process::shown(command));
    }
    let peak_mb = sampler.join().unwrap_or_default();
    Ok(Measured { time, peak_mb, stdout: output.unwrap_or_default() })
}

/// `VmHWM` of a process that still runs, in millions of bytes.
fn peak_mb(status_file: &Path) -> Option<f64> {
    let status = std::fs::read_to_string(status_file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// One thread, because that is where the peer is fastest: its matrices are small, and on a busy machine the threads of its
/// linear algebra wait for each other, which made it up to twenty times slower.
pub(super) fn peer_script(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(tree::root().join("xtask/src/bench").join(name));
    command.envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map(|name| (name, "1")));
    command
}

/// What a command prints as JSON.
pub(super) fn json<T: for<'a> Deserialize<'a>>(command: &mut Command) -> Result<T> {
    let text = process::text(command)?;
    serde_json::from_str(&text).with_context(|| format!("`{}` printed {text:.200}", process::shown(command)))
}

/// The middle value; of an even number the mean of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => f64::NAN,
        all if all.len() % 2 == 1 => all[middle],
        all => f64::midpoint(all[middle - 1], all[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn time_memory_and_output_of_a_process() {
        let script = "x = bytearray(200_000_000); import time; time.sleep(0.3); print('done')";
        let measured = run(Command::new("python3").args(["-c", script])).unwrap();
        assert_eq!(measured.stdout.trim(), "done");
        assert!(measured.time >= Duration::from_millis(300));
        let peak = measured.peak_mb.unwrap();
        assert!((200.0..300.0).contains(&peak), "{peak} MB");
        assert!(run(&mut Command::new("false")).is_err());
    }
}
