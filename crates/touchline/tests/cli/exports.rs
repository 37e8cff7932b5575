//! Tables come out in every format with the same rows, and matches come back in as the same facts.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

use crate::{Folder, Ran, SAMPLE, demo};

const FORMATS: [&str; 4] = ["csv", "tsv", "jsonl", "parquet"];

fn export(folder: &Folder, arguments: &[&str]) -> Value {
    folder.json(&[&["data", "export"], arguments].concat())
}

fn tables(exported: &Value) -> Vec<(String, u64)> {
    let list = exported["tables"].as_array().expect("a list");
    list.iter()
        .map(|t| (t["table"].as_str().unwrap_or_default().into(), t["rows"].as_u64().unwrap_or(0)))
        .collect()
}

/// The rows of a CSV file, each by the name of its columns.
fn read(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn every_table_comes_in_every_format_with_the_same_rows() {
    let folder = &demo::copy();
    let mut counts = BTreeSet::new();
    for format in FORMATS {
        let out = folder.path(&format!("all_{format}"));
        let out = out.display().to_string();
        let exported = export(
            folder,
            &["--all", "--competition", "eng.1", "--season", "2023", "--format", format, "--out", &out],
        );
        let found = tables(&exported);
        for (table, rows) in [("matches", 380), ("fixture", 380), ("competition", 1), ("odds", 3800)] {
            assert!(found.contains(&(table.to_owned(), rows)), "{format} {table}: {found:?}");
        }
        let files: BTreeSet<String> = fs::read_dir(&out)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        let expected = found.iter().map(|(table, _)| format!("{table}.{format}"));
        assert_eq!(files, expected.collect(), "nothing else is left behind");
        counts.insert(found);
    }
    assert_eq!(counts.len(), 1);
    for (table, rows) in counts.pop_first().expect("one") {
        let lines =
            fs::read_to_string(folder.path("all_jsonl").join(format!("{table}.jsonl"))).expect("text");
        assert_eq!(lines.lines().count() as u64, rows, "{table}");
        let mut reader =
            csv::Reader::from_path(folder.path("all_csv").join(format!("{table}.csv"))).expect("CSV");
        assert_eq!(reader.byte_records().count() as u64, rows, "{table}");
    }
}

#[test]
fn a_filter_restricts_what_it_can_and_says_what_it_cannot() {
    let folder = &demo::copy();
    let out = folder.path("filtered").display().to_string();
    let exported = export(
        folder,
        &[
            "matches",
            "result",
            "team",
            "--competition",
            "eng.1",
            "--season",
            "2023-24",
            "--as-of",
            "2024-01-01",
            "--out",
            &out,
        ],
    );
    let matches = read(&folder.path("filtered").join("matches.csv"));
    assert!(matches.iter().all(|m| m["competition"] == "eng.1" && m["season"] == "2023"));
    let played = matches.iter().filter(|m| !m["score_home"].is_empty()).count();
    let results = tables(&exported)[1].1;
    assert_eq!(played as u64, results);
    assert!((190..200).contains(&played), "half a season by New Year: {played}");
    assert!(matches.iter().all(|m| m["score_home"].is_empty() || m["date"].as_str() < "2024-01-01"));
    assert_eq!(exported["tables"][1]["not_restricted_by"], serde_json::json!([]));
    assert_eq!(
        exported["tables"][2]["not_restricted_by"],
        serde_json::json!(["competition", "season", "as_of"])
    );
    let all = export(folder, &["--all", "--as-of", "2024-01-01", "--out", &out]);
    let left_out = all["left_out"].as_array().expect("a list");
    assert!(left_out.contains(&"match_set".into()) && !left_out.contains(&"team".into()), "{all}");
    assert!(!folder.path("filtered").join("match_set.csv").exists());
}

#[test]
fn one_table_goes_to_a_file_or_to_standard_output() {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", SAMPLE);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    let printed = folder.run(&["data", "export", "matches", "--out", "-"]);
    assert_eq!(printed.code, 0, "{}", printed.text());
    let mut lines = printed.stdout.lines();
    assert!(
        lines
            .next()
            .is_some_and(|head| head.starts_with("fixture_id,competition,season,date,kickoff,home,away"))
    );
    assert!(
        lines
            .next()
            .is_some_and(|row| row.starts_with("1,eng.1,2023,2023-08-11,2023-08-11T19:00:00Z,Burnley,"))
    );
    let named = folder.path("mine.tsv").display().to_string();
    export(&folder, &["matches", "--format", "tsv", "--out", &named]);
    let text = fs::read_to_string(&named).expect("the file");
    assert_eq!(text.replace('\t', ","), printed.stdout);
    let raw = folder.run(&["data", "export", "matches", "--out", "-", "--raw"]);
    assert!(raw.stdout.contains(",2023-08-11,1691780400000000,Burnley,"), "{}", raw.stdout);
    let listed = folder.json(&["data", "export", "--list"]);
    let listed = listed.as_array().expect("a list");
    let quote = listed.iter().find(|l| l["table"] == "quote").expect("a table of prices");
    assert_eq!(quote["restricted_by"], serde_json::json!(["competition", "season", "as_of"]));
    assert_eq!(quote["moment"], "known_at");
}

#[test]
fn what_cannot_be_exported_is_said() {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", SAMPLE);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    for (arguments, words) in [
        (&["nosuch"][..], "there is matches, forecasts, odds, bets"),
        (&["matches", "--competition", "esp.1"], "no match of esp.1 is stored; there is eng.1"),
        (&["matches", "odds", "--out", "one.csv"], "--out FOLDER/"),
        (&["matches", "--out", "-", "--json"], "both write to standard output"),
        (&["matches", "--format", "xls"], "possible values: csv, tsv, jsonl, parquet"),
        (&["match_set", "--as-of", "2024-01-01"], "nothing says when a row of match_set became known"),
        (&[], "required"),
        (&["matches", "--all"], "cannot be used with"),
        (&["matches", "--season", "soon"], "not a season"),
    ] {
        let ran = folder.run(&[&["data", "export"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.text());
        assert!(ran.text().contains(words), "{arguments:?}: {}", ran.text());
    }
    let blocked = folder.path("mine.db");
    fs::write(&blocked, "a file").expect("a file");
    let under = blocked.join("x.csv").display().to_string();
    let ran = folder.run(&["data", "export", "matches", "--out", &under]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.text().contains("matches was not exported"), "{}", ran.text());
}

/// Tables of facts as JSON, without the number of the import.
fn facts(folder: &Folder) -> Vec<String> {
    ["competition", "fixture", "fixture_key", "fixture_version", "result", "statistics"]
        .iter()
        .flat_map(|table| {
            let ran = folder.run(&["data", "export", table, "--format", "jsonl", "--out", "-"]);
            assert_eq!(ran.code, 0, "{}", ran.text());
            let row = |line: &str| {
                let mut row: Value = serde_json::from_str(line).expect("an object");
                row.as_object_mut().expect("an object").remove("sequence");
                format!("{table} {row}")
            };
            ran.stdout.lines().map(row).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn exported_matches_come_back_as_the_same_facts() {
    let folder = &demo::copy();
    let file = folder.path("back.csv").display().to_string();
    export(folder, &["matches", "--out", &file]);
    let other = Folder::new();
    let imported = other.json(&["data", "import", &file, "--format", "games_csv"]);
    assert_eq!(
        (imported["fixtures"].as_u64(), imported["rejected"].as_u64()),
        (Some(17_945), Some(0)),
        "{imported}"
    );
    let (here, there) = (facts(folder), facts(&other));
    assert_eq!(here.len(), there.len());
    for (here, there) in here.iter().zip(&there) {
        assert_eq!(here, there);
    }
    // Where they came from they are nothing new, nor are they the second time.
    for (folder, unchanged) in [(folder, 0), (&other, 1)] {
        let again = folder.json(&["data", "import", &file, "--format", "games_csv"]);
        let news = ["fixtures", "results", "statistics", "quotes", "corrections"].map(|n| again[n].as_u64());
        assert_eq!((news, again["unchanged"].as_u64()), ([Some(0); 5], Some(unchanged)), "{again}");
        assert_eq!(again["duplicates"], 17_945);
    }
}

#[test]
fn every_kind_of_match_comes_back() {
    let games = include_str!("../../../../testdata/games_csv/games.csv");
    let (first, second) = (Folder::new(), Folder::new());
    let file = first.file("games.csv", games);
    let imported = first.json(&["data", "import", &file, "--format", "games_csv"]);
    assert_eq!(
        (imported["fixtures"].as_u64(), imported["quotes"].as_u64()),
        (Some(6), Some(11)),
        "{imported}"
    );
    let out = first.path("matches.tsv").display().to_string();
    export(&first, &["matches", "--format", "tsv", "--out", &out]);
    second.json(&["data", "import", &out, "--format", "games_csv"]);
    assert_eq!(facts(&first), facts(&second));
}

/// The Python of `cargo xtask test`, or none, which is said.
fn python() -> Option<String> {
    let python = std::env::var("TOUCHLINE_TEST_PYTHON").ok();
    if python.is_none() {
        println!(
            "skipped: TOUCHLINE_TEST_PYTHON names no Python with pyarrow, pandas and DuckDB; `cargo xtask test` installs one"
        );
    }
    python
}

#[test]
fn pyarrow_pandas_and_duckdb_read_parquet_as_sql_has_it() {
    let Some(python) = python() else { return };
    let folder = &demo::copy();
    let out = folder.path("parquet").display().to_string();
    let exported = export(folder, &["--all", "--format", "parquet", "--out", &out]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/read_parquet.py");
    let database = folder.data().join("touchline.db");
    let ran = Command::new(python).arg(script).arg(&out).arg(database).output().expect("Python runs");
    let ran = Ran::of(&ran);
    assert_eq!(ran.code, 0, "{}", ran.text());
    let read: Value = serde_json::from_str(&ran.stdout).expect("an object");
    for (table, rows) in tables(&exported) {
        assert_eq!(read[&table], rows, "{table}: {}", ran.text());
    }
}
