//! Feed it garbage: it names the garbage, and nothing stored is lost.

use std::process::Stdio;

use crate::{Folder, SAMPLE};

const FORMAT: [&str; 2] = ["--format", "football_data_co_uk"];

fn import(folder: &Folder, content: impl AsRef<[u8]>) -> (i32, String) {
    let file = folder.file("given.csv", content);
    let ran = folder.run(&["data", "import", &file, FORMAT[0], FORMAT[1]]);
    (ran.code, ran.text())
}

fn stored(folder: &Folder) -> u64 {
    folder.json(&["data", "status"])["fixtures"].as_u64().expect("a count of fixtures")
}

/// A folder that holds the sample already, so that a loss would show.
fn holding_sample() -> Folder {
    let folder = Folder::new();
    let (code, text) = import(&folder, SAMPLE);
    assert_eq!(code, 0, "{text}");
    assert_eq!(stored(&folder), 3);
    folder
}

/// Imports `content` on top of the sample; expects these words and that nothing is lost or added.
fn names_the_garbage(content: impl AsRef<[u8]>, words: &[&str]) {
    let folder = holding_sample();
    let (_, text) = import(&folder, content);
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
    assert_eq!(stored(&folder), 3, "{text}");
}

#[test]
fn an_html_page_is_refused_whole() {
    let folder = holding_sample();
    let (code, text) = import(&folder, "<!DOCTYPE html><html><body>404 Not Found</body></html>");
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("given.csv") && text.contains("HTML"), "{text}");
    assert_eq!(stored(&folder), 3);
}

#[test]
fn a_wrong_delimiter_and_a_missing_column_are_named() {
    let folder = holding_sample();
    let (code, text) = import(&folder, SAMPLE.replace(',', ";"));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("given.csv"), "{text}");
    let (code, text) = import(&folder, SAMPLE.replace("FTHG", "Goals"));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("FTHG"), "{text}");
    assert_eq!(stored(&folder), 3);
}

#[test]
fn rows_that_cannot_be_are_named_by_line_and_field() {
    let head = SAMPLE.lines().next().unwrap_or_default();
    let row = |date: &str, home: &str, away: &str, goals: &str| {
        format!("{head}\nE0,{date},15:00,{home},{away},{goals},1,A,0,0,D,2,3.4,3.9,2,3.4,3.9,2,3.4,3.9\n")
    };
    names_the_garbage(row("13/08/2023", "Chelsea", "Liverpool", "-1"), &["FTHG", "-1", "bad_score"]);
    names_the_garbage(row("13/08/2023", "Chelsea", "Liverpool", "two"), &["FTHG", "two", "bad_score"]);
    names_the_garbage(row("2023-13-45", "Chelsea", "Liverpool", "0"), &["Date", "2023-13-45", "bad_date"]);
    names_the_garbage(row("13/08/2023", "Chelsea", "Chelsea", "0"), &["Chelsea", "same_team_twice"]);
    names_the_garbage(row("13/08/2023", "Chelsae", "Liverpool", "0"), &["Chelsae", "unknown_team"]);
}

#[test]
fn a_file_cut_off_in_a_row_loses_that_row_alone() {
    let folder = Folder::new();
    let cut = SAMPLE.find("Bournemouth").expect("in the sample");
    let (code, text) = import(&folder, &SAMPLE[..cut + 4]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("truncated_row"), "{text}");
    assert_eq!(stored(&folder), 2);
    let (code, text) = import(&folder, SAMPLE);
    assert_eq!(code, 0, "the whole file completes it: {text}");
    assert_eq!(stored(&folder), 3);
}

#[test]
fn odds_that_are_none_cost_the_price_and_keep_the_match() {
    let folder = Folder::new();
    let file =
        folder.file("odds.csv", SAMPLE.replace("8,5.5,1.33", "1.0,0,").replace("2.7,3.4,2.55", "c,3.4,2.55"));
    let answer = folder.json(&["data", "import", &file, FORMAT[0], FORMAT[1]]);
    assert_eq!(answer["fixtures"], 3);
    assert_eq!(answer["quotes"], 27 - 4, "1.0, 0, blank and text are no prices: {answer}");
    assert_eq!(answer["rejected"], 3, "a blank is absent, not wrong: {answer}");
}

