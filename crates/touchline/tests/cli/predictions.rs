//! Predictions made elsewhere: stored once, named when they cannot be used, scored beside the models.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Folder, demo};

const HEAD: &str =
    "as_of,model,competition,date,home,away,probability_home,probability_draw,probability_away\n";

/// A prediction for every match of the Premier League 2023-24, the same for all, and its mean RPS over them.
fn season(folder: &Folder) -> (String, f64) {
    let ran = folder.run(&[
        "data",
        "export",
        "matches",
        "--competition",
        "eng.1",
        "--season",
        "2023",
        "--out",
        "-",
    ]);
    let mut text = HEAD.to_owned();
    let (mut sum, mut n) = (0.0, 0.0);
    let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
    for row in reader.deserialize::<std::collections::BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let (date, home, away) = (&row["date"], &row["home"], &row["away"]);
        let day: jiff::civil::Date = date.parse().expect("a date");
        let before = day.yesterday().expect("a day before");
        writeln!(text, "{before},panel,eng.1,{date},{home},{away},0.45,0.25,0.3").expect("text");
        let goals = |column: &str| row[column].parse::<i32>().expect("goals");
        let (h, a) = (goals("score_home"), goals("score_away"));
        // Epstein (1969) over home, draw, away, divided by 2.
        let (won, level) = (f64::from(u8::from(h > a)), f64::from(u8::from(h >= a)));
        sum += f64::midpoint((0.45 - won) * (0.45 - won), (0.7 - level) * (0.7 - level));
        n += 1.0;
    }
    assert_eq!(n, 380.0);
    (text, sum / n)
}

fn summary<'v>(report: &'v Value, name: &str) -> &'v Value {
    let list = report["evaluation"]["on_common"].as_array().expect("a list");
    list.iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

