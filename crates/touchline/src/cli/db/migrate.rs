//! `touchline db migrate`

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use store::{Access, Migration, Store, StoreError};

use super::must_exist;
use crate::app::App;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Migrated {
    database: String,
    /// None for an empty database.
    from: Option<i64>,
    to: i64,
    migrations: Vec<Migration>,
    dry_run: bool,
}

/// As every other command that writes finds an older schema: it is backed up before.
pub(super) async fn run(app: &App, arguments: &Arguments) -> Result<()> {
    let place = must_exist(app.database()?)?;
    let before = store::schema(&place).await?;
    if let Some(found) = before.found.filter(|found| *found > before.known) {
        return Err(StoreError::Newer { place, found, known: before.known }.into());
    }
    if !before.pending.is_empty() && !arguments.dry_run {
        match before.found {
            Some(_) => app.upgrade(&place).await?,
            None => Store::open(place.clone(), Access::ReadWrite).await?.close().await,
        }
    }
    let answer = Migrated {
        database: place.to_string(),
        from: before.found,
        to: before.known,
        migrations: before.pending,
        dry_run: arguments.dry_run,
    };
    app.out.answer(&answer, || print(&answer))
}

fn print(answer: &Migrated) {
    let Migrated { database, from, to, migrations, dry_run } = answer;
    if migrations.is_empty() {
        println!("{database} has schema {to}, the newest: nothing to do");
        return;
    }
    let from = from.map_or_else(|| "nothing".into(), |from| format!("schema {from}"));
    let done = if *dry_run { "would go" } else { "went" };
    println!("{database} {done} from {from} to schema {to}:");
    for migration in migrations {
        println!("  {} {}", migration.version, migration.name);
    }
}
