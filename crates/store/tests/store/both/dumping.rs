//! A store goes out as bytes while others write, and comes back on either engine row by row.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use touchline_store::{
    Access, Blocks, ImportOutcome, Restoration, Restored, Store, StoreError, Table, Value, Values, View,
};

use super::{ENGINE, place};
use crate::{
    child::season_of,
    sample::{At, Engine, LATER, NOW, Place, batch, count, season, ts},
};

/// A table and its blocks.
type Dumped = Vec<(Table, Vec<u8>, String)>;

async fn dump(view: &mut View) -> Dumped {
    let mut dumped = Vec::new();
    for table in view.tables().await.unwrap() {
        let mut bytes = Vec::new();
        let mut dump = view.dump(&table).await.unwrap();
        while let Some(block) = dump.next_block().await.unwrap() {
            bytes.extend(block.bytes);
        }
        let digest = dump.checksum().digest();
        dumped.push((table, bytes, digest));
    }
    dumped
}

fn rows_of(table: &Table, bytes: &[u8]) -> Vec<Values> {
    let mut blocks = Blocks::new(table, bytes);
    let mut rows = Vec::new();
    while let Some(more) = blocks.next_rows().unwrap() {
        rows.extend(more);
    }
    rows
}

async fn fill(restoration: &Restoration, dumped: &Dumped) {
    for (table, bytes, digest) in dumped {
        let mut blocks = Blocks::new(table, bytes.as_slice());
        while let Some(rows) = blocks.next_rows().unwrap() {
            restoration.append(table, &rows).await.unwrap();
        }
        assert_eq!(restoration.checksum(table, |_| ()).await.unwrap().digest(), *digest, "{}", table.name);
    }
}

async fn all_rows(view: &mut View, table: &Table) -> Vec<Values> {
    let mut rows: Vec<Values> = Vec::new();
    loop {
        let after = rows.last().map(|row| table.key_of(row));
        let page = view.page(table, after.as_deref(), 1000).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

/// Imports season after season until it is told to stop; how many.
async fn write_on(store: Store, stop: Arc<AtomicBool>) -> i16 {
    let mut year = 1000;
    while !stop.load(Ordering::Relaxed) {
        store.import(batch(&format!("year {year}"), NOW, season_of(year))).await.unwrap();
        year += 1;
    }
    year - 1000
}

#[tokio::test(flavor = "multi_thread")]
async fn one_state_goes_out_while_others_write_and_comes_back_row_by_row() {
    let place = place().await;
    for year in 900..910 {
        place.import(batch(&format!("year {year}"), NOW, season_of(year))).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(write_on(place.store.clone(), Arc::clone(&stop)));
    while count(&place, "import").await < 12 {
        tokio::task::yield_now().await;
    }
    let mut view = place.store.view().await.unwrap();
    let tables = view.tables().await.unwrap();
    let before = count(&place, "import").await;
    let dumped = dump(&mut view).await;
    while count(&place, "import").await < before + 2 {
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 2);

    for engine in [Engine::Sqlite, Engine::Postgres] {
        let at = At::new(engine).await;
        let restoration = Restoration::begin(at.place(), Store::newest_schema(), false).await.unwrap();
        fill(&restoration, &dumped).await;
        let Restored { store, replaced, .. } = restoration.finish(ts(LATER)).await.unwrap();
        assert_eq!(replaced, None);
        let mut restored = store.view().await.unwrap();
        for table in &tables {
            // The view still shows the state that went out.
            let expected = all_rows(&mut view, table).await;
            assert_eq!(all_rows(&mut restored, table).await, expected, "{}", table.name);
        }
        let imports = tables.iter().find(|table| table.name == "import").unwrap();
        let n = restored.count(imports).await.unwrap().cast_signed();
        assert!(n < count(&place, "import").await, "what came later is not in it");
        drop(restored);
        assert!(store.integrity().await.unwrap().is_empty());
        store.close().await;
    }
}

#[tokio::test]
async fn a_restored_store_goes_on_as_the_first_would_have() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    let dumped = dump(&mut place.store.view().await.unwrap()).await;
    let here = place.store.import(batch("b", NOW, season(6))).await.unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let at = At::new(engine).await;
        let restoration = Restoration::begin(at.place(), Store::newest_schema(), false).await.unwrap();
        fill(&restoration, &dumped).await;
        let store = restoration.finish(ts(LATER)).await.unwrap().store;
        let there: ImportOutcome = store.import(batch("b", NOW, season(6))).await.unwrap();
        assert_eq!(here, there, "{engine:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn rows_of_any_size_and_value_return() {
    let place = place().await;
    let payload = |n: usize, size: usize| {
        let noise = (0..size as u64).map(move |i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n + 40)) as u8);
        let mut batch = batch(&format!("payload {n}"), NOW, season(1));
        batch.payload.extend(noise);
        batch
    };
    for (n, size) in [0, 5_000_000, 1, 3_000_000].into_iter().enumerate() {
        place.import(payload(n, size)).await;
    }
    let report = serde_json::json!({ "text": "größer ⚽ than 'one' \"row\"\n\u{1}", "none": null });
    place.store.save_report("report", &report, ts(NOW)).await.unwrap();
    let mut view = place.store.view().await.unwrap();
    for (table, bytes, _) in dump(&mut view).await {
        assert_eq!(rows_of(&table, &bytes), all_rows(&mut view, &table).await, "{}", table.name);
    }
}

#[tokio::test]
async fn the_sign_of_a_zero_is_no_difference() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    let tables = place.store.tables().await.unwrap();
    let table = tables.iter().find(|table| table.name == "statistics").unwrap();
    let mut row: Values = vec![1.into(), 1.into(), 1.into(), 0.into(), 1.into()];
    row.resize(table.columns.len(), Value::from(-0.0));
    place.store.append_rows(table, &[row]).await.unwrap();
    let dumped = dump(&mut place.store.view().await.unwrap()).await;
    let at = At::new(Engine::Sqlite).await;
    let restoration = Restoration::begin(at.place(), Store::newest_schema(), false).await.unwrap();
    fill(&restoration, &dumped).await;
    restoration.finish(ts(LATER)).await.unwrap().store.close().await;
}

