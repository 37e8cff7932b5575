//! How soon the binary answers, and how long the demonstration takes.

use std::process::Command;

use anyhow::Result;

use super::{Figure, measure};

const N_STARTS: usize = 20;

pub(super) fn run() -> Result<Vec<Figure>> {
    let binary = measure::release_binary("touchline")?;
    let data = tempfile::tempdir()?;
    let touchline = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.arg("--data").arg(data.path().join("touchline-data")).args(arguments);
        measure::run(&mut command)
    };
    let starts =
        (0..N_STARTS).map(|_| Ok(touchline(&["config", "show", "--json"])?.time.as_secs_f64() * 1e3));
    let starts = starts.collect::<Result<Vec<_>>>()?;
    let demo = touchline(&["demo", "--no-serve", "--json"])?;
    Ok(vec![
        Figure::new("cold_start_ms", measure::median(starts), "ms"),
        Figure::new("demo_secs", demo.time.as_secs_f64(), "s"),
    ])
}
