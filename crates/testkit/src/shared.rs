//! Real data and reference figures that are not part of the repository: `TOUCHLINE_SHARED`, or `../shared` beside the
//! workspace. Tests that need them say plainly when they are absent.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file or folder of the shared data, or nothing and a line that says so.
pub fn shared(path: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder =
        std::env::var_os("TOUCHLINE_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let found = workspace.join(folder).join(path);
    if !found.exists() {
        println!("skipped: {} is absent; TOUCHLINE_SHARED names its folder", found.display());
        return None;
    }
    Some(found)
}

/// The text of a shared file.
///
/// # Panics
/// When it is there and cannot be read.
pub fn shared_text(path: &str) -> Option<String> {
    shared(path)
        .map(|file| std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
}

/// A file of reference figures.
///
/// # Panics
/// When it is there and is no JSON.
pub fn reference(file: &str) -> Option<Value> {
    let text = shared_text(&format!("reference/{file}"))?;
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}")))
}

/// The rows of one table of a reference file.
///
/// # Panics
/// When there is no such table.
pub fn rows<'v>(file: &'v Value, table: &str) -> &'v [Value] {
    file[table].as_array().unwrap_or_else(|| panic!("no table {table}"))
}

/// A number of a row.
///
/// # Panics
/// When there is no such number.
pub fn number(row: &Value, field: &str) -> f64 {
    row[field].as_f64().unwrap_or_else(|| panic!("{field} in {row}"))
}

/// A list of numbers.
///
/// # Panics
/// When it is none.
pub fn numbers(list: &Value) -> Vec<f64> {
    let number = |n: &Value| n.as_f64().unwrap_or_else(|| panic!("{n} in {list}"));
    list.as_array().unwrap_or_else(|| panic!("{list} is no list")).iter().map(number).collect()
}
