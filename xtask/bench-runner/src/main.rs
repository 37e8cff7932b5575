//! What `cargo xtask bench` times inside one process; kept out of xtask, so that the other chores build without the product.
//!
//! ```text
//! bench-runner fit CSV REPEATS           times of the Dixon-Coles fit, as JSON
//! bench-runner walk-forward CSV SEASON   weekly forecasts of the English top league, as JSON
//! bench-runner simulate REPEATS          times of 10,000 plays of a match and of a season, as JSON
//! bench-runner predict DB REPEATS LEAGUE...  times of one forecast by every default model, as JSON
//! ```

mod fit;
mod predict;
mod simulate;
mod walk_forward;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["fit", csv, repeats] => fit::run(&std::fs::read_to_string(csv)?, repeats.parse()?)?,
        ["walk-forward", csv, season] => walk_forward::run(&std::fs::read_to_string(csv)?, season.parse()?)?,
        ["simulate", repeats] => simulate::run(repeats.parse()?)?,
        ["predict", database, repeats, competitions @ ..] => {
            predict::run(database.as_ref(), competitions, repeats.parse()?)?
        }
        _ => bail!(
            "usage: bench-runner fit CSV REPEATS | walk-forward CSV SEASON | simulate REPEATS | predict DB REPEATS LEAGUE..."
        ),
    };
    println!("{result}");
    Ok(())
}
