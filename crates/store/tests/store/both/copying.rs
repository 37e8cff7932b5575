//! A store moves to another place whole, from wherever it was stopped.

use std::time::Duration;

use touchline_store::{Access, Copied, CopyProgress, Scope, StoreError};

use super::{ENGINE, place};
use crate::{
    child::{assert_whole, season_of, spawn_task},
    sample::{At, Engine, LATER, NOW, Place, batch, count, facts, place_on, season, ts},
};

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

async fn try_copy(from: &Place, to: &At) -> Result<Copied, StoreError> {
    from.store.copy_to(parsed(to), ts(NOW), &mut |_| ()).await
}

async fn copy(from: &Place, to: &At) -> Copied {
    let copied = try_copy(from, to).await.unwrap();
    assert!(copied.tables.iter().all(touchline_store::CopiedTable::is_equal), "{copied:?}");
    copied
}

async fn opened_copy(from: &Place, engine: Engine) -> Place {
    let to = At::new(engine).await;
    copy(from, &to).await;
    opened(to).await
}

fn parsed(at: &At) -> touchline_store::Place {
    touchline_store::Place::parse(&at.address()).unwrap()
}

async fn opened(at: At) -> Place {
    let store = at.open(Access::ReadWrite).await.unwrap();
    Place { at, store }
}

/// Makes a finished copy one that was stopped before its end.
async fn unfinish(to: &Place) {
    to.execute("UPDATE _copy SET finished_at = NULL").await.unwrap();
}

fn sums(copied: &Copied) -> Vec<(&str, u64, &str)> {
    copied.tables.iter().map(|t| (&*t.table, t.rows, &*t.checksum)).collect()
}

#[tokio::test]
async fn there_and_back_again_makes_the_same_store() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    for engine in ENGINES {
        let to = At::new(engine).await;
        let (mut rows, mut seen, mut verified) = (0, 0, 0);
        let mut watch = |progress: CopyProgress<'_>| match progress {
            CopyProgress::Begun { rows: all, copied } => (rows, seen) = (all, copied),
            CopyProgress::Copied { rows, .. } => seen += rows,
            // The rules that a new store knows.
            CopyProgress::Compared { table } => assert_eq!(table, "known_rule"),
            CopyProgress::Verified { rows, .. } => verified += rows,
        };
        let there = place.store.copy_to(parsed(&to), ts(NOW), &mut watch).await.unwrap();
        assert!(there.tables.len() > 25 && rows > 100, "{} tables, {rows} rows", there.tables.len());
        assert_eq!((seen, verified), (rows, rows), "every row is copied once and verified once");

        let to = opened(to).await;
        let back = copy(&to, &At::new(ENGINE).await).await;
        assert_eq!(sums(&back), sums(&there));
        // The copy is a store like any other: it takes the next import exactly as the source does.
        let imported = to.store.import(batch("b", LATER, season(6))).await.unwrap();
        assert_eq!(imported.fixtures, 3);
        assert_eq!(to.store.history(&Scope::default()).await.unwrap().result_facts().len(), 18);
    }
}

#[tokio::test]
async fn zeros_are_equal_whatever_their_sign() {
    let place = place().await;
    place.import(batch("a", NOW, season(1))).await;
    // As a server can hold it and a file cannot.
    place
        .execute(
            "INSERT INTO rating_step (competition, rating, fixture_id, team_id, rating_before, rating_after, \
             known_at, made_at, code_version, data_sequence) VALUES ('eng.1', 'elo', 1, 1, -0.0, 1e-300, 1, 1, '', 1)",
        )
        .await
        .unwrap();
    for engine in ENGINES {
        let to = opened_copy(&place, engine).await;
        assert_eq!(count(&to, "rating_step").await, 1);
    }
}

