//! Prices: numbered by series, freed of repetitions, compared with what is stored.
//!
//! A price is a fact about its moment. Read again with another value for the same moment, the later import's word counts from
//! its sequence on and the earlier one stays on record.

use std::collections::HashMap;

use domain::{FixtureId, Loss, Phase, Reason, Rejection, quote::Series, record::QuoteRecord};

use super::{
    pack,
    stored::ranges,
    summary::{span, sum_up},
};
use crate::{
    StoreError, column,
    engine::{self, Connection, insert_rows, query, query_scalar},
    statement::fact as sql,
};

/// A price as it is stored, and the line of the file it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QuoteRow {
    pub(super) fixture: i64,
    pub(super) series: i64,
    pub(super) known_at: i64,
    pub(super) price: i64,
    pub(super) known_rule: i64,
    pub(super) phase: Phase,
    pub(super) line: u32,
}

impl QuoteRow {
    pub(super) fn new(fixture: FixtureId, series: i64, quote: &QuoteRecord, line: u32) -> Self {
        Self {
            fixture: fixture.0,
            series,
            known_at: column::micros(quote.known_at),
            price: quote.odds.to_micros(),
            known_rule: column::rule_number(quote.known_rule),
            phase: quote.series.phase,
            line,
        }
    }

    fn moment(&self) -> (i64, i64, i64) {
        (self.fixture, self.series, self.known_at)
    }
}

/// Numbers of series: those committed before, and those this transaction adds.
pub(super) struct SeriesNumbers {
    committed: HashMap<Series, i64>,
    added: HashMap<Series, i64>,
}

impl SeriesNumbers {
    pub(super) fn new(committed: HashMap<Series, i64>) -> Self {
        Self { committed, added: HashMap::new() }
    }

    pub(super) fn known(&self, series: Series) -> Option<i64> {
        self.committed.get(&series).or_else(|| self.added.get(&series)).copied()
    }

    /// The number of a series not known here; another process may have added it.
    pub(super) async fn add(
        &mut self,
        connection: &mut Connection,
        series: Series,
    ) -> Result<i64, StoreError> {
        let (kind, line) = column::market_columns(series.market);
        let query = query_scalar(sql::SERIES_NUMBER).bind(series.book.as_str()).bind(kind).bind(line);
        let query = query.bind(series.selection.to_string()).bind(series.phase.code());
        let number: i64 = query.fetch_one(connection).await?;
        self.added.insert(series, number);
        Ok(number)
    }

    pub(super) fn committed(mut self) -> HashMap<Series, i64> {
        self.committed.extend(self.added);
        self.committed
    }
}

/// Sorts by key and drops repetitions. Two prices for one moment contradict each other: neither is kept.
pub(super) fn distinct(mut rows: Vec<QuoteRow>) -> (Vec<QuoteRow>, Vec<Rejection>) {
    rows.sort_unstable();
    rows.dedup_by(|later, earlier| later.moment() == earlier.moment() && later.price == earlier.price);
    let mut rejections = Vec::new();
    let mut kept = Vec::with_capacity(rows.len());
    for group in rows.chunk_by(|one, other| one.moment() == other.moment()) {
        match group {
            [single] => kept.push(*single),
            several => rejections.extend(several.iter().map(contradicting)),
        }
    }
    (kept, rejections)
}

fn contradicting(row: &QuoteRow) -> Rejection {
    Rejection {
        row: row.line,
        field: None,
        value: format!("odds {}", row.price as f64 / 1e6),
        reason: Reason::ConflictInFile,
        loss: Loss::Field,
    }
}

