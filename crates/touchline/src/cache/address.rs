//! What the address of a Redis may be.

use anyhow::{Error, Result, anyhow, ensure};

use crate::address::Address;

/// Whether the connection is encrypted.
pub(super) fn is_encrypted(address: &Address) -> bool {
    address.secret().starts_with("rediss://")
}

/// A client of it; nothing is connected yet.
pub(super) fn client(address: &Address) -> Result<redis::Client> {
    // The parser's own words may repeat what it could not read.
    redis::Client::open(address.secret()).map_err(|_| refused(address))
}

/// Whether it can be used; a blank one is none.
pub(crate) fn check(address: &Address) -> Result<()> {
    if address.is_set() {
        let known = address.secret().starts_with("redis://") || is_encrypted(address);
        ensure!(known && client(address).is_ok(), refused(address));
    }
    Ok(())
}

fn refused(address: &Address) -> Error {
    anyhow!("{address} is no address such as redis://127.0.0.1:6379/0 or rediss://:PASSWORD@cache:6380/0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused_without_repeating_a_secret() {
        for good in ["", "redis://127.0.0.1", "rediss://:hunter2@cache:6380/0"] {
            check(&Address::from(good)).unwrap();
        }
        for bad in ["cache:6379", "hunter2@cache", "http://:hunter2@cache", "redis://:hunter2@:6379:1"] {
            let error = format!("{:#}", check(&Address::from(bad)).unwrap_err());
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