#[tokio::test]
async fn a_target_with_rows_is_left_alone() {
    let place = place().await;
    for engine in ENGINES {
        // Six teams are there, as after a first start.
        let other = place_on(engine).await;
        let error = try_copy(&place, &other.at).await.unwrap_err();
        assert!(matches!(&error, StoreError::NotEmpty { table, .. } if table == "team"), "{error:?}");
        assert!(error.to_string().contains("empty database"), "{error}");
        assert_eq!(other.store.teams().await.unwrap().len(), 6);
        assert!(other.store.unfinished_copy().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_finished_copy_is_verified_and_not_changed() {
    let place = place().await;
    let to = At::new(ENGINE).await;
    assert!(!copy(&place, &to).await.was_finished);
    assert!(copy(&place, &to).await.was_finished);
    let to = opened(to).await;
    to.import(batch("its own", NOW, season(1))).await;
    let error = try_copy(&place, &to.at).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::CopyDiffers { table, .. } if table == "competition"),
        "the first table with rows of its own: {error:?}"
    );
    assert_eq!(count(&to, "fixture").await, 3);
}

#[tokio::test]
async fn an_unfinished_copy_is_for_its_source_alone() {
    let (place, other) = (place().await, place().await);
    let to = At::new(ENGINE).await;
    copy(&place, &to).await;
    let to = opened(to).await;
    unfinish(&to).await;
    let error = try_copy(&other, &to.at).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherCopy { .. }), "{error:?}");
    // Nobody writes to it, and nobody copies from it, before it is whole.
    let error = to.at.open(Access::ReadWrite).await.unwrap_err();
    assert!(matches!(error, StoreError::HalfCopied { .. }), "{error:?}");
    assert!(error.to_string().contains("touchline db copy"), "{error}");
    let reader = Place { store: to.at.open(Access::ReadOnly).await.unwrap(), at: to.at };
    let error = try_copy(&reader, &At::new(ENGINE).await).await.unwrap_err();
    assert!(matches!(error, StoreError::HalfCopied { .. }), "{error:?}");
    copy(&place, &reader.at).await;
    reader.at.open(Access::ReadWrite).await.unwrap();
}

