//! Looking at a database and tidying it up.

use touchline_store::{Access, Partition, database_status, schema};

use super::{ENGINE, place};
use crate::sample::{At, Engine, NOW, Place, batch, count, facts, season};

fn parsed(at: &At) -> touchline_store::Place {
    touchline_store::Place::parse(&at.address()).unwrap()
}

#[tokio::test]
async fn status_counts_what_is_there() {
    let place = place().await;
    place.import(batch("a", NOW, season(30))).await;
    let status = database_status(&parsed(&place.at)).await.unwrap();
    assert_eq!((status.schema.found, status.schema.pending.len()), (Some(status.schema.known), 0));
    let tables = place.store.tables().await.unwrap();
    assert_eq!(status.tables.len(), tables.len());
    let mut view = place.store.view().await.unwrap();
    for table in &tables {
        let size = status.tables.iter().find(|size| size.table == table.name).unwrap();
        assert_eq!((size.rows, size.is_estimate), (view.count(table).await.unwrap(), false), "{size:?}");
        assert_eq!(size.index_bytes, size.indexes.iter().map(|index| index.bytes).sum::<u64>(), "{size:?}");
        assert!(size.rows == 0 || size.bytes > 0, "{size:?}");
    }
    let of_tables: u64 = status.tables.iter().map(|size| size.bytes + size.index_bytes).sum();
    assert!(of_tables <= status.vitals.bytes, "{of_tables} of {}", status.vitals.bytes);
    assert!(status.bytes_per_quote.unwrap() > 20.0, "{:?}", status.bytes_per_quote);
    match &place.at {
        At::Folder(_) => {
            let pages = status.vitals.pages.unwrap();
            assert_eq!(pages.count * pages.page_bytes, status.vitals.bytes);
            assert!(status.vitals.wal_bytes.unwrap() > 0);
        }
        At::Schema(_) => {
            let open = status.vitals.connections.unwrap();
            assert!(open > 0 && open <= status.vitals.max_connections.unwrap(), "{open}");
            assert!(status.tables.iter().all(|size| size.dead_rows.is_some()));
        }
    }
}

#[tokio::test]
async fn parts_of_a_table_count_as_the_table() {
    let place = place().await;
    if !matches!(place.at, At::Schema(_)) {
        return;
    }
    for sql in [
        "CREATE TABLE parted (id BIGINT PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (10) TO (20)",
        "INSERT INTO parted SELECT generate_series(0, 19)",
    ] {
        place.execute(sql).await.unwrap();
    }
    let status = database_status(&parsed(&place.at)).await.unwrap();
    let parted = status.tables.iter().find(|size| size.table == "parted").unwrap();
    assert_eq!(parted.rows, 20);
    assert!(!status.tables.iter().any(|size| size.table == "parted_low"), "a part is no table");
    let parts: Vec<&Partition> = status.partitions.iter().collect();
    let names: Vec<&str> = parts.iter().map(|part| &*part.partition).collect();
    assert_eq!(names, ["parted_high", "parted_low"]);
    assert_eq!(parts.iter().map(|part| part.bytes).sum::<u64>(), parted.bytes + parted.index_bytes);
}

#[tokio::test]
async fn looking_takes_a_database_of_any_version_and_leaves_it() {
    let place = place().await;
    place.execute("DELETE FROM _sqlx_migrations WHERE version > 4").await.unwrap();
    let found = schema(&parsed(&place.at)).await.unwrap();
    assert_eq!((found.found, found.pending[0].version), (Some(4), 5));
    assert_eq!(database_status(&parsed(&place.at)).await.unwrap().schema, found);
    assert!(place.at.open(Access::ReadOnly).await.is_err(), "it was not migrated");
    let empty = At::new(ENGINE).await;
    if let At::Schema(_) = empty {
        let found = schema(&parsed(&empty)).await.unwrap();
        assert_eq!((found.found, found.pending.len()), (None, found.known as usize));
    } else {
        assert!(schema(&parsed(&empty)).await.is_err(), "there is no file, and none is made");
    }
}

#[tokio::test]
async fn vacuum_gives_space_back_and_loses_nothing() {
    let place = place().await;
    place.import(batch("a", NOW, season(200))).await;
    place.execute("CREATE TABLE _rubbish AS SELECT q.* FROM quote q, team a, team b").await.unwrap();
    let before = facts(&place).await;
    place.execute("DELETE FROM _rubbish").await.unwrap();
    let size = async |place: &Place| database_status(&parsed(&place.at)).await;
    let full = place.store.status().await.unwrap().database_bytes;
    let (mut steps, mut left) = (Vec::new(), full);
    // On a server, transactions of other tests that began before may still see the deleted rows.
    for _ in 0..30 {
        place.store.vacuum(&mut |step| steps.push(step.to_owned())).await.unwrap();
        left = place.store.status().await.unwrap().database_bytes;
        if left < full * 3 / 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(left < full * 3 / 4, "{full} bytes became {left}");
    assert!(steps.len() > 3, "{steps:?}");
    assert_eq!(facts(&place).await, before);
    assert!(place.store.integrity().await.unwrap().is_empty());
    if ENGINE == Engine::Sqlite {
        let pages = size(&place).await.unwrap().vitals.pages.unwrap();
        assert_eq!(pages.free, 0);
    }
    assert_eq!(count(&place, "_rubbish").await, 0);
}
