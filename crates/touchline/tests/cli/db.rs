//! The database itself: looked at, brought up to date, copied there and back.

use std::{fmt::Write as _, process::Command};

use serde_json::Value;

use crate::{Folder, SAMPLE, touchline};

fn with_sample() -> Folder {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", SAMPLE);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    folder
}

/// A place for a database beside the folder's own: a schema of the server for tests, or a file without one.
fn elsewhere(folder: &Folder, name: &str) -> String {
    let Ok(url) = std::env::var("TOUCHLINE_TEST_POSTGRES_URL") else {
        println!("skipped: TOUCHLINE_TEST_POSTGRES_URL names no server; `cargo xtask test` starts one");
        return folder.path(name).join("touchline.db").display().to_string();
    };
    let schema = format!("cli_{}_{name}", std::process::id());
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    let status = Command::new("psql").args([&url, "--quiet", "--command", &create]).status();
    assert!(status.expect("psql comes with the server").success());
    format!("{url}?options=-csearch_path%3D{schema}")
}

/// What a command answers about the database at a place.
fn asked(place: &str, arguments: &[&str]) -> Value {
    let mut command = touchline();
    if place.starts_with("postgres://") {
        command.args(["--database", place]);
    } else {
        command.arg("--data").arg(std::path::Path::new(place).parent().expect("a folder"));
    }
    let output = command.args(arguments).arg("--json").output().expect("it runs");
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{arguments:?} at {place}: {e}: {error}"))
}

fn sums(copied: &Value) -> Vec<(String, u64, String)> {
    let tables = copied["tables"].as_array().expect("tables");
    let sum = |table: &Value| {
        assert_eq!(table["checksum"], table["target_checksum"], "{table}");
        let text = |key: &str| table[key].as_str().expect("text").to_owned();
        (text("table"), table["rows"].as_u64().expect("a count"), text("checksum"))
    };
    tables.iter().map(sum).collect()
}

/// Every pairing of four clubs, a week apart from August on.
fn pairings() -> String {
    const TEAMS: [&str; 4] = ["Arsenal", "Burnley", "Man City", "West Ham"];
    let mut rows = String::from("Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR,AvgH,AvgD,AvgA\n");
    let pairs = (0..16_usize).map(|n| (n / 4, n % 4)).filter(|(home, away)| home != away);
    for (n, (home, away)) in pairs.enumerate() {
        let (day, month) = (1 + n % 4 * 7, 8 + n / 4);
        let score = [(2, 1, "H"), (0, 0, "D"), (1, 3, "A")][n % 3];
        let (home, away, (goals, against, result)) = (TEAMS[home], TEAMS[away], score);
        let _ = writeln!(
            rows,
            "E0,{day:02}/{month:02}/2023,{home},{away},{goals},{against},{result},2.1,3.4,3.6"
        );
    }
    rows
}

#[test]
fn a_copy_answers_as_its_source_does() {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", pairings());
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    let forecasts =
        folder.json(&["predict", "--competition", "eng.1", "--as-of", "2023-10-20", "--model", "base_rate"]);
    let id = forecasts[0]["id"].to_string();
    let there = elsewhere(&folder, "there");
    let to = folder.json(&["db", "copy", "--to", &there]);
    assert!(to["rows"].as_u64() > Some(1000) && to["was_finished"] == false, "{to}");
    let back = folder.path("back").join("touchline.db").display().to_string();
    let from = folder.json(&["db", "copy", "--from", &there, "--to", &back]);
    assert_eq!(sums(&to), sums(&from));
    assert_eq!(folder.json(&["db", "copy", "--to", &there])["was_finished"], true);

    let predict = ["predict", "--competition", "eng.1", "--home", "Arsenal", "--away", "Burnley"];
    let predict: Vec<&str> =
        predict.into_iter().chain(["--as-of", "2023-11-01", "--model", "base_rate"]).collect();
    for place in [&there, &back] {
        for question in [&predict[..], &["explain", &id], &["pnl"], &["ids", "unmatched"], &["bet", "list"]] {
            assert_eq!(asked(place, question), folder.json(question), "{question:?} at {place}");
        }
        let stored =
            |status: Value| (status["fixtures"].clone(), status["quotes"].clone(), status["seasons"].clone());
        assert_eq!(stored(asked(place, &["data", "status"])), stored(folder.json(&["data", "status"])));
    }
}

