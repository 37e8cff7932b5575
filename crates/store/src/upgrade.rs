//! An older schema becomes the one of this version.

use crate::{
    Place, Store, StoreError, View,
    engine::{self, Unmigrated},
};

/// A store of an older schema, and the right to write to it: what [`Upgrade::view`] shows stays all there is until
/// [`Upgrade::run`] is done with it. Dropped, it leaves everything as it was.
#[derive(Debug)]
pub struct Upgrade {
    unmigrated: Unmigrated,
}

impl Upgrade {
    /// Takes the right to write; none when the place has no store or one of this version.
    ///
    /// # Errors
    /// When the place cannot be used, or others have been writing for too long.
    pub async fn begin(place: &Place) -> Result<Option<Self>, StoreError> {
        Ok(engine::begin_upgrade(place).await?.map(|unmigrated| Self { unmigrated }))
    }

    /// The schema it has.
    pub fn found(&self) -> i64 {
        self.unmigrated.found
    }

    /// The schema it will have.
    pub fn known(&self) -> i64 {
        engine::newest_schema()
    }

    /// Whether it is a copy that was not finished, which nobody needs to come back to.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn is_unfinished_copy(&self) -> Result<bool, StoreError> {
        let begun = crate::upkeep::unfinished_copy(&self.unmigrated.readers, self.found()).await?;
        Ok(begun.is_some())
    }

    /// The store as it is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn view(&self) -> Result<View, StoreError> {
        View::of(&self.unmigrated.readers).await
    }

    /// Migrates, all of it or nothing.
    ///
    /// # Errors
    /// When a migration fails; nothing was changed then.
    pub async fn run(self) -> Result<(), StoreError> {
        self.unmigrated.migrate().await
    }
}

impl Store {
    /// Makes a store as an earlier version would have, to try out what becomes of it. Only rows can be put in and read: what
    /// else a store does needs the newest schema.
    ///
    /// # Errors
    /// When the place cannot be used.
    pub async fn make_older(place: &Place, schema: i64) -> Result<Self, StoreError> {
        Ok(Self::of(place, engine::open_older(place, schema).await?))
    }
}
