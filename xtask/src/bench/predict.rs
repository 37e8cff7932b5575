//! What forecasts cost once models are fitted, and the memory of ten years of five leagues with all default models.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{Figure, import::soccer_files, measure};

/// Files by league; French ones are missing for most of these years, so the second English league takes their place.
const LEAGUES: [(&str, &str); 5] =
    [("E0", "eng.1"), ("E1", "eng.2"), ("D1", "ger.1"), ("I1", "ita.1"), ("SP1", "esp.1")];
/// Seasons by the ends of the files' names, 2014-15 to 2023-24.
const SEASONS: std::ops::Range<u32> = 14..24;
const REPEATS: usize = 200;
/// Ten seasons of these leagues: 380 or 306 or 552 matches each.
const N_MATCHES: usize = 19_000;

#[derive(Deserialize)]
struct Predicted {
    models: Vec<String>,
    matches: usize,
    quotes: bool,
    seconds: Vec<f64>,
}

pub(super) fn run() -> Result<Vec<Figure>> {
    let files = files();
    if files.is_empty() {
        eprintln!("skipped: no soccer files; set TOUCHLINE_SHARED");
        return Ok(Vec::new());
    }
    let (binary, runner) = (measure::release_binary("touchline")?, measure::release_binary("bench-runner")?);
    let data = tempfile::tempdir()?;
    let mut import = Command::new(binary);
    import.arg("--data").arg(data.path()).args(["data", "import"]).args(&files);
    measure::run(import.args(["--format", "football_data_co_uk", "--json"]))?;
    let mut predict = Command::new(runner);
    predict.arg("predict").arg(data.path().join("touchline.db")).arg(REPEATS.to_string());
    let measured = measure::run(predict.args(LEAGUES.map(|(_, competition)| competition)))?;
    let predicted: Predicted = serde_json::from_str(&measured.stdout)
        .with_context(|| format!("the runner printed {:.200}", measured.stdout))?;
    ensure!(predicted.matches >= N_MATCHES, "only {} matches were loaded", predicted.matches);
    eprintln!(
        "{} matches {} prices, models {}",
        predicted.matches,
        if predicted.quotes { "with" } else { "without" },
        predicted.models.join(", ")
    );
    let peak_mb = measured.peak_mb.context("the system does not tell how much memory a process takes")?;
    Ok(vec![
        Figure::new("all_models_warm_ms", measure::median(predicted.seconds) * 1e3, "ms"),
        Figure::new("ten_years_five_leagues_mb", peak_mb, "MB"),
    ])
}

fn files() -> Vec<PathBuf> {
    let wanted: Vec<String> = LEAGUES
        .iter()
        .flat_map(|(league, _)| SEASONS.map(move |year| format!("{league}_{year}{}.csv", year + 1)))
        .collect();
    let is_wanted = |file: &PathBuf| {
        file.file_name().and_then(|name| name.to_str()).is_some_and(|name| wanted.iter().any(|w| w == name))
    };
    soccer_files().unwrap_or_default().into_iter().filter(is_wanted).collect()
}
