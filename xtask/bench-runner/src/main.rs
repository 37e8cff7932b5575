//! What `cargo xtask bench` times inside one process; kept out of xtask, so that the other chores build without the product.
//!
//! ```text
//! bench-runner fit LAW CSV REPEATS        times of the fit of one law, as JSON
//! bench-runner walk-forward CSV SEASON    weekly forecasts of the English top league, as JSON
//! bench-runner walk-seasons CSV SEASONS   time of a weekly walk through its last seasons, as JSON
//! bench-runner nuts CSV REFERENCE VARIANT  the sampled posterior beside a reference, as JSON
//! bench-runner simulate REPEATS          times of 10,000 plays of a match and of a season, as JSON
//! bench-runner predict DB REPEATS LEAGUE...  times of one forecast by every default model, as JSON
//! bench-runner accuracy FIELD DB CSV     daily forecasts of a field's held-out seasons: figures as JSON, forecasts to CSV
//! ```

mod accuracy;
mod fit;
mod nuts;
mod predict;
mod simulate;
mod walk_forward;
mod walk_seasons;

use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["fit", law, csv, repeats] => fit::run(law, &std::fs::read_to_string(csv)?, repeats.parse()?)?,
        ["walk-forward", csv, season] => walk_forward::run(&std::fs::read_to_string(csv)?, season.parse()?)?,
        ["walk-seasons", csv, seasons] => {
            walk_seasons::run(&std::fs::read_to_string(csv)?, seasons.parse()?)?
        }
        ["nuts", csv, reference, variant] => nuts::run(csv.as_ref(), reference.as_ref(), variant)?,
        ["simulate", repeats] => simulate::run(repeats.parse()?)?,
        ["predict", database, repeats, competitions @ ..] => {
            predict::run(database.as_ref(), competitions, repeats.parse()?)?
        }
        ["accuracy", field, database, forecasts] => {
            accuracy::run(field, Path::new(database), Path::new(forecasts))?
        }
        _ => bail!("no such measurement: {}; main.rs lists them", words.join(" ")),
    };
    println!("{result}");
    Ok(())
}
