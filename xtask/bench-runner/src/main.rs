//! What `cargo xtask bench` times inside one process; kept out of xtask, so that the other chores build without the product.
//!
//! ```text
//! bench-runner fit CSV REPEATS           times of the Dixon-Coles fit, as JSON
//! bench-runner nuts CSV REFERENCE VARIANT  the sampled posterior beside a reference, as JSON
//! bench-runner walk-forward CSV SEASON   weekly forecasts of the English top league, as JSON
//! ```

mod fit;
mod nuts;
mod walk_forward;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["fit", csv, repeats] => fit::run(&std::fs::read_to_string(csv)?, repeats.parse()?)?,
        ["nuts", csv, reference, variant] => nuts::run(csv.as_ref(), reference.as_ref(), variant)?,
        ["walk-forward", csv, season] => walk_forward::run(&std::fs::read_to_string(csv)?, season.parse()?)?,
        _ => bail!(
            "usage: bench-runner fit CSV REPEATS | nuts CSV REFERENCE VARIANT | walk-forward CSV SEASON"
        ),
    };
    println!("{result}");
    Ok(())
}
