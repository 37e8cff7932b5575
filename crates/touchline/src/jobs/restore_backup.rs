//! Puts what a backup holds in the place of what is there.

use std::path::Path;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Serialize;
use store::{Blocks, Checksum, Place, Restoration, Restored, StoreError};

use super::verify_backup;
use crate::{
    app::App,
    backup::{
        files::{self, PutBack},
        manifest::TablePart,
        read::Verified,
        refusal::Refusal,
    },
    exit::Stop,
};

/// What is in force now.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) place: String,
    /// When its state was in force before.
    pub(crate) created_at: Timestamp,
    pub(crate) rows: u64,
    /// The schema of the backup, and the one now.
    pub(crate) schemas: [i64; 2],
    /// Under which name the database that was there is kept.
    pub(crate) replaced: Option<String>,
    /// Whether the place is a server, where rights are granted.
    #[serde(skip)]
    pub(crate) on_server: bool,
    pub(crate) files: Vec<PutBack>,
    /// What the backup does not hold.
    pub(crate) left_out: Vec<String>,
}

/// Restores a backup to a place, and its files to a data folder if one is named. All of it is verified before anything is
/// touched.
pub(crate) async fn run(
    app: &App,
    file: &Path,
    place: Place,
    data: Option<&Path>,
    force: bool,
) -> Result<Answer> {
    let verified = verify_backup::read(app, file)?;
    let (shown, on_server) = (place.to_string(), matches!(place, Place::Server(_)));
    let restoration = match Restoration::begin(place, verified.manifest.schema, force).await {
        Err(StoreError::Taken { place }) => {
            let text = format!(
                "there is a database at {place} already: --force restores in its place, and keeps it under another name"
            );
            return Err(Stop::Usage(text).into());
        }
        begun => begun?,
    };
    let Restored { store, schema, replaced } = fill(app, restoration, &verified).await?;
    store.close().await;
    let mut files = Vec::new();
    for (part, content) in verified.files() {
        if let Some(data) = data {
            let content = content.with_context(|| format!("{} cannot be read", file.display()))?;
            files.push(files::put_back(data, &part.name, part.origin.clone(), &content)?);
        }
    }
    let manifest = verified.manifest;
    Ok(Answer {
        place: shown,
        created_at: manifest.created_at,
        rows: manifest.rows(),
        schemas: [manifest.schema, schema],
        replaced,
        on_server,
        files,
        left_out: manifest.left_out,
    })
}

/// Fills a store from a backup, compares every row with it, and puts it in force. When anything fails the place stays as it was.
pub(crate) async fn fill(app: &App, restoration: Restoration, verified: &Verified) -> Result<Restored> {
    let filled = match write(app, &restoration, verified).await {
        Ok(()) => compare(app, &restoration, verified).await,
        failed => failed,
    };
    if let Err(error) = filled {
        restoration.abandon().await;
        return Err(error);
    }
    Ok(restoration.finish(app.clock.now()).await?)
}

