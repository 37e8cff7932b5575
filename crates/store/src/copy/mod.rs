//! Moving a whole store to another place, on either engine.
//!
//! Tables go in the order of their references and rows in the order of their keys, each batch in one transaction. So the target
//! holds of every table the rows up to its last key, and a copy that was stopped at any instant goes on after that key and
//! puts right what the source got before it since. In the end both sides are read through and compared ([`verify`]).
//!
//! The target says whose copy it is becoming (table `_copy`). Until the copy is whole nobody else may write to it, and a
//! target that holds anything else is refused.

mod mark;
mod verify;

use jiff::Timestamp;
use serde::Serialize;

use self::mark::Mark;
use crate::{Access, Place, Store, StoreError, Table, View, engine::Durability, pace::Pace};

/// Tables that migrations themselves fill, so that a new store is not empty of them.
const SEEDED: [&str; 1] = ["known_rule"];

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyProgress<'t> {
    /// So many rows of all tables are to be copied, and so many of them were there when it began.
    Begun {
        /// Rows of the source.
        rows: u64,
        /// Rows that an earlier attempt had copied.
        copied: u64,
    },
    /// So many more rows of a table were copied.
    Copied {
        /// The table.
        table: &'t str,
        /// How many.
        rows: u64,
    },
    /// Rows of a table that an earlier attempt had copied are compared with what the source holds by now.
    Compared {
        /// The table.
        table: &'t str,
    },
    /// So many more rows of a table were found to be equal on both sides.
    Verified {
        /// The table.
        table: &'t str,
        /// How many.
        rows: u64,
    },
}

/// What a copy came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// When the first attempt began.
    pub begun_at: Timestamp,
    /// Whether an earlier attempt had finished it, so that it was only verified.
    pub was_finished: bool,
    /// Every table, in the order of references.
    pub tables: Vec<CopiedTable>,
}

/// One table of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopiedTable {
    /// Its name.
    pub table: String,
    /// Rows in the source.
    pub rows: u64,
    /// Rows put right because the source had got or changed them since they were copied.
    pub put_right: u64,
    /// SHA-256 over the rows of the source.
    pub checksum: String,
    /// The same over the rows of the target.
    pub target_checksum: String,
}

impl CopiedTable {
    /// Whether both sides hold the same rows.
    pub fn is_equal(&self) -> bool {
        self.checksum == self.target_checksum
    }
}

impl Store {
    /// Copies everything to `place`, which must be empty or hold an unfinished copy of this store; goes on where that stopped.
    /// A finished copy of this store is verified and not changed.
    ///
    /// # Errors
    /// When `place` holds something else or cannot be written, or when what is there in the end is not what is here.
    pub async fn copy_to(
        &self,
        place: impl Into<Place>,
        now: Timestamp,
        watch: &mut dyn FnMut(CopyProgress<'_>),
    ) -> Result<Copied, StoreError> {
        let target = Self::open_unchecked(&place.into(), Access::ReadWrite).await?;
        let tables = self.tables().await?;
        let mark = mark::begin(self, &target, &tables, now).await?;
        let mut put_right = vec![0; tables.len()];
        if mark.finished_at.is_none() {
            put_right = fill(self, &target, &tables, watch).await?;
        }
        let mut verified = verify::all(self, &target, &tables, &mark, watch).await?;
        verified.iter_mut().zip(put_right).for_each(|(table, rows)| table.put_right += rows);
        if mark.finished_at.is_none() {
            target.continue_numbering().await?;
            mark::finish(&target, &mark, now).await?;
        }
        target.close().await;
        let Mark { begun_at, finished_at, .. } = mark;
        Ok(Copied { begun_at, was_finished: finished_at.is_some(), tables: verified })
    }
}

/// Appends what the target does not have yet, from one state of the source. What an earlier attempt had copied is put right
/// table by table, because rows of later tables may refer to rows that the source got in between: how many rows of each.
async fn fill(
    source: &Store,
    target: &Store,
    tables: &[Table],
    watch: &mut dyn FnMut(CopyProgress<'_>),
) -> Result<Vec<u64>, StoreError> {
    // A server may still be ending what a killed attempt had sent it: it holds the right to write until then.
    let turn = target.writer().await?.begin(Durability::Process).await?;
    turn.rollback().await?;
    let (mut here, mut there) = (source.view().await?, target.view().await?);
    let (mut rows, mut copied) = (0, 0);
    for table in tables {
        rows += here.count(table).await?;
        copied += there.count(table).await?;
    }
    watch(CopyProgress::Begun { rows, copied });
    let mut put_right = Vec::with_capacity(tables.len());
    for table in tables {
        let after = there.last_key(table).await?;
        let had_rows = after.is_some();
        append(&mut here, after, target, table, watch).await?;
        put_right.push(if had_rows {
            watch(CopyProgress::Compared { table: &table.name });
            verify::put_right(&mut here, target, table).await?
        } else {
            0
        });
    }
    there.finish().await?;
    here.finish().await?;
    Ok(put_right)
}

/// Appends the rows after a key; while one batch is written, the next one is read.
async fn append(
    source: &mut View,
    after: Option<Vec<crate::Value>>,
    target: &Store,
    table: &Table,
    watch: &mut dyn FnMut(CopyProgress<'_>),
) -> Result<(), StoreError> {
    let mut pace = Pace::default();
    let mut batch = source.page(table, after.as_deref(), pace.rows()).await?;
    while let Some(last) = batch.last() {
        pace.learn(&batch);
        let after = table.key_of(last);
        let (next, ()) = tokio::try_join!(
            source.page(table, Some(&after), pace.rows()),
            target.append_rows(table, &batch)
        )?;
        watch(CopyProgress::Copied { table: &table.name, rows: batch.len() as u64 });
        batch = next;
    }
    Ok(())
}
