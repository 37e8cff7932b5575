//! Makes a backup of one state of the database, and of the files beside it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde::Serialize;
use store::{Place, Table, View};

use crate::{
    app::App,
    backup::{
        files,
        folder::Turn,
        manifest::{FORMAT, FilePart, Kind, Manifest, TablePart},
        read,
        write::Parts,
    },
};

/// A backup that was made, and read back whole.
#[derive(Debug, Serialize)]
pub(crate) struct Made {
    pub(crate) file: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    pub(crate) tables: usize,
    pub(crate) files: usize,
    pub(crate) schema: i64,
    /// What is not in it, and why.
    pub(crate) left_out: Vec<String>,
}

/// Makes a backup; others go on writing, and what they commit after this has begun is not in it. It has its name once it was
/// read back whole.
pub(crate) async fn run(app: &App, view: &mut View, place: &Place, kind: Kind) -> Result<Made> {
    let turn = app.backups().turn().await?;
    let mut parts = Parts::new(turn.temporary("parts"))?;
    let tables = view.tables().await?;
    let bar = app.out.progress(rows(view, &tables, app).await?, "backing up rows");
    let mut manifest = Manifest {
        format: FORMAT,
        touchline: env!("CARGO_PKG_VERSION").into(),
        schema: view.schema().await?,
        engine: place.engine().into(),
        created_at: app.clock.now(),
        place: shown(place),
        kind,
        tables: Vec::with_capacity(tables.len()),
        files: Vec::new(),
        left_out: Vec::new(),
    };
    for table in tables {
        manifest.tables.push(write_table(view, table, &mut parts, &bar).await?);
    }
    bar.finish_and_clear();
    let (found, left_out) = files::collect(app)?;
    manifest.left_out = left_out;
    for file in found {
        let mut part = parts.begin(format!("files/{}", file.name));
        part.write(&file.content)?;
        manifest.files.push(FilePart { name: file.name, origin: file.origin, part: part.end() });
    }
    publish(app, &turn, parts, &manifest)
}

/// Rows to come, where somebody watches the bar.
async fn rows(view: &mut View, tables: &[Table], app: &App) -> Result<usize> {
    let mut rows = 0;
    if app.out.is_watched() {
        for table in tables {
            rows += view.count(table).await? as usize;
        }
    }
    Ok(rows)
}

/// A file in the data folder by its name, since the folder may move.
fn shown(place: &Place) -> String {
    match place {
        Place::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        Place::Server(server) => server.to_string(),
    }
}

async fn write_table(
    view: &mut View,
    table: Table,
    parts: &mut Parts,
    bar: &ProgressBar,
) -> Result<TablePart> {
    let mut part = parts.begin(format!("database/{}.rows", table.name));
    let mut dump = view.dump(&table).await?;
    while let Some(block) = dump.next_block().await? {
        part.write(&block.bytes)?;
        bar.inc(block.rows);
    }
    let (rows, checksum) = (dump.checksum().rows(), dump.checksum().digest());
    Ok(TablePart { rows, checksum, part: part.end(), table })
}

/// Puts the parts together, reads the whole back, and gives it its name.
fn publish(app: &App, turn: &Turn, parts: Parts, manifest: &Manifest) -> Result<Made> {
    let unnamed = turn.temporary("backup");
    parts.assemble(manifest, &unnamed)?;
    let bar = app.out.progress(std::fs::metadata(unnamed.path())?.len() as usize, "reading it back");
    let verified = read::verify(unnamed.path(), &mut |bytes| bar.inc(bytes))
        .context("the backup was not what was written when it was read back: check the disk")?;
    bar.finish_and_clear();
    let file = turn.name(manifest.created_at);
    turn.publish(&unnamed, &file).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(Made {
        file,
        bytes: verified.bytes,
        rows: manifest.rows(),
        tables: manifest.tables.len(),
        files: manifest.files.len(),
        schema: manifest.schema,
        left_out: manifest.left_out.clone(),
    })
}
