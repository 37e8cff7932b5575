//! Every fact ever stored about some competitions, and the only door from there to a model.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    briefing::Briefing,
    conditions::{ConditionOf, Conditions},
    fact::{Fact, Sequence},
    fixture::{Fixture, FixtureId},
    line_up::LineUp,
    outcome::Outcome,
    quote::Quote,
    quote_table::{QuoteTable, QuotesByFixture, QuotesOf},
    snapshot::Snapshot,
    statistics::MatchStatistics,
};

/// Up to which import facts count. Rebuilding a forecast uses what was recorded when it was made, so that a later backfill
/// does not change yesterday's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedBy {
    /// Up to and including this import.
    Import(Sequence),
    /// Everything stored so far.
    Now,
}

impl RecordedBy {
    pub(crate) fn includes(self, sequence: Sequence) -> bool {
        match self {
            Self::Import(last) => sequence <= last,
            Self::Now => true,
        }
    }
}

/// The outcome of a fixture, as one source reported it.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultOf {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// How it ended.
    pub outcome: Outcome,
}

/// The statistics of a fixture, as one source reported them.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticsOf {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// What was counted.
    pub statistics: MatchStatistics,
}

/// Who starts a fixture, as one source reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineUpOf {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// Who starts.
    pub line_up: LineUp,
}

/// Tells in constant time whether two snapshots are of one history: a clone is the same history, another load is not. What
/// was computed from one history as of one moment holds for ever, since a history never changes.
#[derive(Debug, Clone, Default)]
pub struct HistoryIdentity(Arc<()>);

impl PartialEq for HistoryIdentity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for HistoryIdentity {}

/// Facts of every version, loaded once. Corrections stand beside what they correct.
#[derive(Debug, Clone, Default)]
pub struct History {
    fixtures: Vec<Fact<Fixture>>,
    results: Vec<Fact<ResultOf>>,
    statistics: Vec<Fact<StatisticsOf>>,
    line_ups: Vec<Fact<LineUpOf>>,
    conditions: Vec<Fact<ConditionOf>>,
    quotes: QuotesByFixture,
    /// Every fixture that has a version, sorted; its position is the dense index used below.
    ids: Vec<FixtureId>,
    fixture_index: Vec<u32>,
    result_index: Vec<u32>,
    statistics_index: Vec<u32>,
    line_up_index: Vec<u32>,
    /// Dense index and position of every condition, sorted: those of one fixture stand together as they became known.
    condition_index: Vec<(u32, u32)>,
    identity: HistoryIdentity,
}

impl History {
    /// A history of these facts, in any order. Facts about fixtures that have no version are dropped: nothing can be said
    /// about a match nobody announced.
    pub fn new(
        mut fixtures: Vec<Fact<Fixture>>,
        mut results: Vec<Fact<ResultOf>>,
        mut statistics: Vec<Fact<StatisticsOf>>,
        quotes: impl Into<QuoteTable>,
    ) -> Self {
        let mut ids: Vec<FixtureId> = fixtures.iter().map(|f| f.value.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let dense = |id: FixtureId| ids.binary_search(&id).ok().map(|i| i as u32);
        sort_as_known(&mut fixtures, |f| f.id);
        results.retain(|r| dense(r.value.fixture).is_some());
        sort_as_known(&mut results, |r| r.fixture);
        statistics.retain(|s| dense(s.value.fixture).is_some());
        sort_as_known(&mut statistics, |s| s.fixture);
        let index =
            |ids: &mut dyn Iterator<Item = FixtureId>| ids.map(|id| dense(id).unwrap_or_default()).collect();
        let fixture_index = index(&mut fixtures.iter().map(|f| f.value.id));
        let result_index = index(&mut results.iter().map(|r| r.value.fixture));
        let statistics_index = index(&mut statistics.iter().map(|s| s.value.fixture));
        Self {
            fixtures,
            results,
            statistics,
            line_ups: Vec::new(),
            conditions: Vec::new(),
            quotes: quotes.into().of_fixtures(&ids),
            ids,
            fixture_index,
            result_index,
            statistics_index,
            line_up_index: Vec::new(),
            condition_index: Vec::new(),
            identity: HistoryIdentity::default(),
        }
    }

    /// The same with these line-ups, in any order; those of unknown fixtures are dropped.
    #[must_use]
    pub fn with_line_ups(mut self, mut line_ups: Vec<Fact<LineUpOf>>) -> Self {
        line_ups.retain(|l| self.knows(l.value.fixture));
        sort_as_known(&mut line_ups, |l| l.fixture);
        let index = |l: &Fact<LineUpOf>| self.dense(l.value.fixture).unwrap_or_default() as u32;
        self.line_up_index = line_ups.iter().map(index).collect();
        self.line_ups = line_ups;
        self.identity = HistoryIdentity::default();
        self
    }

    /// The same with these conditions, in any order; those of unknown fixtures are dropped.
    #[must_use]
    pub fn with_conditions(mut self, mut conditions: Vec<Fact<ConditionOf>>) -> Self {
        conditions.retain(|c| self.knows(c.value.fixture));
        sort_as_known(&mut conditions, |c| c.fixture);
        let index = |(position, c): (u32, &Fact<ConditionOf>)| {
            (self.dense(c.value.fixture).unwrap_or_default() as u32, position)
        };
        self.condition_index = (0..).zip(&conditions).map(index).collect();
        self.condition_index.sort_unstable();
        self.conditions = conditions;
        self.identity = HistoryIdentity::default();
        self
    }

    /// What could be known before `at`, of what was recorded by then: the only maker of a [`Snapshot`].
    pub fn as_of(&self, at: Timestamp, recorded_by: RecordedBy) -> Snapshot<'_> {
        Snapshot::new(self, at, recorded_by)
    }

