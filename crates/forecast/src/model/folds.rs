//! Out-of-fold forecasts: what the members would have said about past matches before they were known.
//!
//! Time is cut at multiples of the step since 1970, whatever the moment of the fit, so the folds of two fits coincide. At
//! each cut the members are fitted on the snapshot rewound to it and forecast the matches up to the next cut. Fits start
//! cold: a fold's forecasts depend on what was known at its cut and on nothing else, and the last ensemble's folds are taken
//! over when they are of the same history.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Briefing, CompetitionId, Fixture, FixtureId, OutcomeClass, OutcomeProbabilities, PlayedMatch, RecordedBy,
    Snapshot, history::HistoryIdentity,
};
use jiff::Timestamp;
use rayon::prelude::*;

use super::{FittedModel, Model};
use crate::ForecastError;

const SECONDS_PER_DAY: i64 = 86_400;

/// Members fitted at one cut, and what they said since.
#[derive(Clone)]
struct Fold {
    members: Members,
    said: BTreeMap<FixtureId, Said>,
}

/// The members of a fold as fitted at its cut.
#[derive(Clone)]
enum Members {
    /// One of them had too little to learn from.
    Unable,
    /// Kept while matches of the fold are still played.
    Fitted(Arc<Vec<Box<dyn FittedModel>>>),
    /// Not fitted yet, or no longer needed: years of fits would fill the memory.
    Dropped,
}

/// What each member said about a fixture as it stood.
#[derive(Clone)]
struct Said {
    fixture: Fixture,
    probabilities: Vec<OutcomeProbabilities>,
}

/// One match: what the members said before it and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model) struct Observation {
    pub(in crate::model) fixture: Fixture,
    pub(in crate::model) said: Vec<OutcomeProbabilities>,
    /// 1 for the class that came, 0 for the others; a tie in a two-way sport is half a win of each side.
    pub(in crate::model) target: [f64; 3],
}

/// The folds of one competition, and of which history.
#[derive(Clone)]
pub(in crate::model) struct Folds {
    identity: HistoryIdentity,
    recorded_by: RecordedBy,
    window_start: Option<Timestamp>,
    competition: CompetitionId,
    by_cut: BTreeMap<Timestamp, Fold>,
}

/// How far the folds reach back, and how far they are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Calendar {
    pub(in crate::model) reach_days: u16,
    pub(in crate::model) step_days: u16,
}

impl Calendar {
    /// The last cut at or before `at`.
    fn cut(self, at: Timestamp) -> Timestamp {
        let step = i64::from(self.step_days.max(1)) * SECONDS_PER_DAY;
        Timestamp::from_second(at.as_second().div_euclid(step) * step).unwrap_or(Timestamp::MIN)
    }

    /// Whether the matches up to the next cut have been played, with as much time again for late results.
    fn is_over(self, cut: Timestamp, at: Timestamp) -> bool {
        at.duration_since(cut).as_secs() > 2 * i64::from(self.step_days.max(1)) * SECONDS_PER_DAY
    }

    fn reaches(self, cut: Timestamp, at: Timestamp) -> bool {
        at.duration_since(cut).as_secs() <= i64::from(self.reach_days) * SECONDS_PER_DAY
    }
}

impl Folds {
    /// Every fold within reach, taken from `last` where that is sound.
    pub(in crate::model) fn of(
        members: &[&dyn Model],
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        calendar: Calendar,
        last: Option<&Self>,
    ) -> Result<Self, ForecastError> {
        let mut by_cut: BTreeMap<Timestamp, Vec<Fixture>> = BTreeMap::new();
        for played in snapshot.played_in(competition) {
            let cut = calendar.cut(played.fixture.kickoff.earliest());
            if calendar.reaches(cut, snapshot.at()) {
                by_cut.entry(cut).or_default().push(*played.fixture);
            }
        }
        let mut folds = Self {
            identity: snapshot.history_identity().clone(),
            recorded_by: snapshot.recorded_by(),
            window_start: snapshot.window_start(),
            competition,
            by_cut: BTreeMap::new(),
        };
        let last = last.filter(|last| last.is_of_same_facts(&folds));
        let wanted: Vec<(Timestamp, Vec<Fixture>)> = by_cut.into_iter().collect();
        let made: Result<Vec<(Timestamp, Fold)>, ForecastError> = wanted
            .par_iter()
            .map(|(cut, fixtures)| {
                let known = last.and_then(|last| last.by_cut.get(cut));
                Fold::of(members, snapshot, competition, (*cut, calendar), fixtures, known)
                    .map(|fold| (*cut, fold))
            })
            .collect();
        folds.by_cut = made?.into_iter().collect();
        Ok(folds)
    }