#[test]
fn another_score_later_is_a_correction_and_within_a_file_a_conflict() {
    let folder = holding_sample();
    let corrected = folder.file("corrected.csv", SAMPLE.replace("1,1,D,0,0,D", "1,2,A,0,0,D"));
    let answer = folder.json(&["data", "import", &corrected, FORMAT[0], FORMAT[1]]);
    assert_eq!((answer["corrections"].as_u64(), answer["fixtures"].as_u64()), (Some(1), Some(0)), "{answer}");
    // The first file again takes the correction back, though its bytes are known.
    let original = folder.file("original.csv", SAMPLE);
    let answer = folder.json(&["data", "import", &original, FORMAT[0], FORMAT[1]]);
    assert_eq!(answer["corrections"], 1, "{answer}");
    let last = SAMPLE.lines().last().unwrap_or_default();
    let conflict = format!("{SAMPLE}{}\n", last.replace("1,1,D,0,0,D", "3,1,H,0,0,D"));
    let (code, text) = import(&Folder::new(), conflict);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("conflict_in_file"), "{text}");
}

#[test]
fn importing_the_same_file_twice_changes_nothing() {
    let folder = holding_sample();
    let before = folder.json(&["data", "status"]);
    let file = folder.file("again.csv", SAMPLE);
    let answer = folder.json(&["data", "import", &file, FORMAT[0], FORMAT[1]]);
    for count in ["fixtures", "quotes", "corrections"] {
        assert_eq!(answer[count], 0, "{answer}");
    }
    let after = folder.json(&["data", "status"]);
    assert_eq!(before["competitions"], after["competitions"]);
}

#[test]
fn a_store_that_cannot_be_written_says_how_to_mend_it() {
    let folder = Folder::new();
    std::fs::write(folder.data(), "a file where a folder should be").expect("a file");
    let (code, text) = import(&folder, SAMPLE);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("--data") || text.contains("folder"), "{text}");
}

#[test]
fn a_missing_file_and_an_unknown_format_are_usage_or_named() {
    let folder = Folder::new();
    let ran = folder.run(&["data", "import", "nowhere.csv", FORMAT[0], FORMAT[1]]);
    assert_eq!(ran.code, 1);
    assert!(ran.text().contains("nowhere.csv"), "{}", ran.text());
    let file = folder.file("x.csv", SAMPLE);
    let ran = folder.run(&["data", "import", &file, "--format", "football_manager"]);
    assert_eq!(ran.code, 2);
    assert!(ran.text().contains("football_data_co_uk"), "the list is named: {}", ran.text());
}

#[test]
fn two_processes_importing_at_once_both_succeed() {
    let folder = Folder::new();
    let first = folder.file("first.csv", SAMPLE);
    let second = folder.file("second.csv", SAMPLE.replace("2023", "2022").replace("/08/", "/09/"));
    let start = |file: &str| {
        let mut command = folder.command(&["data", "import", file, FORMAT[0], FORMAT[1], "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the binary starts")
    };
    let running = [start(&first), start(&second), start(&first)];
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(stored(&folder), 6);
}

/// A season of matches, one a day, of the sample's teams.
fn season(year: i32) -> String {
    let head = SAMPLE.lines().next().unwrap_or_default();
    let teams = ["Arsenal", "Bournemouth", "Burnley", "Man City", "Nott'm Forest", "West Ham"];
    let days = (1..=12).flat_map(|month| (1..=28).map(move |day| (month, day)));
    let rows = days.enumerate().map(|(i, (month, day))| {
        let (home, away) = (teams[i % 6], teams[(i + 1 + i / 6 % 5) % 6]);
        format!("E0,{day:02}/{month:02}/{year},,{home},{away},2,1,H,1,0,H,2.1,3.4,3.5,2.08,3.38,3.5,2.05,3.4,3.6\n")
    });
    format!("{head}\n{}", rows.collect::<String>())
}

#[test]
fn killed_during_an_import_leaves_whole_files_or_none() {
    let folder = Folder::new();
    let files: Vec<String> =
        (1994..2019).map(|year| folder.file(&format!("{year}.csv"), season(year))).collect();
    let arguments: Vec<&str> =
        ["data", "import"].into_iter().chain(files.iter().map(String::as_str)).chain(FORMAT).collect();
    for wait_ms in [5, 20, 60, 120] {
        let mut command = folder.command(&arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        let _ = child.kill();
        let _ = child.wait();
        if folder.data().join("touchline.db").exists() && folder.run(&["data", "status"]).code == 0 {
            assert_eq!(stored(&folder) % (12 * 28), 0, "no file is half imported");
            assert_eq!(folder.run(&["doctor"]).code, 0);
        }
    }
    folder.json(&arguments);
    assert_eq!(stored(&folder), 25 * 12 * 28);
}
