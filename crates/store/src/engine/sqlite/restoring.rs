//! One file takes the place of another.
//!
//! The new database is filled as `NAME.restoring`. When it is whole and on disk, one rename to `NAME.restored-STAMP` decides:
//! from then on the new database is the one in force, and whatever still stands under the old names is moved to
//! `NAME.replaced-STAMP`, log and all, before the new one takes its name. Who is killed in between leaves a state from which
//! the next to open the place goes on.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use sqlx::{ConnectOptions as _, Connection as _};

use super::{BUSY, CANNOT_OPEN, at_opening, occupancy::beside, options, primary_code, use_journal};
use crate::{StoreError, engine::side::PATIENCE};

const RESTORING: &str = ".restoring";
const RESTORED: &str = ".restored-";
const REPLACED: &str = ".replaced-";
/// What SQLite keeps beside a database: log, index of the log, journal.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Where the new database is filled.
pub(crate) fn side(path: &Path) -> PathBuf {
    beside(path, RESTORING)
}

/// Whether something stands there, be it damaged.
pub(crate) fn is_taken(path: &Path) -> Result<bool, StoreError> {
    let exists = |path: &Path| path.try_exists();
    let taken = exists(path).and_then(|there| Ok(there || decided(path)?.is_some()));
    taken.map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Refuses where there is nothing to read.
pub(super) fn must_be_taken(path: &Path) -> Result<(), StoreError> {
    if is_taken(path)? { Ok(()) } else { Err(StoreError::Absent { place: path.into() }) }
}

/// Whether a restoration was killed.
pub(super) fn left_over(path: &Path) -> Result<bool, StoreError> {
    let left = || Ok(side(path).try_exists()? || decided(path)?.is_some());
    left().map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Goes on where a killed restoration stopped: to its end when it was decided, back to its beginning when not. Only for who
/// has the place alone.
pub(super) fn recover(path: &Path) -> Result<(), StoreError> {
    let work = || {
        if let Some(stamp) = decided(path)? {
            complete(path, &stamp)?;
        }
        remove(&side(path))
    };
    work().map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Puts the finished database in the place of the one that is there, if any. Where that is kept.
pub(crate) async fn switch(path: &Path, stamp: &str) -> Result<Option<PathBuf>, StoreError> {
    fold(&side(path)).await?;
    release(path).await?;
    let work = || {
        let stamp = free_stamp(path, stamp)?;
        File::open(side(path))?.sync_all()?;
        fs::rename(side(path), beside(path, &format!("{RESTORED}{stamp}")))?;
        sync_folder(path)?;
        complete(path, &stamp)
    };
    work().map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

/// Makes sure that no other program has the database open that is there, and folds its log in.
pub(super) async fn release(path: &Path) -> Result<(), StoreError> {
    match fold(path).await {
        // What is damaged is moved with its log.
        Err(StoreError::Damaged { .. } | StoreError::NotAStore { .. } | StoreError::Io { .. }) => Ok(()),
        other => other,
    }
}

/// Everything after the decision. Whatever stands under the old names belongs to the old database.
fn complete(path: &Path, stamp: &str) -> io::Result<Option<PathBuf>> {
    let replaced = beside(path, &format!("{REPLACED}{stamp}"));
    ignore_absent(fs::remove_file(beside(path, "-shm")))?;
    for ending in ["-wal", "-journal", ""] {
        ignore_absent(fs::rename(beside(path, ending), beside(&replaced, ending)))?;
    }
    fs::rename(beside(path, &format!("{RESTORED}{stamp}")), path)?;
    sync_folder(path)?;
    Ok(replaced.try_exists()?.then_some(replaced))
}

/// The stamp of a restoration that was decided and not completed.
fn decided(path: &Path) -> io::Result<Option<String>> {
    let (Some(folder), Some(name)) = (folder(path), path.file_name()) else { return Ok(None) };
    let start = format!("{}{RESTORED}", name.to_string_lossy());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        if let Some(stamp) = entry?.file_name().to_string_lossy().strip_prefix(&start) {
            return Ok(Some(stamp.to_owned()));
        }
    }
    Ok(None)
}

/// The stamp, or with a number when something is kept under it already.
fn free_stamp(path: &Path, stamp: &str) -> io::Result<String> {
    let mut free = stamp.to_owned();
    let mut n = 1;
    while beside(path, &format!("{REPLACED}{free}")).try_exists()? {
        n += 1;
        free = format!("{stamp}-{n}");
    }
    Ok(free)
}

/// Folds the log of a database into its file, which only works when no other program has it open.
async fn fold(path: &Path) -> Result<(), StoreError> {
    let missing = !path.try_exists().map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
    if missing {
        return Ok(());
    }
    let open = options(path).busy_timeout(PATIENCE).connect().await;
    let mut connection = open.map_err(|e| at_opening(path, e))?;
    let journal = use_journal(&mut connection, "PRAGMA journal_mode = DELETE", PATIENCE).await;
    let closed = connection.close().await;
    let journal = journal.and_then(|journal| closed.map(|()| journal)).map_err(|e| in_use(path, e))?;
    if journal == "delete" { Ok(()) } else { Err(StoreError::InUse { place: path.into() }) }
}

fn in_use(path: &Path, error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(BUSY) => StoreError::InUse { place: path.into() },
        Some(CANNOT_OPEN) => StoreError::Io { detail: error.to_string() },
        _ => at_opening(path, error),
    }
}

/// Removes a database with what stands beside it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    for ending in COMPANIONS {
        ignore_absent(fs::remove_file(beside(path, ending)))?;
    }
    ignore_absent(fs::remove_file(path))
}

fn ignore_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

pub(super) fn folder(path: &Path) -> Option<&Path> {
    path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// Makes renames survive a loss of power. Not every system lets a folder be opened for that.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix)
        && let Some(folder) = folder(path)
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
