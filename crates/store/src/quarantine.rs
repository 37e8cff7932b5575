//! What was not taken: rejections, and rows held back until somebody decides.

use domain::{Reason, Rejection, Sequence};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    PayloadHash, Store, StoreError, column,
    engine::{Connection, Durability, insert_rows, query, query_scalar},
    import::Quarantined,
    statement::import as sql,
};

/// Which rejections to list.
#[derive(Debug, Clone, Default)]
pub struct RejectionFilter {
    /// Of one import; all when none.
    pub sequence: Option<Sequence>,
    /// Of one kind; all when none.
    pub reason: Option<Reason>,
    /// At most so many; all when none.
    pub limit: Option<u32>,
}

/// A rejection with its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredRejection {
    /// The import.
    pub sequence: Sequence,
    /// Its file.
    pub file: String,
    /// What was rejected.
    #[serde(flatten)]
    pub rejection: Rejection,
}

/// What became of a row that was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineStatus {
    /// Nobody has decided.
    Held,
    /// It comes in when its payload is read again.
    Released,
    /// It stays out.
    Rejected,
}

/// A row held back, and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantineEntry {
    /// Its number.
    pub id: i64,
    /// The import that met it first.
    pub sequence: Sequence,
    /// The file.
    pub file: String,
    /// How the file was read.
    pub format: String,
    /// The payload, which the archive holds.
    pub payload_hash: PayloadHash,
    /// Line of the file.
    pub row: u32,
    /// The check that held it back.
    pub rule: String,
    /// What the check found.
    pub detail: String,
    /// What was decided.
    pub status: QuarantineStatus,
}

/// A row that a check must let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedRow {
    /// Line of the file.
    pub row: u32,
    /// The check.
    pub rule: String,
}

impl QuarantineStatus {
    fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Rejected => "rejected",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Held, Self::Released, Self::Rejected].into_iter().find(|status| status.code() == code)
    }
}

impl Store {
    /// Rejections in the order of imports and rows.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn rejections(&self, filter: &RejectionFilter) -> Result<Vec<StoredRejection>, StoreError> {
        let (first, last) = filter.sequence.map_or((0, i64::MAX), |s| (s.0, s.0));
        let rows = query(sql::REJECTIONS)
            .bind(first)
            .bind(last)
            .bind(filter.reason.map_or(String::new(), Reason::code))
            .bind(filter.limit.map_or(i64::MAX, i64::from))
            .fetch_all(self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                let rejection = Rejection {
                    row: column::small("line", row.try_get(2)?)?,
                    field: row.try_get(3)?,
                    value: row.try_get(4)?,
                    reason: column::named("reason", row.try_get(5)?)?,
                    loss: column::named("loss", row.try_get(6)?)?,
                };
                Ok(StoredRejection { sequence: Sequence(row.try_get(0)?), file: row.try_get(1)?, rejection })
            })
            .collect()
    }

    /// Rows that were held back, of one status or all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn quarantine(
        &self,
        status: Option<QuarantineStatus>,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        let query = query(sql::QUARANTINE).bind(status.map_or("", QuarantineStatus::code));
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                let status: &str = row.try_get(7)?;
                Ok(QuarantineEntry {
                    id: row.try_get(0)?,
                    sequence: Sequence(row.try_get(1)?),
                    file: row.try_get(2)?,
                    payload_hash: column::parsed("payload_hash", row.try_get(3)?)?,
                    row: column::small("line", row.try_get(4)?)?,
                    rule: row.try_get(5)?,
                    format: row.try_get(8)?,
                    detail: row.try_get(6)?,
                    status: column::coded("quarantine status", status, QuarantineStatus::from_code(status))?,
                })
            })
            .collect()
    }

    /// Lets a row pass. It comes in when its payload, whose hash is returned, is read again.
    ///
    /// # Errors
    /// When there is no such row or the store cannot be written.
    pub async fn release(&self, id: i64, at: Timestamp) -> Result<PayloadHash, StoreError> {
        self.decide(id, QuarantineStatus::Released, at).await
    }

    /// Keeps a row out for good.
    ///
    /// # Errors
    /// When there is no such row or the store cannot be written.
    pub async fn reject(&self, id: i64, at: Timestamp) -> Result<PayloadHash, StoreError> {
        self.decide(id, QuarantineStatus::Rejected, at).await
    }

    /// The rows of a payload that checks must let pass.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn released_rows(&self, payload: PayloadHash) -> Result<Vec<ReleasedRow>, StoreError> {
        released(&mut self.readers().acquire().await?, payload).await
    }

    async fn decide(
        &self,
        id: i64,
        status: QuarantineStatus,
        at: Timestamp,
    ) -> Result<PayloadHash, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let decide = query_scalar(sql::DECIDE_QUARANTINE).bind(id).bind(status.code());
        let payload: Option<String> =
            decide.bind(column::micros(at)).fetch_optional(&mut *transaction).await?;
        let payload =
            payload.ok_or_else(|| StoreError::NotFound { what: "quarantined row", id: id.to_string() })?;
        if status == QuarantineStatus::Released {
            query(sql::REOPEN_IMPORTS).bind(&payload).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        payload.parse()
    }
}

/// Rows of a payload that were released.
pub(crate) async fn released(
    connection: &mut Connection,
    payload: PayloadHash,
) -> Result<Vec<ReleasedRow>, StoreError> {
    let rows = query(sql::RELEASED_ROWS).bind(payload.to_string()).fetch_all(connection).await?;
    let released = |row: &crate::engine::Row| -> Result<ReleasedRow, StoreError> {
        Ok(ReleasedRow { row: column::small("line", row.try_get(0)?)?, rule: row.try_get(1)? })
    };
    rows.iter().map(released).collect()
}

/// Holds a row back; one that was held, released or rejected before keeps its status.
pub(crate) async fn hold(
    connection: &mut Connection,
    payload: PayloadHash,
    sequence: Sequence,
    row: &Quarantined,
) -> Result<(), StoreError> {
    query(sql::INSERT_QUARANTINE)
        .bind(payload.to_string())
        .bind(i64::from(row.row))
        .bind(&row.rule)
        .bind(sequence.0)
        .bind(&row.detail)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn store_rejections(
    connection: &mut Connection,
    sequence: Sequence,
    rejections: &[&Rejection],
) -> Result<(), StoreError> {
    let mut position = 0_i64;
    insert_rows(connection, &sql::REJECTION_ROWS, rejections, |values, rejection| {
        position += 1;
        values.add(sequence.0)?;
        values.add(position)?;
        values.add(i64::from(rejection.row))?;
        values.add(rejection.field.as_deref())?;
        values.add(rejection.value.as_str())?;
        values.add(rejection.reason.code())?;
        values.add(column::name(rejection.loss))
    })
    .await
}
