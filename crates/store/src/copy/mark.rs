//! What the target of a copy says of it: whose copy it is becoming, since when, and whether it is whole.

use jiff::Timestamp;

use super::SEEDED;
use crate::{
    Store, StoreError, Table, column,
    engine::{self, Durability, Row, Transaction, query, query_scalar},
    statement::copy as copies,
    upkeep,
};

/// A copy on record in its target.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    source: String,
    pub(super) begun_at: Timestamp,
    /// None while it is not whole.
    pub(super) finished_at: Option<Timestamp>,
}

impl Mark {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            source: row.try_get(0)?,
            begun_at: column::instant(row.try_get(1)?)?,
            finished_at: row.try_get::<Option<i64>>(2)?.map(column::instant).transpose()?,
        })
    }
}

/// Marks an empty target, or finds the mark of the same source; anything else is refused.
pub(super) async fn begin(
    source: &Store,
    target: &Store,
    tables: &[Table],
    now: Timestamp,
) -> Result<Mark, StoreError> {
    source.refuse_unfinished_copy().await?;
    let identity: String = query_scalar(copies::IDENTITY).fetch_one(source.readers()).await?;
    let writer = target.writer().await?;
    let mut transaction = writer.begin(Durability::Power).await?;
    let rows = query(copies::COPIES).fetch_all(&mut *transaction).await?;
    let marks: Vec<Mark> = rows.iter().map(Mark::read).collect::<Result<_, _>>()?;
    if let Some(ours) = marks.iter().find(|mark| mark.source == identity) {
        return Ok(ours.clone());
    }
    if marks.iter().any(|mark| mark.finished_at.is_none()) {
        return Err(StoreError::OtherCopy { place: target.place().clone() });
    }
    refuse_rows(target, &mut transaction, tables).await?;
    let begin = query(copies::BEGIN_COPY).bind(&identity).bind(column::micros(now));
    begin.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Mark { source: identity, begun_at: column::as_stored(now), finished_at: None })
}

async fn refuse_rows(
    target: &Store,
    transaction: &mut Transaction,
    tables: &[Table],
) -> Result<(), StoreError> {
    for table in tables.iter().filter(|table| !SEEDED.contains(&&*table.name)) {
        if table.any(&mut *transaction).await? {
            let (place, table) = (target.place().clone(), table.name.clone());
            return Err(StoreError::NotEmpty { place, table });
        }
    }
    Ok(())
}

pub(super) async fn finish(target: &Store, mark: &Mark, now: Timestamp) -> Result<(), StoreError> {
    let writer = target.writer().await?;
    let mut transaction = writer.begin(Durability::Power).await?;
    let finish = query(copies::FINISH_COPY).bind(&mark.source).bind(column::micros(now));
    finish.execute(&mut *transaction).await?;
    transaction.commit().await
}

impl Store {
    /// Since when this is a copy that was not finished; none when it is a whole store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn unfinished_copy(&self) -> Result<Option<Timestamp>, StoreError> {
        upkeep::unfinished_copy(self.readers(), engine::newest_schema()).await
    }

    pub(crate) async fn refuse_unfinished_copy(&self) -> Result<(), StoreError> {
        match self.unfinished_copy().await? {
            Some(begun_at) => Err(StoreError::HalfCopied { place: self.place().clone(), begun_at }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;

    #[tokio::test]
    async fn a_new_store_holds_what_is_listed_as_seeded_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
        let mut view = store.view().await.unwrap();
        for table in store.tables().await.unwrap() {
            let rows = view.count(&table).await.unwrap();
            assert_eq!(rows > 0, SEEDED.contains(&&*table.name), "{}", table.name);
        }
    }
}
