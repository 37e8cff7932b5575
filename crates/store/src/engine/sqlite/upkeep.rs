//! What SQLite says of a database file, and how it is tidied up.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use sqlx::{
    SqliteConnection,
    sqlite::{SqlitePool, SqlitePoolOptions},
};

use super::{at_opening, bytes, count_rows, occupancy, reading, restoring};
use crate::{
    Access, Place, StoreError,
    engine::Pool,
    upkeep::{Extents, IndexSize, Pages, Vitals},
};

/// A connection that only reads, to a database of any version.
pub(in crate::engine) async fn look(path: &Path) -> Result<Pool, StoreError> {
    restoring::must_be_taken(path)?;
    // Held for no longer: what a killed restoration left is finished or cleared, and looking remembers nothing.
    occupancy::share(path, Access::ReadOnly).await?;
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(reading(path)).await;
    Ok(Pool::Sqlite(pool.map_err(|error| at_opening(path, error))?))
}

async fn pages(pool: &SqlitePool) -> Result<Pages, StoreError> {
    const PAGES: &str = "SELECT page_size, page_count, freelist_count FROM pragma_page_size(), pragma_page_count(), \
        pragma_freelist_count()";
    let (size, count, free): (i64, i64, i64) = sqlx::query_as(PAGES).fetch_one(pool).await?;
    let [page_bytes, count, free] = [size, count, free].map(i64::unsigned_abs);
    Ok(Pages { page_bytes, count, free })
}

pub(in crate::engine) async fn vitals(place: &Place, pool: &SqlitePool) -> Result<Vitals, StoreError> {
    let Place::File(path) = place else { return Err(StoreError::NotAStore { place: place.clone() }) };
    Ok(Vitals {
        engine: "sqlite",
        engine_version: sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?,
        timescale_version: None,
        bytes: bytes(pool).await?.unsigned_abs(),
        // No log is there when nobody has the file open.
        wal_bytes: Some(std::fs::metadata(occupancy::beside(path, "-wal")).map_or(0, |log| log.len())),
        connections: None,
        max_connections: None,
        cache_hit_ratio: None,
        pages: Some(pages(pool).await?),
    })
}

pub(in crate::engine) async fn extents(pool: &SqlitePool) -> Result<Extents, StoreError> {
    const SIZES: &str = "SELECT m.tbl_name, m.name, m.type, s.pgsize FROM sqlite_master m \
        JOIN dbstat s ON s.name = m.name WHERE s.aggregate = 1 ORDER BY m.tbl_name, m.name";
    let estimates = estimates(pool).await?;
    let sizes: Vec<(String, String, String, i64)> = sqlx::query_as(SIZES).fetch_all(pool).await?;
    let mut extents = Extents::new();
    for (table, name, kind, bytes) in sizes {
        let extent = extents.entry(table.clone()).or_default();
        let bytes = bytes.unsigned_abs();
        if kind == "table" {
            extent.bytes = bytes;
            extent.estimated_rows = estimates.get(&table).map(|rows| rows.unsigned_abs());
        } else {
            extent.index_bytes += bytes;
            extent.indexes.push(IndexSize { index: name, bytes });
        }
    }
    Ok(extents)
}

/// Rows as the query planner last learnt them; nothing in a file that was never analysed.
async fn estimates(pool: &SqlitePool) -> Result<HashMap<String, i64>, StoreError> {
    const LEARNT: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'";
    // The first of the numbers is that of all rows.
    const ROWS: &str = "SELECT tbl, MAX(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl";
    let learnt: i64 = sqlx::query_scalar(LEARNT).fetch_one(pool).await?;
    if learnt == 0 {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(ROWS).fetch_all(pool).await?;
    Ok(rows.into_iter().collect())
}

/// Writes the file anew without its free pages. The new one is made in a temporary file and then goes through the write-ahead
/// log, so a process that is killed leaves the old one.
pub(in crate::engine) async fn vacuum(
    place: &Place,
    pool: &SqlitePool,
    step: &mut dyn FnMut(&str),
) -> Result<(), StoreError> {
    let Place::File(path) = place else { return Err(StoreError::NotAStore { place: place.clone() }) };
    let Pages { page_bytes, count, free } = pages(pool).await?;
    let needed = (count - free) * page_bytes;
    // The log, and the temporary file if it is on the same disk.
    require_space(restoring::folder(path).unwrap_or(Path::new("/")), 2 * needed)?;
    require_space(&temporary_folder(), needed)?;

    let mut connection = pool.acquire().await?;
    step("folding the write-ahead log into the file");
    run(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
    step(&format!("writing {} MB anew", needed / 1_000_000));
    // Temporary files are otherwise kept in memory, where a large database does not fit.
    run(&mut connection, "PRAGMA temp_store = FILE").await?;
    let written = run(&mut connection, "VACUUM").await;
    run(&mut connection, "PRAGMA temp_store = MEMORY").await?;
    written?;
    step("folding the new pages into the file");
    run(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
    step("learning the sizes of tables");
    count_rows(&mut connection).await
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

fn require_space(folder: &Path, needed: u64) -> Result<(), StoreError> {
    let free = fs4::available_space(folder)
        .map_err(|source| StoreError::Open { path: folder.to_owned(), source })?;
    if free < needed {
        return Err(StoreError::TooLittleSpace { folder: folder.to_owned(), needed, free });
    }
    Ok(())
}

/// Where SQLite makes temporary files, <https://www.sqlite.org/tempfiles.html#temporary_file_storage_locations>.
fn temporary_folder() -> PathBuf {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let usual = ["/var/tmp", "/usr/tmp", "/tmp", "."].map(PathBuf::from);
    named.chain(usual).find(|folder| folder.is_dir()).unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_space_is_said_before_anything_is_done() {
        let folder = tempfile::tempdir().unwrap();
        require_space(folder.path(), 1).unwrap();
        let error = require_space(folder.path(), u64::MAX).unwrap_err();
        assert!(matches!(&error, StoreError::TooLittleSpace { needed: u64::MAX, .. }), "{error:?}");
        assert!(error.to_string().contains("nothing was changed"), "{error}");
    }
}
