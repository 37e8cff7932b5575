//! Backups are made while others write, listed, thinned out and restored.

use std::{fs, process::Stdio};

use super::ON_SERVER;
use crate::backup::Ground;

#[test]
fn a_backup_is_made_listed_verified_and_restored() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    assert!(ground.run(&["doctor"]).text().contains("there is none"));
    let made = ground.json(&["backup", "run"]);
    assert!(ground.run(&["doctor"]).text().contains(", 0 h old"));
    let rows = made["rows"].as_u64().expect("rows");
    assert!(rows > 100 * 9, "{made}");
    let listed = ground.json(&["backup", "list"]);
    let first = &listed[0];
    assert_eq!(
        (first["state"].as_str(), first["kind"].as_str()),
        (Some("complete"), Some("manual")),
        "{listed}"
    );
    assert_eq!(first["engine"], if ON_SERVER { "postgresql" } else { "sqlite" });
    assert_eq!((first["rows"].as_u64(), &first["schema"]), (Some(rows), &made["schema"]));
    let file = made["file"].as_str().expect("a path");
    let name = file.rsplit('/').next().expect("a name");
    let verified = ground.json(&["backup", "verify", name, "--restore-test"]);
    assert_eq!(
        (verified[0]["state"].as_str(), verified[0]["restored"].as_bool()),
        (Some("good"), Some(true))
    );

    ground.import(2024, 2);
    let refused = ground.run(&["backup", "restore", name]);
    assert_eq!(refused.code, 2, "{}", refused.text());
    assert!(refused.text().contains("--force"), "{}", refused.text());
    assert_eq!(ground.fixtures(), 120);
    let restored = ground.json(&["backup", "restore", name, "--force"]);
    assert_eq!(restored["rows"].as_u64(), Some(rows), "{restored}");
    let kept = restored["replaced"].as_str().expect("what was there is kept");
    assert!(kept.contains("replaced"), "{kept}");
    assert_eq!(ground.fixtures(), 100);
    ground.assert_sound();
    // Numbers go on where they stood.
    ground.import(2024, 2);
    assert_eq!(ground.fixtures(), 120);
    assert_eq!(ground.run(&["backup", "restore", "nothing.tlb"]).code, 2);
}

#[test]
fn it_is_restored_elsewhere_on_either_engine() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    let file = ground.back_up();
    let elsewhere = ground.folder.path("elsewhere");
    let to = elsewhere.display().to_string();
    let restored = ground.json(&["backup", "restore", &file, "--to", &to]);
    assert_eq!(restored["replaced"], serde_json::Value::Null);
    let mut status = crate::touchline();
    let answer = status.args(["--data", &to, "data", "status", "--json"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&answer.stdout).contains("\"fixtures\":100"), "{answer:?}");

    let Some(other) = Ground::new(true) else { return };
    let url = other.url.clone().expect("an address");
    let restored = ground.json(&["backup", "restore", &file, "--to", &url]);
    assert_eq!(restored["replaced"], serde_json::Value::Null, "nothing was there");
    assert_eq!(other.fixtures(), 100);
    other.assert_sound();
    other.import(2024, 1);
}

#[test]
fn one_state_is_backed_up_while_another_process_imports() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    let (mut backups, mut matches) = (Vec::new(), 100);
    // An import that was done before a backup could begin tells nothing: another one follows then.
    for years in [1994..2023, 1974..1994] {
        let files: Vec<String> = years
            .map(|year| ground.folder.file(&format!("{year}.csv"), crate::backup::season(year, 12)))
            .collect();
        let mut importing = ground
            .command(&["data", "import", "--format", "football_data_co_uk", "--json"])
            .args(&files)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        while ground.fixtures() < matches + 120 {}
        while importing.try_wait().expect("it can be asked").is_none() {
            backups.push(ground.back_up());
        }
        assert!(importing.wait().expect("it ends").success());
        matches += files.len() as u64 * 120;
        assert_eq!(ground.fixtures(), matches);
        if !backups.is_empty() {
            break;
        }
    }
    // One made in the midst of it: files are in it whole or not at all.
    let elsewhere = ground.folder.path("elsewhere");
    let to = elsewhere.display().to_string();
    ground.json(&["backup", "restore", &backups[0], "--to", &to]);
    let run = |arguments: &[&str]| {
        crate::touchline().args(["--data", &to]).args(arguments).output().expect("it runs")
    };
    assert!(run(&["doctor"]).status.success());
    let status: serde_json::Value =
        serde_json::from_slice(&run(&["data", "status", "--json"]).stdout).expect("JSON");
    let (fixtures, quotes) = (status["fixtures"].as_u64().expect("n"), status["quotes"].as_u64().expect("n"));
    assert!(fixtures >= 220 && (fixtures - 100).is_multiple_of(120), "{fixtures}");
    assert_eq!((fixtures, 6 * fixtures), (status["results"].as_u64().expect("n"), quotes));
}

#[test]
fn configuration_is_in_it_without_its_secrets() {
    let Some(ground) = Ground::with_matches(ON_SERVER) else { return };
    let data = ground.folder.data();
    fs::create_dir_all(data.join("models")).expect("a folder");
    let contracts = ground.folder.file("contracts.toml", include_str!("../../../../../config/checks.toml"));
    // Nothing listens there; the database is the one that is named on the command line.
    let address = if ON_SERVER { "postgres://ann:hunter2@127.0.0.1:9/t" } else { "" };
    let text = format!(
        "# it was hunter1 once\n[server]\nport = 9001\n[database]\nurl = {address:?}\n[checks]\nfile = {contracts:?}\n"
    );
    fs::write(data.join("touchline.toml"), text).expect("a file");
    fs::write(data.join("feed.toml"), "source = \"feed\"\n").expect("a file");
    fs::write(data.join("models/one.onnx"), [0, 159, 146, 150]).expect("a file");
    let made = ground.json(&["backup", "run"]);
    let file = made["file"].as_str().expect("a path");
    let bytes = fs::read(file).expect("the backup");
    for secret in ["hunter1", "hunter2"] {
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret}");
    }
    let left_out = made["left_out"].to_string();
    assert_eq!(left_out.contains("database.url"), ON_SERVER, "{left_out}");

    let elsewhere = ground.folder.path("elsewhere");
    let to = elsewhere.display().to_string();
    let restored = ground.json(&["backup", "restore", file, "--to", &to]);
    assert_eq!(restored["files"].as_array().map(Vec::len), Some(4), "{restored}");
    assert_eq!(fs::read(elsewhere.join("models/one.onnx")).expect("a model"), [0, 159, 146, 150]);
    assert_eq!(fs::read_to_string(elsewhere.join("feed.toml")).expect("a mapping"), "source = \"feed\"\n");
    assert!(elsewhere.join("outside/contracts.toml").exists());
    let settings = fs::read_to_string(elsewhere.join("touchline.toml")).expect("settings");
    assert!(settings.contains("port = 9001"), "{settings}");
    // What differs is not overwritten.
    fs::write(elsewhere.join("touchline.toml"), "[server]\nport = 9002\n").expect("a file");
    ground.json(&["backup", "restore", file, "--to", &to, "--force"]);
    assert_eq!(
        fs::read_to_string(elsewhere.join("touchline.toml")).expect("settings"),
        "[server]\nport = 9002\n"
    );
    assert!(
        fs::read_to_string(elsewhere.join("touchline.toml.from-backup")).expect("settings").contains("9001")
    );
}
