//! Several processes at once, and processes that die.

use std::{process::Child, time::Duration};

use touchline_store::{Access, Scope};

use super::{ENGINE, place};
use crate::{
    child::{assert_whole, season_of, spawn},
    sample::{self, At, NOW, Place, batch, count},
};

#[tokio::test]
async fn a_killed_process_leaves_whole_imports() {
    let place = place().await;
    for kill in 0..4_i16 {
        let before = count(&place, "import").await;
        let mut child = spawn(&place.at.address(), 1000 + 100 * kill, 100);
        while count(&place, "import").await < before + 2 {
            assert!(child.try_wait().unwrap().is_none(), "the child must still be running");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        tokio::time::sleep(Duration::from_millis(2 * u64::from(kill.unsigned_abs()))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        assert_whole(&place).await;
    }
    // The next process takes over where the killed one stood.
    let done = count(&place, "import").await;
    assert!(spawn(&place.at.address(), 1000, 100).wait().unwrap().success());
    assert!(count(&place, "import").await > done);
    assert_whole(&place).await;
}

#[tokio::test]
async fn processes_that_import_at_once_wait_for_each_other() {
    // They also create the store at once.
    let at = At::new(ENGINE).await;
    let mut children: Vec<Child> = (0..3).map(|n| spawn(&at.address(), 1000 + 100 * n, 6)).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let store = at.open(Access::ReadWrite).await.unwrap();
    let place = Place { at, store };
    assert_eq!(count(&place, "import").await, 18);
    assert_eq!(count(&place, "team").await, sample::TEAMS);
    assert_whole(&place).await;
}

#[tokio::test]
async fn readers_do_not_wait_for_writers() {
    let place = place().await;
    place.import(batch("year 1000", NOW, season_of(1000))).await;
    let (reading, scope) = (place.store.clone(), Scope::default());
    let (imported, read) =
        tokio::join!(place.store.import(batch("year 1100", NOW, season_of(1100))), reading.history(&scope));
    imported.unwrap();
    let seen = read.unwrap().result_facts().len();
    assert!(seen == 120 || seen == 240, "an import is seen whole or not at all, not {seen} results");
}
