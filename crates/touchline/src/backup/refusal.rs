//! Why a backup cannot be used.

use std::path::PathBuf;

/// A backup that is not used, and what is wrong with it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It cannot be read at all.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// It is not what was written.
    #[error(
        "{} is damaged: {part}: {detail}; nothing was changed, take another backup (`touchline backup list`) or another copy \
         of this one",
        file.display()
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// Which part of it, and which rows where they are known.
        part: String,
        /// What is wrong.
        detail: String,
    },
    /// A later Touchline wrote it in another form.
    #[error(
        "{} has form {found} of a backup and this Touchline knows form {known}; nothing was changed, upgrade Touchline",
        file.display()
    )]
    Form {
        /// Which file.
        file: PathBuf,
        /// Its form.
        found: u32,
        /// The form known here.
        known: u32,
    },
    /// It holds a schema that this version does not know.
    #[error(
        "{} has schema {found} and this Touchline knows schemas up to {known}; nothing was changed, upgrade Touchline",
        file.display()
    )]
    Schema {
        /// Which file.
        file: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest known here.
        known: i64,
    },
}
