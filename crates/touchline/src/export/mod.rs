//! Files that rows are written to, one format per file. Rows come in batches and nothing but the current one is kept, so a
//! table of any length is written in the same memory.

mod cell;
mod destination;
mod json_lines;
mod parquet;
mod separated;

use std::io::Write;

use anyhow::Result;
use store::{Column, Values};

pub(crate) use self::{
    cell::Numbers,
    destination::{Destination, Place},
};

/// A way to write rows.
pub(crate) trait Format: Send + Sync {
    /// Its name on the command line.
    fn code(&self) -> &'static str;

    /// How the names of its files end.
    fn ending(&self) -> &'static str {
        self.code()
    }

    /// Begins a file of rows with these columns.
    ///
    /// # Errors
    /// When its head cannot be written.
    fn begin(&self, columns: &[Column], numbers: Numbers, to: Sink) -> Result<Box<dyn Sheet>>;
}

/// Where the bytes go.
pub(crate) type Sink = Box<dyn Write + Send>;

/// A file on its way.
pub(crate) trait Sheet: Send {
    /// The next rows, values in the order of the columns.
    ///
    /// # Errors
    /// When a value is not what its column holds, or the file cannot be written.
    fn write(&mut self, rows: &[Values]) -> Result<()>;

    /// What comes last; all of it is written afterwards.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// The visible list.
pub(crate) static FORMATS: [&dyn Format; 4] =
    [&separated::COMMAS, &separated::TABS, &json_lines::JsonLines, &parquet::Parquet];

/// The format of that name.
pub(crate) fn by_code(code: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.code() == code)
}

#[cfg(test)]
mod tests;