#[tokio::test]
async fn what_is_there_is_replaced_only_when_told_and_kept() {
    let place = place().await;
    place.import(batch("old", NOW, season(5))).await;
    let dumped = dump(&mut place.store.view().await.unwrap()).await;
    place.import(batch("new", NOW, season(6))).await;
    let refused = Restoration::begin(place.at.place(), Store::newest_schema(), true).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused:?}");
    let Place { at: ground, store } = place;
    store.close().await;
    let refused = Restoration::begin(ground.place(), Store::newest_schema(), false).await.unwrap_err();
    assert!(matches!(refused, StoreError::Taken { .. }), "{refused:?}");

    let restoration = Restoration::begin(ground.place(), Store::newest_schema(), true).await.unwrap();
    let second = Restoration::begin(ground.place(), Store::newest_schema(), true).await.unwrap_err();
    assert!(matches!(second, StoreError::InUse { .. }), "{second:?}");
    fill(&restoration, &dumped).await;
    let Restored { store, replaced, .. } = restoration.finish(ts(LATER)).await.unwrap();
    assert_eq!(store.status().await.unwrap().imports, 1);
    let replaced = replaced.expect("the old one is kept");
    assert!(
        replaced.to_lowercase().ends_with("_replaced_20240701t000000z")
            || replaced.ends_with("replaced-20240701T000000Z")
    );
    let kept = match &ground {
        At::Folder(_) => replaced,
        At::Schema(url) => format!("{}%3D%22{replaced}%22", url.rsplit_once("%3D").unwrap().0),
    };
    let kept = Store::open(touchline_store::Place::parse(&kept).unwrap(), Access::ReadWrite).await.unwrap();
    assert_eq!(kept.status().await.unwrap().imports, 2, "as it was, and it opens");
    assert!(kept.integrity().await.unwrap().is_empty());
    kept.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_restored_store_is_another_one_to_copies() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    let dumped = dump(&mut place.store.view().await.unwrap()).await;
    let copy = At::new(ENGINE).await;
    place.store.copy_to(copy.place(), ts(NOW), &mut |_| ()).await.unwrap();
    let identity = "SELECT identity FROM _identity";
    let before = place.rows(identity).await;
    let Place { at, store } = place;
    store.close().await;

    let restoration = Restoration::begin(at.place(), Store::newest_schema(), true).await.unwrap();
    fill(&restoration, &dumped).await;
    let store = restoration.finish(ts(LATER)).await.unwrap().store;
    let place = Place { at, store };
    let after = place.rows(identity).await;
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
    let refused = place.store.copy_to(copy.place(), ts(LATER), &mut |_| ()).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotEmpty { .. }), "{refused:?}");
}

#[tokio::test]
async fn parts_of_tables_are_made_anew_and_go_on() {
    let place = place().await;
    place.import(batch("a", NOW, season(10))).await;
    let parts = async |place: &touchline_store::Place| {
        let parts = touchline_store::database_status(place).await.unwrap().partitions;
        parts.into_iter().map(|part| part.partition).collect::<Vec<_>>()
    };
    let dumped = dump(&mut place.store.view().await.unwrap()).await;
    let before = parts(place.store.place()).await;
    assert_eq!(before.len(), if matches!(place.at, At::Schema(_)) { 3 } else { 0 }, "August to October");
    let Place { at, store } = place;
    store.close().await;
    let restoration = Restoration::begin(at.place(), Store::newest_schema(), true).await.unwrap();
    fill(&restoration, &dumped).await;
    let store = restoration.finish(ts(LATER)).await.unwrap().store;
    assert_eq!(parts(store.place()).await, before);
    store.import(batch("b", NOW, season(20))).await.unwrap();
    assert_eq!(parts(store.place()).await.len(), before.len() / 3 * 5, "November and December more");
}

#[tokio::test]
async fn a_restoration_that_is_given_up_or_fails_leaves_everything_as_it_was() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    let before = dump(&mut place.store.view().await.unwrap()).await;
    let Place { at, store } = place;
    store.close().await;
    let restoration = Restoration::begin(at.place(), Store::newest_schema(), true).await.unwrap();
    restoration.abandon().await;
    // Prices of a fixture that does not exist: only the examination at the end finds them.
    let restoration = Restoration::begin(at.place(), Store::newest_schema(), true).await.unwrap();
    let (quote, bytes, _) = before.iter().find(|(table, ..)| table.name == "quote").unwrap();
    restoration.append(quote, &rows_of(quote, bytes)).await.unwrap();
    let error = restoration.finish(ts(LATER)).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    // As if it had been killed.
    drop(Restoration::begin(at.place(), Store::newest_schema(), true).await.unwrap());
    let store = at.open(Access::ReadWrite).await.unwrap();
    let after = dump(&mut store.view().await.unwrap()).await;
    assert_eq!(before, after);
    if let At::Folder(folder) = &at {
        store.close().await;
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["touchline.db", "touchline.db.lock"]);
    }
}
