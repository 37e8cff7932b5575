//! Commands a user runs after a first import.

use crate::{Folder, SAMPLE, touchline};

fn with_sample() -> Folder {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", SAMPLE);
    let answer = folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    assert_eq!(answer["fixtures"], 3, "{answer}");
    assert_eq!(answer["quotes"], 27, "{answer}");
    folder
}

#[test]
fn configuration_comes_from_defaults_file_and_environment() {
    let folder = Folder::new();
    let shown = folder.json(&["config", "show"]);
    assert_eq!(
        (shown["server"]["host"].as_str(), shown["server"]["port"].as_u64()),
        (Some("127.0.0.1"), Some(8000))
    );
    std::fs::create_dir_all(folder.data()).expect("a folder");
    std::fs::write(folder.data().join("touchline.toml"), "[server]\nport = 9001\n").expect("a file");
    assert_eq!(folder.json(&["config", "show"])["server"]["port"], 9001);
    let mut command = folder.command(&["config", "show", "--json"]);
    let output = command.env("TOUCHLINE__SERVER__PORT", "9002").output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("9002"));
    std::fs::write(folder.data().join("touchline.toml"), "[server]\nprot = 9001\n").expect("a file");
    let ran = folder.run(&["config", "show"]);
    assert_eq!(ran.code, 1);
    assert!(ran.text().contains("prot"), "{}", ran.text());
}

#[test]
fn usage_errors_exit_with_2_and_help_with_0() {
    let code = |arguments: &[&str]| touchline().args(arguments).output().expect("it runs").status.code();
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["no-such-command"]), Some(2));
    assert_eq!(code(&["data", "import"]), Some(2));
    let folder = Folder::new();
    let ran = folder.run(&["data", "status"]);
    assert_eq!(ran.code, 2, "{}", ran.text());
    assert!(ran.text().contains("touchline demo"), "the remedy is named: {}", ran.text());
}

#[test]
fn init_writes_a_file_that_is_read_back() {
    let folder = Folder::new();
    let before = folder.json(&["config", "show"]);
    folder.json(&["init"]);
    assert_eq!(folder.json(&["config", "show"]), before);
    assert_eq!(folder.run(&["init"]).code, 2, "a second init must not overwrite");
    assert_eq!(folder.run(&["init", "--force"]).code, 0);
    assert_eq!(folder.run(&["doctor"]).code, 0);
}

/// Contracts that block on what any book's margin breaks.
fn block_on_book_sums(folder: &Folder) {
    let shipped = include_str!("../../../../config/checks.toml");
    let strict = shipped.replacen(
        "action = \"quarantine\"\nmin = 0.8\nmax = 1.5",
        "action = \"block\"\nmin = 0.8\nmax = 1.01",
        1,
    );
    assert_ne!(strict, shipped);
    let checks = folder.file("strict.toml", strict);
    std::fs::write(folder.data().join("touchline.toml"), format!("[checks]\nfile = {checks:?}\n"))
        .expect("a file");
}

#[test]
fn a_demo_that_a_check_blocks_exits_with_3() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.data()).expect("a folder");
    block_on_book_sums(&folder);
    let ran = folder.run(&["demo", "--no-serve"]);
    assert_eq!(ran.code, 3, "{}", ran.text());
}

#[test]
fn a_blocking_check_exits_with_3() {
    let folder = with_sample();
    block_on_book_sums(&folder);
    let file = folder.file("next.csv", SAMPLE.replace("/08/2023", "/09/2023"));
    let ran = folder.run(&["data", "import", &file, "--format", "football_data_co_uk"]);
    assert_eq!(ran.code, 3, "{}", ran.text());
    assert!(ran.text().contains("book_sum"), "{}", ran.text());
    assert_eq!(folder.json(&["data", "status"])["fixtures"], 3, "nothing of a blocked file is stored");
}

