//! The dashboard in a real browser.

use std::process::Command;

use crate::{backtests, demo, server::Server};

fn chromium() -> Option<String> {
    let found = std::env::var("TOUCHLINE_TEST_CHROMIUM").ok();
    if found.is_none() {
        println!("skipped: no browser (TOUCHLINE_TEST_CHROMIUM)");
    }
    found
}

/// The page as the browser made it, after style and layout.
fn rendered(chromium: &str, url: &str) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(url)
        .output()
        .expect("the browser runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_dashboard_shows_the_report_in_a_browser() {
    let Some(chromium) = chromium() else { return };
    let (folder, answer) = demo::folder();
    let server = Server::over(folder);
    let page = rendered(&chromium, &server.address);
    for words in [
        "From raw matches to settled bets",
        "English Premier League",
        "Spanish La Liga",
        "dixon_coles",
        "Calibration",
        "Bankroll",
    ] {
        assert!(page.contains(words), "{words:?} is not on the page: {}", &page[..page.len().min(2000)]);
    }
    let rps = answer["backtests"][0]["forecasters"][0]["rps"].as_f64().expect("a score");
    assert!(page.contains(&format!("{rps:.4}")), "the table holds the printed numbers");
    assert!(page.contains("<svg"), "charts are drawn");
    for outside in ["http://", "https://"] {
        let links: Vec<&str> =
            page.match_indices(outside).map(|(i, _)| &page[i..(i + 40).min(page.len())]).collect();
        assert!(links.is_empty(), "no request leaves the machine: {links:?}");
    }
    let id = answer["upcoming"][0]["id"].as_i64().expect("a number");
    let forecast = rendered(&chromium, &format!("{}match/{id}", server.address));
    assert!(forecast.contains("Fair odds") && forecast.contains("Likely scores"), "{forecast}");
    assert!(
        rendered(&chromium, &format!("{}bets", server.address)).contains("market_average")
            || rendered(&chromium, &format!("{}bets", server.address)).contains("three_way")
    );
    assert!(rendered(&chromium, &format!("{}data", server.address)).contains("eng.1"));
}

#[test]
fn statistics_have_a_page() {
    let Some(chromium) = chromium() else { return };
    let (folder, _) = demo::folder();
    let server = Server::over(folder);
    let page = rendered(&chromium, &format!("{}stats?competition=eng.1&season=2023", server.address));
    for words in
        ["Manchester City", "96:34", "dynamic_strengths", "three_way", "market_average", "Profit by week"]
    {
        assert!(page.contains(words), "{words:?} is not on the page: {}", &page[..page.len().min(2000)]);
    }
    assert!(page.matches("<svg").count() > 20, "every team has its line");
    let first = rendered(&chromium, &format!("{}stats", server.address));
    assert!(first.contains("aria-current=\"true\""), "something is chosen when nothing is asked for");
}

#[test]
fn a_backtest_has_a_page() {
    let Some(chromium) = chromium() else { return };
    let folder = backtests::folder();
    let server = Server::over(folder);
    let list = rendered(&chromium, &format!("{}backtests", server.address));
    assert!(list.contains("eng.1, esp.1 2023-24") && list.contains("/backtests/1"), "{list}");
    let page = rendered(&chromium, &format!("{}backtests/1", server.address));
    backtests::has_every_section(&page);
    let json = rendered(&chromium, &format!("{}api/backtests/1", server.address));
    assert!(json.contains("configurations_tried"), "{json}");
    let none = rendered(&chromium, &format!("{}backtests/99", server.address));
    assert!(none.contains("there is no backtest 99"), "{none}");
}