#[test]
fn a_copy_shows_its_tables_and_refuses_what_is_not_empty() {
    let folder = with_sample();
    let other = with_sample();
    let taken = other.data().display().to_string();
    let ran = folder.run(&["db", "copy", "--to", &taken]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(
        ran.stderr.contains("is not empty") && ran.stderr.contains("nothing was changed"),
        "{}",
        ran.text()
    );
    let absent = folder.path("absent").display().to_string();
    let ran = folder.run(&["db", "copy", "--from", &absent, "--to", &taken]);
    assert_eq!(ran.code, 2, "{}", ran.text());

    let to = folder.path("to.db").display().to_string();
    let ran = folder.run(&["db", "copy", "--to", &to]);
    assert_eq!(ran.code, 0, "{}", ran.text());
    for words in ["checksum", "equal", "quote", "all verified"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("│   no │"), "{}", ran.stdout);
}

#[test]
fn status_and_stats_say_how_it_is() {
    let folder = with_sample();
    let status = folder.json(&["db", "status"]);
    assert_eq!(status["engine"], "sqlite");
    assert_eq!(status["schema"]["found"], status["schema"]["known"]);
    let quotes = status["tables"].as_array().expect("tables").iter().find(|t| t["table"] == "quote").cloned();
    let quotes = quotes.expect("the table of prices");
    assert_eq!(
        (quotes["rows"].as_u64(), quotes["is_estimate"].as_bool()),
        (Some(27), Some(false)),
        "{quotes}"
    );
    let shown = folder.run(&["db", "stats"]).stdout;
    for words in ["bytes a price", "pages of 8192 bytes", "fixture_by_competition", "the newest"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let there = elsewhere(&folder, "status");
    folder.json(&["db", "copy", "--to", &there]);
    let status = asked(&there, &["db", "status"]);
    let text = status.to_string();
    assert!(
        !text.contains("search_path") && !text.contains("touchline@"),
        "the address without the rest: {text}"
    );
    assert!(status["bytes"].as_u64() > Some(100_000), "{text}");
}

#[test]
fn migrating_says_from_where_to_where() {
    let folder = with_sample();
    let answer = folder.json(&["db", "migrate", "--dry-run"]);
    assert_eq!((&answer["from"], answer["migrations"].as_array().map(Vec::len)), (&answer["to"], Some(0)));
    assert!(folder.run(&["db", "migrate"]).stdout.contains("nothing to do"));
    // A file that was made and nothing more.
    let empty = Folder::new();
    std::fs::create_dir_all(empty.data()).expect("a folder");
    std::fs::write(empty.data().join("touchline.db"), b"").expect("a file");
    assert_eq!(empty.run(&["doctor"]).code, 0, "a warning that there is none yet");
    let plan = empty.run(&["db", "migrate", "--dry-run"]);
    assert!(plan.stdout.contains("would go from nothing to schema"), "{}", plan.text());
    assert!(plan.stdout.contains("1 facts"), "{}", plan.text());
    assert_eq!(empty.json(&["db", "status"])["schema"]["found"], Value::Null, "nothing was done");
    assert!(empty.run(&["db", "migrate"]).stdout.contains("went from nothing to schema"));
    let status = empty.json(&["db", "status"]);
    assert_eq!(status["schema"]["found"], status["schema"]["known"]);
}

#[test]
fn vacuum_says_what_it_does_and_roles_are_for_servers() {
    let folder = with_sample();
    let ran = folder.run(&["db", "vacuum"]);
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.stdout.contains("write-ahead log") && ran.stdout.contains("MB became"), "{}", ran.stdout);
    assert!(folder.json(&["db", "vacuum"])["bytes_after"].as_u64() > Some(100_000));
    let ran = folder.run(&["db", "roles"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("knows no roles"), "{}", ran.text());
    let there = elsewhere(&folder, "roles");
    if there.starts_with("postgres://") {
        folder.json(&["db", "copy", "--to", &there]);
        let answer = asked(&there, &["db", "roles", "--prefix", "cli"]);
        assert_eq!(answer["applied"], false);
        let sql = answer["statements"].to_string();
        for words in
            ["CREATE ROLE cli_reader LOGIN", "GRANT INSERT ON", "GRANT UPDATE (status, decided_at) ON"]
        {
            assert!(sql.contains(words), "{words}: {sql}");
        }
        let deleting: Vec<&str> =
            sql.split("\",\"").filter(|statement| statement.contains("DELETE")).collect();
        let of_aggregates =
            |statement: &&str| ["_performance", "team_s"].iter().any(|name| statement.contains(name));
        assert!(deleting.len() == 4 && deleting.iter().all(of_aggregates), "{deleting:?}");
    }
}
