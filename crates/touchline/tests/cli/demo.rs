//! The main job on the bundled matches.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::UNIX_EPOCH,
};

use serde_json::Value;

use crate::Folder;

/// A demo that was run, for all tests that look at one. A test runner may give every test a process of its own, so the first
/// process leaves the demo of this very binary beside the build, and each takes a copy.
pub(crate) fn folder() -> &'static (Folder, Value) {
    static DEMO: OnceLock<(Folder, Value)> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = copy();
        let answer = fs::read(kept_by_binary().join(ANSWER)).expect("the demo's answer");
        (folder, serde_json::from_slice(&answer).expect("JSON"))
    })
}

/// A copy of one's own, to be changed.
pub(crate) fn copy() -> Folder {
    let kept = kept_by_binary();
    if !kept.exists() {
        make(&kept);
    }
    let folder = Folder::new();
    fs::create_dir_all(folder.data()).expect("a folder");
    fs::copy(kept.join(DATABASE), folder.data().join(DATABASE)).expect("a copy of the demo");
    folder
}

const DATABASE: &str = "touchline.db";
const ANSWER: &str = "answer.json";

/// Where the demo of this build of the binary is kept.
fn kept_by_binary() -> PathBuf {
    let binary = fs::metadata(env!("CARGO_BIN_EXE_touchline")).expect("the binary");
    let built = binary.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let name = format!("demo-{}-{}", binary.len(), built.map_or(0, |built| built.as_nanos()));
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs the demo aside and moves it into place whole. Whoever comes second finds the place taken and loses nothing.
fn make(kept: &Path) {
    let folder = Folder::new();
    let answer = folder.json(&["demo", "--no-serve"]);
    let parent = kept.parent().expect("a place for temporary files");
    let aside = tempfile::tempdir_in(parent).expect("a folder");
    fs::copy(folder.data().join(DATABASE), aside.path().join(DATABASE)).expect("a copy of the demo");
    fs::write(aside.path().join(ANSWER), answer.to_string()).expect("the demo's answer");
    let moved = fs::rename(aside.path(), kept);
    assert!(moved.is_ok() || kept.exists(), "{moved:?}");
    for old in fs::read_dir(parent).expect("the folder").flatten() {
        let of_another_build = old.file_name().to_string_lossy().starts_with("demo-") && old.path() != kept;
        if of_another_build {
            let _ = fs::remove_dir_all(old.path());
        }
    }
}

fn forecaster<'v>(section: &'v Value, name: &str) -> &'v Value {
    let list = section["forecasters"].as_array().expect("a list");
    list.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("no {name} in {section}"))
}

#[test]
fn the_report_has_everybody_on_the_same_matches() {
    let (_, answer) = folder();
    assert!(answer["matches"].as_u64().is_some_and(|n| n > 17_900), "{answer}");
    let backtests = answer["backtests"].as_array().expect("a list");
    assert_eq!(backtests.len(), 2);
    for section in backtests {
        assert_eq!(section["season"], "2023-24");
        for name in ["base_rate", "elo", "dixon_coles", "dynamic_strengths", "ensemble", "market"] {
            let line = forecaster(section, name);
            assert_eq!(line["n"], 380, "{name}");
            for score in ["rps", "log_loss", "brier", "accuracy", "ece"] {
                assert!(line[score].as_f64().is_some_and(|v| v > 0.0 && v < 2.0), "{name} {score}: {line}");
            }
        }
    }
}

#[test]
fn dixon_coles_beats_the_base_rate_beyond_doubt() {
    let (_, answer) = folder();
    for section in answer["backtests"].as_array().expect("a list") {
        for name in ["dixon_coles", "dynamic_strengths", "ensemble"] {
            let difference = &forecaster(section, name)["rps_to_base_rate"];
            assert!(difference["high"].as_f64().is_some_and(|high| high < 0.0), "{name}: {difference}");
        }
    }
}

