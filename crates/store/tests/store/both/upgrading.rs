//! An older schema becomes this version's, whole or not at all, and can go out and come back as it is.

use touchline_store::{Access, Restoration, Store, StoreError, Upgrade, Value, Values};

use super::{
    ENGINE,
    migrating::{assert_kept, lived_in, of_version, sums},
};
use crate::sample::{At, LATER, NOW, batch, roster, season, ts};

/// A store of the first schema with six teams in it.
async fn first_schema() -> (At, touchline_store::Place) {
    let at = At::new(ENGINE).await;
    let place = at.place();
    let store = Store::make_older(&place, 1).await.unwrap();
    let tables = store.tables().await.unwrap();
    let table = |name: &str| tables.iter().find(|table| table.name == name).unwrap();
    let names = || (1..=6_i64).map(|n| (n, Value::from(format!("Team {n}"))));
    let teams: Vec<Values> = names().map(|(n, name)| vec![n.into(), "eng".into(), name]).collect();
    let aliases: Vec<Values> = names().map(|(n, name)| vec!["eng".into(), name, n.into()]).collect();
    store.append_rows(table("team"), &teams).await.unwrap();
    store.append_rows(table("team_alias"), &aliases).await.unwrap();
    store.close().await;
    (at, place)
}

#[tokio::test]
async fn an_older_store_is_opened_by_nobody_before_it_is_migrated() {
    let (at, place) = first_schema().await;
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let error = at.open(access).await.unwrap_err();
        assert!(matches!(error, StoreError::Older { found: 1, .. }), "{error:?}");
    }
    let upgrade = Upgrade::begin(&place).await.unwrap().expect("it is older");
    assert_eq!((upgrade.found(), upgrade.known()), (1, Store::newest_schema()));
    // Let go of, it stays as it was.
    drop(upgrade);
    assert!(matches!(at.open(Access::ReadOnly).await, Err(StoreError::Older { found: 1, .. })));

    let upgrade = Upgrade::begin(&place).await.unwrap().expect("it still is");
    upgrade.run().await.unwrap();
    assert!(Upgrade::begin(&place).await.unwrap().is_none(), "nothing is left to do");
    let store = at.open(Access::ReadWrite).await.unwrap();
    assert_eq!(store.teams().await.unwrap().len(), 6);
    store.sync_roster(&roster()).await.unwrap();
    store.import(batch("a", NOW, season(3))).await.unwrap();
    assert!(store.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn there_is_nothing_to_migrate_where_there_is_nothing() {
    let at = At::new(ENGINE).await;
    at.open(Access::ReadWrite).await.unwrap().close().await;
    assert!(Upgrade::begin(&at.place()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_state_of_any_version_comes_back_and_is_migrated() {
    let lived_in = lived_in().await;
    let now = sums(&lived_in.store).await;
    for version in 1..Store::newest_schema() {
        let older = of_version(&lived_in, version).await;
        let upgrade = Upgrade::begin(&older.place()).await.unwrap().unwrap();
        let mut view = upgrade.view().await.unwrap();
        assert_eq!(view.schema().await.unwrap(), version);
        let tables = view.tables().await.unwrap();
        let other = At::new(ENGINE).await;
        let restoration = Restoration::begin(other.place(), version, false).await.unwrap();
        assert_eq!(restoration.tables().await.unwrap(), tables);
        for table in &tables {
            let rows: Vec<Values> = view.page(table, None, 100_000).await.unwrap();
            restoration.append(table, &rows).await.unwrap();
        }
        let restored = restoration.finish(ts(LATER)).await.unwrap();
        assert_eq!(restored.schema, Store::newest_schema());
        // Rules that later migrations add are there too.
        assert_kept(&now, &sums(&restored.store).await);
        restored.store.import(batch("b", NOW, season(9))).await.unwrap();
        assert!(restored.store.integrity().await.unwrap().is_empty());
        restored.store.close().await;
    }
}

#[tokio::test]
async fn an_older_copy_that_was_not_finished_says_so() {
    let lived_in = lived_in().await;
    for (version, begun) in [(5, false), (6, false), (6, true)] {
        let older = of_version(&lived_in, version).await;
        if begun {
            older.execute("INSERT INTO _copy (source, begun_at) VALUES ('another', 1)").await.unwrap();
        }
        let upgrade = Upgrade::begin(&older.place()).await.unwrap().unwrap();
        assert_eq!(upgrade.is_unfinished_copy().await.unwrap(), begun, "version {version}");
        upgrade.run().await.unwrap();
        let opened = older.open(Access::ReadWrite).await;
        assert_eq!(matches!(opened, Err(StoreError::HalfCopied { .. })), begun, "{opened:?}");
    }
}
