//! Statistics of teams, models, bets and prices, as people and programs ask for them.

use serde_json::Value;

use crate::{Folder, SAMPLE, demo, server::Server};

fn lines(answer: &Value) -> &Vec<Value> {
    let lines = answer["lines"].as_array().or_else(|| answer["teams"]["lines"].as_array());
    lines.unwrap_or_else(|| panic!("no lines in {answer}"))
}

fn team<'v>(answer: &'v Value, name: &str) -> &'v Value {
    let found = lines(answer).iter().find(|line| line["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// Won, drawn, lost, scored, conceded, points.
fn record(line: &Value) -> [i64; 6] {
    ["won", "drawn", "lost", "scored", "conceded", "points"].map(|name| line[name].as_i64().expect("a count"))
}

fn sum(lines: &[Value], path: &str) -> i64 {
    lines.iter().map(|line| line.pointer(path).and_then(Value::as_i64).expect(path)).sum()
}

#[test]
fn the_table_of_a_season_is_the_one_in_the_almanacs() {
    let (folder, _) = demo::folder();
    let arguments = ["stats", "teams", "--competition", "eng.1", "--season", "2023-24"];
    let answer = folder.json(&arguments);
    assert_eq!(answer["is_current"], true);
    assert_eq!(lines(&answer).len(), 20);
    assert_eq!(lines(&answer)[0]["name"], "Manchester City");
    // The final table of 2023-24; Everton and Forest on the field, without their deductions of 8 and 4 points.
    assert_eq!(record(team(&answer, "Manchester City")), [28, 7, 3, 96, 34, 91]);
    assert_eq!(record(team(&answer, "Luton Town")), [6, 8, 24, 52, 85, 26]);
    assert_eq!(record(team(&answer, "Everton")), [13, 9, 16, 40, 51, 48]);
    assert_eq!(record(team(&answer, "Nottingham Forest")), [9, 9, 20, 49, 67, 36]);
    let all = lines(&answer);
    assert_eq!((sum(all, "/won"), sum(all, "/scored")), (sum(all, "/lost"), sum(all, "/conceded")));
    assert_eq!((sum(all, "/home/won"), sum(all, "/unplayed")), (sum(all, "/away/lost"), 0));
    assert_eq!(sum(all, "/expected_goals/matches"), 760, "both sides of 380 matches");
    // On 1 February 2024 Liverpool led with 51 points from 22 matches.
    let then = folder.json(&[&arguments[..], &["--as-of", "2024-02-01T12:00:00Z"]].concat());
    let liverpool = &lines(&then)[0];
    assert_eq!((liverpool["name"].as_str(), liverpool["points"].as_i64()), (Some("Liverpool"), Some(51)));
    assert_eq!(record(liverpool)[..3].iter().sum::<i64>(), 22);
    let people = folder.run(&arguments);
    assert!(
        people.stdout.contains("Manchester City") && people.stdout.contains("96:34"),
        "{}",
        people.text()
    );
}

#[test]
fn a_team_is_followed_day_by_day() {
    let (folder, _) = demo::folder();
    let days = ["stats", "teams", "--competition", "eng.1", "--season", "2023-24", "--team", "Liverpool"];
    let answer = folder.json(&days);
    let lines = answer["days"]["lines"].as_array().expect("a list");
    assert_eq!(lines.len(), 38);
    assert_eq!(lines[37]["points"], 82);
    assert!(lines.windows(2).all(|pair| pair[0]["points"].as_i64() <= pair[1]["points"].as_i64()));
    let people = folder.run(&days);
    assert!(people.stdout.contains('█'), "{}", people.text());
}

#[test]
fn models_stand_beside_base_rate_and_market() {
    let (folder, _) = demo::folder();
    let answer = folder.json(&["stats", "models"]);
    for competition in ["eng.1", "esp.1"] {
        let line = lines(&answer).iter().find(|line| line["group"] == competition).expect("a line");
        let rps = |path: &str| line.pointer(path).and_then(Value::as_f64).expect("a score");
        assert!(rps("/scores/rps") < rps("/base_rate/rps"), "{line}");
        assert!(rps("/priced/market/rps") < rps("/base_rate/rps"), "{line}");
        assert_eq!(line["priced"]["n_closing"], 0, "the bundle has prices of days before");
    }
    let by_week = folder.json(&["stats", "models", "--by", "week", "--competition", "eng.1"]);
    let weekly = lines(&by_week);
    assert!(weekly.len() > 20, "{}", weekly.len());
    let whole = lines(&answer).iter().find(|line| line["group"] == "eng.1").expect("a line");
    assert_eq!(sum(weekly, "/scores/n"), whole["scores"]["n"].as_i64().expect("a count"));
}

#[test]
fn every_grouping_of_bets_adds_up_to_the_ledger() {
    let (folder, _) = demo::folder();
    let pnl = folder.json(&["pnl", "--run", "demo"]);
    for by in ["market", "book", "model", "week", "run"] {
        let answer = folder.json(&["stats", "roi", "--by", by]);
        let all = lines(&answer);
        assert_eq!(sum(all, "/n_bets"), pnl["total"]["n_bets"].as_i64().expect("a count"), "{by}");
        for amount in ["turnover", "profit"] {
            let expected = pnl["total"][amount]["minor"].as_i64().expect("minor units");
            assert_eq!(sum(all, &format!("/{amount}/minor")), expected, "{amount} by {by}");
        }
    }
    let of_market = folder.json(&["stats", "roi"]);
    for line in lines(&of_market) {
        let expected = &pnl["by_market"][line["group"].as_str().expect("a name")];
        assert_eq!((&line["roi"], &line["hit_rate"]), (&expected["roi"], &expected["hit_rate"]), "{line}");
    }
    assert!(lines(&folder.json(&["stats", "roi", "--run", "nobody"])).is_empty());
}

#[test]
fn every_price_is_counted_and_a_rebuild_changes_nothing() {
    let (folder, _) = demo::folder();
    let asked: [&[&str]; 5] = [
        &["stats", "activity"],
        &["stats", "activity", "--days", "40"],
        &["stats", "teams", "--competition", "esp.1"],
        &["stats", "models", "--by", "week"],
        &["stats", "roi", "--by", "week"],
    ];
    let answers = || -> Vec<Value> { asked.iter().map(|arguments| folder.json(arguments)).collect() };
    let before = answers();
    let totals = before[0]["totals"].as_array().expect("a list");
    let stored = folder.json(&["data", "status"]);
    assert_eq!(sum(totals, "/prices"), stored["quotes"].as_i64().expect("a count"));
    assert_eq!(before[1]["days"].as_array().map(Vec::len), Some(40));
    let nothing = folder.json(&["stats", "refresh"]);
    assert_eq!((&nothing["teams"]["seasons"], &nothing["model_weeks"]), (&0.into(), &0.into()), "{nothing}");
    let anew = folder.json(&["stats", "refresh", "--rebuild"]);
    assert!(anew["teams"]["seasons"].as_i64().is_some_and(|n| n > 40), "{anew}");
    assert_eq!(answers(), before);
}

#[test]
fn an_import_brings_the_table_up_to_date() {
    let folder = Folder::new();
    let import = |name: &str, text: &str| {
        let file = folder.file(name, text);
        folder.json(&["data", "import", &file, "--format", "football_data_co_uk"]);
        folder.json(&["stats", "teams", "--competition", "eng.1"])
    };
    let answer = import("E0_2324.csv", SAMPLE);
    assert_eq!(record(team(&answer, "Arsenal")), [1, 0, 0, 2, 1, 3]);
    assert_eq!(record(team(&answer, "West Ham United")), [0, 1, 0, 1, 1, 1]);
    let corrected = import("E0_2324_b.csv", &SAMPLE.replace("West Ham,1,1,D", "West Ham,1,2,A"));
    assert_eq!(record(team(&corrected, "West Ham United")), [1, 0, 0, 2, 1, 3]);
    let activity = folder.json(&["stats", "activity"]);
    assert_eq!((&activity["is_current"], &activity["totals"]), (&false.into(), &serde_json::json!([])));
    assert!(folder.run(&["stats", "activity"]).stdout.contains("touchline stats refresh"));
    folder.json(&["stats", "refresh"]);
    let activity = folder.json(&["stats", "activity"]);
    assert_eq!(sum(activity["totals"].as_array().expect("a list"), "/prices"), 27);
}

#[test]
fn a_forecast_is_scored_once_its_result_comes() {
    let demo = demo::copy();
    let before = demo.json(&["stats", "models", "--model", "elo"]);
    assert!(lines(&before).is_empty(), "{before}");
    let forecast = ["predict", "--competition", "esp.1", "--model", "elo", "--as-of", "2024-03-01"];
    let made = demo.json(&forecast).as_array().map(Vec::len);
    assert_eq!(demo.json(&["stats", "models"])["is_current"], false);
    demo.json(&["stats", "refresh"]);
    let after = demo.json(&["stats", "models", "--model", "elo"]);
    assert_eq!(lines(&after)[0]["scores"]["n"].as_u64().map(|n| n as usize), made);
}

#[test]
fn what_is_not_there_is_said() {
    let (folder, _) = demo::folder();
    for arguments in [
        &["stats", "teams", "--competition", "nfl"][..],
        &["stats", "teams", "--competition", "eng.1", "--season", "1990-91"],
        &["stats", "teams", "--season", "2023-24"],
        &["stats", "roi", "--by", "weather"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.text());
    }
    let all = folder.json(&["stats", "teams"]);
    assert!(all["seasons"].as_array().is_some_and(|seasons| seasons.len() > 40), "{all}");
}

#[test]
fn the_api_answers_what_the_command_line_does() {
    let (folder, _) = demo::folder();
    let server = Server::over(folder);
    let teams = server.json("/api/v1/stats/teams?competition=eng.1&season=2023-24");
    let said = folder.json(&["stats", "teams", "--competition", "eng.1", "--season", "2023-24"]);
    assert_eq!(teams, said["teams"]["lines"]);
    let roi = server.json("/api/v1/stats/roi?by=book&run=demo");
    assert_eq!(roi, folder.json(&["stats", "roi", "--by", "book", "--run", "demo"])["lines"]);
    let models = server.json("/api/v1/stats/models?by=week&competition=esp.1");
    let said = folder.json(&["stats", "models", "--by", "week", "--competition", "esp.1"]);
    assert_eq!(models, said["lines"]);
    let activity = server.json("/api/v1/stats/activity?market=three_way&days=3");
    assert_eq!(activity.as_array().map(Vec::len), Some(3), "{activity:?}");
    assert_eq!(server.json("/api/v1/stats").as_array().map(Vec::len), Some(4));
    for (path, expected) in [
        ("/api/v1/stats/teams", 400),
        ("/api/v1/stats/teams?competition=eng.1&season=long%20ago", 400),
        ("/api/v1/stats/teams?competition=nfl", 404),
        ("/api/v1/stats/roi?by=weather", 400),
    ] {
        let (status, body) = server.ask(path);
        let problem: Value = serde_json::from_str(&body).expect("problem details");
        assert_eq!(
            (status, problem["status"].as_u64()),
            (expected, Some(u64::from(expected))),
            "{path}: {body}"
        );
    }
}
