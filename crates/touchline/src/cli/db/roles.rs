//! `touchline db roles`

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::existing;
use crate::app::App;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Run the statements instead of printing them; the roles are made by a superuser, later grants by the owner
    #[arg(long)]
    apply: bool,
    /// What the names of the roles begin with
    #[arg(long, default_value = "touchline")]
    prefix: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    database: String,
    statements: Vec<String>,
    applied: bool,
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let place = existing(app)?;
    let roles = store::Roles::new(&arguments.prefix)?;
    let statements =
        if arguments.apply { roles.apply(&place).await? } else { roles.statements(&place).await? };
    let answer = Answer { database: place.to_string(), statements, applied: arguments.apply };
    app.out.answer(&answer, || {
        if answer.applied {
            println!("{} has the roles {}", answer.database, roles.names().join(", "));
            println!("give each a password: ALTER ROLE {} PASSWORD '...'", roles.names()[0]);
        } else {
            answer.statements.iter().for_each(|statement| println!("{statement};"));
        }
    })
}
