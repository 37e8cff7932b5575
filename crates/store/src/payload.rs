//! The archive: what sources sent, verbatim, by content.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Store, StoreError, column,
    engine::{Connection, query, query_scalar},
    statement::import as sql,
};

/// Enough to halve text at hundreds of megabytes a second.
const COMPRESSION_LEVEL: i32 = 3;

/// SHA-256 of a payload.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct PayloadHash([u8; 32]);

impl PayloadHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PayloadHash> for String {
    fn from(hash: PayloadHash) -> Self {
        hash.to_string()
    }
}

impl FromStr for PayloadHash {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let wrong = || column::not_understood("payload hash", text);
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl Store {
    /// A payload as it was received, if the archive has it.
    ///
    /// # Errors
    /// When the store cannot be read or what it holds is not what was stored.
    pub async fn payload(&self, hash: PayloadHash) -> Result<Option<Vec<u8>>, StoreError> {
        let query = query_scalar(sql::PAYLOAD).bind(hash.to_string());
        let compressed: Option<Vec<u8>> = query.fetch_optional(self.readers()).await?;
        let Some(compressed) = compressed else { return Ok(None) };
        let damaged = || StoreError::Damaged { detail: format!("payload {hash} does not match its hash") };
        let bytes = zstd::decode_all(compressed.as_slice()).map_err(|_| damaged())?;
        if PayloadHash::of(&bytes) == hash { Ok(Some(bytes)) } else { Err(damaged()) }
    }
}

/// Where a payload came from.
pub(crate) struct Origin<'a> {
    pub(crate) source: &'a str,
    pub(crate) label: &'a str,
    pub(crate) fetched_at: Timestamp,
}

/// Adds a payload to the archive, once.
pub(crate) async fn archive(
    connection: &mut Connection,
    hash: PayloadHash,
    bytes: &[u8],
    origin: Origin<'_>,
) -> Result<(), StoreError> {
    let compressed = zstd::encode_all(bytes, COMPRESSION_LEVEL)
        .map_err(|e| StoreError::Io { detail: format!("compressing a payload: {e}") })?;
    query(sql::INSERT_PAYLOAD)
        .bind(hash.to_string())
        .bind(compressed)
        .bind(column::count(bytes.len()))
        .bind(origin.source)
        .bind(origin.label)
        .bind(column::micros(origin.fetched_at))
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_published_message() {
        // FIPS 180-4 example: SHA-256 of "abc".
        let hash = PayloadHash::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse::<PayloadHash>().unwrap(), hash);
        assert!("ba78".parse::<PayloadHash>().is_err());
        assert!("zz".repeat(32).parse::<PayloadHash>().is_err());
    }
}
