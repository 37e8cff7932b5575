//! A store of an older schema on its way to the newest.

use sqlx::{Postgres, Sqlite};

use super::{Occupancy, Pool, postgres, sqlite};
use crate::{Place, StoreError};

/// The right to write to a store of an older schema, which no other process writes to meanwhile.
#[derive(Debug)]
pub(crate) struct Unmigrated {
    /// The newest migration in it.
    pub(crate) found: i64,
    pub(crate) readers: Pool,
    pub(super) lock: UnmigratedLock,
    #[expect(dead_code, reason = "held")]
    pub(super) occupancy: Option<Occupancy>,
}

#[derive(Debug)]
pub(super) enum UnmigratedLock {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// None when there is no store, or none of an older schema.
pub(crate) async fn begin_upgrade(place: &Place) -> Result<Option<Unmigrated>, StoreError> {
    match place {
        Place::File(path) => sqlite::begin_upgrade(path).await,
        Place::Server(server) => postgres::begin_upgrade(server).await,
    }
}

impl Unmigrated {
    /// Brings the schema up to date, all of it or nothing.
    pub(crate) async fn migrate(self) -> Result<(), StoreError> {
        match self.lock {
            UnmigratedLock::Sqlite(transaction) => sqlite::migrate(transaction).await,
            UnmigratedLock::Postgres(transaction) => postgres::migrate(transaction).await,
        }
    }
}
