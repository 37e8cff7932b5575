//! One file per backup, which either engine can be filled from again.
//!
//! It is a tar archive, so that any machine can look into it:
//!
//! | entry | content |
//! |---|---|
//! | `manifest.json` | versions, schema, moment, place, and name, length and SHA-256 of everything below |
//! | `database/TABLE.rows` | blocks of rows, each with a checksum of its own ([`store::Blocks`]) |
//! | `files/NAME` | configuration without secrets, contracts, mappings, models |
//! | `SHA256` | the hash of every byte before its header |
//!
//! The last entry is always the same 2,048 bytes but for the hash, so no bit of the file can change unnoticed:
//! `head -c -2048 FILE | sha256sum` says what `tar -xOf FILE SHA256` does.

pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod manifest;
pub(crate) mod read;
pub(crate) mod refusal;
pub(crate) mod retention;
pub(crate) mod write;

use std::fmt::Write as _;

/// The first entry.
const MANIFEST: &str = "manifest.json";
/// The last one.
const HASH: &str = "SHA256";
/// What a tar archive is made of.
const BLOCK: [u8; 512] = [0; 512];
/// Header and content of the last entry, and the two empty blocks that end an archive.
const TAIL: u64 = 4 * BLOCK.len() as u64;

/// Bytes that fill the last block of a part.
fn padding(bytes: u64) -> usize {
    (bytes.next_multiple_of(BLOCK.len() as u64) - bytes) as usize
}

/// The end of an archive with this hash.
fn tail(hash: &str) -> Vec<u8> {
    let content = format!("{hash}\n");
    let mut header = tar::Header::new_gnu();
    // As long as the path is short, nothing here can fail; an archive without it would be refused when it is read.
    let _ = header.set_path(HASH);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    let mut tail = header.as_bytes().to_vec();
    tail.extend_from_slice(content.as_bytes());
    tail.resize(TAIL as usize, 0);
    tail
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
