//! Before a schema changes, what is there is backed up, whichever command comes first.

use store::{Place, Store, Value, Values};

use super::ON_SERVER;
use crate::backup::Ground;

/// A database of the first schema with a team in it.
async fn first_schema(ground: &Ground) {
    let place = match &ground.url {
        Some(url) => Place::parse(url).expect("an address"),
        None => Place::File(ground.folder.data().join("touchline.db")),
    };
    std::fs::create_dir_all(ground.folder.data()).expect("a folder");
    let store = Store::make_older(&place, 1).await.expect("a store");
    let tables = store.tables().await.expect("tables");
    let table = |name: &str| tables.iter().find(|table| table.name == name).expect("a table");
    let (pool, name) = (|| Value::from("eng"), || Value::from("Old Etonians"));
    let (team, alias): (Values, Values) = (vec![1.into(), pool(), name()], vec![pool(), name(), 1.into()]);
    store.append_rows(table("team"), &[team]).await.expect("a row");
    store.append_rows(table("team_alias"), &[alias]).await.expect("a row");
    store.close().await;
}

#[tokio::test]
async fn a_backup_comes_before_a_migration() {
    let Some(ground) = Ground::new(ON_SERVER) else { return };
    first_schema(&ground).await;
    let ran = ground.run(&["data", "status", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.text());
    let note: serde_json::Value = serde_json::from_str(&ran.stderr).expect("a note");
    let listed = ground.json(&["backup", "list"]);
    let backup = &listed[0];
    assert!(
        note["note"].as_str().is_some_and(|note| note.contains(backup["file"].as_str().expect("a path"))),
        "{note}"
    );
    assert_eq!(
        (backup["kind"].as_str(), backup["schema"].as_i64()),
        (Some("before_migration"), Some(1)),
        "{listed}"
    );
    // Nine rules, and the team with its name.
    assert_eq!(backup["rows"], 11);
    assert_eq!(ground.run(&["data", "status"]).stderr, "", "it is up to date now");
    assert_eq!(ground.json(&["backup", "list"]).as_array().map(Vec::len), Some(1));
    ground.assert_sound();

    // It comes back, and is brought forward again.
    let name = backup["file"].as_str().expect("a path");
    let restored = ground.json(&["backup", "restore", name, "--force"]);
    assert_eq!(restored["schemas"][0], 1, "{restored}");
    assert_eq!(restored["schemas"][1], Store::newest_schema());
    ground.assert_sound();
    assert_eq!(ground.json(&["backup", "verify", name, "--restore-test"])[0]["restored"], true);
}

#[tokio::test]
async fn without_a_backup_there_is_no_migration() {
    let Some(ground) = Ground::new(ON_SERVER) else { return };
    first_schema(&ground).await;
    let backups = ground.folder.data().join("backups");
    std::fs::write(&backups, "a file in the place of the folder").expect("a file");
    for command in [&["data", "status"][..], &["init"], &["backup", "run"], &["pnl"]] {
        let ran = ground.run(command);
        assert_eq!(ran.code, 1, "{command:?}: {}", ran.text());
        assert!(ran.text().contains("was not migrated"), "{}", ran.text());
        assert!(ran.text().contains("backup.folder"), "it says what to do: {}", ran.text());
    }
    let doctor = ground.run(&["doctor"]);
    assert!(doctor.text().contains("schema 1"), "{}", doctor.text());
    std::fs::remove_file(&backups).expect("it goes");
    assert_eq!(ground.run(&["data", "status"]).code, 0);
}
