//! Importing every soccer file there is, with all odds columns, into a fresh database.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Figure, measure};
use crate::tree;

/// Played matches in the 545 files.
const N_MATCHES: u64 = 195_078;

pub(super) fn run() -> Result<Vec<Figure>> {
    let Some(files) = soccer_files() else {
        eprintln!("skipped: no soccer files; set TOUCHLINE_SHARED");
        return Ok(Vec::new());
    };
    let binary = measure::release_binary("touchline")?;
    let data = tempfile::tempdir()?;
    let measured = measure::run(
        Command::new(binary).arg("--data").arg(data.path()).args(["data", "import"]).args(&files).args([
            "--format",
            "football_data_co_uk",
            "--json",
        ]),
    )?;
    let fixtures = imported_fixtures(&measured.stdout)?;
    ensure!(
        fixtures * 100 >= N_MATCHES * 95,
        "only {fixtures} of {N_MATCHES} matches were imported, so the time says nothing: {}",
        measured.stdout
    );
    let peak_mb = measured.peak_mb.context("the system does not tell how much memory a process takes")?;
    Ok(vec![
        Figure::new("soccer_545_files_secs", measured.time.as_secs_f64(), "s"),
        Figure::new("soccer_545_files_peak_mb", peak_mb, "MB"),
    ])
}

/// The object that an import ends with.
fn imported_fixtures(stdout: &str) -> Result<u64> {
    let last = stdout.trim().lines().last().unwrap_or_default();
    let answer: Value = serde_json::from_str(last).context("the import printed no JSON")?;
    answer["fixtures"].as_u64().with_context(|| format!("no number of fixtures in {last}"))
}

/// All of them, by name.
pub(crate) fn soccer_files() -> Option<Vec<PathBuf>> {
    csv_files(&tree::shared().join("data/soccer"))
}

/// The CSV files of a directory by name; none when there are none.
pub(super) fn csv_files(directory: &Path) -> Option<Vec<PathBuf>> {
    let entries = fs::read_dir(directory.canonicalize().ok()?).ok()?.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    files.sort();
    (!files.is_empty()).then_some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_directory_by_name() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(csv_files(directory.path()), None);
        for name in ["b.csv", "a.csv", "readme.md"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let names: Vec<_> = csv_files(directory.path()).unwrap();
        let names: Vec<_> = names.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.csv", "b.csv"]);
        assert_eq!(csv_files(Path::new("/nowhere/at/all")), None);
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(imported_fixtures("{\"step\":1}\n{\"fixtures\":12,\"quotes\":3}\n").unwrap(), 12);
        assert!(imported_fixtures("{\"quotes\":3}").is_err());
        assert!(imported_fixtures("12 fixtures").is_err());
    }
}
