//! Every row of a table as bytes that either engine can be filled from again.
//!
//! What is written names no engine: the tables are those that the database itself describes, their rows come in the order of
//! their keys from one [`View`], and values are of the four kinds that both engines know. [`Blocks`] reads them back, and
//! [`crate::Restoration`] fills a store with them.

mod block;
mod rows;

pub use self::block::{Block, Blocks};
use crate::{Checksum, StoreError, Table, Values, View, pace::Pace};

/// A table on its way into a backup.
#[derive(Debug)]
pub struct TableDump<'v> {
    view: &'v mut View,
    table: &'v Table,
    /// Rows that were read and not handed out yet.
    page: Vec<Values>,
    checksum: Checksum,
    pace: Pace,
}

impl View {
    /// Begins to read a table block by block.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn dump<'v>(&'v mut self, table: &'v Table) -> Result<TableDump<'v>, StoreError> {
        let pace = Pace::default();
        let page = self.page(table, None, pace.rows()).await?;
        Ok(TableDump { view: self, table, page, checksum: Checksum::default(), pace })
    }

    /// What a table holds, in one number; `read` hears of rows as they are read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checksum(
        &mut self,
        table: &Table,
        mut read: impl FnMut(u64),
    ) -> Result<Checksum, StoreError> {
        let (mut checksum, mut pace) = (Checksum::default(), Pace::default());
        let mut page = self.page(table, None, pace.rows()).await?;
        while let Some(after) = page.last().map(|row| table.key_of(row)) {
            for row in &page {
                checksum.add(row);
            }
            read(page.len() as u64);
            pace.learn(&page);
            page = self.page(table, Some(&after), pace.rows()).await?;
        }
        Ok(checksum)
    }
}

impl TableDump<'_> {
    /// The next block, none at the end. While it is packed, the rows after it are read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_block(&mut self) -> Result<Option<Block>, StoreError> {
        let Some(after) = self.page.last().map(|row| self.table.key_of(row)) else { return Ok(None) };
        self.pace.learn(&self.page);
        let (page, columns) = (std::mem::take(&mut self.page), self.table.columns.clone());
        let mut checksum = std::mem::take(&mut self.checksum);
        let packing = tokio::task::spawn_blocking(move || {
            for row in &page {
                checksum.add(row);
            }
            Ok::<_, StoreError>((block::pack(&columns, &page)?, checksum))
        });
        let (packed, page) =
            tokio::join!(packing, self.view.page(self.table, Some(&after), self.pace.rows()));
        let (block, checksum) =
            packed.map_err(|e| StoreError::Io { detail: format!("packing rows: {e}") })??;
        (self.page, self.checksum) = (page?, checksum);
        Ok(Some(block))
    }

    /// What was handed out so far, in one number.
    pub fn checksum(&self) -> &Checksum {
        &self.checksum
    }
}