    /// The news about one fixture before `at`, of what was recorded by then. `at` may be later than the snapshot a model was
    /// fitted on.
    pub fn briefing(&self, fixture: &Fixture, at: Timestamp, recorded_by: RecordedBy) -> Briefing<'_> {
        Briefing::of(self, fixture, at, recorded_by)
    }

    /// This history without what became known at or after `at`. A forecast as of `at` must not change by a bit when it is
    /// made from this instead: that is the leak test.
    #[must_use]
    pub fn forgetting_from(&self, at: Timestamp) -> Self {
        fn kept<T: Clone>(facts: &[Fact<T>], at: Timestamp) -> Vec<Fact<T>> {
            facts.iter().filter(|f| f.times.known_at < at).cloned().collect()
        }
        Self::new(
            kept(&self.fixtures, at),
            kept(&self.results, at),
            kept(&self.statistics, at),
            self.quotes.known_before(&self.ids, at),
        )
        .with_line_ups(kept(&self.line_ups, at))
        .with_conditions(kept(&self.conditions, at))
    }

    /// Fixture versions in the order they became known.
    pub fn fixture_facts(&self) -> &[Fact<Fixture>] {
        &self.fixtures
    }

    /// Results in the order they became known.
    pub fn result_facts(&self) -> &[Fact<ResultOf>] {
        &self.results
    }

    /// Statistics in the order they became known.
    pub fn statistics_facts(&self) -> &[Fact<StatisticsOf>] {
        &self.statistics
    }

    /// Line-ups in the order they became known.
    pub fn line_up_facts(&self) -> &[Fact<LineUpOf>] {
        &self.line_ups
    }

    /// Conditions in the order they became known.
    pub fn condition_facts(&self) -> &[Fact<ConditionOf>] {
        &self.conditions
    }

    /// Bytes of memory it takes, but for what a few facts hold beside themselves, such as periods and names.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.fixtures)
            + size_of_val(&*self.results)
            + size_of_val(&*self.statistics)
            + size_of_val(&*self.line_ups)
            + size_of_val(&*self.conditions)
            + size_of_val(&*self.condition_index)
            + self.quotes.bytes()
            + size_of_val(&*self.ids)
            + [&self.fixture_index, &self.result_index, &self.statistics_index, &self.line_up_index]
                .map(|index| size_of_val(&**index))
                .iter()
                .sum::<usize>()
    }

    /// The latest import any fact came from.
    pub fn last_sequence(&self) -> Option<Sequence> {
        let sequences = self.fixtures.iter().map(|f| f.times.sequence);
        let sequences = sequences.chain(self.results.iter().map(|f| f.times.sequence));
        let sequences = sequences.chain(self.statistics.iter().map(|f| f.times.sequence));
        let sequences = sequences.chain(self.line_ups.iter().map(|f| f.times.sequence));
        let sequences = sequences.chain(self.conditions.iter().map(|f| f.times.sequence));
        sequences.chain(self.quotes.last_sequence()).max()
    }

    /// Every fixture by id in its latest version. For scoring and settlement, never for a model.
    pub fn fixtures_for_scoring(&self) -> Vec<&Fixture> {
        let mut latest: Vec<Option<&Fixture>> = vec![None; self.ids.len()];
        for (fact, index) in self.fixtures.iter().zip(&self.fixture_index) {
            latest[*index as usize] = Some(&fact.value);
        }
        latest.into_iter().flatten().collect()
    }

    /// The outcome of a fixture in its latest version. For scoring and settlement, never for a model.
    pub fn outcome_for_scoring(&self, fixture: FixtureId) -> Option<&Outcome> {
        let wanted = self.dense(fixture)? as u32;
        let position = self.result_index.iter().rposition(|i| *i == wanted)?;
        Some(&self.results[position].value.outcome)
    }

    /// Every quote of a fixture by the moment it became known, closing odds included. For scoring and closing line value,
    /// never for a model.
    pub fn quotes_for_scoring(
        &self,
        fixture: FixtureId,
    ) -> impl DoubleEndedIterator<Item = Fact<Quote>> + Clone + '_ {
        self.quotes_of(fixture).into_iter().flat_map(|quotes| quotes.recorded_by(RecordedBy::Now))
    }

    /// Whether any version of this fixture is in here.
    pub fn knows(&self, fixture: FixtureId) -> bool {
        self.dense(fixture).is_some()
    }

    pub(crate) fn identity(&self) -> &HistoryIdentity {
        &self.identity
    }

    pub(crate) fn dense(&self, fixture: FixtureId) -> Option<usize> {
        self.ids.binary_search(&fixture).ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn quotes_of(&self, fixture: FixtureId) -> Option<QuotesOf<'_>> {
        self.dense(fixture).map(|i| self.quotes.of(fixture, i))
    }

    /// For every dense index the position of the version visible at `at`: the last one known by then.
    pub(crate) fn visible_fixtures(&self, at: Timestamp, recorded_by: RecordedBy) -> Vec<Option<u32>> {
        last_visible(&self.fixtures, &self.fixture_index, self.len(), at, recorded_by)
    }

    pub(crate) fn visible_results(&self, at: Timestamp, recorded_by: RecordedBy) -> Vec<Option<u32>> {
        last_visible(&self.results, &self.result_index, self.len(), at, recorded_by)
    }

    pub(crate) fn visible_statistics(&self, at: Timestamp, recorded_by: RecordedBy) -> Vec<Option<u32>> {
        last_visible(&self.statistics, &self.statistics_index, self.len(), at, recorded_by)
    }

    /// The line-up of one dense index visible at `at`: the last one known by then.
    pub(crate) fn visible_line_up(
        &self,
        dense: usize,
        at: Timestamp,
        recorded_by: RecordedBy,
    ) -> Option<&LineUp> {
        let known = self.line_ups.partition_point(|f| f.times.known_at < at);
        let of_it = |(f, index): &(&Fact<LineUpOf>, &u32)| {
            **index as usize == dense && recorded_by.includes(f.times.sequence)
        };
        let mut visible = self.line_ups.iter().zip(&self.line_up_index).take(known);
        visible.rfind(of_it).map(|(fact, _)| &fact.value.line_up)
    }

    /// The conditions of one dense index visible at `at`: of each the last word by then.
    pub(crate) fn visible_conditions(
        &self,
        dense: usize,
        at: Timestamp,
        recorded_by: RecordedBy,
    ) -> Conditions {
        let dense = dense as u32;
        let first = self.condition_index.partition_point(|(of, _)| *of < dense);
        let of_it = self.condition_index[first..].iter().take_while(|(of, _)| *of == dense);
        let mut conditions = Conditions::default();
        for fact in of_it.map(|(_, position)| &self.conditions[*position as usize]) {
            if fact.times.known_at < at && recorded_by.includes(fact.times.sequence) {
                conditions.hear(fact.value.condition);
            }
        }
        conditions
    }

    pub(crate) fn visible_line_ups(&self, at: Timestamp, recorded_by: RecordedBy) -> Vec<Option<u32>> {
        if self.line_ups.is_empty() {
            return Vec::new();
        }
        last_visible(&self.line_ups, &self.line_up_index, self.len(), at, recorded_by)
    }
}

fn sort_as_known<T>(facts: &mut [Fact<T>], fixture: impl Fn(&T) -> FixtureId) {
    facts.sort_by_key(|f| (f.times.known_at, f.times.sequence, fixture(&f.value)));
}

fn last_visible<T>(
    facts: &[Fact<T>],
    dense: &[u32],
    fixtures: usize,
    at: Timestamp,
    recorded_by: RecordedBy,
) -> Vec<Option<u32>> {
    let mut visible = vec![None; fixtures];
    let known = facts.partition_point(|f| f.times.known_at < at);
    for (position, (fact, index)) in facts.iter().zip(dense).enumerate().take(known) {
        if recorded_by.includes(fact.times.sequence) {
            visible[*index as usize] = Some(position as u32);
        }
    }
    visible
}

#[cfg(test)]
mod tests;