async fn write(app: &App, restoration: &Restoration, verified: &Verified) -> Result<()> {
    let tables: Vec<_> = verified.manifest.tables.iter().map(|part| &part.table).collect();
    if !restoration.tables().await?.iter().eq(tables.iter().copied()) {
        let part = "manifest.json".to_owned();
        let detail = format!("its tables are not those of schema {}", verified.manifest.schema);
        return Err(Refusal::Damaged { file: verified.path.clone(), part, detail }.into());
    }
    let bar = app.out.progress(verified.manifest.rows() as usize, "restoring rows");
    for (TablePart { table, .. }, bytes) in verified.tables() {
        let bytes = bytes.with_context(|| format!("{} cannot be read", verified.path.display()))?;
        let mut blocks = Blocks::new(table, bytes);
        while let Some(rows) = blocks.next_rows()? {
            restoration.append(table, &rows).await.with_context(|| format!("table {}", table.name))?;
            bar.inc(rows.len() as u64);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Whether the store holds what the backup says, row by row.
async fn compare(app: &App, restoration: &Restoration, verified: &Verified) -> Result<()> {
    let bar = app.out.progress(verified.manifest.rows() as usize, "comparing rows");
    for TablePart { table, rows, checksum, .. } in &verified.manifest.tables {
        let found: Checksum = restoration.checksum(table, |rows| bar.inc(rows)).await?;
        if (found.rows(), found.digest()) != (*rows, checksum.clone()) {
            bail!(
                "table {} was restored with {} rows that are not the {rows} of the backup; nothing was changed",
                table.name,
                found.rows()
            );
        }
    }
    bar.finish_and_clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use jiff::SignedDuration;

    use super::*;
    use crate::{
        backup::{manifest::Kind, read},
        jobs::back_up,
        testing::{app, at},
    };

    /// A data folder with a store, and a backup of it.
    async fn backed_up() -> (tempfile::TempDir, App, PathBuf) {
        let (folder, mut app) = app();
        at(&mut app, "2026-11-22T10:15:00Z".parse().unwrap());
        std::fs::write(folder.path().join("feed.toml"), "source = 'feed'").unwrap();
        let store = app.store().await.unwrap();
        let mut view = store.view().await.unwrap();
        let made = back_up::run(&app, &mut view, &app.database().unwrap(), Kind::Manual).await.unwrap();
        drop(view);
        store.close().await;
        (folder, app, made.file)
    }

    /// Tries to restore these bytes; what was said, and whether everything is as it was.
    async fn refused(app: &App, file: &Path, bytes: &[u8]) -> Refusal {
        let before = std::fs::read(app.data.join("touchline.db")).unwrap();
        std::fs::write(file, bytes).unwrap();
        let error = run(app, file, app.database().unwrap(), Some(&app.data), true).await.unwrap_err();
        assert!(std::fs::read(app.data.join("touchline.db")).unwrap() == before);
        let names: Vec<_> = std::fs::read_dir(&app.data).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 4, "{names:?}");
        error.downcast().unwrap()
    }

    /// Numbers that jump about, the same every time.
    fn scattered(n: u64, below: usize) -> usize {
        (n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16) as usize % below
    }

    #[tokio::test]
    async fn every_flipped_bit_and_every_cut_is_found() {
        let (_folder, app, file) = backed_up().await;
        let whole = std::fs::read(&file).unwrap();
        for n in 0..200 {
            let mut flipped = whole.clone();
            let bit = scattered(n, whole.len() * 8);
            flipped[bit / 8] ^= 1 << (bit % 8);
            let refusal = refused(&app, &file, &flipped).await;
            assert!(matches!(refusal, Refusal::Damaged { .. }), "bit {bit}: {refusal}");
        }
        for n in 0..50 {
            let length = scattered(n, whole.len());
            let refusal = refused(&app, &file, &whole[..length]).await;
            assert!(matches!(refusal, Refusal::Damaged { .. }), "{length} bytes: {refusal}");
        }
        std::fs::write(&file, &whole).unwrap();
        let restored = run(&app, &file, app.database().unwrap(), Some(&app.data), true).await.unwrap();
        assert!(restored.replaced.is_some());
    }

    #[tokio::test]
    async fn damage_is_named_by_part_and_rows() {
        let (_folder, app, file) = backed_up().await;
        let whole = std::fs::read(&file).unwrap();
        let place = |name: &[u8]| whole.windows(name.len()).rposition(|window| window == name).unwrap();
        for (at, named) in [
            (
                place(b"database/team.rows") + 512 + 100,
                "database/team.rows: table team, block 1 (from row 1 on)",
            ),
            (place(b"files/feed.toml") + 512, "files/feed.toml: its bytes do not match their hash"),
            (place(b"files/feed.toml") + 400, "files/feed.toml: archive header checksum mismatch"),
            (place(b"files/feed.toml") + 512 + 100, "what is between its parts"),
            (whole.len() - 1, "its end: it is missing; the file does not end as a backup does"),
        ] {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            let said = refused(&app, &file, &flipped).await.to_string();
            assert!(said.contains(named), "{named}: {said}");
        }
        let cut = &whole[..place(b"database/team_alias.rows") + 600];
        let said = refused(&app, &file, cut).await.to_string();
        assert!(said.contains(".rows: ") && said.contains("so it was cut short"), "{said}");
    }

    #[tokio::test]
    async fn another_form_or_a_newer_schema_is_refused() {
        let (_folder, app, file) = backed_up().await;
        let whole = std::fs::read(&file).unwrap();
        let with = |from: &str, to: &str| {
            let text = from.as_bytes();
            let at = whole.windows(text.len()).position(|window| window == text).unwrap();
            let mut bytes = whole.clone();
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
            read::sealed(bytes)
        };
        let schema = store::Store::newest_schema();
        let form = refused(&app, &file, &with("\"format\": 1", "\"format\": 7")).await;
        assert!(matches!(form, Refusal::Form { found: 7, known: 1, .. }), "{form}");
        let from = format!("\"schema\": {schema},\n ");
        let newer = refused(&app, &file, &with(&from, &format!("\"schema\": {schema}9,\n"))).await;
        assert!(matches!(newer, Refusal::Schema { found, .. } if found == schema * 10 + 9), "{newer}");
        // Somebody took care to make the hash right, and still its rows are not those that it claims.
        let rows = refused(&app, &file, &with("\"rows\": 0,", "\"rows\": 1,")).await;
        assert!(rows.to_string().contains("rows are not the 1"), "{rows}");
        // Of a schema that has other tables.
        let (now, first) = (schema.to_string(), "1");
        let first = format!("\"schema\": {first:width$}", width = now.len());
        std::fs::write(&file, with(&format!("\"schema\": {now}"), &first)).unwrap();
        let other = run(&app, &file, app.database().unwrap(), None, true).await.unwrap_err();
        assert!(other.to_string().contains("its tables are not those of schema 1"), "{other}");
        let store = app.existing_store().await.unwrap();
        assert!(!store.teams().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_backup_is_named_after_its_moment() {
        let (_folder, mut app, file) = backed_up().await;
        assert_eq!(file, app.backups().path().join("touchline-20261122T101500Z.tlb"));
        let verified = read::verify(&file, &mut |_| ()).unwrap();
        assert_eq!(verified.manifest.created_at, app.clock.now());
        let later = app.clock.now() + SignedDuration::from_hours(3);
        at(&mut app, later);
        let restored = run(&app, &file, app.database().unwrap(), None, true).await.unwrap();
        assert!(
            restored.replaced.is_some_and(|kept| kept.ends_with("touchline.db.replaced-20261122T131500Z"))
        );
        assert!(restored.files.is_empty());
    }
}
