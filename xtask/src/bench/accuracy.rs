//! How good the forecasts are on matches that no setting was tuned on: real files through the release binary's import, then a
//! daily walk through five seasons. Every forecast is kept, so that the figures can be recomputed by others.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use serde::Deserialize;

use super::{Figure, import::csv_files, left_by, measure};
use crate::tree;

/// Every forecast behind the figures, one file for all sports.
const FORECASTS: &str = "accuracy_forecasts.csv";
const HEADER: &str = "figure,competition,fixture,home,away,kickoff,as_of,p_home,p_draw,p_away,outcome\n";

/// Files of one format.
struct Import {
    format: PathBuf,
    files: Vec<PathBuf>,
}

/// What is imported into one data folder and then walked through.
struct Field {
    /// What the runner calls it.
    name: &'static str,
    imports: Vec<Import>,
}

#[derive(Deserialize)]
struct Walked {
    figures: Vec<Figure>,
}

pub(super) fn run() -> Result<Vec<Figure>> {
    let Some(fields) = fields() else {
        eprintln!("skipped: no match files; set TOUCHLINE_SHARED");
        return Ok(Vec::new());
    };
    let touchline = measure::release_binary("touchline")?;
    let runner = measure::release_binary("bench-runner")?;
    let directory = left_by("accuracy");
    fs::create_dir_all(&directory)?;
    let forecasts = directory.join(FORECASTS);
    fs::write(&forecasts, HEADER)?;
    let mut figures = Vec::new();
    for field in fields {
        let data = tempfile::tempdir()?;
        for import in &field.imports {
            import_files(&touchline, data.path(), import)?;
        }
        let mut walk = Command::new(&runner);
        walk.args(["accuracy", field.name]).arg(data.path().join("touchline.db")).arg(&forecasts);
        let walked: Walked = measure::json(&mut walk)?;
        figures.extend(walked.figures);
    }
    Ok(figures)
}

/// The visible list; none when a file is missing.
fn fields() -> Option<Vec<Field>> {
    Some(vec![soccer()?, nfl()?, nba()?])
}

/// Prices and kick-off times first: the other files join what is there by date and teams.
fn soccer() -> Option<Field> {
    let data = tree::shared().join("data");
    let mapping = |name: &str| tree::root().join("config/mappings").join(name);
    let of_top_leagues = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ["E0_", "SP1_", "I1_", "D1_", "F1_"].iter().any(|league| name.starts_with(league))
    };
    let results = csv_files(&data.join("soccer"))?.into_iter().filter(of_top_leagues).collect();
    Some(Field {
        name: "soccer",
        imports: vec![
            Import {
                format: mapping("open_close_odds.toml"),
                files: csv_files(&data.join("soccer_open_close"))?,
            },
            Import { format: "football_data_co_uk".into(), files: results },
            Import {
                format: mapping("premier_league_package.toml"),
                files: csv_files(&data.join("soccer_xg"))?,
            },
        ],
    })
}

/// Results to 2014, then games with prices and starting quarterbacks.
fn nfl() -> Option<Field> {
    let data = tree::shared().join("data/nfl");
    let games = data.join("games.csv");
    Some(Field {
        name: "nfl",
        imports: vec![
            Import {
                format: tree::root().join("config/mappings/nflscrapr_games.toml"),
                files: csv_files(&data.join("games_2009_2014"))?,
            },
            Import { format: "nflverse_games".into(), files: games.exists().then(|| vec![games])? },
        ],
    })
}

fn nba() -> Option<Field> {
    let games = tree::shared().join("data/nba/games_with_lines.csv");
    let imports = vec![Import { format: "nba_lines".into(), files: games.exists().then(|| vec![games])? }];
    Some(Field { name: "nba", imports })
}

fn import_files(touchline: &Path, data: &Path, import: &Import) -> Result<()> {
    let mut command = Command::new(touchline);
    command.arg("--data").arg(data).args(["data", "import", "--json", "--format"]).arg(&import.format);
    measure::run(command.args(&import.files)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_prints_is_read() {
        let text = r#"{"figures":[{"name":"a_rps","value":0.2,"unit":"RPS","peer":"market","ratio":null}]}"#;
        let walked: Walked = serde_json::from_str(text).unwrap();
        assert_eq!(walked.figures, [Figure::new("a_rps", 0.2, "RPS").beside("market")]);
    }
}