    fn is_of_same_facts(&self, other: &Self) -> bool {
        self.identity == other.identity
            && self.recorded_by == other.recorded_by
            && self.window_start == other.window_start
            && self.competition == other.competition
    }

    /// What was said about matches played since, with their outcomes, by kick-off.
    pub(in crate::model) fn observations(
        &self,
        snapshot: &Snapshot<'_>,
        calendar: Calendar,
    ) -> Vec<Observation> {
        let observation = |played: PlayedMatch<'_>| {
            let fold = self.by_cut.get(&calendar.cut(played.fixture.kickoff.earliest()))?;
            let said = fold.said.get(&played.fixture.id)?.probabilities.clone();
            Some(Observation { fixture: *played.fixture, said, target: target(&played) })
        };
        snapshot.played_in(self.competition).filter_map(observation).collect()
    }
}

impl Fold {
    fn of(
        members: &[&dyn Model],
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        (cut, calendar): (Timestamp, Calendar),
        fixtures: &[Fixture],
        known: Option<&Self>,
    ) -> Result<Self, ForecastError> {
        let before = |f: &Fixture| known?.said.get(&f.id).filter(|said| said.fixture == *f);
        let mut fold =
            Self { members: known.map_or(Members::Dropped, |k| k.members.clone()), said: BTreeMap::new() };
        fold.said.extend(fixtures.iter().filter_map(|f| Some((f.id, before(f)?.clone()))));
        let unsaid: Vec<&Fixture> = fixtures.iter().filter(|f| before(f).is_none()).collect();
        if !unsaid.is_empty() {
            fold.say(members, snapshot, competition, cut, &unsaid)?;
        }
        if calendar.is_over(cut, snapshot.at()) && matches!(fold.members, Members::Fitted(_)) {
            fold.members = Members::Dropped;
        }
        Ok(fold)
    }

    /// Lets the members forecast what they have not forecast yet.
    fn say(
        &mut self,
        members: &[&dyn Model],
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        cut: Timestamp,
        fixtures: &[&Fixture],
    ) -> Result<(), ForecastError> {
        let rewound = snapshot.rewound(cut);
        if matches!(self.members, Members::Dropped) {
            let fitted = fit_all(members, &rewound, competition)?;
            self.members = fitted.map_or(Members::Unable, |fitted| Members::Fitted(Arc::new(fitted)));
        }
        let Members::Fitted(fitted) = &self.members else { return Ok(()) };
        // A match that was moved to a later day after its result was stored may have been learnt from.
        for fixture in fixtures.iter().filter(|f| rewound.result(f.id).is_none()) {
            // Members that read prices saw those up to the kick-off.
            let briefing = snapshot.briefing_before(fixture, fixture.kickoff.earliest());
            let probabilities = outcome_probabilities(fitted, &briefing)?;
            self.said.insert(fixture.id, Said { fixture: **fixture, probabilities });
        }
        Ok(())
    }
}

/// None where one of them has too little to learn from.
fn fit_all(
    members: &[&dyn Model],
    snapshot: &Snapshot<'_>,
    competition: CompetitionId,
) -> Result<Option<Vec<Box<dyn FittedModel>>>, ForecastError> {
    let fitted: Result<Vec<_>, _> =
        members.iter().map(|model| model.fit(snapshot, competition, None)).collect();
    match fitted {
        Ok(fitted) => Ok(Some(fitted)),
        Err(ForecastError::TooFewMatches { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn outcome_probabilities(
    fitted: &[Box<dyn FittedModel>],
    briefing: &Briefing<'_>,
) -> Result<Vec<OutcomeProbabilities>, ForecastError> {
    fitted.iter().map(|m| Ok(m.forecast(briefing)?.distribution.outcome_probabilities())).collect()
}

fn target(played: &PlayedMatch<'_>) -> [f64; 3] {
    match (OutcomeClass::of(played.score()), played.fixture.sport.is_three_way()) {
        (OutcomeClass::Home, _) => [1.0, 0.0, 0.0],
        (OutcomeClass::Draw, true) => [0.0, 1.0, 0.0],
        (OutcomeClass::Draw, false) => [0.5, 0.0, 0.5],
        (OutcomeClass::Away, _) => [0.0, 0.0, 1.0],
    }
}
