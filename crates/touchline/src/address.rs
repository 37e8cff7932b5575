//! Addresses of servers, which may hold a password that nobody needs to see.

use std::fmt;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize, Serializer};

use crate::redact::{HIDDEN, redact};

/// The address of a server, or a path where a file would do too; blank for none. It is shown without its password, wherever
/// that is.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

impl Address {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The whole of it, for the library that connects.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// Whether there is one.
    pub(crate) fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a part of it is not shown.
    pub(crate) fn has_secret(&self) -> bool {
        self.to_string() != self.0
    }

    /// Refuses an address that was copied from where it is shown; `variable` is the place for the whole of it.
    pub(crate) fn refuse_shown(&self, variable: &str) -> Result<()> {
        ensure!(
            !self.0.contains(&format!("{HIDDEN}@")),
            "{self} has {HIDDEN} where its password was left out: put the password in, best by {variable}"
        );
        Ok(())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends_in_a_host = |text: &str| !text.contains(['/', '\\']);
        match self.0.split_once('@') {
            // Without a scheme there is no telling where a secret ends, unless it is a path.
            Some((before, _)) if ends_in_a_host(before) => f.write_str(HIDDEN),
            _ => f.write_str(&redact(&self.0)),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (text, shown) in [
            ("postgres://ann:p@ss:w@db:5432/touchline", "postgres://***@db:5432/touchline"),
            ("redis://:secret@cache:6379/1", "redis://***@cache:6379/1"),
            ("redis://:hunter2@cache:6379/0", "redis://***@cache:6379/0"),
            ("rediss://me:hunter2@cache", "rediss://***@cache"),
            ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
            ("postgres://ann@db/touchline", "postgres://***@db/touchline"),
            ("hunter2@cache", "***"),
            ("ann:hunter2@db/touchline", "***"),
            ("/home/ann@work/touchline.db", "/home/ann@work/touchline.db"),
            ("redis://cache", "redis://cache"),
            ("", ""),
        ] {
            let address = Address::from(text);
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), format!("{shown:?}"));
            assert_eq!(serde_json::to_string(&address).unwrap(), format!("{shown:?}"));
            assert_eq!(address.has_secret(), text != shown, "{text}");
        }
    }

    #[test]
    fn what_was_shown_is_not_taken_for_an_address() {
        Address::from("redis://:hunter2@cache").refuse_shown("HERE").unwrap();
        for shown in ["redis://***@cache", "redis://:***@cache"] {
            let error = Address::from(shown).refuse_shown("HERE").unwrap_err();
            assert!(error.to_string().ends_with("best by HERE"), "{error}");
        }
    }
}
