//! Blocks of rows, each with a checksum of its own, so that damage is named by table and rows.
//!
//! A block is the number of its rows, its length once unpacked and its length packed (eight bytes each, most significant
//! first), the SHA-256 of these 24 bytes and of what is packed, and the rows, packed by zstd. Blocks follow each other without
//! gaps to the end.

use std::io::{self, ErrorKind, Read};

use sha2::{Digest as _, Sha256};

use super::rows::{self, Unreadable};
use crate::{Column, StoreError, Table, catalogue::Values};

/// Halves the bytes at several hundred megabytes a second; higher levels gain a few percent.
const COMPRESSION_LEVEL: i32 = 3;
const NUMBERS: usize = 24;
const HEAD: usize = NUMBERS + 32;

/// Some rows of a table on their way into a backup.
#[derive(Debug)]
pub struct Block {
    /// How many.
    pub rows: u64,
    /// What to write.
    pub bytes: Vec<u8>,
}

pub(super) fn pack(columns: &[Column], rows: &[Values]) -> Result<Block, StoreError> {
    let plain = rows::encode(columns, rows);
    let packed = zstd::bulk::compress(&plain, COMPRESSION_LEVEL)
        .map_err(|e| StoreError::Io { detail: format!("compressing rows: {e}") })?;
    let mut bytes = Vec::with_capacity(HEAD + packed.len());
    for number in [rows.len(), plain.len(), packed.len()] {
        bytes.extend_from_slice(&(number as u64).to_be_bytes());
    }
    let checksum = Sha256::new().chain_update(&bytes).chain_update(&packed).finalize();
    bytes.extend_from_slice(&checksum);
    bytes.extend_from_slice(&packed);
    Ok(Block { rows: rows.len() as u64, bytes })
}

/// Reads a table's blocks back.
#[derive(Debug)]
pub struct Blocks<'t, R> {
    table: &'t Table,
    from: R,
    /// Blocks and rows read so far.
    read: (u64, u64),
}

impl<'t, R: Read> Blocks<'t, R> {
    /// The blocks of a table, to the end of `from`.
    pub fn new(table: &'t Table, from: R) -> Self {
        Self { table, from, read: (0, 0) }
    }

    /// The rows of the next block; none at the end.
    ///
    /// # Errors
    /// When the block is damaged or cannot be read; the error names table, block and row.
    pub fn next_rows(&mut self) -> Result<Option<Vec<Values>>, StoreError> {
        let rows = self.unpack_next().map_err(|failed| self.failed(failed))?;
        if let Some(rows) = &rows {
            self.read = (self.read.0 + 1, self.read.1 + rows.len() as u64);
        }
        Ok(rows)
    }

    fn unpack_next(&mut self) -> Result<Option<Vec<Values>>, Failed> {
        let mut head = [0; HEAD];
        match self.from.read(&mut head[..1])? {
            0 => return Ok(None),
            _ => self.from.read_exact(&mut head[1..])?,
        }
        let (numbers, checksum) = head.split_at(NUMBERS);
        let number = |n: usize| {
            let bytes = numbers[8 * n..8 * n + 8].try_into().unwrap_or_default();
            u64::from_be_bytes(bytes)
        };
        // Read as it comes: a damaged length must not make room for what is not there.
        let mut packed = Vec::new();
        let length = number(2);
        if self.from.by_ref().take(length).read_to_end(&mut packed)? as u64 != length {
            return Err(Failed::Damaged("it ends too early"));
        }
        if *Sha256::new().chain_update(numbers).chain_update(&packed).finalize() != *checksum {
            return Err(Failed::Damaged("it does not match its checksum"));
        }
        let mut plain = Vec::new();
        zstd::Decoder::new(packed.as_slice())?.take(number(1)).read_to_end(&mut plain)?;
        let n_rows = usize::try_from(number(0)).map_err(|_| Failed::Damaged("it has too many rows"))?;
        Ok(Some(rows::decode(&self.table.columns, n_rows, &plain)?))
    }

    fn failed(&self, failed: Failed) -> StoreError {
        let detail = match failed {
            Failed::Damaged(what) => what.to_owned(),
            Failed::Read(error) if error.kind() == ErrorKind::UnexpectedEof => "it ends too early".into(),
            Failed::Read(error) => error.to_string(),
        };
        let (blocks, rows) = self.read;
        StoreError::DamagedRows { table: self.table.name.clone(), block: blocks + 1, row: rows + 1, detail }
    }
}

enum Failed {
    Damaged(Unreadable),
    Read(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<Unreadable> for Failed {
    fn from(what: Unreadable) -> Self {
        Self::Damaged(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Value};

    fn table() -> Table {
        let column = |name: &str, kind| Column { name: name.into(), kind, nullable: false };
        Table {
            name: "quote".into(),
            columns: vec![column("id", Kind::Integer), column("name", Kind::Text)],
            key: vec![0],
        }
    }

    fn packed(from: i64) -> Vec<u8> {
        let rows: Vec<Values> =
            (from..from + 10).map(|n| vec![n.into(), Value::from(format!("n{n}"))]).collect();
        pack(&table().columns, &rows).unwrap().bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Values>, StoreError> {
        let table = table();
        let mut blocks = Blocks::new(&table, bytes);
        let mut all = Vec::new();
        while let Some(rows) = blocks.next_rows()? {
            all.extend(rows);
        }
        Ok(all)
    }

    #[test]
    fn blocks_follow_each_other() {
        assert!(read(&[]).unwrap().is_empty());
        let rows = read(&[packed(0), packed(10)].concat()).unwrap();
        assert_eq!(rows.len(), 20);
        assert_eq!(rows[19], vec![Value::from(19), Value::from("n19")]);
    }

    #[test]
    fn every_bit_counts() {
        let bytes = [packed(0), packed(10)].concat();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = read(&flipped).unwrap_err();
            let second = bit / 8 >= packed(0).len();
            let place = if second { "block 2 (from row 11 on)" } else { "block 1 (from row 1 on)" };
            assert!(error.to_string().contains(place), "bit {bit}: {error}");
        }
    }

    #[test]
    fn only_whole_blocks_may_be_missing() {
        let bytes = [packed(0), packed(10)].concat();
        for length in 0..bytes.len() {
            let whole = length == 0 || length == packed(0).len();
            assert_eq!(read(&bytes[..length]).is_ok(), whole, "{length}");
        }
    }
}
