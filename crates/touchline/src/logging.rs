//! Logs by tracing, on standard error, so that standard output stays for answers.

use anyhow::{Result, anyhow};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{Log, LogFormat};

/// Installs the subscriber once per process.
pub(crate) fn start(config: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&config.level).map_err(|error| {
        anyhow!("log.level {:?} is no filter such as info or touchline=debug: {error}", config.level)
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let started = match config.format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
    started.map_err(|error| anyhow!("logging was started twice: {error}"))
}
