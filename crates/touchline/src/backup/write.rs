//! Writes a backup: its parts into a temporary file first, since the manifest, which knows their hashes, stands before them.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek as _, Write},
    path::Path,
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{
    BLOCK, MANIFEST,
    folder::Temporary,
    hex,
    manifest::{Manifest, Part},
    padding, tail,
};

/// Parts that wait for their manifest.
pub(crate) struct Parts {
    file: BufWriter<File>,
    temporary: Temporary,
}

impl Parts {
    /// None yet.
    pub(crate) fn new(temporary: Temporary) -> Result<Self> {
        let file = temporary.create()?;
        Ok(Self { file: BufWriter::new(file), temporary })
    }

    /// Begins the next part.
    pub(crate) fn begin(&mut self, name: String) -> Growing<'_> {
        Growing { parts: self, name, bytes: 0, hash: Sha256::new() }
    }

    /// Writes the backup whose manifest has these parts, in their order, and makes sure that it is on disk.
    pub(crate) fn assemble(mut self, manifest: &Manifest, to: &Temporary) -> Result<()> {
        let wrong = || unwritable(to.path());
        self.file.flush().with_context(|| unwritable(self.temporary.path()))?;
        self.file.rewind().with_context(wrong)?;
        let mut from = BufReader::new(self.file.get_ref());
        let mut archive = Archive { to: BufWriter::new(to.create()?), hash: Sha256::new() };
        let text = serde_json::to_vec_pretty(manifest)?;
        let at = manifest.created_at;
        archive.append(MANIFEST, text.len() as u64, at, text.as_slice()).with_context(wrong)?;
        for part in manifest.parts() {
            archive.append(&part.name, part.bytes, at, from.by_ref().take(part.bytes)).with_context(wrong)?;
        }
        let file = archive.finish().with_context(wrong)?;
        file.sync_all().with_context(wrong)
    }
}

/// A part that is being written.
pub(crate) struct Growing<'p> {
    parts: &'p mut Parts,
    name: String,
    bytes: u64,
    hash: Sha256,
}

impl Growing<'_> {
    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.parts.file.write_all(bytes).with_context(|| unwritable(self.parts.temporary.path()))?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Ends it.
    pub(crate) fn end(self) -> Part {
        Part { name: self.name, bytes: self.bytes, sha256: hex(&self.hash.finalize()) }
    }
}

fn unwritable(path: &Path) -> String {
    format!("{} cannot be written: free some space, or name another folder as backup.folder", path.display())
}

/// A tar archive that ends with the hash of everything in it.
struct Archive {
    to: BufWriter<File>,
    hash: Sha256,
}

impl Archive {
    fn append(&mut self, name: &str, bytes: u64, at: Timestamp, mut content: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_path(name)?;
        header.set_size(bytes);
        header.set_mode(0o644);
        header.set_mtime(at.as_second().unsigned_abs());
        header.set_cksum();
        self.write_all(header.as_bytes())?;
        if io::copy(&mut content, self)? != bytes {
            return Err(io::Error::other(format!("{name} is not as long as it was when it was read")));
        }
        self.write_all(&BLOCK[..padding(bytes)])
    }

    fn finish(mut self) -> io::Result<File> {
        let tail = tail(&hex(&self.hash.clone().finalize()));
        self.to.write_all(&tail)?;
        self.to.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Archive {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
