//! What all competitions together say about the filter: the stacked logits, learnt anew every four weeks.

use std::{collections::BTreeMap, sync::Arc};

use domain::{CompetitionId, RecordedBy, Snapshot, Sport, history::HistoryIdentity};
use jiff::Timestamp;

use super::{
    DynamicStrengths,
    stack::{Example, Stack},
    trace::{Lessons, Seen, Trace},
};
use crate::backtest::Schedule;

/// Days between two calibrations. The grid is the calendar's, so that every fit of those days has the same one.
const STEP: Schedule = Schedule::every(28);

/// Whether a calibration may be kept: it is the same function of the same facts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    history: HistoryIdentity,
    recorded_by: RecordedBy,
    window_start: Option<Timestamp>,
    at: Timestamp,
}

/// The logits, and the walks they were learnt from.
#[derive(Debug)]
pub(super) struct Calibration {
    key: Key,
    traces: BTreeMap<CompetitionId, Trace>,
    /// On what the filter expects.
    pub(super) plain: Stack,
    /// On that and the early price of the match.
    pub(super) priced: Stack,
}

impl Calibration {
    /// The calibration in force at a snapshot's moment; `earlier` saves work where it can.
    pub(super) fn at(
        model: &DynamicStrengths,
        snapshot: &Snapshot<'_>,
        earlier: Option<&Arc<Self>>,
    ) -> Arc<Self> {
        let key = Key {
            history: snapshot.history_identity().clone(),
            recorded_by: snapshot.recorded_by(),
            window_start: snapshot.window_start(),
            at: STEP.fit_moment(snapshot.at()),
        };
        match earlier {
            Some(earlier) if earlier.key == key => Arc::clone(earlier),
            _ => Arc::new(Self::learn(model, &snapshot.rewound(key.at), key, earlier.map(Arc::as_ref))),
        }
    }

    fn learn(model: &DynamicStrengths, snapshot: &Snapshot<'_>, key: Key, earlier: Option<&Self>) -> Self {
        let mut seen: BTreeMap<CompetitionId, Vec<Seen>> = BTreeMap::new();
        for played in snapshot.played().filter(|played| played.fixture.sport == Sport::Soccer) {
            let one = Seen::of(model.reads, snapshot, &played);
            seen.entry(played.fixture.competition).or_default().push(one);
        }
        let walk = |(competition, seen): (CompetitionId, Vec<Seen>)| {
            let earlier = earlier.and_then(|calibration| calibration.traces.get(&competition));
            (competition, Trace::walk(model, &seen, earlier))
        };
        let traces: BTreeMap<CompetitionId, Trace> = seen.into_iter().map(walk).collect();
        let examples = |of: fn(&Lessons) -> &[Example]| -> Vec<Example> {
            traces.values().flat_map(Trace::lessons).flat_map(of).copied().collect()
        };
        let plain = Stack::learn(&examples(|lessons| &lessons.plain));
        let priced = Stack::learn(&examples(|lessons| &lessons.priced));
        Self { key, traces, plain, priced }
    }

    /// The walk through a competition up to the calibration.
    pub(super) fn trace(&self, competition: CompetitionId) -> Option<&Trace> {
        self.traces.get(&competition)
    }

    pub(super) fn converged(&self) -> bool {
        [&self.plain, &self.priced].iter().all(|stack| stack.found().converged)
    }
}
