//! Facts of one competition in the order they became known, handed to trackers.
//!
//! The state after every fact known before `t` is a function of the snapshot of `t` alone, so passing through the past once
//! gives what every one of its moments would have seen. A match enters when its result is first known and its statistics
//! when they are first known; a correction keeps that place and takes effect when it is known itself, by feeding everything
//! anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
};

use domain::{
    CompetitionId, Conditions, Fact, Fixture, FixtureId, LineUp, MatchStatistics, Outcome, PlayedMatch,
    Snapshot, Sport,
    conditions::ConditionOf,
    history::{LineUpOf, ResultOf, StatisticsOf},
    outcome::OutcomeStatus,
};
use jiff::Timestamp;

use super::{Feature, Tracker};

type Facts<'h, T> = Peekable<Box<dyn Iterator<Item = &'h Fact<T>> + 'h>>;

/// What is known of one match, and what the trackers have heard of it.
#[derive(Debug, Clone, Copy, Default)]
struct Known<'h> {
    fixture: Option<&'h Fixture>,
    outcome: Option<&'h Outcome>,
    statistics: Option<&'h MatchStatistics>,
    line_up: Option<&'h LineUp>,
    conditions: Conditions,
    told_result: bool,
    told_statistics: bool,
}

#[derive(Debug, Clone, Copy)]
enum News {
    Result(FixtureId),
    Statistics(FixtureId),
}

/// Trackers and how far they have come.
pub(super) struct Stream<'f, 'h> {
    features: &'f [&'f dyn Feature],
    sport: Sport,
    competition: CompetitionId,
    since: Option<Timestamp>,
    fixtures: Facts<'h, Fixture>,
    results: Facts<'h, ResultOf>,
    statistics: Facts<'h, StatisticsOf>,
    line_ups: Facts<'h, LineUpOf>,
    conditions: Facts<'h, ConditionOf>,
    matches: BTreeMap<FixtureId, Known<'h>>,
    order: Vec<News>,
    trackers: Vec<Box<dyn Tracker>>,
    /// Something the trackers were told has changed.
    corrected: bool,
}

