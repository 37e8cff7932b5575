//! Places for databases that are made, filled, killed and thrown away: a file, or a schema of a server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

use super::{Counts, Soak, finish, keep_counts};

/// Kinds of places.
pub(super) const PLACES: [&str; 2] = ["a file", "a schema of the server"];

/// Which kind of place has its turn: every second one is on the server, if there is one.
pub(super) fn on_server(server: Option<&str>, turn: u32) -> usize {
    usize::from(server.is_some() && turn % 2 == 1)
}

/// A place of its own; dropping it removes what is there.
pub(super) struct Target {
    data: TempDir,
    /// The server's address and the schema.
    schema: Option<(String, String)>,
}

impl Target {
    /// On the server if there is one and it is its turn, else a file.
    pub(super) fn new(server: Option<&str>, turn: u32) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let data = tempfile::tempdir()?;
        let schema = match server.filter(|_| on_server(server, turn) == 1) {
            Some(server) => {
                let name = format!("soak_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                psql(server, &format!("CREATE SCHEMA {name}"))?;
                Some((server.to_owned(), name))
            }
            None => None,
        };
        Ok(Self { data, schema })
    }

    /// The folder that a command is given.
    pub(super) fn data(&self) -> &Path {
        self.data.path()
    }

    /// As `--to` takes it.
    pub(super) fn place(&self) -> String {
        match &self.schema {
            Some((server, name)) => {
                let joint = if server.contains('?') { '&' } else { '?' };
                format!("{server}{joint}options=-csearch_path%3D{name}")
            }
            None => self.data.path().join("touchline.db").display().to_string(),
        }
    }

    /// A command on the database there.
    pub(super) fn command(&self, soak: &Soak, arguments: &[&str]) -> Command {
        let mut command = soak.touchline(self.data(), arguments);
        if self.schema.is_some() {
            command.args(["--database", &self.place()]);
        }
        command
    }

    /// What a command on it answers in JSON.
    pub(super) fn json(&self, soak: &Soak, arguments: &[&str]) -> Result<Value> {
        let text = finish(&self.command(soak, arguments).arg("--json").output()?)?;
        serde_json::from_str(text.trim()).with_context(|| format!("{arguments:?} printed no JSON"))
    }

    /// The database opens and is whole, or there is none yet.
    pub(super) fn check_health(&self, soak: &Soak) -> Result<()> {
        self.json(soak, &["doctor"]).map(drop)
    }

    /// Imports soccer files.
    pub(super) fn import(&self, soak: &Soak, files: &[PathBuf]) -> Result<()> {
        let import = ["data", "import", "--format", "football_data_co_uk", "--json"];
        finish(&self.command(soak, &import).args(files).output()?).map(drop)
    }

    /// Removes the databases that restorations replaced and kept.
    pub(super) fn forget_replaced(&self) -> Result<()> {
        let Some((server, name)) = &self.schema else {
            for entry in fs::read_dir(self.data())? {
                let path = entry?.path();
                if path.to_string_lossy().contains(".replaced-") {
                    fs::remove_file(path)?;
                }
            }
            return Ok(());
        };
        let kept = format!("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, '{name}_replaced_')");
        for kept in psql(server, &kept)?.lines() {
            psql(server, &format!("DROP SCHEMA {kept} CASCADE"))?;
        }
        Ok(())
    }

    pub(super) fn counts(&self, soak: &Soak) -> Result<Counts> {
        let mut status = self.json(soak, &["data", "status"])?;
        keep_counts(&mut status);
        Ok(status)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema {
            // Best effort: a schema that stays is named for this run.
            let _ = self.forget_replaced();
            let _ = psql(server, &format!("DROP SCHEMA {name} CASCADE"));
        }
    }
}

fn psql(server: &str, statement: &str) -> Result<String> {
    let mut command = Command::new("psql");
    command.args([server, "--quiet", "--no-psqlrc", "--no-align", "--tuples-only", "--command", statement]);
    command.env("PGOPTIONS", "-c client_min_messages=warning");
    finish(&command.output().context("cannot start psql")?)
}
