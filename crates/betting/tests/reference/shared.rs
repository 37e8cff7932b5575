//! The folder of reference figures: `TOUCHLINE_SHARED`, or `../shared` beside the workspace.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A reference file, or nothing and a line that says so.
pub(crate) fn reference(file: &str) -> Option<Value> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared =
        std::env::var_os("TOUCHLINE_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = workspace.join(shared).join("reference").join(file);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

/// The rows of one table of a reference file.
pub(crate) fn rows<'v>(file: &'v Value, table: &str) -> &'v [Value] {
    file[table].as_array().unwrap_or_else(|| panic!("no table {table}"))
}

pub(crate) fn number(row: &Value, field: &str) -> f64 {
    row[field].as_f64().unwrap_or_else(|| panic!("{field} in {row}"))
}

pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
}