impl<'f, 'h> Stream<'f, 'h> {
    /// Nothing is known yet; facts come from the snapshot.
    pub(super) fn new(
        features: &'f [&'f dyn Feature],
        sport: Sport,
        snapshot: &Snapshot<'h>,
        competition: CompetitionId,
    ) -> Self {
        let boxed = |facts| -> Box<dyn Iterator<Item = &'h Fact<Fixture>> + 'h> { facts };
        Self {
            features,
            sport,
            competition,
            since: snapshot.window_start(),
            fixtures: boxed(Box::new(snapshot.fixture_facts())).peekable(),
            results: (Box::new(snapshot.result_facts()) as Box<dyn Iterator<Item = _>>).peekable(),
            statistics: (Box::new(snapshot.statistics_facts()) as Box<dyn Iterator<Item = _>>).peekable(),
            line_ups: (Box::new(snapshot.line_up_facts()) as Box<dyn Iterator<Item = _>>).peekable(),
            conditions: (Box::new(snapshot.condition_facts()) as Box<dyn Iterator<Item = _>>).peekable(),
            matches: BTreeMap::new(),
            order: Vec::new(),
            trackers: features.iter().map(|f| f.tracker(sport)).collect(),
            corrected: false,
        }
    }

    /// Hears everything known before `at`, which may not run back.
    pub(super) fn advance(&mut self, at: Timestamp) {
        while let Some(moment) = self.next_moment().filter(|moment| *moment < at) {
            self.hear(moment);
        }
        if self.corrected {
            self.tell_again();
        }
    }

    /// The version of a fixture known by now.
    pub(super) fn fixture(&self, id: FixtureId) -> Option<&'h Fixture> {
        self.matches.get(&id).and_then(|known| known.fixture)
    }

    /// One per feature.
    pub(super) fn trackers(&self) -> &[Box<dyn Tracker>] {
        &self.trackers
    }

    pub(super) fn into_trackers(self) -> Vec<Box<dyn Tracker>> {
        self.trackers
    }

    fn next_moment(&mut self) -> Option<Timestamp> {
        let moments = [
            self.fixtures.peek().map(|f| f.times.known_at),
            self.results.peek().map(|f| f.times.known_at),
            self.statistics.peek().map(|f| f.times.known_at),
            self.line_ups.peek().map(|f| f.times.known_at),
            self.conditions.peek().map(|f| f.times.known_at),
        ];
        moments.into_iter().flatten().min()
    }

    /// Everything of one instant at once: of several versions the last one counts.
    fn hear(&mut self, moment: Timestamp) {
        let mut touched = Touched::default();
        while let Some(fact) = self.fixtures.next_if(|f| f.times.known_at == moment) {
            let known = self.matches.entry(fact.value.id).or_default();
            let before = known.fixture.replace(&fact.value);
            self.corrected |= known.told_result && !before.is_some_and(|b| same_match(b, &fact.value));
            touched.add(fact.value.id);
        }
        while let Some(fact) = self.results.next_if(|f| f.times.known_at == moment) {
            let known = self.matches.entry(fact.value.fixture).or_default();
            let before = known.outcome.replace(&fact.value.outcome);
            self.corrected |= known.told_result && before != Some(&fact.value.outcome);
            touched.add(fact.value.fixture);
        }
        while let Some(fact) = self.statistics.next_if(|f| f.times.known_at == moment) {
            let known = self.matches.entry(fact.value.fixture).or_default();
            let before = known.statistics.replace(&fact.value.statistics);
            self.corrected |= known.told_statistics && before != Some(&fact.value.statistics);
            touched.add(fact.value.fixture);
        }
        self.hear_circumstances(moment);
        for id in touched.in_order {
            self.tell_news(id);
        }
    }

    /// Who starts and what is above them is no news by itself: it is told with the result, and asked for before it.
    fn hear_circumstances(&mut self, moment: Timestamp) {
        while let Some(fact) = self.line_ups.next_if(|f| f.times.known_at == moment) {
            let known = self.matches.entry(fact.value.fixture).or_default();
            let before = known.line_up.replace(&fact.value.line_up);
            self.corrected |= known.told_result && before != Some(&fact.value.line_up);
        }
        while let Some(fact) = self.conditions.next_if(|f| f.times.known_at == moment) {
            let known = self.matches.entry(fact.value.fixture).or_default();
            let before = known.conditions;
            known.conditions.hear(fact.value.condition);
            self.corrected |= known.told_result && before != known.conditions;
        }
    }

    fn tell_news(&mut self, id: FixtureId) {
        let Some(known) = self.matches.get(&id).copied() else { return };
        if known.told_result && known.told_statistics {
            return;
        }
        if self.played(&known).is_none() {
            return;
        }
        let mut news = Vec::with_capacity(2);
        if !known.told_result {
            news.push(News::Result(id));
        }
        if !known.told_statistics && known.statistics.is_some() {
            news.push(News::Statistics(id));
        }
        for one in news {
            self.tell(one);
            self.order.push(one);
        }
        if let Some(entry) = self.matches.get_mut(&id) {
            entry.told_result = true;
            entry.told_statistics = known.statistics.is_some();
        }
    }

    fn tell_again(&mut self) {
        self.trackers = self.features.iter().map(|f| f.tracker(self.sport)).collect();
        for news in std::mem::take(&mut self.order) {
            self.tell(news);
            self.order.push(news);
        }
        self.corrected = false;
    }

    /// Nothing is told of a match whose result was withdrawn.
    fn tell(&mut self, news: News) {
        let (News::Result(id) | News::Statistics(id)) = news;
        let Some(known) = self.matches.get(&id) else { return };
        let Some(played) = self.played(known) else { return };
        match (news, known.statistics) {
            (News::Result(_), _) => self.trackers.iter_mut().for_each(|t| t.result(&played)),
            (News::Statistics(_), Some(statistics)) => {
                self.trackers.iter_mut().for_each(|t| t.statistics(&played, statistics));
            }
            (News::Statistics(_), None) => {}
        }
    }

    /// The match, when it is completed, of this competition and within the training window. Statistics are told apart.
    fn played(&self, known: &Known<'h>) -> Option<PlayedMatch<'h>> {
        let (fixture, outcome) = (known.fixture?, known.outcome?);
        let here = fixture.competition == self.competition
            && self.since.is_none_or(|since| fixture.kickoff.earliest() >= since);
        (here && outcome.status == OutcomeStatus::Completed).then_some(PlayedMatch {
            fixture,
            outcome,
            statistics: None,
            line_up: known.line_up,
            conditions: known.conditions,
        })
    }
}

/// Whether two versions of a fixture say the same of a played match: its status aside.
fn same_match(a: &Fixture, b: &Fixture) -> bool {
    *a == Fixture { status: a.status, ..*b }
}

/// Fixtures met, in the order of their first appearance.
#[derive(Default)]
struct Touched {
    seen: BTreeSet<FixtureId>,
    in_order: Vec<FixtureId>,
}

impl Touched {
    fn add(&mut self, id: FixtureId) {
        if self.seen.insert(id) {
            self.in_order.push(id);
        }
    }
}
