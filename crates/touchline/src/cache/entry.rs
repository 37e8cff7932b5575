//! What is kept: a value as JSON, when it was made and until when it holds.

use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use store::PayloadHash;

/// First word of an entry outside this process.
const MARK: &str = "touchline-entry";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The value as JSON.
    pub(super) body: Arc<[u8]>,
    pub(super) made_at: Timestamp,
    pub(super) until: Timestamp,
}

impl Entry {
    /// An entry of a value.
    pub(super) fn of<T: Serialize>(value: &T, made_at: Timestamp, until: Timestamp) -> Result<Self> {
        let body = serde_json::to_vec(value).context("a value cannot be written as JSON")?;
        Ok(Self { body: body.into(), made_at, until })
    }

    /// The value.
    pub(super) fn value<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Whether it holds at a moment. One of a later moment is none of this world's: a replay must not see the future.
    pub(super) fn holds_at(&self, now: Timestamp) -> bool {
        holds_at(self.made_at, self.until, now)
    }

    /// With a head line that says all but the value, and a checksum: what comes back from elsewhere may be anything.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (made_at, until) = (self.made_at.as_microsecond(), self.until.as_microsecond());
        let mut bytes = format!("{MARK} {made_at} {until} {}\n", PayloadHash::of(&self.body)).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The entry that was written as these bytes; none when they are no such thing, or damaged.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = (str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]);
        let mut words = head.split(' ');
        let mark = words.next()?;
        let mut instant = || Timestamp::from_microsecond(words.next()?.parse().ok()?).ok();
        let (made_at, until) = (instant()?, instant()?);
        let sum = words.next()?;
        let is_whole = mark == MARK && sum == PayloadHash::of(body).to_string() && words.next().is_none();
        is_whole.then(|| Self { body: body.into(), made_at, until })
    }
}

/// Whether what was made at one moment and holds until another holds now.
pub(super) fn holds_at(made_at: Timestamp, until: Timestamp, now: Timestamp) -> bool {
    // The bytes of an entry have whole microseconds.
    made_at.as_microsecond() <= now.as_microsecond() && now < until
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let (made_at, until) = ("2024-06-01T00:00:00Z", "2024-06-01T00:15:00Z");
        Entry::of(&vec![0.1 + 0.2, 1e-300], made_at.parse().unwrap(), until.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_value_returns_to_the_bit() {
        let bytes = entry().to_bytes();
        let returned = Entry::from_bytes(&bytes).unwrap();
        assert_eq!(returned, entry());
        assert_eq!(returned.value::<Vec<f64>>().unwrap(), [0.1 + 0.2, 1e-300]);
    }

    #[test]
    fn every_damaged_byte_and_every_cut_is_noticed() {
        let bytes = entry().to_bytes();
        for i in 0..bytes.len() {
            assert_eq!(Entry::from_bytes(&bytes[..i]), None, "cut at {i}");
            let mut damaged = bytes.clone();
            damaged[i] ^= 1;
            // A moment that changed is another moment; the value cannot have changed.
            let read = Entry::from_bytes(&damaged);
            assert!(read.is_none_or(|read| read.body == entry().body), "byte {i}");
        }
        assert_eq!(Entry::from_bytes(b"nonsense\nmore"), None);
        assert_eq!(Entry::from_bytes(b""), None);
    }

    #[test]
    fn it_holds_from_its_making_to_its_end() {
        for (now, holds) in [
            ("2024-05-31T23:59:59Z", false),
            ("2024-06-01T00:00:00Z", true),
            ("2024-06-01T00:14:59Z", true),
            ("2024-06-01T00:15:00Z", false),
        ] {
            assert_eq!(entry().holds_at(now.parse().unwrap()), holds, "{now}");
        }
    }
}
