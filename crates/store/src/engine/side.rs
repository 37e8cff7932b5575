//! Room beside a store for the one that will replace it.

use std::{path::PathBuf, time::Duration};

use super::{Occupancy, Opened, Unmigrated, postgres, sqlite};
use crate::{Place, StoreError};

/// How long a place that is to be replaced may be open elsewhere before it counts as in use.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// A place that one process has alone, with room beside it for the store that will replace what is there.
#[derive(Debug)]
pub(crate) enum Side {
    Sqlite(PathBuf, #[expect(dead_code, reason = "held")] Occupancy),
    Postgres(Box<postgres::restoring::Side>),
}

impl Side {
    /// Takes the place alone, or is refused.
    pub(crate) async fn begin(place: &Place) -> Result<Self, StoreError> {
        Ok(match place {
            Place::File(path) => Self::Sqlite(path.clone(), sqlite::begin_restoring(path).await?),
            Place::Server(server) => Self::Postgres(Box::new(postgres::restoring::begin(server).await?)),
        })
    }

    /// Whether a store is there.
    pub(crate) async fn is_taken(&mut self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(path, _) => sqlite::restoring::is_taken(path),
            Self::Postgres(side) => side.is_taken().await,
        }
    }

    /// Opens the store beside it, which is made with this schema when it is not there.
    pub(crate) async fn open(&self, schema: i64) -> Result<Opened, StoreError> {
        match self {
            Self::Sqlite(path, _) => sqlite::open_beside(&sqlite::restoring::side(path), schema).await,
            Self::Postgres(side) => postgres::open_beside(side.server(), schema).await,
        }
    }

    /// As [`begin_upgrade`], of the store beside.
    pub(crate) async fn begin_upgrade(&self) -> Result<Option<Unmigrated>, StoreError> {
        match self {
            Self::Sqlite(path, _) => sqlite::unmigrated(&sqlite::restoring::side(path), None).await,
            Self::Postgres(side) => postgres::begin_upgrade(side.server()).await,
        }
    }

    /// Leaves the place as it was; what could not be removed is cleared by the next to open it.
    pub(crate) async fn abandon(self) {
        match self {
            Self::Sqlite(path, _) => drop(sqlite::restoring::remove(&sqlite::restoring::side(&path))),
            Self::Postgres(side) => side.abandon().await,
        }
    }

    /// Puts the store beside, once closed, in the place of the one that is there, if any. Under which name that is kept.
    pub(crate) async fn switch(self, stamp: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(path, _) => {
                let replaced = sqlite::restoring::switch(&path, stamp).await?;
                Ok(replaced.map(|path| path.display().to_string()))
            }
            Self::Postgres(side) => side.switch(stamp).await,
        }
    }
}
