//! Isotonic regression: the best monotone steps from what was said to how often it came, per class, then normalised.
//!
//! Pooling adjacent violators finds the steps of least squares: forecasts are sorted, and neighbouring blocks whose
//! frequencies fall are merged until none does. Between the means of two blocks the map is linear, so that close forecasts stay
//! close. Every block holds one extra match that ended as the mean of all, which keeps certainty out of it.
//!
//! M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid and E. Silverman, "An Empirical Distribution Function for Sampling with
//! Incomplete Information", Annals of Mathematical Statistics 26 (1955), 641-647; for classifiers B. Zadrozny and C. Elkan,
//! KDD 2002.

use serde_json::json;

use super::Observed;
use crate::ForecastError;

/// The fitted steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    /// By class: mean forecast and frequency of every block, both rising.
    pub blocks: [Vec<(f64, f64)>; 3],
}

impl Isotonic {
    /// The steps of least squares.
    ///
    /// # Errors
    /// Never; the type is that of the other methods.
    pub fn fit(observed: &[Observed]) -> Result<Self, ForecastError> {
        let class = |c: usize| {
            let said = observed.iter().map(|o| (o.said.as_array()[c], o.target[c]));
            blocks(said.filter(|(p, _)| *p > 0.0).collect())
        };
        Ok(Self { blocks: [class(0), class(1), class(2)] })
    }

    pub(super) fn apply(&self, said: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|c| if said[c] > 0.0 { interpolated(&self.blocks[c], said[c]) } else { 0.0 })
    }

    pub(super) fn parameters(&self) -> serde_json::Value {
        let [home, draw, away] = &self.blocks;
        json!({ "home": home, "draw": draw, "away": away })
    }
}

#[derive(Debug, Clone, Copy)]
struct Block {
    n: f64,
    said: f64,
    came: f64,
}

impl Block {
    fn frequency(self) -> f64 {
        self.came / self.n
    }
}

fn blocks(mut rows: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<Block> = Vec::new();
    for (said, came) in &rows {
        let mut block = Block { n: 1.0, said: *said, came: *came };
        let joins = |last: &Block, block: &Block| {
            last.frequency() >= block.frequency() || last.said == *said * last.n
        };
        while let Some(last) = merged.last().copied().filter(|last| joins(last, &block)) {
            block = Block { n: last.n + block.n, said: last.said + block.said, came: last.came + block.came };
            merged.pop();
        }
        merged.push(block);
    }
    let mean = rows.iter().map(|(_, came)| came).sum::<f64>() / rows.len().max(1) as f64;
    // One more match at the mean pulls every block towards it; the order of frequencies need not survive that.
    let mut steps: Vec<(f64, f64)> =
        merged.iter().map(|b| (b.said / b.n, (b.came + mean) / (b.n + 1.0))).collect();
    let mut highest = 0.0_f64;
    for (_, frequency) in &mut steps {
        highest = highest.max(*frequency);
        *frequency = highest;
    }
    steps
}

/// Linear between blocks, constant beyond the first and the last; unchanged where nothing was learnt.
fn interpolated(blocks: &[(f64, f64)], said: f64) -> f64 {
    let after = blocks.partition_point(|(x, _)| *x < said);
    match (after.checked_sub(1).and_then(|i| blocks.get(i)), blocks.get(after)) {
        (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (said - x0) / (x1 - x0),
        (Some((_, y)), None) | (None, Some((_, y))) => *y,
        (None, None) => said,
    }
}
