//! `touchline init`

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use crate::{
    app::App,
    config::{self, FILE},
    exit::Stop,
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Write touchline.toml again even if there is one
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    std::fs::create_dir_all(&app.data).with_context(|| {
        format!("{} cannot be made: choose a folder you may write to with --data", app.data.display())
    })?;
    let file = app.data.join(FILE);
    if file.exists() && !arguments.force {
        return Err(Stop::Usage(format!("{} exists: --force writes it again", file.display())).into());
    }
    let (plain, left_out) = app.config.without_secrets();
    let text = format!(
        "# Touchline's configuration. Every key is shown with its value; delete what you do not change.\n\
         # TOUCHLINE__SECTION__KEY in the environment wins over this file. Passwords are not written here.\n\n{}",
        plain.to_toml()?
    );
    std::fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    app.store().await?;
    for key in left_out {
        app.out.note(format!(
            "{key} is not in the file, because it names a user or a password: set {} wherever touchline runs",
            config::variable(key)
        ));
    }
    let database = app.database()?.to_string();
    let answer = json!({ "config": file, "database": database });
    app.out.answer(&answer, || {
        println!("wrote {} and {database}", file.display());
        println!("next: touchline data import FILE... --format football_data_co_uk");
    })
}
