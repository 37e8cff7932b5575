//! What a backup says of itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Table;

/// The form of a backup that this version writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// What a backup holds; its first part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The form of the file.
    pub(crate) format: u32,
    /// The version that wrote it.
    pub(crate) touchline: String,
    /// The newest migration of the database.
    pub(crate) schema: i64,
    /// `sqlite` or `postgresql`; either can be filled from it.
    pub(crate) engine: String,
    /// When its state was in force.
    pub(crate) created_at: Timestamp,
    /// Where the database was, without user and password.
    pub(crate) place: String,
    /// Why it was made.
    pub(crate) kind: Kind,
    /// The database, tables that are referred to first.
    pub(crate) tables: Vec<TablePart>,
    /// Configuration, contracts, mappings, models.
    pub(crate) files: Vec<FilePart>,
    /// Settings that hold a secret, and files that could not be read: they are not in it.
    pub(crate) left_out: Vec<String>,
}

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Somebody asked for it.
    Manual,
    /// The schema was about to change.
    BeforeMigration,
}

/// A table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TablePart {
    /// What it is like.
    pub(crate) table: Table,
    /// Its rows.
    pub(crate) rows: u64,
    /// What they are in one number, on either engine.
    pub(crate) checksum: String,
    /// Where they are.
    pub(crate) part: Part,
}

/// A file of the data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FilePart {
    /// Its path in the data folder.
    pub(crate) name: String,
    /// Where it was, of a file outside that folder.
    pub(crate) origin: Option<String>,
    /// Where its content is.
    pub(crate) part: Part,
}

/// A piece of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its name in the archive.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// The hash of its bytes.
    pub(crate) sha256: String,
}

impl Manifest {
    /// Rows of all tables.
    pub(crate) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Everything after the manifest, in order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.tables.iter().map(|t| &t.part).chain(self.files.iter().map(|f| &f.part))
    }
}
