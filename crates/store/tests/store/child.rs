//! The process that tests start and kill, and what must hold after it.

use std::process::{Child, Command, Stdio};

use domain::MatchRecord;
use jiff::civil::date;
use touchline_store::{Access, Store};

use crate::sample::{self, NOW, Place, batch, count, played, season};

/// Tells a child of this test what to do: `import|PLACE|FIRST YEAR|SEASONS`, `refresh|PLACE|FIRST YEAR|SEASONS` (the same, with
/// the aggregates brought up to date after each), `copy|FROM|TO` or `migrate|PLACE`.
pub(crate) const CHILD: &str = "TOUCHLINE_STORE_TEST_CHILD";
const ROUNDS: u32 = 40;

/// Forty days of its own for each year, so that no two share a fixture, and few months are needed.
pub(crate) fn season_of(year: i16) -> Vec<MatchRecord<domain::TeamId>> {
    let first = date(1990, 1, 1).checked_add(jiff::Span::new().days(40 * i64::from(year - 1000))).unwrap();
    let moved = |record: MatchRecord<domain::TeamId>| {
        let rounds = date(2023, 8, 12).until(record.local_date).unwrap().get_days() / 7;
        let day = first.checked_add(jiff::Span::new().days(rounds)).unwrap();
        played(record.row, day, (record.home.0, record.away.0), (1, 0))
    };
    season(ROUNDS).into_iter().map(moved).collect()
}

#[tokio::test]
#[ignore = "the process that other tests start and kill"]
async fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    match task.split('|').collect::<Vec<_>>()[..] {
        [what @ ("import" | "refresh"), at, first, seasons] => {
            import(at, first.parse().unwrap(), seasons.parse().unwrap(), what == "refresh").await;
        }
        ["copy", from, to] => {
            let source = open(from, Access::ReadOnly).await;
            source.copy_to(parsed(to), sample::ts(NOW), &mut |_| ()).await.unwrap();
        }
        ["migrate", at] => sample::migrate(&parsed(at)).await.unwrap(),
        _ => panic!("{task}"),
    }
}

fn parsed(at: &str) -> touchline_store::Place {
    touchline_store::Place::parse(at).unwrap()
}

async fn open(at: &str, access: Access) -> Store {
    Store::open(parsed(at), access).await.unwrap()
}

async fn import(at: &str, first: i16, seasons: i16, refreshing: bool) {
    let store = open(at, Access::ReadWrite).await;
    store.sync_roster(&sample::roster()).await.unwrap();
    for year in first..first + seasons {
        store.import(batch(&format!("year {year}"), NOW, season_of(year))).await.unwrap();
        if refreshing {
            store.refresh_team_statistics(false).await.unwrap();
            store.refresh_quote_activity(false).await.unwrap();
        }
    }
    store.close().await;
}

/// Starts it on a task.
pub(crate) fn spawn_task(task: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::child", "--ignored", "--quiet"])
        .env(CHILD, task)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for its success.
pub(crate) fn wait(mut child: Child) {
    assert!(child.wait().unwrap().success());
}

/// Starts it to import into a store.
pub(crate) fn spawn(address: &str, first: i16, seasons: i16) -> Child {
    spawn_task(&format!("import|{address}|{first}|{seasons}"))
}

/// The same, bringing aggregates up to date after each season.
pub(crate) fn spawn_refreshing(address: &str, first: i16, seasons: i16) -> Child {
    spawn_task(&format!("refresh|{address}|{first}|{seasons}"))
}

/// Every import on record has all of its facts.
pub(crate) async fn assert_whole(place: &Place) {
    assert!(place.store.integrity().await.unwrap().is_empty());
    let per_import = "SELECT (SELECT COUNT(*) FROM fixture_version v WHERE v.sequence = i.sequence), \
        (SELECT COUNT(*) FROM result r WHERE r.sequence = i.sequence), \
        (SELECT COUNT(*) FROM quote q WHERE q.sequence = i.sequence), fixtures FROM import i ORDER BY sequence";
    let counts = place.rows(per_import).await;
    let matches = i64::from(ROUNDS) * 3;
    let expected = [2 * matches, matches, 3 * matches, matches].map(|n| format!("Some({n})"));
    for count in &counts {
        assert_eq!(*count, expected);
    }
    let imports = i64::try_from(counts.len()).unwrap();
    assert_eq!(count(place, "fixture").await, imports * matches);
    assert_eq!(count(place, "payload").await, imports);
}
