//! Opening says what is wrong and how to mend it, and never harms what it cannot read.

use std::path::Path;

use sqlx::{Connection as _, SqliteConnection};
use touchline_store::{Access, Scope, Store, StoreError};

use crate::sample::{Engine, NOW, Place, batch, connect, place_on, season, ts};

async fn place() -> Place {
    place_on(Engine::Sqlite).await
}

async fn refused(path: &Path, access: Access) -> StoreError {
    Store::open(path, access).await.expect_err("must not open")
}

#[tokio::test]
async fn a_store_makes_its_folder_and_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/touchline.db");
    Store::open(&path, Access::ReadWrite).await.unwrap().close().await;
    let again = Store::open(&path, Access::ReadWrite).await.unwrap();
    assert!(again.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_in_the_place_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    std::fs::write(&file, "here already").unwrap();
    let error = refused(&file.join("touchline.db"), Access::ReadWrite).await;
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    assert!(error.to_string().contains("--data"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"here already");
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path(), Access::ReadWrite).await;
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
}

#[tokio::test]
async fn something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    let words = "These are notes and no database at all. ".repeat(40);
    std::fs::write(&text, &words).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        assert!(matches!(refused(&text, access).await, StoreError::NotAStore { .. }));
    }
    assert_eq!(std::fs::read_to_string(&text).unwrap(), words);

    let other = folder.path().join("other.db");
    let url = format!("sqlite://{}?mode=rwc", other.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE recipe (id INTEGER)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert!(matches!(refused(&other, Access::ReadWrite).await, StoreError::NotAStore { .. }));
}

#[tokio::test]
async fn a_newer_store_is_refused_and_kept() {
    let place = place().await;
    place.import(batch("a", NOW, season(2))).await;
    let mut connection = connect(&place).await;
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9000, 'from the future', 1, x'00', 0)";
    sqlx::query(future).execute(&mut connection).await.unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = refused(&place.path(), access).await;
        assert!(matches!(error, StoreError::Newer { found: 9000, .. }), "{error:?}");
        assert!(error.to_string().contains("upgrade Touchline"), "{error}");
    }
    let kept: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM fixture").fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, 6);
}

#[tokio::test]
async fn reading_only_reads() {
    let place = place().await;
    assert!(matches!(
        refused(&place.path().with_file_name("absent.db"), Access::ReadOnly).await,
        StoreError::Absent { .. }
    ));
    place.import(batch("a", NOW, season(2))).await;
    let reader = Store::open(&place.path(), Access::ReadOnly).await.unwrap();
    assert_eq!(reader.history(&Scope::default()).await.unwrap().fixtures_for_scoring().len(), 6);
    assert_eq!(reader.status().await.unwrap().imports, 1);
    let refused = reader.import(batch("b", NOW, season(3))).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    assert!(matches!(reader.save_check_run(&[], ts(NOW)).await, Err(StoreError::ReadOnly)));
}

#[tokio::test]
async fn damage_is_found() {
    let place = place().await;
    place.import(batch("a", NOW, season(30))).await;
    assert!(place.store.integrity().await.unwrap().is_empty());
    let mut connection = connect(&place).await;
    // A price of nothing: the table itself does not check it.
    let stray = "INSERT INTO quote VALUES (99999, 1, 0, 1, 2000000, 0)";
    sqlx::query(stray).execute(&mut connection).await.unwrap();
    let findings = place.store.integrity().await.unwrap();
    assert_eq!(
        findings,
        [
            "1 prices refer to a fixture, series or import that does not exist",
            "1 rows of packed prices are not what the prices say"
        ]
    );
    connection.close().await.unwrap();

    let path = place.path();
    let Place { at, store } = place;
    store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    let from = bytes.len() / 2;
    bytes[from..from + 16384].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let findings = match Store::open(&path, Access::ReadWrite).await {
        Ok(store) => store.integrity().await.map(|findings| findings.len()),
        Err(error) => Err(error),
    };
    match findings {
        Ok(count) => assert!(count > 0, "pages full of rubbish must be noticed"),
        Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}"),
    }
    drop(at);
}
