//! A store that is filled beside the one in force, and takes its place when it is whole.
//!
//! Until [`Restoration::finish`] has decided, the old store is in force; from then on the new one is, whenever the process
//! dies. What a killed one left is finished or cleared by the next to open the place. The old store is kept under a name that
//! says so. Nobody else has the place open meanwhile: what they remember of the old store would be wrong.
//!
//! The new store has an identity of its own: it may lack rows that the old one had given away, so it does not go on with the
//! copies that the old one had begun, nor is it anybody's copy. As in a copy, aggregates have no marks and are made anew.

use jiff::Timestamp;

use crate::{
    Access, Checksum, Place, Store, StoreError, Table, Values,
    engine::{self, Side},
};

/// A store being filled.
#[derive(Debug)]
pub struct Restoration {
    place: Place,
    side: Side,
    store: Store,
}

impl Restoration {
    /// Takes the place alone and makes an empty store of that schema beside it. A store that is there is only replaced when
    /// `replace` says so.
    ///
    /// # Errors
    /// When another process has the place open, something is there that may not be replaced, or the place cannot be used.
    pub async fn begin(place: impl Into<Place>, schema: i64, replace: bool) -> Result<Self, StoreError> {
        let place = place.into();
        let mut side = Side::begin(&place).await?;
        if side.is_taken().await? && !replace {
            side.abandon().await;
            return Err(StoreError::Taken { place });
        }
        let store = Store::of(&place, side.open(schema).await?);
        // Migrations fill some tables; theirs are among the rows to come.
        for table in store.tables().await?.iter().rev() {
            store.clear_rows(table).await?;
        }
        Ok(Self { place, side, store })
    }

    /// The tables to be filled, those that are referred to before those that refer to them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        self.store.tables().await
    }

    /// Appends rows.
    ///
    /// # Errors
    /// When a row refers to nothing, or the store cannot be written.
    pub async fn append(&self, table: &Table, rows: &[Values]) -> Result<(), StoreError> {
        self.store.append_rows(table, rows).await
    }

    /// What a table holds by now, in one number; `read` hears of rows as they are read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checksum(&self, table: &Table, read: impl FnMut(u64)) -> Result<Checksum, StoreError> {
        self.store.view().await?.checksum(table, read).await
    }

    /// Brings the new store up to date, examines it, and puts it in the place of the old one.
    ///
    /// # Errors
    /// When the new store is not sound or cannot be put there; the old one is in force then.
    pub async fn finish(self, at: Timestamp) -> Result<Restored, StoreError> {
        let Self { place, side, store } = self;
        let schema = engine::newest_schema();
        if let Err(error) = complete(&place, &side, store, schema).await {
            side.abandon().await;
            return Err(error);
        }
        let replaced = side.switch(&at.strftime("%Y%m%dT%H%M%SZ").to_string()).await?;
        let store = Store::open(place, Access::ReadWrite).await?;
        Ok(Restored { store, schema, replaced })
    }

    /// Leaves the place as it was.
    pub async fn abandon(self) {
        self.store.close().await;
        self.side.abandon().await;
    }
}

/// Everything that the new store needs before anybody may use it.
async fn complete(place: &Place, side: &Side, filled: Store, schema: i64) -> Result<(), StoreError> {
    filled.continue_numbering().await?;
    filled.close().await;
    if let Some(unmigrated) = side.begin_upgrade().await? {
        unmigrated.migrate().await?;
    }
    let store = Store::of(place, side.open(schema).await?);
    let findings = store.integrity().await?;
    store.close().await;
    if findings.is_empty() { Ok(()) } else { Err(StoreError::Damaged { detail: findings.join("; ") }) }
}

/// A store that took the place of another.
#[derive(Debug)]
pub struct Restored {
    /// The store now in force.
    pub store: Store,
    /// Its schema.
    pub schema: i64,
    /// Under which name the old one is kept: a file, or a schema of the server. None when there was none.
    pub replaced: Option<String>,
}