#[tokio::test]
async fn prices_that_are_yet_to_come_are_no_damage() {
    let place = place().await;
    place.import(batch("a", NOW, season(3))).await;
    let to = At::new(ENGINE).await;
    copy(&place, &to).await;
    let to = opened(to).await;
    let one = "DELETE FROM quote WHERE fixture_id = 1 \
        AND series_id = (SELECT MIN(series_id) FROM quote WHERE fixture_id = 1)";
    to.execute(one).await.unwrap();
    assert_eq!(
        to.store.integrity().await.unwrap().len(),
        2,
        "of a whole store it is: the sum and the packed prices"
    );
    unfinish(&to).await;
    assert!(to.store.integrity().await.unwrap().is_empty());
    let Place { at, store } = to;
    store.close().await;
    copy(&place, &at).await;
    assert!(opened(at).await.store.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_source_got_since_is_put_right() {
    for engine in ENGINES {
        let place = place().await;
        place.import(batch("a", NOW, season(40))).await;
        let to = At::new(engine).await;
        copy(&place, &to).await;
        let to = opened(to).await;
        unfinish(&to).await;
        // Lost on the way: in the middle, at the start, and at the end of a table.
        to.execute("DELETE FROM quote WHERE fixture_id BETWEEN 50 AND 60").await.unwrap();
        to.execute("DELETE FROM statistics").await.unwrap();
        to.execute("DELETE FROM team_alias WHERE alias = 'T1'").await.unwrap();
        to.execute("UPDATE result SET full_time_home = 9 WHERE fixture_id = 70").await.unwrap();
        // Since then: more facts of fixtures in the middle, and an import that was reopened.
        let mut corrected = season(20);
        corrected[30].outcome = Some(domain::Outcome::completed(domain::Score::new(7, 7)));
        place.import(batch("b", LATER, corrected)).await;
        place.execute("UPDATE import SET complete = 0 WHERE sequence = 1").await.unwrap();

        let copied = copy(&place, &to.at).await;
        let put_right = |name: &str| copied.tables.iter().find(|t| t.table == name).unwrap().put_right;
        assert_eq!(put_right("quote"), 11 * 3);
        assert_eq!((put_right("team_alias"), put_right("import")), (1, 1));
        assert_eq!(put_right("result"), 2, "the damaged one and the corrected one");
        assert_eq!(facts(&to).await, facts(&place).await);
    }
}

#[tokio::test]
async fn a_row_that_only_the_copy_has_is_named() {
    let place = place().await;
    place.import(batch("a", NOW, season(5))).await;
    let to = At::new(ENGINE).await;
    copy(&place, &to).await;
    let to = opened(to).await;
    // In a month that has prices, and so a partition.
    let at = 1_691_700_000_000_000_i64;
    for (fixture, what) in [(3, "in the middle"), (99, "at the end")] {
        unfinish(&to).await;
        to.execute(&format!("INSERT INTO quote VALUES ({fixture}, 77, {at}, 1, 2000000, 0)")).await.unwrap();
        let error = try_copy(&place, &to.at).await.unwrap_err();
        let words = error.to_string();
        assert!(
            words.contains("table quote") && words.contains(&format!("({fixture}, 77, {at}, 1)")),
            "{what}: {words}"
        );
        assert!(words.contains("the source has no such row"), "{words}");
        to.execute("DELETE FROM quote WHERE series_id = 77").await.unwrap();
    }
    copy(&place, &to.at).await;
}

#[tokio::test]
async fn a_source_of_an_older_version_is_refused_with_the_remedy() {
    let place = place().await;
    place.execute("DELETE FROM _sqlx_migrations WHERE version > 5").await.unwrap();
    let error = place.at.open(Access::ReadOnly).await.unwrap_err();
    assert!(matches!(error, StoreError::Older { found: 5, .. }), "{error:?}");
    assert!(error.to_string().contains("touchline db migrate"), "{error}");
}

#[tokio::test]
async fn a_copy_killed_at_any_instant_goes_on() {
    let place = place().await;
    for year in 1000..1012 {
        place.import(batch(&format!("year {year}"), NOW, season_of(year))).await;
    }
    for engine in ENGINES {
        let to = At::new(engine).await;
        let task = format!("copy|{}|{}", place.at.address(), to.address());
        let mut n_partial = 0;
        for kill in 0..6 {
            // Into the copying itself: as soon as there are more rows than the last one left, and a little later each time.
            let before = rows_at(&to).await;
            let mut child = spawn_task(&task);
            while child.try_wait().unwrap().is_none() && rows_at(&to).await <= before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_millis(3 * kill)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            let left = to.open(Access::ReadOnly).await.unwrap();
            // The sums over prices come before the prices; nothing else is amiss in half a copy.
            let findings = left.integrity().await.unwrap();
            assert!(findings.iter().all(|f| f.starts_with("the number of prices")), "{findings:?}");
            n_partial += u32::from(left.unfinished_copy().await.unwrap().is_some());
        }
        assert!(n_partial > 0, "every copy was done before it was killed");
        assert!(spawn_task(&task).wait().unwrap().success());
        let to = opened(to).await;
        assert_whole(&to).await;
        assert_eq!(facts(&to).await, facts(&place).await);
        assert!(copy(&place, &to.at).await.was_finished);
    }
}

/// Rows of some tables, far apart in their order; none where there are no such tables yet.
async fn rows_at(at: &At) -> i64 {
    at.number(
        "SELECT (SELECT COUNT(*) FROM team) + (SELECT COUNT(*) FROM fixture) + (SELECT COUNT(*) FROM result) \
        + (SELECT COUNT(*) FROM quote)",
    )
    .await
    .unwrap_or_default()
}
