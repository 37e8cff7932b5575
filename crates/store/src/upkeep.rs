//! How a database is: its version, its sizes, what it has to say of itself; and tidying it up.
//!
//! Looking changes nothing and takes a database of any version, so that one that waits for its migrations can be looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Place, Store, StoreError, Table, column,
    engine::{self, Pool, query_scalar},
    statement::copy as copies,
};

/// Tables up to this size are counted; of larger ones the engine's own estimate is taken where it has one.
const COUNTED_BYTES: u64 = 64 << 20;

/// The versions of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// That of the database; none when it is empty.
    pub found: Option<i64>,
    /// The newest one known here.
    pub known: i64,
    /// Migrations between the two.
    pub pending: Vec<Migration>,
}

/// A step from one version of the schema to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// The version it makes.
    pub version: i64,
    /// What it is about.
    pub name: String,
}

/// How a database is.
#[derive(Debug, Clone, Serialize)]
pub struct DatabaseStatus {
    /// Where it is, without secrets.
    pub place: String,
    /// What the engine says of itself and of the whole.
    #[serde(flatten)]
    pub vitals: Vitals,
    /// Its versions.
    pub schema: Schema,
    /// Since when it is a copy that was not finished; none for a whole store.
    pub unfinished_copy: Option<Timestamp>,
    /// Its tables by name.
    pub tables: Vec<TableSize>,
    /// Parts of tables that are stored apart.
    pub partitions: Vec<Partition>,
    /// Bytes of all that a price takes, its share of indexes included; none without prices.
    pub bytes_per_quote: Option<f64>,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vitals {
    /// `sqlite` or `postgresql`.
    pub engine: &'static str,
    /// Its release.
    pub engine_version: String,
    /// Release of TimescaleDB, where it is there.
    pub timescale_version: Option<String>,
    /// Bytes of all tables and indexes.
    pub bytes: u64,
    /// Bytes of the write-ahead log; none where the user may not see it.
    pub wal_bytes: Option<u64>,
    /// Connections that are open to this database; none for a file.
    pub connections: Option<u64>,
    /// Connections that may be open to the server; none for a file.
    pub max_connections: Option<u64>,
    /// Share of blocks that were in the server's memory when they were wanted; none for a file or when none was.
    pub cache_hit_ratio: Option<f64>,
    /// Pages of a file; none for a server.
    pub pages: Option<Pages>,
}

/// Pages of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pages {
    /// Bytes of one.
    pub page_bytes: u64,
    /// How many there are.
    pub count: u64,
    /// How many of them are free.
    pub free: u64,
}

/// A table in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableSize {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Whether they were estimated instead of counted.
    pub is_estimate: bool,
    /// Rows that were replaced and whose space is not free yet; none where the engine keeps none.
    pub dead_rows: Option<u64>,
    /// Bytes without indexes.
    pub bytes: u64,
    /// Bytes of its indexes.
    pub index_bytes: u64,
    /// Its indexes by name.
    pub indexes: Vec<IndexSize>,
}

/// An index in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexSize {
    /// The index.
    pub index: String,
    /// Its bytes.
    pub bytes: u64,
}

/// A part of a table that is stored apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partition {
    /// The table.
    pub table: String,
    /// The part.
    pub partition: String,
    /// Its bytes, indexes included.
    pub bytes: u64,
}

/// What an engine knows of a table without reading it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extent {
    pub(crate) bytes: u64,
    pub(crate) index_bytes: u64,
    pub(crate) indexes: Vec<IndexSize>,
    pub(crate) estimated_rows: Option<u64>,
    pub(crate) dead_rows: Option<u64>,
}

/// The versions of the database at `place`; never changes it.
///
/// # Errors
/// When there is none, it cannot be read, or what is there is no store.
pub async fn schema(place: &Place) -> Result<Schema, StoreError> {
    let pool = engine::look(place).await?;
    let schema = engine::schema(place, &pool).await;
    pool.close().await;
    schema
}

/// How the database at `place` is, of whatever version; never changes it.
///
/// # Errors
/// When there is none, it cannot be read, or what is there is no store.
pub async fn database_status(place: &Place) -> Result<DatabaseStatus, StoreError> {
    let pool = engine::look(place).await?;
    let status = look_at(place, &pool).await;
    pool.close().await;
    status
}

async fn look_at(place: &Place, pool: &Pool) -> Result<DatabaseStatus, StoreError> {
    let schema = engine::schema(place, pool).await?;
    let mut extents = engine::extents(pool).await?;
    let described = crate::catalogue::tables(&mut pool.acquire().await?).await?;
    let mut tables = Vec::new();
    for table in described {
        let extent = extents.remove(&table.name).unwrap_or_default();
        tables.push(size(pool, table, extent).await?);
    }
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(DatabaseStatus {
        place: place.to_string(),
        vitals: engine::vitals(place, pool).await?,
        unfinished_copy: match schema.found {
            Some(found) => unfinished_copy(pool, found).await?,
            None => None,
        },
        schema,
        partitions: engine::partitions(pool).await?,
        bytes_per_quote: bytes_per_quote(&tables),
        tables,
    })
}

async fn size(pool: &Pool, table: Table, extent: Extent) -> Result<TableSize, StoreError> {
    let Extent { bytes, index_bytes, indexes, estimated_rows, dead_rows } = extent;
    let estimate = estimated_rows.filter(|_| bytes > COUNTED_BYTES);
    let rows = match estimate {
        Some(rows) => rows,
        None => table.count(&mut pool.acquire().await?).await?,
    };
    let is_estimate = estimate.is_some();
    Ok(TableSize { table: table.name, rows, is_estimate, dead_rows, bytes, index_bytes, indexes })
}

/// Versions before the first with copies have none.
pub(crate) async fn unfinished_copy(pool: &Pool, schema: i64) -> Result<Option<Timestamp>, StoreError> {
    const FIRST_WITH_COPIES: i64 = 6;
    if schema < FIRST_WITH_COPIES {
        return Ok(None);
    }
    let begun: Option<i64> = query_scalar(copies::UNFINISHED_COPY).fetch_optional(pool).await?;
    begun.map(column::instant).transpose()
}

fn bytes_per_quote(tables: &[TableSize]) -> Option<f64> {
    let quote = tables.iter().find(|table| table.table == "quote" && table.rows > 0)?;
    Some((quote.bytes + quote.index_bytes) as f64 / quote.rows as f64)
}

/// Tables by name, to be filled by an engine.
pub(crate) type Extents = BTreeMap<String, Extent>;

impl Store {
    /// Gives back space that is no longer used and lets the query planner learn the sizes of tables. `step` is told what is
    /// being done.
    ///
    /// # Errors
    /// When there is too little space to do it in, the user of the database may not, or the store cannot be written. Whatever
    /// happens, nothing is lost.
    pub async fn vacuum(&self, step: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        self.writer().await?.vacuum(self.place(), step).await
    }
}