/// Prices that are new, or differ from the stored ones, and how many do the latter. `known` are the fixtures, sorted, that
/// were stored before this batch; nothing is looked up for the others.
pub(super) async fn unknown(
    connection: &mut Connection,
    rows: Vec<QuoteRow>,
    known: &[i64],
) -> Result<(Vec<QuoteRow>, u64), StoreError> {
    let mut corrections = 0;
    let mut unknown = Vec::with_capacity(rows.len());
    let last = last_moments(connection, &rows, known).await?;
    // What a feed says is later than all that is stored of the fixture, however many prices that may be.
    let (stored, fresh): (Vec<QuoteRow>, Vec<QuoteRow>) =
        rows.into_iter().partition(|row| last.get(&row.fixture).is_some_and(|last| row.known_at <= *last));
    let mut fixtures: Vec<i64> = stored.iter().map(|row| row.fixture).collect();
    fixtures.dedup();
    for (first, last) in ranges(&fixtures) {
        let from = stored.partition_point(|row| row.fixture < first);
        let to = stored.partition_point(|row| row.fixture <= last);
        let prices = prices_of(connection, &stored[from..to]).await?;
        for row in &stored[from..to] {
            match prices.get(&row.moment()) {
                Some(price) if *price == row.price => {}
                Some(_) => {
                    corrections += 1;
                    unknown.push(*row);
                }
                None => unknown.push(*row),
            }
        }
    }
    unknown.extend(fresh);
    unknown.sort_unstable();
    Ok((unknown, corrections))
}

/// When the last price became known that is stored of each known fixture; rows are sorted by fixture.
async fn last_moments(
    connection: &mut Connection,
    rows: &[QuoteRow],
    known: &[i64],
) -> Result<HashMap<i64, i64>, StoreError> {
    let mut fixtures: Vec<i64> = rows.iter().map(|row| row.fixture).collect();
    fixtures.dedup();
    fixtures.retain(|fixture| known.binary_search(fixture).is_ok());
    let mut last = HashMap::with_capacity(fixtures.len());
    for (first, to) in ranges(&fixtures) {
        let query = query(sql::LAST_QUOTES_BETWEEN).bind(first).bind(to);
        for row in query.fetch_all(&mut *connection).await? {
            last.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    Ok(last)
}

/// The last word on every price of these fixtures between these moments; rows are sorted by fixture.
async fn prices_of(
    connection: &mut Connection,
    rows: &[QuoteRow],
) -> Result<HashMap<(i64, i64, i64), i64>, StoreError> {
    let mut prices = HashMap::new();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(prices) };
    let (from, until) = span(rows.iter().map(|row| row.known_at));
    let query = query(sql::QUOTES_BETWEEN).bind(first.fixture).bind(last.fixture).bind(from).bind(until);
    for row in query.fetch_all(connection).await? {
        prices.insert((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), row.try_get(3)?);
    }
    Ok(prices)
}

/// Writes prices, sorted by fixture and series, with what is kept of each fixture beside them. `founded` are the fixtures of this batch, sorted.
pub(super) async fn write(
    connection: &mut Connection,
    rows: &[QuoteRow],
    sequence: i64,
    founded: &[i64],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let moments: Vec<(i64, i64)> = rows.iter().map(|row| (row.fixture, row.known_at)).collect();
    let (first, last) = span(moments.iter().map(|(_, at)| *at));
    engine::prepare_months(connection, "quote", first, last).await?;
    insert_rows(connection, &sql::QUOTE_ROWS, rows, |values, row| {
        values.add(row.fixture)?;
        values.add(row.series)?;
        values.add(row.known_at)?;
        values.add(sequence)?;
        values.add(row.price)?;
        values.add(row.known_rule)
    })
    .await?;
    pack::write(connection, rows, sequence).await?;
    sum_up(connection, (&sql::QUOTE_SUM_ROWS, sql::SUM_UP_QUOTES), &moments, founded).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fixture: i64, series: i64, price: i64, line: u32) -> QuoteRow {
        QuoteRow { fixture, series, known_at: 7, price, known_rule: 0, phase: Phase::Closing, line }
    }

    #[test]
    fn repetitions_go_and_contradictions_are_named() {
        let rows = vec![
            row(2, 1, 150, 9),
            row(1, 1, 200, 4),
            row(1, 1, 200, 5),
            row(2, 1, 160, 8),
            row(1, 2, 300, 4),
        ];
        let (kept, rejections) = distinct(rows);
        assert_eq!(kept, [row(1, 1, 200, 4), row(1, 2, 300, 4)]);
        let lines: Vec<u32> = rejections.iter().map(|r| r.row).collect();
        assert_eq!(lines, [9, 8]);
        assert!(rejections.iter().all(|r| r.reason == Reason::ConflictInFile && r.loss == Loss::Field));
    }
}
