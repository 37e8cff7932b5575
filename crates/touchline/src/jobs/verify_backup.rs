//! Reads a backup from its first byte to its last, and restores it into a place of its own when asked.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use store::{Restoration, Store};

use super::restore_backup;
use crate::{
    app::{App, file_in},
    backup::{
        read::{self, Verified},
        refusal::Refusal,
    },
};

/// A backup that is good.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    pub(crate) created_at: Timestamp,
    pub(crate) schema: i64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Whether a store was filled from it.
    pub(crate) restored: bool,
}

/// Reads all of a backup, which must hold a schema that this version knows.
pub(crate) fn read(app: &App, file: &Path) -> Result<Verified, Refusal> {
    let bytes = std::fs::metadata(file).map_or(0, |about| about.len());
    let bar = app.out.progress(bytes as usize, "verifying");
    let verified = read::verify(file, &mut |bytes| bar.inc(bytes))?;
    bar.finish_and_clear();
    let (found, known) = (verified.manifest.schema, Store::newest_schema());
    if found > known {
        return Err(Refusal::Schema { file: file.to_owned(), found, known });
    }
    Ok(verified)
}

/// Verifies a backup; with `restore_test` a store is filled from it, examined and removed.
pub(crate) async fn run(app: &App, file: &Path, restore_test: bool) -> Result<Examined> {
    let verified = read(app, file)?;
    if restore_test {
        let turn = app.backups().turn().await?;
        let folder = turn.temporary("restore-test");
        let restoration = Restoration::begin(file_in(folder.path()), verified.manifest.schema, false).await?;
        let restored = restore_backup::fill(app, restoration, &verified).await?;
        restored.store.close().await;
    }
    let manifest = &verified.manifest;
    Ok(Examined {
        created_at: manifest.created_at,
        schema: manifest.schema,
        rows: manifest.rows(),
        bytes: verified.bytes,
        restored: restore_test,
    })
}
