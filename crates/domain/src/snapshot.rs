//! What was known at one moment. Everything a model may see, and nothing else.

use jiff::Timestamp;

use crate::{
    briefing::Briefing,
    competition::CompetitionId,
    conditions::{ConditionOf, Conditions},
    fact::Fact,
    fixture::{Fixture, FixtureId},
    history::{History, HistoryIdentity, LineUpOf, RecordedBy, ResultOf, StatisticsOf},
    line_up::LineUp,
    outcome::{Outcome, OutcomeStatus, Score},
    player::PlayerCode,
    quote::Quote,
    sport::SettlementPeriod,
    statistics::MatchStatistics,
};

/// A view of a [`History`] as of one moment: a fact is in it when `known_at < at` and it was recorded by then.
#[derive(Debug, Clone)]
pub struct Snapshot<'h> {
    history: &'h History,
    at: Timestamp,
    recorded_by: RecordedBy,
    /// Matches that started before this are out of sight; none for no limit.
    since: Option<Timestamp>,
    fixtures: Vec<Option<u32>>,
    results: Vec<Option<u32>>,
    statistics: Vec<Option<u32>>,
    /// Blank when the history has none.
    line_ups: Vec<Option<u32>>,
    /// Dense indices of completed matches by kick-off, then id.
    played: Vec<u32>,
}

/// A match that was completed and whose result was known.
#[derive(Debug, Clone, Copy)]
pub struct PlayedMatch<'h> {
    /// Who met whom.
    pub fixture: &'h Fixture,
    /// How it ended.
    pub outcome: &'h Outcome,
    /// What was counted, if that was known already.
    pub statistics: Option<&'h MatchStatistics>,
    /// Who started, if that was known already.
    pub line_up: Option<&'h LineUp>,
    /// What it was played under, as far as that was known already.
    pub conditions: Conditions,
}

impl PlayedMatch<'_> {
    /// The score in the sport's settlement period, which is what forecasts are about.
    pub fn score(&self) -> Score {
        settled_score(self.fixture, self.outcome)
    }

    /// Who started for home and away, where that is on record.
    pub fn starters(&self) -> [Option<PlayerCode>; 2] {
        self.line_up.map_or([None, None], LineUp::players)
    }
}

/// The score in the settlement period of the fixture's sport; the final score where regulation is not on record.
pub fn settled_score(fixture: &Fixture, outcome: &Outcome) -> Score {
    match fixture.sport.rules().settlement_period {
        SettlementPeriod::Regulation => outcome.regulation.unwrap_or(outcome.full_time),
        SettlementPeriod::IncludingOvertime => outcome.full_time,
    }
}

fn visible<T>(
    facts: &[Fact<T>],
    at: Timestamp,
    recorded_by: RecordedBy,
) -> impl Iterator<Item = &Fact<T>> + use<'_, T> {
    let known = facts.partition_point(|f| f.times.known_at < at);
    facts[..known].iter().filter(move |f| recorded_by.includes(f.times.sequence))
}

/// The moment as the store can keep it, never later: a forecast is rebuilt from its stored moment to the bit.
fn whole_microsecond(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_nanosecond().div_euclid(1000) as i64).unwrap_or(at)
}

impl<'h> Snapshot<'h> {
    pub(crate) fn new(history: &'h History, at: Timestamp, recorded_by: RecordedBy) -> Self {
        let at = whole_microsecond(at);
        let fixtures = history.visible_fixtures(at, recorded_by);
        let results = history.visible_results(at, recorded_by);
        let statistics = history.visible_statistics(at, recorded_by);
        let line_ups = history.visible_line_ups(at, recorded_by);
        let played = Vec::new();
        let since = None;
        let mut snapshot =
            Self { history, at, recorded_by, since, fixtures, results, statistics, line_ups, played };
        let mut played: Vec<u32> =
            (0..history.len() as u32).filter(|i| snapshot.played_at(*i as usize).is_some()).collect();
        played.sort_by_key(|i| snapshot.fixture_at(*i as usize).map(|f| (f.kickoff.earliest(), f.id)));
        snapshot.played = played;
        snapshot
    }

    /// The moment: nothing known at or after it is in here.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Up to which import facts are in here.
    pub fn recorded_by(&self) -> RecordedBy {
        self.recorded_by
    }

