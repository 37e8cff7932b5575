//! Where files go. A file has another name until it is whole, so that nobody meets half of one under its own.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::Sink;

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A folder, in which every table has a file of its own.
    Folder(PathBuf),
    /// One file.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

impl Destination {
    /// What `--out` says: `-` is standard output; a name that ends in a slash or has no ending is a folder, as is one that is
    /// there already.
    pub(crate) fn parse(text: &str) -> Self {
        let path = Path::new(text);
        if text == "-" {
            Self::Stdout
        } else if text.ends_with('/') || path.is_dir() || path.extension().is_none() {
            Self::Folder(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// The place for one table.
    pub(crate) fn place(&self, table: &str, ending: &str) -> Place {
        match self {
            Self::Folder(folder) => Place::File(folder.join(format!("{table}.{ending}"))),
            Self::File(path) => Place::File(path.clone()),
            Self::Stdout => Place::Stdout,
        }
    }
}

/// Where one table goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    Stdout,
}

/// A file that is not whole yet. Dropped without [`Unfinished::finish`] it is gone.
pub(crate) struct Unfinished {
    /// The name it has for now, and its own; none of standard output.
    names: Option<(PathBuf, PathBuf)>,
}

impl Place {
    /// Opens the place.
    ///
    /// # Errors
    /// When the folder or the file cannot be made.
    pub(crate) fn open(&self) -> Result<(Sink, Unfinished)> {
        let Self::File(path) = self else {
            return Ok((Box::new(Piped), Unfinished { names: None }));
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)
                .with_context(|| format!("folder {} cannot be made", folder.display()))?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // The process keeps exports of the same table apart that run at once.
        let aside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&aside).with_context(|| format!("{} cannot be written", aside.display()))?;
        Ok((Box::new(file), Unfinished { names: Some((aside, path.clone())) }))
    }
}

/// Standard output. A reader such as `head` that has seen enough ends the process without a word, as everywhere else.
struct Piped;

impl io::Write for Piped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = io::stdout().write(bytes);
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            std::process::exit(0);
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

impl Unfinished {
    /// Gives the file its name, in place of what had it, and says how long it is.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(crate) fn finish(mut self) -> Result<Option<u64>> {
        let Some((aside, path)) = self.names.take() else { return Ok(None) };
        let finished = (|| {
            let file = File::open(&aside)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            fs::rename(&aside, &path)?;
            io::Result::Ok(bytes)
        })();
        if finished.is_err() {
            let _ = fs::remove_file(&aside);
        }
        finished.map(Some).with_context(|| format!("{} cannot be written", path.display()))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some((aside, _)) = &self.names {
            // What is left behind is named as what it is.
            let _ = fs::remove_file(aside);
        }
    }
}
