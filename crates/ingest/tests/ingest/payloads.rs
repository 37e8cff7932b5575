//! Where payloads for tests come from.

use std::path::{Path, PathBuf};

use touchline_ingest::source::{self, Parsed, Source};

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of `testdata/`.
pub(crate) fn sample(path: &str) -> Vec<u8> {
    let path = workspace().join("testdata").join(path);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every sample of a source: the files in the folder of its name.
pub(crate) fn samples_of(source: &dyn Source) -> Vec<(String, Vec<u8>)> {
    let folder = workspace().join("testdata").join(source.code());
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

/// The folder of real data, when there is one.
pub(crate) fn shared_data() -> Option<PathBuf> {
    testkit::shared::shared("data")
}

pub(crate) fn parse(format: &str, payload: &[u8]) -> Parsed {
    source::by_format(format).unwrap_or_else(|| panic!("no source {format}")).parse(payload, "test.csv")
}