    /// Which history this is a view of.
    pub fn history_identity(&self) -> &'h HistoryIdentity {
        self.history.identity()
    }

    /// The same world at an earlier moment. A later one is refused by staying at this one: time only runs back.
    #[must_use]
    pub fn rewound(&self, at: Timestamp) -> Snapshot<'h> {
        let rewound = Snapshot::new(self.history, at.min(self.at), self.recorded_by);
        match self.since {
            Some(since) => rewound.since(since),
            None => rewound,
        }
    }

    /// The same world without matches that started before `since`: a training window.
    #[must_use]
    pub fn since(mut self, since: Timestamp) -> Self {
        let since = self.since.map_or(since, |earlier| earlier.max(since));
        let mut played = std::mem::take(&mut self.played);
        played.retain(|i| self.fixture_at(*i as usize).is_some_and(|f| f.kickoff.earliest() >= since));
        self.played = played;
        self.since = Some(since);
        self
    }

    /// Matches that started before this are out of sight; none for no limit.
    pub fn window_start(&self) -> Option<Timestamp> {
        self.since
    }

    /// Every visible version of every fixture, in the order they became known. With the two below this is how the snapshots
    /// of all earlier moments are passed through in one go.
    pub fn fixture_facts(&self) -> impl Iterator<Item = &'h Fact<Fixture>> + use<'h> {
        visible(self.history.fixture_facts(), self.at, self.recorded_by)
    }

    /// Every visible version of every result, in the order they became known, whatever the training window.
    pub fn result_facts(&self) -> impl Iterator<Item = &'h Fact<ResultOf>> + use<'h> {
        visible(self.history.result_facts(), self.at, self.recorded_by)
    }

    /// Every visible version of all statistics, in the order they became known, whatever the training window.
    pub fn statistics_facts(&self) -> impl Iterator<Item = &'h Fact<StatisticsOf>> + use<'h> {
        visible(self.history.statistics_facts(), self.at, self.recorded_by)
    }

    /// Every visible version of every line-up, in the order they became known, whatever the training window.
    pub fn line_up_facts(&self) -> impl Iterator<Item = &'h Fact<LineUpOf>> + use<'h> {
        visible(self.history.line_up_facts(), self.at, self.recorded_by)
    }

    /// Every visible version of every condition, in the order they became known, whatever the training window.
    pub fn condition_facts(&self) -> impl Iterator<Item = &'h Fact<ConditionOf>> + use<'h> {
        visible(self.history.condition_facts(), self.at, self.recorded_by)
    }

    /// Every announced fixture by id, in the version known at that moment.
    pub fn fixtures(&self) -> impl Iterator<Item = &'h Fixture> + '_ {
        (0..self.fixtures.len()).filter_map(|i| self.fixture_at(i))
    }

    /// One fixture, if it was announced.
    pub fn fixture(&self, id: FixtureId) -> Option<&'h Fixture> {
        self.history.dense(id).and_then(|i| self.fixture_at(i))
    }

    /// Completed matches with a known result, by kick-off.
    pub fn played(&self) -> impl DoubleEndedIterator<Item = PlayedMatch<'h>> + '_ {
        self.played.iter().filter_map(|i| self.played_at(*i as usize))
    }

    /// Completed matches of one competition, by kick-off.
    pub fn played_in(
        &self,
        competition: CompetitionId,
    ) -> impl DoubleEndedIterator<Item = PlayedMatch<'h>> + '_ {
        self.played().filter(move |m| m.fixture.competition == competition)
    }

    /// What was last reported of a fixture's outcome, completed or not, with its times.
    pub fn result(&self, id: FixtureId) -> Option<&'h Fact<ResultOf>> {
        let dense = self.history.dense(id)?;
        self.results[dense].map(|position| &self.history.result_facts()[position as usize])
    }

    /// Who starts or started a fixture, as last reported.
    pub fn line_up(&self, id: FixtureId) -> Option<&'h LineUp> {
        self.line_up_at(self.history.dense(id)?)
    }

    /// Prices of a fixture by the moment they became known.
    pub fn quotes(&self, id: FixtureId) -> impl Iterator<Item = Fact<Quote>> + Clone + use<'h> {
        let (at, recorded_by) = (self.at, self.recorded_by);
        let quotes = self.history.quotes_of(id).into_iter();
        quotes.flat_map(move |quotes| quotes.known_before(at).recorded_by(recorded_by))
    }

    /// The news about one fixture at this moment.
    pub fn briefing(&self, fixture: &Fixture) -> Briefing<'h> {
        self.briefing_before(fixture, self.at)
    }

    /// The news about one fixture at an earlier moment, such as its kick-off; at this one when `at` is later.
    pub fn briefing_before(&self, fixture: &Fixture, at: Timestamp) -> Briefing<'h> {
        self.history.briefing(fixture, at.min(self.at), self.recorded_by)
    }

    fn fixture_at(&self, dense: usize) -> Option<&'h Fixture> {
        self.fixtures[dense].map(|position| &self.history.fixture_facts()[position as usize].value)
    }

    fn line_up_at(&self, dense: usize) -> Option<&'h LineUp> {
        let position = (*self.line_ups.get(dense)?)?;
        Some(&self.history.line_up_facts()[position as usize].value.line_up)
    }

    fn played_at(&self, dense: usize) -> Option<PlayedMatch<'h>> {
        let fixture = self.fixture_at(dense)?;
        let outcome = &self.history.result_facts()[self.results[dense]? as usize].value.outcome;
        let statistics =
            self.statistics[dense].map(|p| &self.history.statistics_facts()[p as usize].value.statistics);
        let line_up = self.line_up_at(dense);
        let conditions = self.history.visible_conditions(dense, self.at, self.recorded_by);
        let completed = outcome.status == OutcomeStatus::Completed;
        completed.then_some(PlayedMatch { fixture, outcome, statistics, line_up, conditions })
    }
}
