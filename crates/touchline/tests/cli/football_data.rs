//! Real football-data.co.uk seasons, where they are at hand: closing odds give closing line value.

use testkit::shared::shared;

use crate::Folder;

#[test]
fn closing_odds_bring_closing_line_value() {
    let Some(soccer) = shared("data/soccer") else { return };
    let folder = Folder::new();
    let files: Vec<String> = ["2122", "2223", "2324"]
        .iter()
        .map(|season| soccer.join(format!("E0_{season}.csv")).display().to_string())
        .collect();
    let mut arguments = vec!["data", "import"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--format", "football_data_co_uk"]);
    let imported = folder.json(&arguments);
    assert_eq!(imported["fixtures"], 1140, "{imported}");
    let suggested = folder.json(&[
        "bet",
        "suggest",
        "--competition",
        "eng.1",
        "--as-of",
        "2024-03-01T17:30:00Z",
        "--place",
    ]);
    assert!(suggested["prices"].as_u64().is_some_and(|n| n > 0), "{suggested}");
    assert!(suggested["placed"].as_u64().is_some_and(|n| n > 0), "{suggested}");
    // An hour later the prices are the same, so the decisions are the same, and no match is bet on twice.
    let suggest = |at: &str, place: bool| {
        let mut arguments = vec!["bet", "suggest", "--competition", "eng.1", "--as-of", at];
        arguments.extend(place.then_some("--place"));
        folder.json(&arguments)
    };
    assert_eq!(suggest("2024-03-01T18:30:00Z", true)["placed"], 0);
    let settled = folder.json(&["settle", "--as-of", "2024-03-10T00:00:00Z"]);
    assert_eq!(settled["settled"], suggested["placed"], "{settled}");
    let again = folder.json(&["settle", "--as-of", "2024-03-10T00:00:00Z"]);
    assert_eq!(again["settled"], 0, "settling twice changes nothing: {again}");
    // Looking back, the account is as it was: later profits are not in it, and what was placed stays placed.
    assert_eq!(suggest("2024-03-01T17:40:00Z", true)["placed"], 0);
    let earlier = folder.json(&["settle", "--as-of", "2024-03-02"]);
    assert_eq!((earlier["settled"].as_u64(), earlier["resettled"].as_u64()), (Some(0), Some(0)), "{earlier}");
    let pnl = folder.json(&["pnl"]);
    assert!(pnl["total"]["mean_closing_raw"].is_number(), "{pnl}");
    // The exported bets have the very values that were averaged.
    let exported = folder.run(&["data", "export", "bets", "--out", "-"]);
    let mut reader = csv::Reader::from_reader(exported.stdout.as_bytes());
    let column = reader.headers().expect("a head").iter().position(|name| name == "closing_line_value");
    let column = column.expect("closing line values");
    let values: Vec<f64> =
        reader.records().filter_map(|row| row.expect("a row").get(column)?.parse().ok()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let expected = pnl["total"]["mean_closing_raw"].as_f64().expect("a mean");
    assert!(!values.is_empty() && (mean - expected).abs() < 1e-12, "{mean} {expected}");
    let walked = folder.json(&[
        "backtest",
        "run",
        "--competition",
        "eng.1",
        "--season",
        "2023-24",
        "--models",
        "base_rate,elo",
    ]);
    assert_eq!(walked["evaluation"]["market_use"][0]["phase"], "closing", "{walked}");
}
