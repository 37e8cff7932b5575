//! Values as text: instants as RFC 3339, bytes as base64, numbers with every digit they have.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::Date};
use store::{Column, Kind, Meaning, Value};

/// How instants and dates are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// For what they mean.
    #[default]
    Meant,
    /// As they are stored.
    Raw,
}

/// A column as it is written.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) meaning: Meaning,
    pub(super) nullable: bool,
}

/// A value as it is written.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'v> {
    Missing,
    Integer(i64),
    Real(f64),
    Text(&'v str),
    /// An instant.
    At(Timestamp),
    /// A date.
    On(Date),
    Bytes(&'v [u8]),
}

impl Shown {
    pub(super) fn of(columns: &[Column], numbers: Numbers) -> Vec<Self> {
        let shown = |column: &Column| Self {
            name: column.name.clone(),
            kind: column.kind,
            meaning: if numbers == Numbers::Raw { Meaning::Itself } else { column.meaning() },
            nullable: column.nullable,
        };
        columns.iter().map(shown).collect()
    }

    /// A value for what it means.
    pub(super) fn cell<'v>(&self, value: &'v Value) -> Result<Cell<'v>> {
        let wrong = |value: &dyn std::fmt::Debug| {
            anyhow!(
                "column {} holds {value:?}, which cannot be shown as what its name says; try --raw",
                self.name
            )
        };
        Ok(match (value, self.meaning) {
            (Value::Integer(Some(n)), Meaning::Instant) => {
                Cell::At(Timestamp::from_microsecond(*n).map_err(|_| wrong(n))?)
            }
            (Value::Text(Some(text)), Meaning::Date) => Cell::On(text.parse().map_err(|_| wrong(text))?),
            (Value::Integer(Some(n)), _) => Cell::Integer(*n),
            (Value::Real(Some(x)), _) => Cell::Real(*x),
            (Value::Text(Some(text)), _) => Cell::Text(text),
            (Value::Bytes(Some(bytes)), _) => Cell::Bytes(bytes),
            (Value::Integer(None) | Value::Real(None) | Value::Text(None) | Value::Bytes(None), _) => {
                Cell::Missing
            }
        })
    }
}

impl Cell<'_> {
    /// The value as text, put behind what stands in `text`.
    pub(super) fn append_to(&self, text: &mut String) {
        // Writing to a string does not fail.
        let _ = match self {
            Self::Missing => Ok(()),
            Self::Integer(n) => write!(text, "{n}"),
            // The shortest digits that mean this very number.
            Self::Real(x) => write!(text, "{x}"),
            Self::Text(content) => text.write_str(content),
            Self::At(at) => write!(text, "{at}"),
            Self::On(date) => write!(text, "{date}"),
            Self::Bytes(bytes) => {
                STANDARD.encode_string(bytes, text);
                Ok(())
            }
        };
    }
}
