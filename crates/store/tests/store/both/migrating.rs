//! A store of any earlier version is brought up to date whole, whatever happens meanwhile.

use std::{collections::BTreeMap, time::Duration};

use domain::{BookId, CompetitionId};
use touchline_store::{Access, BetFilter, Checksum, Scope, Store, StoreError, schema};

use super::{ENGINE, backtests::backtest, money::bet, place, rating, work::forecast};
use crate::{
    child::{spawn_task, wait},
    earlier,
    sample::{At, NOW, Place, batch, closing_line, eng, season, ts},
};

/// A store with rows in most tables.
pub(crate) async fn lived_in() -> Place {
    let place = place().await;
    let mut records = season(8);
    let starter = |player: &str, name: &str| {
        Some(domain::line_up::Starter { player: player.parse().unwrap(), name: name.into() })
    };
    records[0].line_up = domain::LineUp { home: starter("p1", "Ann"), away: starter("p2", "") };
    for record in &mut records[..2] {
        record.quotes.extend(closing_line(record, BookId::PINNACLE));
    }
    place.import(batch("a", NOW, records)).await;
    let store = &place.store;
    store.append_forecasts(&[forecast(1, "elo", "a"), forecast(2, "elo", "a")]).await.unwrap();
    store.place_bets(&[bet("one", 1, 1000), bet("two", 2, 500)]).await.unwrap();
    let steps = vec![rating::step(1, 1, 1510.0, rating::FIRST)];
    store.append_ratings(&rating::ratings(steps)).await.unwrap();
    store.save_backtest(&backtest("elo", 1..=6)).await.unwrap();
    store.save_check_run(&[], ts(NOW)).await.unwrap();
    place
}

pub(crate) async fn of_version(from: &Place, version: i64) -> At {
    let at = At::for_earlier(ENGINE).await;
    earlier::make(&from.store, &at.place(), version).await.unwrap();
    at
}

async fn version(at: &At) -> Option<i64> {
    schema(&at.place()).await.unwrap().found
}

/// Rows and checksum of every table.
pub(crate) async fn sums(store: &Store) -> BTreeMap<String, (u64, String)> {
    let mut view = store.view().await.unwrap();
    let mut sums = BTreeMap::new();
    for table in store.tables().await.unwrap() {
        let mut checksum = Checksum::default();
        let rows = view.page(&table, None, 1_000_000).await.unwrap();
        for row in &rows {
            checksum.add(row);
        }
        sums.insert(table.name, (checksum.rows(), checksum.digest()));
    }
    sums
}

/// What a version had no table for is empty afterwards; all the rest is as it was.
pub(crate) fn assert_kept(before: &BTreeMap<String, (u64, String)>, after: &BTreeMap<String, (u64, String)>) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (table, (rows, sum)) in after {
        assert!(*rows == 0 || (*rows, sum) == (before[table].0, &before[table].1), "{table}: {rows} rows");
    }
    assert_eq!(after["packed_quotes"], before["packed_quotes"], "they follow from the prices of any version");
    assert!(after["quote"].0 == 78 && after["fixture_version"].0 == 48 && after["bet"].0 <= 2);
}

