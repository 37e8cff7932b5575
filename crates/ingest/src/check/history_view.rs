//! A history as rules look at it: every fixture in its latest version, with its latest result.

use std::collections::BTreeMap;

use domain::{CompetitionId, Fixture, FixtureId, History, Outcome};

pub(super) struct HistoryView<'h> {
    pub(super) history: &'h History,
    /// By competition, in order of kick-off, then id.
    pub(super) competitions: BTreeMap<CompetitionId, Vec<(&'h Fixture, Option<&'h Outcome>)>>,
}

impl<'h> HistoryView<'h> {
    pub(super) fn of(history: &'h History) -> Self {
        // Facts come in the order they became known, so the last one stands.
        let results: BTreeMap<FixtureId, &Outcome> =
            history.result_facts().iter().map(|r| (r.value.fixture, &r.value.outcome)).collect();
        let mut competitions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for fixture in history.fixtures_for_scoring() {
            let outcome = results.get(&fixture.id).copied();
            competitions.entry(fixture.competition).or_default().push((fixture, outcome));
        }
        for fixtures in competitions.values_mut() {
            fixtures.sort_by_key(|(fixture, _)| (fixture.kickoff.earliest(), fixture.id));
        }
        Self { history, competitions }
    }
}