#[test]
fn every_bet_is_settled_and_the_money_adds_up() {
    let (folder, answer) = folder();
    let bets = &answer["bets"];
    assert!(bets["placed"].as_u64().is_some_and(|n| n > 50), "{bets}");
    assert_eq!(bets["placed"], bets["settled"]);
    let listed = folder.json(&["bet", "list", "--run", "demo"]);
    let listed = listed.as_array().expect("a list");
    assert!(listed.iter().all(|b| b["home"].is_string() && b["away"].is_string()), "a bet names its match");
    let minor = |value: &Value| value["minor"].as_i64().expect("minor units");
    let staked: i64 = listed.iter().map(|b| minor(&b["stake"])).sum();
    let paid: i64 = listed.iter().map(|b| minor(&b["settlement"]["payout"])).sum();
    assert_eq!(bets["profit_minor"].as_i64(), Some(paid - staked));
    let pnl = folder.json(&["pnl", "--run", "demo"]);
    assert_eq!(minor(&pnl["total"]["profit"]), paid - staked);
}

#[test]
fn a_second_demo_prints_the_same_numbers() {
    let (_, first) = folder();
    let again = Folder::new().json(&["demo", "--no-serve"]);
    assert_eq!(&again, first);
}

#[test]
fn a_demo_on_top_of_a_demo_changes_nothing() {
    let (folder, first) = folder();
    let before = folder.json(&["bet", "list", "--run", "demo"]);
    assert_eq!(&folder.json(&["demo", "--no-serve"]), first);
    assert_eq!(folder.json(&["bet", "list", "--run", "demo"]), before);
}

#[test]
fn a_forecast_is_rebuilt_bit_for_bit() {
    let (folder, answer) = folder();
    let upcoming = answer["upcoming"].as_array().expect("a list");
    assert_eq!(answer["forecasts"].as_u64(), Some(upcoming.len() as u64));
    assert!(upcoming.len() >= 10, "{}", upcoming.len());
    let id = upcoming[0]["id"].to_string();
    let explained = folder.json(&["explain", &id]);
    assert_eq!(explained["reproduced"], true, "{explained}");
    let names = &explained["forecast"];
    assert_eq!(names["home"], upcoming[0]["home"]);
}

#[test]
fn a_forecast_of_any_moment_is_rebuilt_bit_for_bit() {
    let (folder, _) = folder();
    let moment = "2024-03-01T12:00:00.123456789Z";
    let forecasts = folder.json(&["predict", "--competition", "esp.1", "--as-of", moment]);
    let id = forecasts[0]["id"].to_string();
    assert_eq!(folder.json(&["explain", &id])["reproduced"], true);
}

#[test]
fn the_demo_keeps_to_its_own_matches() {
    let folder = Folder::new();
    let file = folder.file("E0_2324.csv", crate::SAMPLE);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
    let ran = folder.run(&["demo", "--no-serve"]);
    assert_eq!(ran.code, 2, "{}", ran.text());
    assert!(ran.text().contains("--data"), "{}", ran.text());
}

#[test]
fn no_model_or_feature_sees_the_future() {
    let (folder, _) = folder();
    let report = folder.json(&["leakcheck", "--competition", "eng.1", "--moments", "2"]);
    assert_eq!(report["leaks"], serde_json::json!([]), "{report}");
    assert!(report["checked"].as_array().is_some_and(|c| c.len() > 4), "{report}");
}

#[test]
fn predict_forecasts_any_pairing() {
    let (folder, _) = folder();
    let answer =
        folder.json(&["predict", "--competition", "eng.1", "--home", "Arsenal", "--away", "Chelsea"]);
    let sum: f64 =
        answer[0]["probabilities"].as_array().expect("three").iter().filter_map(Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{answer}");
    let ran = folder.run(&["predict", "--competition", "eng.1", "--home", "Arsenal", "--away", "Barcelona"]);
    assert_eq!(ran.code, 2, "{}", ran.text());
}
