//! `touchline config show`

use anyhow::Result;
use clap::Subcommand;

use crate::app::App;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the configuration in force: defaults, file and environment together
    Show,
}

pub(super) fn run(app: &App, command: &Command) -> Result<()> {
    let Command::Show = command;
    let text = app.config.to_toml()?;
    app.out.answer(&app.config, || print!("{text}"))
}
