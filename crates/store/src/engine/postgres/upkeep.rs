//! What PostgreSQL says of a database, and how it is tidied up.

use sqlx::{
    AssertSqlSafe, Connection as _,
    postgres::{PgPool, PgPoolOptions},
};

use super::{TABLES, bytes, first_connection, options};
use crate::{
    Access, StoreError,
    engine::Pool,
    place::Server,
    upkeep::{Extent, Extents, IndexSize, Partition, Vitals},
};

/// A connection that only reads, to a database of any version.
pub(in crate::engine) async fn look(server: &Server) -> Result<Pool, StoreError> {
    let options = options(server, Access::ReadOnly);
    first_connection(server, &options).await?.close().await?;
    Ok(Pool::Postgres(PgPoolOptions::new().max_connections(1).connect_lazy_with(options)))
}

pub(in crate::engine) async fn vitals(pool: &PgPool) -> Result<Vitals, StoreError> {
    const VERSION: &str = "SELECT current_setting('server_version')";
    const TIMESCALE: &str = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";
    const CONNECTIONS: &str = "SELECT COUNT(*), CAST(current_setting('max_connections') AS BIGINT) FROM pg_stat_activity \
        WHERE datname = current_database()";
    const CACHE: &str = "SELECT CAST(SUM(COALESCE(heap_blks_hit, 0) + COALESCE(idx_blks_hit, 0)) AS DOUBLE PRECISION) / \
        NULLIF(SUM(COALESCE(heap_blks_hit, 0) + COALESCE(heap_blks_read, 0) + COALESCE(idx_blks_hit, 0) \
        + COALESCE(idx_blks_read, 0)), 0) FROM pg_statio_user_tables WHERE schemaname = current_schema()";
    let (connections, max_connections): (i64, i64) = sqlx::query_as(CONNECTIONS).fetch_one(pool).await?;
    Ok(Vitals {
        engine: "postgresql",
        engine_version: sqlx::query_scalar(VERSION).fetch_one(pool).await?,
        timescale_version: sqlx::query_scalar(TIMESCALE).fetch_optional(pool).await?,
        bytes: bytes(pool).await?.unsigned_abs(),
        wal_bytes: wal_bytes(pool).await?,
        connections: Some(connections.unsigned_abs()),
        max_connections: Some(max_connections.unsigned_abs()),
        cache_hit_ratio: sqlx::query_scalar(CACHE).fetch_one(pool).await?,
        pages: None,
    })
}

/// The log is the whole server's, and only those who watch over it may see it.
async fn wal_bytes(pool: &PgPool) -> Result<Option<u64>, StoreError> {
    const MAY: &str = "SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE')";
    const SIZE: &str = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM pg_ls_waldir()";
    if !sqlx::query_scalar::<_, bool>(MAY).fetch_one(pool).await? {
        return Ok(None);
    }
    Ok(Some(sqlx::query_scalar::<_, i64>(SIZE).fetch_one(pool).await?.unsigned_abs()))
}

/// Every table of the schema that is no part of another, with all its parts: partitions, and the chunks of hypertables,
/// which stand in another schema.
macro_rules! parts {
    ($then:literal) => {
        concat!(
            "WITH RECURSIVE part (root, oid) AS (SELECT c.relname, c.oid FROM pg_class c \
             WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') \
             AND NOT c.relispartition \
             UNION ALL SELECT part.root, i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid) ",
            $then
        )
    };
}

type Sizes = (String, i64, i64, Option<i64>, Option<i64>);

pub(in crate::engine) async fn extents(pool: &PgPool) -> Result<Extents, StoreError> {
    // A table that was never analysed has -1 rows.
    const SIZES: &str = parts!(
        "SELECT CAST(part.root AS TEXT), CAST(SUM(pg_table_size(c.oid)) AS BIGINT), \
        CAST(SUM(pg_indexes_size(c.oid)) AS BIGINT), \
        CASE WHEN bool_and(c.reltuples >= 0 OR c.relkind = 'p') THEN \
            CAST(SUM(CASE WHEN c.relkind = 'r' THEN c.reltuples ELSE 0 END) AS BIGINT) END, \
        CAST(SUM(s.n_dead_tup) AS BIGINT) \
        FROM part JOIN pg_class c ON c.oid = part.oid LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid \
        GROUP BY part.root ORDER BY part.root"
    );
    const INDEXES: &str = parts!(
        "SELECT CAST(part.root AS TEXT), CAST(x.relname AS TEXT), CAST(pg_relation_size(x.oid) AS BIGINT) \
        FROM part JOIN pg_index i ON i.indrelid = part.oid JOIN pg_class x ON x.oid = i.indexrelid \
        WHERE x.relkind = 'i' ORDER BY part.root, x.relname"
    );
    let mut extents = Extents::new();
    let sizes: Vec<Sizes> = sqlx::query_as(SIZES).fetch_all(pool).await?;
    for (table, bytes, index_bytes, rows, dead_rows) in sizes {
        let [bytes, index_bytes] = [bytes, index_bytes].map(i64::unsigned_abs);
        let estimated_rows = rows.map(i64::unsigned_abs);
        let dead_rows = dead_rows.map(i64::unsigned_abs);
        extents.insert(table, Extent { bytes, index_bytes, estimated_rows, dead_rows, indexes: Vec::new() });
    }
    let indexes: Vec<(String, String, i64)> = sqlx::query_as(INDEXES).fetch_all(pool).await?;
    for (table, index, bytes) in indexes {
        let bytes = bytes.unsigned_abs();
        extents.entry(table).or_default().indexes.push(IndexSize { index, bytes });
    }
    Ok(extents)
}

pub(in crate::engine) async fn partitions(pool: &PgPool) -> Result<Vec<Partition>, StoreError> {
    const PARTITIONS: &str = parts!(
        "SELECT CAST(part.root AS TEXT), CAST(c.relname AS TEXT), CAST(pg_total_relation_size(c.oid) AS BIGINT) \
        FROM part JOIN pg_class c ON c.oid = part.oid WHERE c.relkind = 'r' AND c.relname <> part.root \
        ORDER BY part.root, c.relname"
    );
    let found: Vec<(String, String, i64)> = sqlx::query_as(PARTITIONS).fetch_all(pool).await?;
    let partitions = found.into_iter().map(|(table, partition, bytes)| Partition {
        table,
        partition,
        bytes: bytes.unsigned_abs(),
    });
    Ok(partitions.collect())
}

/// PostgreSQL passes over tables of others with a warning that nobody sees, so it is asked first.
pub(in crate::engine) async fn vacuum(pool: &PgPool, step: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
    const FOREIGN: &str = "SELECT CAST(c.relname AS TEXT) FROM pg_class c, pg_database d \
        WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p') \
        AND d.datname = current_database() AND NOT pg_has_role(c.relowner, 'USAGE') AND NOT pg_has_role(d.datdba, 'USAGE') \
        ORDER BY c.relname LIMIT 1";
    if let Some(table) = sqlx::query_scalar::<_, String>(FOREIGN).fetch_optional(pool).await? {
        return Err(StoreError::Denied { detail: format!("table {table} belongs to another role") });
    }
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(pool).await?;
    for table in tables {
        step(&table);
        let vacuum = AssertSqlSafe(format!("VACUUM (ANALYZE) \"{table}\""));
        sqlx::raw_sql(vacuum).execute(pool).await?;
    }
    Ok(())
}