#[tokio::test]
async fn every_earlier_version_comes_up_to_date_with_its_facts() {
    let place = lived_in().await;
    let before = sums(&place.store).await;
    let full = |sums: &BTreeMap<String, (u64, String)>| sums.values().filter(|(rows, _)| *rows > 0).count();
    assert!(full(&before) > 20, "{before:?}");
    let history = place.store.history(&Scope::default()).await.unwrap();
    let mut kept = 0;
    for version_before in 1..Store::newest_schema() {
        let at = of_version(&place, version_before).await;
        assert_eq!(version(&at).await, Some(version_before));
        let error = at.open(Access::ReadOnly).await.unwrap_err();
        assert!(matches!(error, StoreError::Older { found, .. } if found == version_before), "{error:?}");

        let store = at.open_migrated().await.unwrap();
        assert_eq!(version(&at).await, Some(Store::newest_schema()));
        assert!(store.integrity().await.unwrap().is_empty());
        let after = sums(&store).await;
        assert_kept(&before, &after);
        assert!(full(&after) >= kept, "a later version holds no less");
        kept = full(&after);
        let read = store.history(&Scope::default()).await.unwrap();
        assert_eq!(read.result_facts(), history.result_facts());
        if version_before >= 2 {
            assert_eq!(store.bets(&BetFilter::default()).await.unwrap().len(), 2);
        }
        // And it works: the next import goes in, and the first one is known.
        store.continue_numbering().await.unwrap();
        assert!(store.import(batch("a", NOW, season(8))).await.unwrap().unchanged);
        assert_eq!(store.import(batch("b", NOW, season(9))).await.unwrap().fixtures, 3);
        let competitions: Vec<CompetitionId> =
            store.competitions().await.unwrap().iter().map(|c| c.id).collect();
        assert!(competitions.contains(&eng()));
    }
    assert_eq!(kept, full(&before), "the version before the last holds all there is");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_old_version() {
    let place = lived_in().await;
    // In the way of the last migration, so that those before it have run already.
    let in_the_way = "CREATE TABLE packed_quotes (here TEXT)";
    for version_before in [2, Store::newest_schema() - 2] {
        let at = of_version(&place, version_before).await;
        at.execute(in_the_way).await.unwrap();
        let rows = at.number("SELECT COUNT(*) FROM quote").await.unwrap();
        let error = at.open_migrated().await.unwrap_err();
        assert!(matches!(error, StoreError::Migration { .. }), "{error:?}");
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert_eq!(version(&at).await, Some(version_before));
        assert_eq!(at.number("SELECT COUNT(*) FROM quote").await.unwrap(), rows);
        assert_eq!(at.number("SELECT COUNT(*) FROM _sqlx_migrations").await.unwrap(), version_before);
        assert!(at.number("SELECT COUNT(*) FROM fixture_plays").await.is_err(), "made, and undone again");
        at.execute("DROP TABLE packed_quotes").await.unwrap();
        let store = at.open_migrated().await.unwrap();
        assert_kept(&sums(&place.store).await, &sums(&store).await);
    }
}

#[tokio::test]
async fn a_migration_killed_at_any_instant_leaves_a_whole_version() {
    let place = lived_in().await;
    let before = sums(&place.store).await;
    let mut seen = [0; 2];
    for kill in 0..8 {
        let at = of_version(&place, 1).await;
        let mut child = spawn_task(&format!("migrate|{}", at.address()));
        tokio::time::sleep(Duration::from_millis(4 * kill)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let left = version(&at).await.unwrap();
        assert!(left == 1 || left == Store::newest_schema(), "version {left} is half-way");
        seen[usize::from(left > 1)] += 1;
        // The next one brings it up to date.
        wait(spawn_task(&format!("migrate|{}", at.address())));
        let store = at.open(Access::ReadOnly).await.unwrap();
        assert!(store.integrity().await.unwrap().is_empty());
        assert_kept(&before, &sums(&store).await);
    }
    assert!(seen[0] > 0, "none was killed before its end");
}

#[tokio::test]
async fn processes_that_migrate_at_once_wait_for_each_other() {
    let place = lived_in().await;
    let at = of_version(&place, 1).await;
    let children: Vec<_> = (0..4).map(|_| spawn_task(&format!("migrate|{}", at.address()))).collect();
    children.into_iter().for_each(wait);
    assert_eq!(version(&at).await, Some(Store::newest_schema()));
    let store = at.open_migrated().await.unwrap();
    assert_kept(&sums(&place.store).await, &sums(&store).await);
}

#[tokio::test]
async fn a_newer_version_is_refused_and_named() {
    let place = lived_in().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        SELECT 9000, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    place.execute(newer).await.unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = place.at.open(access).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 9000, .. }), "{error:?}");
    }
    let found = schema(place.store.place()).await.unwrap();
    assert_eq!((found.found, found.pending.len()), (Some(9000), 0));
}
