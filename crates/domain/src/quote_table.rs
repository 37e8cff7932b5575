//! Prices by the million in a few bytes each: what many of them share is kept once, and a quote is put together when it is
//! asked for.
//!
//! A row is 24 bytes: the moment it became known, the odds, and two numbers that lead to its series and to what the prices of
//! one import share. The quote with its three times would be 112.

use std::{collections::HashMap, hash::Hash};

use jiff::{SignedDuration, Timestamp};

use crate::{
    fact::{Fact, KnownRule, Sequence, Times, first_micro_not_before},
    fixture::FixtureId,
    history::RecordedBy,
    odds::DecimalOdds,
    quote::{Quote, Series},
};

/// Prices of any fixtures in any order, on their way into a [`History`](crate::History). Moments of knowledge are kept to the
/// microsecond: what is finer is rounded up, so that no price is known too early.
#[derive(Debug, Clone, Default)]
pub struct QuoteTable {
    series: Dictionary<Series>,
    origins: Dictionary<Origin>,
    /// Fixtures as they came, each with the position of its first row.
    runs: Vec<(FixtureId, usize)>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    /// Microseconds since 1970.
    known_at: i64,
    odds: DecimalOdds,
    series: u32,
    origin: u32,
}

/// What the prices of an import share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Origin {
    sequence: Sequence,
    recorded_at: Timestamp,
    known_rule: KnownRule,
    /// From the moment of knowledge to the moment it happened.
    occurred_after: SignedDuration,
}

/// Values numbered in the order they are first met.
#[derive(Debug, Clone)]
struct Dictionary<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Copy + Eq + Hash> Dictionary<T> {
    fn number(&mut self, value: T) -> u32 {
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as u32 - 1
        })
    }
}

impl QuoteTable {
    /// Adds a price.
    pub fn push(&mut self, fact: &Fact<Quote>) {
        let Fact { times, value: Quote { fixture, series, odds } } = fact;
        let known_at = first_micro_not_before(times.known_at);
        let origin = Origin {
            sequence: times.sequence,
            recorded_at: times.recorded_at,
            known_rule: times.known_rule,
            occurred_after: times.occurred_at.duration_since(moment(known_at)),
        };
        // Prices of one import follow each other.
        let same_origin = self.rows.last().map(|row| row.origin);
        let same_origin = same_origin.filter(|last| self.origins.values[*last as usize] == origin);
        let row = Row {
            known_at,
            odds: *odds,
            series: self.series.number(*series),
            origin: same_origin.unwrap_or_else(|| self.origins.number(origin)),
        };
        self.add(*fixture, row);
    }

    fn add(&mut self, fixture: FixtureId, row: Row) {
        if self.runs.last().is_none_or(|(last, _)| *last != fixture) {
            self.runs.push((fixture, self.rows.len()));
        }
        self.rows.push(row);
    }

    /// The prices of these fixtures, which are in order; those of other fixtures are dropped.
    pub(crate) fn of_fixtures(mut self, ids: &[FixtureId]) -> QuotesByFixture {
        self.number_series_in_order();
        let ends = self.runs.iter().skip(1).map(|(_, start)| *start).chain([self.rows.len()]);
        let mut runs: Vec<(FixtureId, &[Row])> =
            self.runs.iter().zip(ends).map(|((id, start), end)| (*id, &self.rows[*start..end])).collect();
        runs.sort_by_key(|(id, _)| *id);
        let mut runs = runs.into_iter().peekable();
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut starts = Vec::with_capacity(ids.len() + 1);
        for id in ids {
            let start = rows.len();
            starts.push(start as u32);
            while let Some((of, run)) = runs.next_if(|(of, _)| of <= id) {
                if of == *id {
                    rows.extend_from_slice(run);
                }
            }
            let origins = &self.origins.values;
            rows[start..]
                .sort_unstable_by_key(|r: &Row| (r.known_at, origins[r.origin as usize].sequence, r.series));
        }
        starts.push(rows.len() as u32);
        QuotesByFixture { series: self.series.values, origins: self.origins.values, starts, rows }
    }

