//! Who has the file open: every store shares a lock beside it, and a restoration, which replaces the file, has it alone.
//!
//! SQLite's own locks belong to one file as it is and say nothing about the name under which another will stand. The lock
//! ends with its process, however that ends.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{BUSY_TIMEOUT, restoring};
use crate::{Access, StoreError};

const PAUSE: Duration = Duration::from_millis(20);

/// The lock, as long as this lives.
#[derive(Debug)]
pub(crate) struct Occupancy {
    _lock: File,
}

fn lock_file(path: &Path) -> Result<File, std::io::Error> {
    File::options().create(true).truncate(false).write(true).open(beside(path, ".lock"))
}

/// The file of that name with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Waits until nobody replaces the file, and finishes or clears what a killed restoration left. Where nothing can be written,
/// and so nothing replaced, a reader needs no lock.
pub(super) async fn share(path: &Path, access: Access) -> Result<Option<Occupancy>, StoreError> {
    let lock = match lock_file(path) {
        Ok(lock) => lock,
        Err(error) if access == Access::ReadOnly && cannot_write(&error) => return Ok(None),
        Err(source) => return Err(StoreError::Open { path: path.to_owned(), source }),
    };
    let mut attempts = BUSY_TIMEOUT.as_millis() / PAUSE.as_millis();
    loop {
        if taken(path, lock.try_lock_shared())? {
            if !restoring::left_over(path)? {
                return Ok(Some(Occupancy { _lock: lock }));
            }
            // Only who has the place alone may touch what was left; another may be about to, so this one looks again.
            lock.unlock().map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
            if taken(path, lock.try_lock())? {
                restoring::recover(path)?;
                continue;
            }
        }
        if attempts == 0 {
            return Err(StoreError::Busy { waited_secs: BUSY_TIMEOUT.as_secs() });
        }
        attempts -= 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// The place for one process alone, or the refusal at once.
pub(super) fn alone(path: &Path) -> Result<Occupancy, StoreError> {
    let lock = lock_file(path).map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
    if !taken(path, lock.try_lock())? {
        return Err(StoreError::InUse { place: path.into() });
    }
    restoring::recover(path)?;
    Ok(Occupancy { _lock: lock })
}

fn taken(path: &Path, tried: Result<(), TryLockError>) -> Result<bool, StoreError> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(StoreError::Open { path: path.to_owned(), source }),
    }
}

fn cannot_write(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}
