//! Several processes at once, and processes that die.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use domain::MatchRecord;
use jiff::civil::date;
use touchline_store::{Access, Scope, Store};

use crate::sample::{self, NOW, Place, batch, connect, count, place, played, season};

/// Tells a child of this test where to import, from which year on and how many seasons.
const CHILD: &str = "TOUCHLINE_STORE_TEST_CHILD";
const ROUNDS: u32 = 40;

/// A season of its own year, so that no two share a fixture.
fn season_of(year: i16) -> Vec<MatchRecord<domain::TeamId>> {
    let shift = |record: MatchRecord<domain::TeamId>| {
        let day = record.local_date;
        let moved = date(year, 1, 1).checked_add(date(2023, 8, 12).until(day).unwrap()).unwrap();
        played(record.row, moved, (record.home.0, record.away.0), (1, 0))
    };
    season(ROUNDS).into_iter().map(shift).collect()
}

#[tokio::test]
#[ignore = "the process that other tests start and kill"]
async fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let [path, first, seasons] = task.split('|').collect::<Vec<_>>()[..] else { panic!("{task}") };
    let store = Store::open(Path::new(path), Access::ReadWrite).await.unwrap();
    store.sync_roster(&sample::roster()).await.unwrap();
    let first: i16 = first.parse().unwrap();
    for year in first..first + seasons.parse::<i16>().unwrap() {
        store.import(batch(&format!("year {year}"), NOW, season_of(year))).await.unwrap();
    }
    store.close().await;
}

fn spawn(path: &Path, first: i16, seasons: i16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "concurrency::child", "--ignored", "--quiet"])
        .env(CHILD, format!("{}|{first}|{seasons}", path.display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The same, with files limited to some blocks and the signal of that limit ignored, so that writes fail as on a full disk.
fn spawn_limited(path: &Path, blocks: u32) -> Child {
    let program = std::env::current_exe().unwrap();
    let arguments = "--exact concurrency::child --ignored --quiet";
    Command::new("sh")
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec '{}' {arguments}", program.display()))
        .env(CHILD, format!("{}|1000|100", path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Every import on record has all of its facts.
async fn assert_whole(place: &Place) {
    assert!(place.store.integrity().await.unwrap().is_empty());
    let mut connection = connect(place).await;
    let per_import = "SELECT (SELECT COUNT(*) FROM fixture_version v WHERE v.sequence = i.sequence), \
        (SELECT COUNT(*) FROM result r WHERE r.sequence = i.sequence), \
        (SELECT COUNT(*) FROM quote q WHERE q.sequence = i.sequence), fixtures FROM import i ORDER BY sequence";
    let counts: Vec<(i64, i64, i64, i64)> =
        sqlx::query_as(per_import).fetch_all(&mut connection).await.unwrap();
    let matches = i64::from(ROUNDS) * 3;
    for count in &counts {
        assert_eq!(*count, (2 * matches, matches, 3 * matches, matches));
    }
    let imports = i64::try_from(counts.len()).unwrap();
    assert_eq!(count(place, "fixture").await, imports * matches);
    assert_eq!(count(place, "payload").await, imports);
}

#[tokio::test]
async fn a_killed_process_leaves_whole_imports() {
    let place = place().await;
    for kill in 0..4_i16 {
        let before = count(&place, "import").await;
        let mut child = spawn(&place.path(), 1000 + 100 * kill, 100);
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
    assert!(spawn(&place.path(), 1000, 100).wait().unwrap().success());
    assert!(count(&place, "import").await > done);
    assert_whole(&place).await;
}

#[tokio::test]
async fn a_process_that_cannot_write_on_leaves_whole_imports() {
    let place = place().await;
    assert!(!spawn_limited(&place.path(), 1500).wait().unwrap().success());
    let done = count(&place, "import").await;
    assert!((1..100).contains(&done), "{done} imports fit under the limit");
    assert_whole(&place).await;
    assert!(spawn(&place.path(), 1000, 100).wait().unwrap().success());
    assert_eq!(count(&place, "import").await, 100);
    assert_whole(&place).await;
}

#[tokio::test]
async fn processes_that_import_at_once_wait_for_each_other() {
    // They also create the store at once.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("touchline.db");
    let mut children: Vec<Child> = (0..3).map(|n| spawn(&path, 1000 + 100 * n, 6)).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let store = Store::open(&path, Access::ReadWrite).await.unwrap();
    let place = Place { folder, store };
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