    /// Afterwards series compare as their numbers do.
    fn number_series_in_order(&mut self) {
        let mut sorted = self.series.values.clone();
        sorted.sort_unstable();
        let number = |series: &Series| sorted.binary_search(series).unwrap_or_default() as u32;
        let numbers: Vec<u32> = self.series.values.iter().map(number).collect();
        for row in &mut self.rows {
            row.series = numbers[row.series as usize];
        }
        self.series.values = sorted;
    }
}

impl From<Vec<Fact<Quote>>> for QuoteTable {
    fn from(facts: Vec<Fact<Quote>>) -> Self {
        let mut table = Self::default();
        for fact in &facts {
            table.push(fact);
        }
        table
    }
}

/// Prices of the fixtures of a history, each fixture's by the moment they became known, then by import, then by series.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuotesByFixture {
    series: Vec<Series>,
    origins: Vec<Origin>,
    /// Those of the `i`-th fixture are `rows[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    rows: Vec<Row>,
}

impl QuotesByFixture {
    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.series)
            + size_of_val(&*self.origins)
            + size_of_val(&*self.starts)
            + size_of_val(&*self.rows)
    }

    /// Those of one fixture, which is the `i`-th.
    pub(crate) fn of(&self, fixture: FixtureId, i: usize) -> QuotesOf<'_> {
        QuotesOf {
            all: self,
            fixture,
            rows: &self.rows[self.starts[i] as usize..self.starts[i + 1] as usize],
        }
    }

    /// What was known of them before `at`; `ids` are their fixtures.
    pub(crate) fn known_before(&self, ids: &[FixtureId], at: Timestamp) -> QuoteTable {
        let numbers = self.series.iter().copied().zip(0..).collect();
        let series = Dictionary { values: self.series.clone(), numbers };
        let numbers = self.origins.iter().copied().zip(0..).collect();
        let origins = Dictionary { values: self.origins.clone(), numbers };
        let mut table = QuoteTable { series, origins, runs: Vec::new(), rows: Vec::new() };
        for (i, id) in ids.iter().enumerate() {
            self.of(*id, i).known_before(at).rows.iter().for_each(|row| table.add(*id, *row));
        }
        table
    }

    /// The latest import any of them came from.
    pub(crate) fn last_sequence(&self) -> Option<Sequence> {
        self.rows.iter().map(|row| self.origins[row.origin as usize].sequence).max()
    }
}

/// Prices of one fixture by the moment they became known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotesOf<'h> {
    all: &'h QuotesByFixture,
    fixture: FixtureId,
    rows: &'h [Row],
}

impl<'h> QuotesOf<'h> {
    /// Those known before `at`, which may be finer than a microsecond.
    pub(crate) fn known_before(self, at: Timestamp) -> Self {
        let at = first_micro_not_before(at);
        let known = self.rows.partition_point(|row| row.known_at < at);
        Self { rows: &self.rows[..known], ..self }
    }

    /// Those recorded by then, put together one by one.
    pub(crate) fn recorded_by(
        self,
        by: RecordedBy,
    ) -> impl DoubleEndedIterator<Item = Fact<Quote>> + Clone + use<'h> {
        let Self { all, fixture, rows } = self;
        rows.iter().filter_map(move |row| {
            let origin = all.origins[row.origin as usize];
            let known_at = moment(row.known_at);
            let times = Times {
                occurred_at: known_at.saturating_add(origin.occurred_after).unwrap_or(known_at),
                known_at,
                known_rule: origin.known_rule,
                recorded_at: origin.recorded_at,
                sequence: origin.sequence,
            };
            let value = Quote { fixture, series: all.series[row.series as usize], odds: row.odds };
            by.includes(origin.sequence).then_some(Fact { times, value })
        })
    }
}

/// The last instant of all where rounding up went beyond it.
fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