#[test]
fn predictions_are_scored_beside_the_models() {
    let folder = &demo::copy();
    let (text, rps) = season(folder);
    let file = folder.file("panel.csv", &text);
    let import = || folder.json(&["data", "import", &file, "--format", "predictions_csv"]);
    let imported = import();
    assert_eq!(
        (imported["forecasts"].as_u64(), imported["rejected"].as_u64()),
        (Some(380), Some(0)),
        "{imported}"
    );
    let again = import();
    assert_eq!(
        (again["forecasts"].as_u64(), again["duplicates"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(380), Some(1)),
        "{again}"
    );
    let report = folder.json(&[
        "backtest",
        "run",
        "--competition",
        "eng.1",
        "--season",
        "2023-24",
        "--models",
        "elo",
        "--external",
        "panel",
    ]);
    let panel = summary(&report, "external:panel");
    assert_eq!(panel["n"], 380, "{panel}");
    assert!(panel["rps"].as_f64().is_some_and(|found| (found - rps).abs() < 1e-12), "{panel} {rps}");
    assert!(panel["crps"].is_null(), "it states no distribution of scores");
    assert_eq!(summary(&report, "elo")["n"], 380);
    assert!(report["command"].as_str().is_some_and(|c| c.contains("--external panel")), "{report}");
    let run = report["id"].to_string();
    let compared = folder.json(&["backtest", "compare", "--run", &run, "external:panel", "elo"]);
    let rule = &compared["comparisons"][0]["rules"][0];
    assert!(rule["first"].as_f64().is_some_and(|found| (found - rps).abs() < 1e-12), "{compared}");
    assert!(rule["difference"]["low"].as_f64().is_some_and(|low| low > 0.0), "Elo is better: {compared}");
    // They are listed as what they are.
    let listed = folder.run(&["data", "export", "forecasts", "--competition", "eng.1", "--out", "-"]);
    let rows: Vec<&str> = listed.stdout.lines().filter(|line| line.contains(",external:panel,")).collect();
    assert_eq!(rows.len(), 380);
    assert!(rows[0].contains(",0.45,0.25,0.3,,,") && rows[0].ends_with(",outcome"), "{}", rows[0]);
    let number = rows[0].split(',').next().expect("a number");
    let explained = folder.run(&["explain", number]);
    assert_eq!(explained.code, 1);
    assert!(explained.text().contains("made elsewhere"), "{}", explained.text());
    let ran = folder.run(&[
        "backtest",
        "run",
        "--competition",
        "esp.1",
        "--season",
        "2023-24",
        "--models",
        "elo",
        "--external",
        "panel",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.text());
    assert!(ran.text().contains("no prediction of external:panel"), "{}", ran.text());
}

#[test]
fn what_of_predictions_cannot_be_used_is_named() {
    let folder = &demo::copy();
    let rows = "2023-08-11,odd,eng.1,2023-08-12,Arsenal,Nottingham Forest,0.7,0.2,0.1\n\
        2023-08-11,odd,eng.1,2023-08-12,Arsenal,Nottingham Forest,0.6,0.3,0.1\n\
        2023-08-11,odd,eng.1,2023-08-13,Arsenal,Nottingham Forest,0.7,0.2,0.1\n\
        2023-08-12T11:30:01Z,odd,eng.1,2023-08-12,Arsenal,Nottingham Forest,0.7,0.2,0.1\n\
        2023-08-11,odd,eng.1,2023-08-12,Arsenal,Wanderers of Nowhere,0.7,0.2,0.1\n\
        2017-08-01,odd,eng.1,2017-08-11,Arsenal,Leicester City,0.7,0.2,0.1\n\
        2023-08-11,odd,nfl,2023-09-10,CHI,GB,0.7,,0.3\n\
        2023-08-11,odd,eng.1,2023-08-12,Arsenal,Nottingham Forest,7,2,1\n";
    let file = folder.file("odd.csv", HEAD.to_owned() + rows);
    let ran = folder.run(&["data", "import", &file, "--format", "predictions_csv", "--all-rejections"]);
    assert_eq!(ran.code, 0, "{}", ran.text());
    for words in [
        "row 3, as_of: \"2023-08-11T00:00:00Z\": predicted_before",
        "row 4, date: \"2023-08-13\": unknown_fixture",
        "row 5, as_of: \"2023-08-12T11:30:01Z\": after_kickoff",
        "row 6, away: \"Wanderers of Nowhere\": unknown_team",
        "row 7, as_of: \"2017-08-01T00:00:00Z\": too_few_earlier_matches",
        "row 8, ",
        "row 9, probability_home: \"7\": bad_probability",
        "1 forecasts made elsewhere",
        "touchline ids unmatched",
    ] {
        assert!(ran.text().contains(words), "{words}: {}", ran.text());
    }
    // Once the name is known, the same file says no more than before, and nothing twice.
    folder.json(&["ids", "accept", "eng", "Wanderers of Nowhere", "--new"]);
    let again = folder.json(&["data", "import", &file, "--format", "predictions_csv"]);
    assert_eq!((again["forecasts"].as_u64(), again["duplicates"].as_u64()), (Some(0), Some(1)), "{again}");
}

#[test]
fn a_mean_score_alone_is_a_prediction_too() {
    let folder = &demo::copy();
    let text = "fixture_id\tmodel\tas_of\texpected_home\texpected_away\n13628\tgoals\t2023-08-11\t2.4\t0.7\n";
    let file = folder.file("goals.tsv", text);
    let imported = folder.json(&["data", "import", &file, "--format", "predictions_csv"]);
    assert_eq!(imported["forecasts"], 1, "{imported}");
    let whole = folder.run(&["data", "export", "forecast", "--format", "jsonl", "--out", "-"]);
    let row = whole.stdout.lines().find(|line| line.contains("external:goals")).expect("the forecast");
    let row: Value = serde_json::from_str(row).expect("an object");
    for (column, stated) in [("expected_home", 2.4), ("expected_away", 0.7)] {
        assert!(row[column].as_f64().is_some_and(|found| (found - stated).abs() < 1e-9), "{row}");
    }
    assert!(row["home"].as_f64().is_some_and(|home| home > 0.6 && home < 0.95), "{row}");
    let listed = folder.run(&["data", "export", "forecasts", "--out", "-"]);
    let row = listed.stdout.lines().find(|line| line.contains("external:goals")).expect("the forecast");
    assert!(row.ends_with(",,0,score") && row.contains(",,,,2."), "only what was stated is shown: {row}");
}
