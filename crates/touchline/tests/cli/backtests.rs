//! Backtests: run, kept, shown, compared, searched.

use std::sync::OnceLock;

use serde_json::Value;

use crate::{Folder, demo};

/// One folder with two backtests, for all tests that look at them.
pub(crate) fn folder() -> &'static Folder {
    static RUN: OnceLock<Folder> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = with_matches();
        let both = run(
            &folder,
            &["--competition", "eng.1,esp.1", "--season", "2023-24", "--models", "elo,dixon_coles"],
        );
        assert_eq!(both["id"], 1, "{both}");
        let set = ["--competition", "eng.1", "--season", "2023-24", "--models", "dixon_coles"];
        let set = run(&folder, &[&set[..], &["--set", "dixon_coles.half_life_days=120"]].concat());
        assert_eq!(set["id"], 2, "{set}");
        folder
    })
}

/// A folder of its own with the matches of the demo.
fn with_matches() -> Folder {
    let (demo, _) = demo::folder();
    let folder = Folder::new();
    std::fs::create_dir_all(folder.data()).expect("a folder");
    std::fs::copy(demo.data().join("touchline.db"), folder.data().join("touchline.db")).expect("a copy");
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Value {
    folder.json(&[&["backtest", "run", "--step-days", "28"], arguments].concat())
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect()
}

#[test]
fn several_competitions_are_scored_together_and_apart() {
    let report = folder().json(&["backtest", "show", "1"]);
    let evaluation = &report["evaluation"];
    assert_eq!(names(&evaluation["on_common"]), ["base_rate", "elo", "dixon_coles", "market"]);
    assert_eq!((evaluation["n_forecast"].as_u64(), evaluation["n_common"].as_u64()), (Some(760), Some(760)));
    assert_eq!(names(&evaluation["by_competition"]), ["eng.1", "esp.1"]);
    let rps = |line: &Value| line["rps"].as_f64().expect("a score");
    let parts = evaluation["by_competition"].as_array().expect("a list");
    for (i, whole) in evaluation["on_common"].as_array().expect("a list").iter().enumerate() {
        // Both halves have 380 matches.
        let mean = parts.iter().map(|p| rps(&p["lines"][i])).sum::<f64>() / 2.0;
        assert!((mean - rps(whole)).abs() < 1e-12, "{whole}");
    }
    assert_eq!(report["configurations_tried"], 3, "elo, dixon_coles and dixon_coles set: {report}");
    assert!(
        report["command"]
            .as_str()
            .is_some_and(|c| c.starts_with("touchline backtest run --competition eng.1,esp.1"))
    );
    assert!(report["data_sequence"].as_i64().is_some_and(|n| n > 0));
}

#[test]
fn the_command_of_a_report_repeats_it() {
    let folder = folder();
    let report = folder.json(&["backtest", "show", "2"]);
    let command = report["command"].as_str().expect("a command");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(folder.json(&words), report, "the same backtest, found by what it is");
    let list = folder.json(&["backtest", "list"]);
    assert_eq!(list[0]["title"], "eng.1, esp.1 2023-24", "{list}");
    assert_eq!(list[0]["scores"].as_array().map(Vec::len), Some(4));
}

#[test]
fn days_and_windows() {
    let folder = with_matches();
    let some = ["--competition", "eng.1", "--models", "elo", "--from", "2024-03-01", "--to", "2024-03-31"];
    let all = run(&folder, &some);
    let few = run(
        &folder,
        &[&some[..], &["--window-days", "365", "--cluster", "week", "--briefed", "kickoff"]].concat(),
    );
    assert!(all["evaluation"]["n_forecast"].as_u64().is_some_and(|n| (20..40).contains(&n)), "{all}");
    assert_eq!(all["evaluation"]["n_forecast"], few["evaluation"]["n_forecast"]);
    let elo = |report: &Value| report["evaluation"]["forecasters"][1]["rps"].as_f64();
    assert_ne!(elo(&all), elo(&few));
    assert_eq!(few["configuration"]["schedule"]["window_days"], 365);
    assert_eq!(few["configurations_tried"], 2);
}

/// Every section of the page, and nothing from elsewhere.
pub(crate) fn has_every_section(page: &str) {
    for words in [
        "English Premier League",
        "Scores",
        "Over time",
        "By season",
        "By league",
        "Calibration",
        "Outcomes and scores",
        "Coverage",
        "To repeat it",
        "configurations tried",
        "too early",
        "market_average pre_match",
        "Slope",
        "touchline backtest run --competition",
        "imports up to sequence",
        "elo, draw",
        "CRPS total",
        "<svg",
    ] {
        assert!(page.contains(words), "{words:?} is not on the page: {}", &page[..page.len().min(2000)]);
    }
    for outside in ["http://", "https://", "<script", "src="] {
        assert!(!page.contains(outside), "{outside} on the page");
    }
}

#[test]
fn reports_are_files_that_need_nothing_else() {
    let folder = folder();
    let (html, csv) = (folder.path("report.html"), folder.path("forecasts.csv"));
    let show = ["backtest", "show", "1", "--html", html.to_str().expect("a path"), "--forecasts"];
    folder.json(&[&show[..], &[csv.to_str().expect("a path")]].concat());
    let page = std::fs::read_to_string(html).expect("a page");
    has_every_section(&page);
    assert!(
        page.contains("<style>")
            && page.contains("prefers-color-scheme")
            && !page.contains("<link rel=\"stylesheet\"")
    );
    let report = folder.json(&["backtest", "show", "1"]);
    let rps = report["evaluation"]["on_common"][1]["rps"].as_f64().expect("a score");
    assert!(page.contains(&format!("{rps:.4}")));
    // The scores follow from the file alone.
    let csv = std::fs::read_to_string(csv).expect("forecasts");
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let elo: Vec<&Vec<&str>> = rows.iter().filter(|r| r[9] == "elo").collect();
    assert_eq!((rows.len(), elo.len()), (4 * 760, 760));
    let of = |r: &[&str]| {
        let p = |i: usize| r[i].parse::<f64>().expect("a probability");
        let came = |what: &str| f64::from(u8::from(r[15] == what));
        let at_home = p(10) - came("home");
        let not_away = at_home + p(11) - came("draw");
        0.5 * (at_home * at_home + not_away * not_away)
    };
    let mean = elo.iter().map(|r| of(r)).sum::<f64>() / 760.0;
    assert!((mean - rps).abs() < 1e-12, "{mean} {rps}");
    assert!(
        elo.iter().all(|r| r[7] <= r[4] && !r[16].is_empty()),
        "as of before the kick-off, with the market"
    );
}

#[test]
fn forecasters_are_compared_in_pairs() {
    let folder = folder();
    let within = folder.json(&["backtest", "compare", "--run", "1", "elo", "base_rate"]);
    let compared = &within["comparisons"][0];
    assert_eq!((compared["first"].as_str(), compared["n"].as_u64()), (Some("1:elo"), Some(760)));
    let rps = &compared["rules"][0];
    assert!(rps["difference"]["high"].as_f64().is_some_and(|high| high < 0.0), "{rps}");
    assert!(rps["diebold_mariano"]["p_value"].as_f64().is_some_and(|p| p < 0.001), "{rps}");
    assert!(rps["sign"]["p_value"].is_number() && rps["better_share"].as_f64().is_some_and(|s| s > 0.5));
    assert_eq!(names(&compared["by_competition"]), ["eng.1", "esp.1"]);
    // Two runs: the model both have, on the matches both have.
    let between = folder.json(&["backtest", "compare", "1", "2"]);
    assert_eq!(between["comparisons"].as_array().map(Vec::len), Some(1), "{between}");
    let compared = &between["comparisons"][0];
    assert_eq!(
        (compared["first"].as_str(), compared["second"].as_str()),
        (Some("1:dixon_coles"), Some("2:dixon_coles"))
    );
    assert_eq!((compared["n"].as_u64(), compared["n_unpaired"].as_u64()), (Some(380), Some(380)));
    let html = folder.path("comparison.html");
    let named = ["backtest", "compare", "1:elo", "2:market", "--cluster", "match", "--html"];
    let text = folder.run(&[&named[..], &[html.to_str().expect("a path")]].concat());
    assert_eq!(text.code, 0, "{}", text.text());
    assert!(
        text.stdout.contains("Diebold-Mariano")
            && text.stdout.contains("1:elo against 2:market on 380 matches")
    );
    let page = std::fs::read_to_string(html).expect("a page");
    assert!(page.contains("<svg") && page.contains("Sign test") && !page.contains("http"));
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let folder = folder();
    let eng = ["backtest", "run", "--competition", "eng.1"];
    let season = ["--season", "2023-24"];
    for (arguments, words) in [
        (vec!["backtest", "run", "--competition", "xyz.9", "--season", "2023-24"], "eng.1"),
        ([&eng[..], &season, &["--models", "oracle"]].concat(), "dixon_coles"),
        ([&eng[..], &["--season", "1999-00"]].concat(), "2017-18"),
        ([&eng[..], &["--from", "2024-03-01", "--to", "2024-02-01"]].concat(), "is after"),
        ([&eng[..], &["--from", "1999-03-01", "--to", "1999-04-01"]].concat(), "2017-18"),
        (eng.to_vec(), "--season"),
        ([&eng[..], &season, &["--set", "elo.k=1e9"]].concat(), "elo"),
        ([&eng[..], &season, &["--set", "elo.kk=20"]].concat(), "carry_over"),
        (
            [&eng[..], &season, &["--models", "elo", "--set", "dixon_coles.half_life_days=20"]].concat(),
            "not among",
        ),
        ([&eng[..], &season, &["--set", "nonsense"]].concat(), "half_life_days=200"),
        (vec!["backtest", "show", "99"], "1, 2"),
        (vec!["backtest", "compare", "1", "99"], "1, 2"),
        (vec!["backtest", "compare", "1:oracle", "1:elo"], "dixon_coles"),
        (vec!["backtest", "compare", "elo", "dixon_coles"], "--run"),
        (
            vec!["backtest", "search", "--competition", "eng.1", "--model", "base_rate", "--budget", "2"],
            "dixon_coles",
        ),
        (vec!["backtest", "search", "--competition", "eng.1", "--model", "elo", "--budget", "0"], "budget"),
        (
            vec![
                "backtest",
                "search",
                "--competition",
                "eng.1",
                "--model",
                "elo",
                "--budget",
                "2",
                "--until",
                "1999-00",
            ],
            "2017-18",
        ),
    ] {
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.text());
        assert!(ran.text().contains(words), "{arguments:?} does not name {words}: {}", ran.text());
    }
    // Matches there are, but none late enough to have learnt from.
    let ran = folder
        .run(&[&eng[..], &["--season", "2017-18", "--models", "elo", "--min-training", "5000"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.text().contains("too early"), "{}", ran.text());
}

#[test]
fn a_search_goes_on_where_it_stopped() {
    let search = |folder: &Folder, budget: &str| {
        let of = ["backtest", "search", "--competition", "eng.1", "--model", "elo", "--since", "2020-21"];
        let on = ["--until", "2022-23", "--step-days", "28", "--seed", "5", "--budget", budget];
        folder.json(&[&of[..], &on].concat())
    };
    let (stopped, at_once) = (with_matches(), with_matches());
    let first = search(&stopped, "2");
    assert_eq!((first["new_trials"].as_u64(), first["trials"].as_array().map(Vec::len)), (Some(2), Some(2)));
    let rest = search(&stopped, "4");
    assert_eq!(rest["new_trials"], 2, "{rest}");
    let whole = search(&at_once, "4");
    for key in ["trials", "toml", "held_out", "configurations_tried"] {
        assert_eq!(rest[key], whole[key], "{key}");
    }
    let trials = rest["trials"].as_array().expect("a list");
    let losses: Vec<f64> = trials.iter().filter_map(|t| t["score"]["log_loss"].as_f64()).collect();
    assert!(losses.len() == 4 && losses.is_sorted(), "the best first: {losses:?}");
    let mut settings: Vec<String> = trials.iter().map(|t| t["settings"].to_string()).collect();
    settings.sort();
    settings.dedup();
    assert_eq!(settings.len(), 4, "no trial is repeated");
    assert_eq!(search(&stopped, "4")["new_trials"], 0);
    assert!(rest["toml"].as_str().is_some_and(|t| t.starts_with("[elo]") && t.contains("half_life_days = ")));
    // Judged on seasons that no trial saw.
    let held_out = &rest["held_out"];
    assert_eq!(held_out["seasons"], serde_json::json!([2022, 2023, 2024]));
    assert!(held_out["comparison"]["rules"][1]["difference"]["low"].is_number(), "{held_out}");
    assert_eq!(rest["configurations_tried"], 4);
}
