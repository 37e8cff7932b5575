//! Ratings: shown as they were, kept once, corrected when a result is.

use serde_json::Value;

use crate::{Folder, SAMPLE};

fn import(folder: &Folder, name: &str, rows: &str) -> Value {
    let file = folder.file(name, rows);
    folder.json(&["data", "import", &file, "--format", "football_data_co_uk"])
}

fn ratings(folder: &Folder, more: &[&str]) -> Value {
    let arguments: Vec<&str> = ["ratings", "--competition", "eng.1"].iter().chain(more).copied().collect();
    folder.json(&arguments)
}

fn rating_of(answer: &Value, team: &str) -> f64 {
    let teams = answer["table"].as_array().expect("a table");
    let found = teams.iter().find(|t| t["team"].as_str().is_some_and(|name| name.contains(team)));
    found.and_then(|t| t["rating"].as_f64()).unwrap_or_else(|| panic!("no {team} in {answer}"))
}

#[test]
fn ratings_are_recorded_once_and_shown_as_they_were() {
    let folder = Folder::new();
    import(&folder, "E0_2324.csv", SAMPLE);
    let first = ratings(&folder, &[]);
    // Three matches, two sides, six ratings.
    assert_eq!((first["recorded"].as_u64(), first["rating"].as_str()), (Some(36), Some("elo")), "{first}");
    assert!(rating_of(&first, "Manchester City") > 1500.0 && rating_of(&first, "Burnley") < 1500.0);
    assert_eq!(first["table"].as_array().map(Vec::len), Some(6));
    assert_eq!(ratings(&folder, &["--rating", "colley"])["recorded"], 0, "nothing is written twice");

    let history = ratings(&folder, &["--team", "Burnley"]);
    let matches = history["history"]["matches"].as_array().expect("matches");
    assert_eq!((matches.len(), matches[0]["score"].clone()), (1, serde_json::json!([0, 3])), "{history}");
    assert_eq!(matches[0]["after"].as_f64(), Some(rating_of(&first, "Burnley")));
    assert_eq!(matches[0]["before"].as_f64(), Some(1500.0));

    // After the first match and before the others.
    let earlier = ratings(&folder, &["--as-of", "2023-08-12T06:00:00Z"]);
    assert_eq!(earlier["table"].as_array().map(Vec::len), Some(2), "{earlier}");
    assert_eq!(earlier["recorded"], 0, "as of then they are on record too");
    assert_eq!(rating_of(&earlier, "Burnley"), rating_of(&first, "Burnley"));
    let people = folder.run(&["ratings", "--competition", "eng.1", "--rating", "massey"]);
    assert!(people.code == 0 && people.stdout.contains("Arsenal"), "{}", people.text());
}

#[test]
fn a_corrected_result_is_one_more_version() {
    let folder = Folder::new();
    import(&folder, "E0_2324.csv", SAMPLE);
    let before = ratings(&folder, &[]);
    let corrected =
        import(&folder, "again.csv", &SAMPLE.replace("Man City,0,3,A,0,2,A", "Man City,1,0,H,0,0,D"));
    assert_eq!(corrected["corrections"], 1, "{corrected}");
    let after = ratings(&folder, &[]);
    assert!(after["recorded"].as_u64().is_some_and(|n| n >= 12), "{after}");
    assert!(rating_of(&after, "Burnley") > 1500.0 && rating_of(&before, "Burnley") < 1500.0);
    assert_eq!(ratings(&folder, &[])["recorded"], 0);
    // As of the day after the match the first score was all that was known.
    let then = ratings(&folder, &["--as-of", "2023-08-20"]);
    assert_eq!(rating_of(&then, "Burnley"), rating_of(&before, "Burnley"));
    assert_eq!(then["recorded"], 0);
    assert_eq!(rating_of(&ratings(&folder, &[]), "Burnley"), rating_of(&after, "Burnley"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = Folder::new();
    import(&folder, "E0_2324.csv", SAMPLE);
    let ran = folder.run(&["ratings", "--competition", "eng.1", "--rating", "astrology"]);
    assert_eq!(ran.code, 2, "{}", ran.text());
    assert!(ran.text().contains("pi_rating"), "{}", ran.text());
    assert_eq!(folder.run(&["ratings", "--competition", "eng.1", "--team", "Nobody"]).code, 2);
    assert_eq!(folder.run(&["ratings", "--competition", "esp.9"]).code, 2);
}
