//! Matches and seasons played out from the command line.

use serde_json::Value;

use crate::{Folder, Ran, demo};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// Sum over teams of one column's share.
fn column_sum(answer: &Value, column: usize) -> f64 {
    list(&answer["teams"]).iter().map(|team| number(&team["shares"][column]["value"])).sum()
}

fn team<'v>(answer: &'v Value, name: &str) -> &'v Value {
    let found = list(&answer["teams"]).iter().find(|team| team["team"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

const SEASON: [&str; 6] = ["simulate", "season", "--competition", "eng.1", "--season", "2023-24"];

#[test]
fn a_match_comes_out_as_its_forecast_says() {
    let (folder, _) = demo::folder();
    let meeting = ["simulate", "match", "--competition", "eng.1", "--home", "Arsenal", "--away", "Chelsea"];
    let arguments = [&meeting[..], &["--as-of", "2024-03-01"]].concat();
    let answer = folder.json(&arguments);
    assert_eq!(answer["simulations"], 10_000);
    for line in list(&answer["outcomes"]).iter().chain([&answer["mean_total"]]).chain(list(&answer["scores"]))
    {
        let simulated = &line["simulated"];
        let off = number(&simulated["value"]) - number(&line["exact"]);
        assert!(off.abs() < 5.0 * number(&simulated["standard_error"]), "{line}");
    }
    let again = folder.json(&arguments);
    assert_eq!((&again["outcomes"], &again["scores"]), (&answer["outcomes"], &answer["scores"]), "one seed");
}

#[test]
fn the_rest_of_a_season_adds_up() {
    let (folder, _) = demo::folder();
    let arguments = |seed: &'static str| {
        let more = ["--as-of", "2024-01-01", "--model", "dixon_coles", "--n", "2000", "--seed", seed];
        SEASON.into_iter().chain(more).collect::<Vec<_>>()
    };
    let answer = folder.json(&arguments("3"));
    let matches = ["played", "listed", "derived"].map(|name| number(&answer[name]));
    assert_eq!(matches.iter().sum::<f64>(), 380.0, "{answer}");
    assert!(matches.iter().all(|n| *n > 0.0), "{matches:?}");
    for (column, places) in [1.0, 4.0, 3.0].into_iter().enumerate() {
        assert!((column_sum(&answer, column) - places).abs() < 1e-9, "{answer}");
    }
    assert!(
        list(&answer["notes"]).iter().any(|note| note.as_str().is_some_and(|n| n.contains("not announced")))
    );
    let best = list(&answer["teams"])
        .iter()
        .max_by(|a, b| number(&a["shares"][0]["value"]).total_cmp(&number(&b["shares"][0]["value"])));
    let best = best.map(|team| team["team"].clone());
    let contenders = ["Manchester City", "Liverpool", "Arsenal"];
    assert!(contenders.iter().any(|name| best.as_ref().is_some_and(|best| best == name)), "{best:?}");
    assert_eq!(folder.json(&arguments("3")), answer);
    assert_ne!(folder.json(&arguments("4"))["teams"], answer["teams"]);
}

#[test]
fn a_finished_season_is_its_final_table() {
    let (folder, _) = demo::folder();
    let more =
        ["--model", "base_rate", "--n", "300", "--adjust", "Everton=-8", "--adjust", "Nottingham Forest=-4"];
    let answer = folder.json(&SEASON.into_iter().chain(more).collect::<Vec<_>>());
    assert_eq!((&answer["played"], &answer["derived"]), (&380.into(), &0.into()));
    // The final table of 2023-24, with the points that two clubs were docked.
    for (name, points) in [("Manchester City", 91.0), ("Everton", 40.0), ("Nottingham Forest", 32.0)] {
        assert_eq!(number(&team(&answer, name)["expected"]["value"]), points, "{name}");
    }
    assert_eq!(number(&team(&answer, "Manchester City")["shares"][0]["value"]), 1.0);
    for name in ["Luton Town", "Burnley", "Sheffield United"] {
        assert_eq!(number(&team(&answer, name)["shares"][2]["value"]), 1.0, "{name}");
    }
}

#[test]
fn people_read_a_table() {
    let (folder, _) = demo::folder();
    let more = ["--as-of", "2024-05-01", "--model", "dixon_coles", "--n", "1000"];
    let Ran { code, stdout, stderr } = folder.run(&SEASON.into_iter().chain(more).collect::<Vec<_>>());
    assert_eq!(code, 0, "{stderr}");
    for words in
        ["English Premier League 2023-24", "Manchester City", "relegated (3)", "matches count as played"]
    {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (folder, _) = demo::folder();
    let refused = |more: &[&'static str]| {
        let ran = folder.run(&SEASON.into_iter().chain(more.iter().copied()).collect::<Vec<_>>());
        assert_eq!(ran.code, 2, "{more:?}: {}", ran.text());
        ran.text()
    };
    assert!(refused(&["--adjust", "Everton"]).contains("Everton=-8"));
    assert!(refused(&["--adjust", "Atlantis=-8"]).contains("Atlantis"));
    assert!(refused(&["--model", "oracle"]).contains("oracle"));
    refused(&["--n", "0"]);
    assert!(refused(&["--as-of", "2023-01-01"]).contains("2023-24"), "nobody knew the season's teams then");
    let nothing = Folder::new().run(&SEASON);
    assert_eq!(nothing.code, 2, "{}", nothing.text());
}

#[test]
fn an_nfl_season_ends_with_one_champion() {
    let Some(games) = testkit::shared::shared("data/nfl/games.csv") else { return };
    let folder = Folder::new();
    let file = games.display().to_string();
    folder.json(&["data", "import", &file, "--format", "nflverse_games"]);
    let arguments = [
        "simulate",
        "season",
        "--competition",
        "nfl",
        "--season",
        "2023",
        "--as-of",
        "2023-12-01",
        "--model",
        "elo",
        "--n",
        "500",
    ];
    let answer = folder.json(&arguments);
    assert_eq!(number(&answer["played"]) + number(&answer["listed"]), 272.0);
    for (column, teams) in [8.0, 14.0, 2.0, 2.0, 1.0].into_iter().enumerate() {
        assert!((column_sum(&answer, column) - teams).abs() < 1e-9, "{}", answer["columns"][column]);
    }
    let ran = folder.run(&[&arguments[..], &["--adjust", "Buffalo Bills=-1"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.text());
}
