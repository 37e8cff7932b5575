//! Addresses of servers, which may hold a password that nobody needs to see.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::redact::redact;

/// The address of a server. It is shown without its password, wherever that is.
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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact(&self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (address, shown) in [
            ("postgres://ann:p@ss:w@db:5432/touchline", "postgres://***@db:5432/touchline"),
            ("redis://:secret@cache:6379/1", "redis://***@cache:6379/1"),
            ("postgres://ann@db/touchline", "postgres://***@db/touchline"),
            ("redis://cache", "redis://cache"),
            ("", ""),
        ] {
            let address = Address::new(address.into());
            assert_eq!(address.to_string(), shown);
            assert_eq!(serde_json::to_string(&address).unwrap(), format!("{shown:?}"));
        }
    }
}
