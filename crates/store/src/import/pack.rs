//! Prices once more, packed: those of a fixture that one import stores for one moment are one row, where there were thirty.

use std::fmt::Write as _;

use domain::Phase;

use super::quote::QuoteRow;
use crate::{
    StoreError,
    engine::{Connection, insert_rows},
    statement::fact as sql,
};

/// The prices of a fixture for one moment.
#[derive(Debug, PartialEq, Eq)]
struct Pack {
    fixture: i64,
    phase: Phase,
    known_at: i64,
    known_rule: i64,
    /// Number of the series and millionths in turns, by series.
    prices: String,
}

/// Writes prices, which are sorted by fixture and series.
pub(super) async fn write(
    connection: &mut Connection,
    rows: &[QuoteRow],
    sequence: i64,
) -> Result<(), StoreError> {
    insert_rows(connection, &sql::PACKED_QUOTE_ROWS, &packs(rows), |values, pack| {
        values.add(pack.fixture)?;
        values.add(pack.phase.code())?;
        values.add(pack.known_at)?;
        values.add(sequence)?;
        values.add(pack.known_rule)?;
        values.add(pack.prices.as_str())
    })
    .await
}

/// By fixture.
fn packs(rows: &[QuoteRow]) -> Vec<Pack> {
    let moment = |row: &QuoteRow| (row.phase, row.known_at, row.known_rule);
    let mut packs = Vec::new();
    for rows in rows.chunk_by(|one, other| one.fixture == other.fixture) {
        let mut rows = rows.to_vec();
        // Stable, so that those of one moment stay sorted by series.
        rows.sort_by_key(moment);
        packs.extend(rows.chunk_by(|one, other| moment(one) == moment(other)).map(pack));
    }
    packs
}

fn pack(rows: &[QuoteRow]) -> Pack {
    let QuoteRow { fixture, phase, known_at, known_rule, .. } = rows[0];
    let mut prices = String::with_capacity(rows.len() * 12);
    for row in rows {
        let blank = if prices.is_empty() { "" } else { " " };
        // A string takes whatever is written to it.
        let _ = write!(prices, "{blank}{} {}", row.series, row.price);
    }
    Pack { fixture, phase, known_at, known_rule, prices }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_of_one_moment_are_one_row() {
        let row = |fixture, series, known_at, phase| QuoteRow {
            fixture,
            series,
            known_at,
            price: 1_000_000 + series,
            known_rule: 3,
            phase,
            line: 0,
        };
        let rows = [
            row(1, 4, 9, Phase::Closing),
            row(1, 5, 8, Phase::Closing),
            row(1, 6, 9, Phase::Observed),
            row(1, 12, 9, Phase::Closing),
            row(2, 4, 9, Phase::Closing),
        ];
        let packs = packs(&rows);
        let packs: Vec<_> =
            packs.iter().map(|p| (p.fixture, p.phase, p.known_at, p.prices.as_str())).collect();
        let expected = [
            (1, Phase::Closing, 8, "5 1000005"),
            (1, Phase::Closing, 9, "4 1000004 12 1000012"),
            (1, Phase::Observed, 9, "6 1000006"),
            (2, Phase::Closing, 9, "4 1000004"),
        ];
        assert_eq!(packs, expected);
    }
}
