//! Reading both sides through in the order of keys, and putting right what the source got or changed since it was copied.
//!
//! Both sides are hashed as they are read. After a block whose hashes differ, its rows are compared one by one: what is
//! missing or other in the target is replaced, and the block is read again. A row that only the target has is never removed:
//! it ends the copy with its table and key.

use super::{CopiedTable, CopyProgress, mark::Mark};
use crate::{Checksum, Store, StoreError, Table, Values, View, pace::Pace};

/// How often a block is put right before its differences count as not ours to mend: once is enough when nobody else writes.
const ROUNDS: usize = 3;

/// Verifies every table against one state of the source, taken now. Only a copy that is not finished is put right; a finished
/// one may have a life of its own.
pub(super) async fn all(
    source: &Store,
    target: &Store,
    tables: &[Table],
    mark: &Mark,
    watch: &mut dyn FnMut(CopyProgress<'_>),
) -> Result<Vec<CopiedTable>, StoreError> {
    let mut here = source.view().await?;
    let mut verified = Vec::with_capacity(tables.len());
    for table in tables {
        let sides = Sides { table, target, mends: mark.finished_at.is_none() };
        verified.push(sides.verify(&mut here, watch).await?);
    }
    here.finish().await?;
    Ok(verified)
}

/// Brings a table of an unfinished copy to what the view of the source shows; how many rows were missing or other.
pub(super) async fn put_right(source: &mut View, target: &Store, table: &Table) -> Result<u64, StoreError> {
    Ok(Sides { table, target, mends: true }.verify(source, &mut |_| ()).await?.put_right)
}

struct Sides<'s> {
    table: &'s Table,
    target: &'s Store,
    mends: bool,
}

/// Rows of the source after a key, up to and including the last of them; up to the end of the table if it is the last block.
struct Block<'b> {
    after: Option<&'b [crate::Value]>,
    rows: &'b [Values],
    limit: u32,
}

impl Block<'_> {
    fn is_last(&self) -> bool {
        self.rows.len() < self.limit as usize
    }
}

impl Sides<'_> {
    async fn verify(
        &self,
        source: &mut View,
        watch: &mut dyn FnMut(CopyProgress<'_>),
    ) -> Result<CopiedTable, StoreError> {
        let (mut here, mut there) = (Checksum::default(), Checksum::default());
        let mut target = self.target.view().await?;
        let (mut pace, mut after, mut put_right) = (Pace::default(), None::<Values>, 0);
        loop {
            let limit = pace.rows();
            let rows = source.page(self.table, after.as_deref(), limit).await?;
            for row in &rows {
                here.add(row);
            }
            let block = Block { after: after.as_deref(), rows: &rows, limit };
            put_right += self.match_block(&mut target, &block, &here, &mut there).await?;
            watch(CopyProgress::Verified { table: &self.table.name, rows: rows.len() as u64 });
            if block.is_last() {
                break;
            }
            pace.learn(&rows);
            after = rows.last().map(|row| self.table.key_of(row));
        }
        target.finish().await?;
        let (checksum, target_checksum) = (here.digest(), there.digest());
        Ok(CopiedTable {
            table: self.table.name.clone(),
            rows: here.rows(),
            put_right,
            checksum,
            target_checksum,
        })
    }

    /// Brings `there` to the hash of `here` by the target's rows of the block; how many of them had to be put right.
    async fn match_block(
        &self,
        target: &mut View,
        block: &Block<'_>,
        here: &Checksum,
        there: &mut Checksum,
    ) -> Result<u64, StoreError> {
        let before = there.clone();
        let mut put_right = 0;
        for _ in 0..ROUNDS {
            let found = self.found(target, block).await?;
            *there = before.clone();
            for row in &found {
                there.add(row);
            }
            if there.digest() == here.digest() {
                return Ok(put_right);
            }
            let others = self.differences(block.rows, &found)?;
            match others.first() {
                Some(first) if !self.mends => {
                    return Err(self.differs(
                        first,
                        "the copy was finished before, and one of the two has changed since",
                    ));
                }
                _ => self.target.replace_rows(self.table, &others).await?,
            }
            put_right += others.len() as u64;
            target.refresh(self.target).await?;
        }
        let first = block.rows.first().map(Vec::as_slice).unwrap_or_default();
        Err(self.differs(first, "rows from there on stay different: somebody else writes to the copy"))
    }

    /// The target's rows in the range of the block.
    async fn found(&self, target: &mut View, block: &Block<'_>) -> Result<Vec<Values>, StoreError> {
        let mut found = target.page(self.table, block.after, block.limit).await?;
        if let Some(last) = block.rows.last().filter(|_| !block.is_last()) {
            let last = self.table.key_of(last);
            found.retain(|row| self.table.key_of(row) <= last);
        }
        Ok(found)
    }

    /// Rows that the target lacks or has otherwise. One that only the target has is an error.
    fn differences(&self, rows: &[Values], found: &[Values]) -> Result<Vec<Values>, StoreError> {
        let mut found = found.iter().peekable();
        let mut others = Vec::new();
        for row in rows {
            let key = self.table.key_of(row);
            if let Some(extra) = found.next_if(|found| self.table.key_of(found) < key) {
                return Err(self.differs(extra, "the source has no such row"));
            }
            let same = found.next_if(|found| self.table.key_of(found) == key);
            if same.is_none_or(|found| hash_of(found) != hash_of(row)) {
                others.push(row.clone());
            }
        }
        match found.next() {
            Some(extra) => Err(self.differs(extra, "the source has no such row")),
            None => Ok(others),
        }
    }

    fn differs(&self, row: &[crate::Value], detail: &'static str) -> StoreError {
        let key: Vec<String> = self.table.key_of(row).iter().map(ToString::to_string).collect();
        StoreError::CopyDiffers { table: self.table.name.clone(), key: key.join(", "), detail }
    }
}

/// Rows are equal when their bits are, which `==` of numbers is not.
fn hash_of(row: &[crate::Value]) -> String {
    let mut checksum = Checksum::default();
    checksum.add(row);
    checksum.digest()
}
