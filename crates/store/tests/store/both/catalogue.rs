//! The database describes itself, page by page.

use touchline_store::{Access, Checksum, Store, Table, Value, Values};

use super::{ENGINE, place};
use crate::sample::{At, Engine, NOW, batch, season};

async fn table(store: &Store, name: &str) -> Table {
    store.tables().await.unwrap().into_iter().find(|table| table.name == name).unwrap()
}

async fn all_rows(store: &Store, table: &Table, limit: u32) -> Vec<Values> {
    let mut view = store.view().await.unwrap();
    let mut rows: Vec<Values> = Vec::new();
    loop {
        let after = rows.last().map(|row| table.key_of(row));
        let page = view.page(table, after.as_deref(), limit).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

fn digest(rows: &[Values]) -> String {
    let mut checksum = Checksum::default();
    for row in rows {
        checksum.add(row);
    }
    checksum.digest()
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let place = place().await;
    let other = At::new(if ENGINE == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite }).await;
    let other = other.open(Access::ReadWrite).await.unwrap();
    let (here, there) = (place.store.tables().await.unwrap(), other.tables().await.unwrap());
    assert!(here.len() > 25, "{}", here.len());
    assert_eq!(here, there);
    assert!(here.iter().all(|table| !table.key.is_empty()), "every table has a key");
    let position = |name: &str| here.iter().position(|table| table.name == name).unwrap();
    for (first, then) in
        [("payload", "import"), ("team", "fixture"), ("fixture", "result"), ("bet", "ledger")]
    {
        assert!(position(first) < position(then), "{first} before {then}");
    }
}

#[tokio::test]
async fn pages_of_any_size_make_the_same_rows() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    let quote = table(&place.store, "quote").await;
    let whole = all_rows(&place.store, &quote, 1000).await;
    assert_eq!(whole.len(), 45);
    for limit in [1, 7, 45] {
        assert_eq!(all_rows(&place.store, &quote, limit).await, whole);
    }
    let mut view = place.store.view().await.unwrap();
    assert_eq!(view.count(&quote).await.unwrap(), 45);
    assert_eq!(view.last_key(&quote).await.unwrap(), Some(quote.key_of(&whole[44])));
    // What is imported meanwhile does not show.
    place.import(batch("b", NOW, season(6))).await;
    assert_eq!(view.count(&quote).await.unwrap(), 45);
}

#[tokio::test]
async fn a_store_moves_to_either_engine_and_goes_on() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = place().await;
        place.import(batch("a", NOW, season(5))).await;
        let at = At::new(engine).await;
        let copy = at.open(Access::ReadWrite).await.unwrap();
        for table in place.store.tables().await.unwrap() {
            let rows = all_rows(&place.store, &table, 100).await;
            if table.name == "known_rule" {
                copy.replace_rows(&table, &rows).await.unwrap();
            } else {
                copy.append_rows(&table, &rows).await.unwrap();
            }
            assert_eq!(digest(&all_rows(&copy, &table, 33).await), digest(&rows), "{}", table.name);
        }
        copy.continue_numbering().await.unwrap();
        let (here, there) = (
            place.store.import(batch("b", NOW, season(6))).await,
            copy.import(batch("b", NOW, season(6))).await,
        );
        assert_eq!(here.unwrap(), there.unwrap());
    }
}

#[tokio::test]
async fn a_row_that_refers_to_nothing_is_refused_whole() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    let alias = table(&place.store, "team_alias").await;
    let row = |name: &str, team: i64| vec![Value::from("eng"), Value::from(name), Value::from(team)];
    assert!(place.store.append_rows(&alias, &[row("Good", 1), row("Bad", 4711)]).await.is_err());
    assert_eq!(all_rows(&place.store, &alias, 100).await.len(), 12);
    place.store.append_rows(&alias, &[row("Good", 1)]).await.unwrap();
    assert!(place.store.append_rows(&alias, &[row("Good", 2)]).await.is_err(), "it is there already");
    place.store.replace_rows(&alias, &[row("Good", 2)]).await.unwrap();
    assert!(all_rows(&place.store, &alias, 100).await.contains(&row("Good", 2)));
}
