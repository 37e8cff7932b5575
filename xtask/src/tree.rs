//! Where things are in the repository.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The workspace's root directory.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// The directory with large test data that is never committed; it may be absent.
pub(crate) fn shared() -> PathBuf {
    env::var_os("TOUCHLINE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
