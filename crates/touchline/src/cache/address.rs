//! The address of a Redis, whose password nobody gets to see.

use std::fmt;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize, Serializer};

use crate::redact::{HIDDEN, redact};

/// `redis://…` or `rediss://…` as it was set; blank for none. Shown, logged or written, it is without its password.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

impl Address {
    /// Whether there is one.
    pub(crate) fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.starts_with("rediss://")
    }

    /// A client of it; nothing is connected yet.
    pub(crate) fn client(&self) -> Result<redis::Client> {
        // The parser's own words may repeat what it could not read.
        redis::Client::open(self.0.as_str()).map_err(|_| self.refused())
    }

    /// Whether it can be used.
    pub(crate) fn check(&self) -> Result<()> {
        if !self.is_set() {
            return Ok(());
        }
        let known = self.0.starts_with("redis://") || self.is_encrypted();
        ensure!(known && self.client().is_ok(), self.refused());
        ensure!(
            !self.0.contains(&format!("{HIDDEN}@")),
            "{self} has {HIDDEN} where its password was left out: put the password in, best by \
             TOUCHLINE__CACHE__URL"
        );
        Ok(())
    }

    /// The same where it may be written into a file: none when it holds a secret.
    pub(crate) fn without_secret(&self) -> Self {
        if self.0.contains('@') { Self::default() } else { self.clone() }
    }

    fn refused(&self) -> anyhow::Error {
        anyhow::anyhow!(
            "{self} is no address such as redis://127.0.0.1:6379/0 or rediss://:PASSWORD@cache:6380/0"
        )
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a scheme there is no telling where a secret ends.
        if self.0.contains("://") || !self.0.contains('@') {
            f.write_str(&redact(&self.0))
        } else {
            f.write_str(HIDDEN)
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
    fn a_password_is_in_no_form_of_it() {
        for text in ["redis://:hunter2@cache:6379/0", "hunter2@cache", "rediss://me:hunter2@cache"] {
            let address = Address::from(text);
            let shown = format!("{address} {address:?} {}", serde_json::to_string(&address).unwrap());
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(!address.without_secret().is_set());
        }
        let plain = Address::from("redis://127.0.0.1:6379/0");
        assert_eq!(plain.to_string(), "redis://127.0.0.1:6379/0");
        assert_eq!(plain.without_secret(), plain);
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_a_secret() {
        for good in ["", "redis://127.0.0.1", "rediss://:hunter2@cache:6380/0"] {
            Address::from(good).check().unwrap();
        }
        for bad in ["cache:6379", "http://:hunter2@cache", "redis://:hunter2@:6379:1", "redis://:***@cache"] {
            let error = format!("{:#}", Address::from(bad).check().unwrap_err());
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
