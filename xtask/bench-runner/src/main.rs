//! What `cargo xtask bench` times inside one process; kept out of xtask, so that the other chores build without the product.
//!
//! ```text
//! bench-runner fit CSV REPEATS           times of the Dixon-Coles fit, as JSON
//! bench-runner walk-forward CSV SEASON   weekly forecasts of the English top league, as JSON
//! bench-runner accuracy FIELD DB CSV     daily forecasts of a field's held-out seasons: figures as JSON, forecasts to CSV
//! ```

mod accuracy;
mod fit;
mod walk_forward;

use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["fit", csv, repeats] => fit::run(&std::fs::read_to_string(csv)?, repeats.parse()?)?,
        ["walk-forward", csv, season] => walk_forward::run(&std::fs::read_to_string(csv)?, season.parse()?)?,
        ["accuracy", field, database, forecasts] => {
            accuracy::run(field, Path::new(database), Path::new(forecasts))?
        }
        _ => bail!(
            "usage: bench-runner fit CSV REPEATS | walk-forward CSV SEASON | accuracy FIELD DATABASE FORECASTS"
        ),
    };
    println!("{result}");
    Ok(())
}
