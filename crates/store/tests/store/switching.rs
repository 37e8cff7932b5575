//! One file takes the place of another; killed between any two steps, the next to open the place finds one of them whole.

use std::{fs, path::Path};

use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use touchline_store::{Access, Place, Restoration, Store, StoreError};

use crate::sample::{Engine, LATER, NOW, batch, connect, place_on, season, ts};

const STAMP: &str = "20240701T000000Z";

/// Files of an old store with two imports, the last of them in its log only, and of a new one with one.
async fn old_and_new() -> (TempDir, TempDir) {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = place_on(Engine::Sqlite).await;
    place.import(batch("a", NOW, season(2))).await;
    let path = place.path();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connect(&place).await).await.unwrap();
    fs::copy(&path, new.path().join("touchline.db")).unwrap();
    place.import(batch("b", NOW, season(3))).await;
    for ending in ["", "-wal"] {
        let name = format!("touchline.db{ending}");
        fs::copy(path.with_file_name(&name), old.path().join(&name)).unwrap();
    }
    assert!(fs::metadata(old.path().join("touchline.db-wal")).unwrap().len() > 0);
    (old, new)
}

async fn imports(path: &Path, access: Access) -> u64 {
    let store = Store::open(path, access).await.unwrap();
    assert!(store.integrity().await.unwrap().is_empty());
    let imports = store.status().await.unwrap().imports;
    store.close().await;
    imports
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| !name.ends_with("-shm") && !name.ends_with("-wal"));
    names.sort();
    names
}

#[tokio::test]
async fn what_was_not_decided_is_undone() {
    let (old, new) = old_and_new().await;
    let path = old.path().join("touchline.db");
    for ending in ["", "-wal", "-shm"] {
        fs::copy(new.path().join("touchline.db"), old.path().join(format!("touchline.db.restoring{ending}")))
            .unwrap();
    }
    assert_eq!(imports(&path, Access::ReadWrite).await, 2);
    assert_eq!(names(old.path()), ["touchline.db", "touchline.db.lock"]);
}

#[tokio::test]
async fn what_was_decided_is_completed_from_every_step() {
    for step in 0..4 {
        for access in [Access::ReadOnly, Access::ReadWrite] {
            let (old, new) = old_and_new().await;
            let path = old.path().join("touchline.db");
            let replaced = old.path().join(format!("touchline.db.replaced-{STAMP}"));
            fs::copy(
                new.path().join("touchline.db"),
                old.path().join(format!("touchline.db.restored-{STAMP}")),
            )
            .unwrap();
            if step >= 1 {
                let log = old.path().join(format!("touchline.db.replaced-{STAMP}-wal"));
                fs::rename(old.path().join("touchline.db-wal"), log).unwrap();
            }
            if step >= 2 {
                fs::rename(&path, &replaced).unwrap();
                assert!(!Place::from(&path).is_missing());
            }
            if step >= 3 {
                fs::rename(old.path().join(format!("touchline.db.restored-{STAMP}")), &path).unwrap();
            }
            assert_eq!(imports(&path, access).await, 1, "step {step}");
            let kept = replaced.file_name().unwrap().to_str().unwrap();
            assert_eq!(names(old.path()), ["touchline.db", "touchline.db.lock", kept], "step {step}");
            assert_eq!(imports(&replaced, Access::ReadWrite).await, 2, "with its log, step {step}");
        }
    }
}

#[tokio::test]
async fn a_damaged_or_newer_store_is_replaced_and_kept() {
    for damage in ["UPDATE _sqlx_migrations SET version = 9000 WHERE version = 1", ""] {
        let (old, _new) = old_and_new().await;
        let path = old.path().join("touchline.db");
        if damage.is_empty() {
            fs::write(&path, "no database any more").unwrap();
        } else {
            let url = format!("sqlite://{}", path.display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query(damage).execute(&mut connection).await.unwrap();
        }
        let before = fs::read(&path).unwrap();
        assert!(Store::open(&path, Access::ReadWrite).await.is_err());
        let restoration = Restoration::begin(&path, Store::newest_schema(), true).await.unwrap();
        let restored = restoration.finish(ts(LATER)).await.unwrap();
        restored.store.close().await;
        let kept = restored.replaced.unwrap();
        if damage.is_empty() {
            assert_eq!(fs::read(&kept).unwrap(), before);
        } else {
            let error = Store::open(Path::new(&kept), Access::ReadOnly).await.unwrap_err();
            assert!(matches!(error, StoreError::Newer { found: 9000, .. }), "{error:?}");
        }
        assert_eq!(imports(&path, Access::ReadWrite).await, 0);
    }
}

#[tokio::test]
async fn two_restorations_of_one_second_keep_both() {
    let (old, _new) = old_and_new().await;
    let path = old.path().join("touchline.db");
    let mut kept = Vec::new();
    for _ in 0..2 {
        let restoration = Restoration::begin(&path, Store::newest_schema(), true).await.unwrap();
        let restored = restoration.finish(ts(LATER)).await.unwrap();
        restored.store.close().await;
        kept.push(restored.replaced.unwrap());
    }
    assert_eq!(imports(Path::new(&kept[0]), Access::ReadOnly).await, 2);
    assert_eq!(imports(Path::new(&kept[1]), Access::ReadOnly).await, 0);
}

#[tokio::test]
async fn another_program_that_has_the_file_open_is_not_pulled_from_under() {
    let (old, _new) = old_and_new().await;
    let path = old.path().join("touchline.db");
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let count = "SELECT COUNT(*) FROM import";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut other).await.unwrap();
    let error = Restoration::begin(&path, Store::newest_schema(), true).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    let after: i64 = sqlx::query_scalar(count).fetch_one(&mut other).await.unwrap();
    assert_eq!((before, after), (2, 2));
    other.close().await.unwrap();
    assert_eq!(imports(&path, Access::ReadWrite).await, 2);
}
