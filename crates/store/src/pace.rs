//! How many rows to take at once: few of a table of payloads, many of a table of numbers.

use crate::{Value, Values};

/// Bytes of a batch that are worth a transaction and fit into memory several times.
const BATCH_BYTES: usize = 4 << 20;
const FIRST_ROWS: u32 = 64;
const MAX_ROWS: u32 = 20_000;

/// The number of rows for the next batch, from the size of the last one's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace(u32);

impl Default for Pace {
    fn default() -> Self {
        Self(FIRST_ROWS)
    }
}

impl Pace {
    pub(crate) fn rows(self) -> u32 {
        self.0
    }

    /// Rows may grow from batch to batch, so the number rises by steps and falls at once.
    pub(crate) fn learn(&mut self, batch: &[Values]) {
        let bytes: usize = batch.iter().flatten().map(bytes).sum();
        let fitting = batch.len().saturating_mul(BATCH_BYTES) / bytes.max(1);
        let fitting = u32::try_from(fitting).unwrap_or(MAX_ROWS);
        self.0 = fitting.min(self.0.saturating_mul(16)).clamp(1, MAX_ROWS);
    }
}

/// What a value takes, roughly: its content and what surrounds it.
fn bytes(value: &Value) -> usize {
    value.content_bytes() + size_of::<Value>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_rows_come_in_small_batches() {
        let numbers: Vec<Values> = vec![vec![Value::from(1), Value::from(2)]; 64];
        let mut pace = Pace::default();
        pace.learn(&numbers);
        assert_eq!(pace.rows(), 64 * 16);
        pace.learn(&numbers);
        assert_eq!(pace.rows(), 64 * 16 * 16);
        pace.learn(&numbers);
        assert_eq!(pace.rows(), MAX_ROWS);
        pace.learn(&vec![vec![Value::from(vec![0_u8; 2 << 20])]; 3]);
        assert_eq!(pace.rows(), 1);
    }
}