#[test]
fn an_unknown_name_waits_and_is_imported_once_accepted() {
    let folder = with_sample();
    let row = SAMPLE.replace("Bournemouth", "Bournmouth").replace("/08/2023", "/10/2023");
    let file = folder.file("typo.csv", row);
    let answer = folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    assert_eq!(
        (answer["fixtures"].as_u64(), answer["unknown_names"].as_u64()),
        (Some(2), Some(1)),
        "{answer}"
    );
    let waiting = folder.json(&["ids", "unmatched"]);
    assert_eq!(waiting[0]["name"], "Bournmouth");
    let suggested = waiting[0]["suggestions"][0].as_str().expect("a suggestion").to_owned();
    assert!(suggested.contains("Bournemouth"), "{suggested}");
    let accepted = folder.json(&["ids", "accept", "eng", "Bournmouth", "--as", &suggested]);
    assert_eq!(accepted["fixtures"], 1, "the held row comes from the archive: {accepted}");
    assert_eq!(folder.json(&["ids", "unmatched"]), serde_json::json!([]));
    for (pool, name) in [("eng", "Nobody"), ("nopool", "Bournmouth"), ("eng", "")] {
        assert_eq!(
            folder.run(&["ids", "accept", pool, name, "--new"]).code,
            2,
            "{pool} {name:?} waits nowhere"
        );
    }
    assert_eq!(folder.json(&["data", "status"])["fixtures"], 6);
}

#[test]
fn what_a_check_holds_back_can_be_released() {
    let folder = Folder::new();
    // A three-way book that sums to 1.9 is no book: its prices are held back, the match is kept.
    let file = folder.file("odd.csv", SAMPLE.replace("8,5.5,1.33", "1.5,1.5,1.8"));
    let answer = folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    assert_eq!((answer["fixtures"].as_u64(), answer["quotes"].as_u64()), (Some(3), Some(24)), "{answer}");
    let held = folder.json(&["check", "quarantine"]);
    assert_eq!(held[0]["rule"], "book_sum", "{held}");
    let id = held[0]["id"].to_string();
    let released = folder.json(&["check", "release", &id]);
    assert_eq!(released["quotes"], 3, "{released}");
    assert_eq!(folder.json(&["check", "quarantine"]), serde_json::json!([]));
    assert_eq!(folder.json(&["data", "status"])["quotes"], 27);
    assert_eq!(folder.run(&["check", "release", "999"]).code, 2);
}

#[test]
fn a_mapping_file_imports_any_csv() {
    let folder = Folder::new();
    let mapping = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/mappings/open_close_odds.toml");
    assert!(std::path::Path::new(mapping).exists(), "the shipped mapping {mapping} is missing");
    let csv = "Date,country,league,Season,HomeTeam,AwayTeam,FTHG,FTAG,HTHG,HTAG,home_close,home_open,draw_close,draw_open,away_close,away_open,over_2.5_close,over_2.5_open,under_2.5_close,under_2.5_open,bts_yes_close,bts_yes_open,bts_no_close,bts_no_open\n\
        2009-08-15 13:45:00,england,premier-league,2009-2010,Chelsea,Hull City,2,1,1,1,1.17,1.19,6.91,6.64,20.64,18.47,1.58,1.62,2.3,2.23,,,,\n";
    let file = folder.file("england.csv", csv);
    let answer = folder.json(&["data", "import", &file, "--format", mapping]);
    assert_eq!(answer["fixtures"], 1, "{answer}");
    assert!(answer["quotes"].as_u64().is_some_and(|n| n >= 6), "{answer}");
}

#[test]
fn ctrl_c_and_sigterm_end_any_other_command_with_their_codes() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = Folder::new();
        let child = folder
            .command(&["demo", "--no-serve"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        // Its work has begun.
        while !folder.data().join("touchline.db").exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let stopped = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(stopped.expect("kill").success());
        let ended = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{signal}: {said}");
        assert!(said.contains("run the same command to go on"), "{signal}: {said}");
    }
}

#[test]
fn ctrl_c_and_sigterm_end_the_server_cleanly() {
    let folder = with_sample();
    for signal in ["-INT", "-TERM"] {
        let mut child = folder
            .command(&["serve", "--port", "0", "--json"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
        assert!(line.contains("http://127.0.0.1:"), "loopback unless told otherwise: {line}");
        let stopped = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(stopped.expect("kill").success());
        let ended = child.wait().expect("it ends");
        assert!(ended.success(), "{signal} is a clean end: {ended}");
    }
}
