//! The folder of the backups: names, whose turn it is, what lies there.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::{manifest::Manifest, read, refusal::Refusal};

/// How names of backups end.
const ENDING: &str = "tlb";
/// How names of temporary files and folders end.
const TEMPORARY: &str = "tmp";
const LOCK: &str = ".lock";
const PAUSE: Duration = Duration::from_millis(100);

/// Where backups are kept.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// The right to make and remove backups, held by one process at a time and lost with it.
pub(crate) struct Turn {
    folder: Folder,
    _lock: File,
}

/// A backup as it lies there.
pub(crate) struct Listed {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// What it says of itself, if it begins and ends as a backup does.
    pub(crate) manifest: Result<Manifest, Refusal>,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for its turn, making the folder where there is none, and removes what processes that were killed left.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        let unusable = || {
            format!(
                "{} cannot be used: name another folder as backup.folder in the configuration",
                self.path.display()
            )
        };
        fs::create_dir_all(&self.path).with_context(unusable)?;
        let lock = File::create(self.path.join(LOCK)).with_context(unusable)?;
        let mut has_waited = false;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if has_waited => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => {
                    tracing::warn!("another backup is being made in {}: waiting for it", self.path.display());
                    has_waited = true;
                }
                Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
            }
        }
        // Whoever made them no longer holds the lock, so they are nobody's.
        for path in self.entries(TEMPORARY).with_context(unusable)? {
            remove(&path).with_context(unusable)?;
        }
        Ok(Turn { folder: self.clone(), _lock: lock })
    }

    /// Every backup, oldest first; those that do not say when they were made come before.
    pub(crate) fn list(&self) -> Result<Vec<Listed>> {
        let unreadable = || format!("{} cannot be read", self.path.display());
        let mut listed = Vec::new();
        for path in self.entries(ENDING).with_context(unreadable)? {
            // One that is gone meanwhile is not there.
            let Ok(about) = fs::metadata(&path) else { continue };
            listed.push(Listed { manifest: read::glance(&path), bytes: about.len(), path });
        }
        listed.sort_by_key(|l| (l.manifest.as_ref().ok().map(|m| m.created_at), l.path.clone()));
        Ok(listed)
    }

    /// The file of that name: a path, or a name in this folder.
    pub(crate) fn find(&self, name: &Path) -> PathBuf {
        let inside = self.path.join(name);
        if name.components().count() == 1 && !name.exists() && inside.exists() {
            inside
        } else {
            name.to_owned()
        }
    }

    fn entries(&self, ending: &str) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == ending) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

impl Turn {
    /// A free name for a backup of that moment.
    pub(crate) fn name(&self, at: Timestamp) -> PathBuf {
        let stem = format!("touchline-{}", at.strftime("%Y%m%dT%H%M%SZ"));
        let numbered = (2..).map(|n| format!("{stem}-{n}"));
        let mut paths = std::iter::once(stem.clone())
            .chain(numbered)
            .map(|stem| self.folder.path.join(format!("{stem}.{ENDING}")));
        paths.find(|path| !path.exists()).unwrap_or_default()
    }

    /// A file or folder that is gone when it is dropped, or with the next turn.
    pub(crate) fn temporary(&self, what: &str) -> Temporary {
        Temporary { path: self.folder.path.join(format!("{what}.{TEMPORARY}")) }
    }

    /// Gives a finished file its name, for good.
    pub(crate) fn publish(&self, temporary: &Temporary, name: &Path) -> io::Result<()> {
        fs::rename(&temporary.path, name)?;
        // Not every system lets a folder be opened for that.
        if cfg!(unix) { File::open(&self.folder.path)?.sync_all() } else { Ok(()) }
    }
}

/// What lies in the folder as long as somebody works with it.
pub(crate) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn create(&self) -> Result<File> {
        let file = File::options().create(true).truncate(true).read(true).write(true).open(&self.path);
        file.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the next turn.
        let _ = remove(&self.path);
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path().join("backups"));
        (place, folder)
    }

    #[tokio::test]
    async fn one_at_a_time_and_only_left_overs_go() {
        let (_place, folder) = folder();
        let turn = folder.turn().await.unwrap();
        let working = turn.temporary("rows");
        working.create().unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(300), folder.turn());
        assert!(waiting.await.is_err(), "the other is still at it");
        assert!(working.path().exists());
        // As if it had been killed.
        std::mem::forget(working);
        drop(turn);
        fs::write(folder.path().join("touchline-20261122T101500Z.tlb"), "kept").unwrap();
        folder.turn().await.unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "the backup and the lock: {left:?}");
    }

    #[tokio::test]
    async fn two_of_one_second_have_two_names() {
        let (_place, folder) = folder();
        let turn = folder.turn().await.unwrap();
        let at = "2026-11-22T10:15:00Z".parse().unwrap();
        let mut names = Vec::new();
        for _ in 0..3 {
            let name = turn.name(at);
            fs::write(&name, "").unwrap();
            names.push(name.file_name().unwrap().to_str().unwrap().to_owned());
        }
        assert_eq!(
            names,
            [
                "touchline-20261122T101500Z.tlb",
                "touchline-20261122T101500Z-2.tlb",
                "touchline-20261122T101500Z-3.tlb"
            ]
        );
        let states: Vec<_> = folder.list().unwrap().iter().map(|l| l.manifest.is_err()).collect();
        assert_eq!(states, [true; 3], "nothing is in them");
    }

    #[test]
    fn a_folder_that_is_not_there_holds_nothing() {
        let (_place, folder) = folder();
        assert!(folder.list().unwrap().is_empty());
    }
}
