//! Leak check: deleting what became known at or after `t` must not change one bit of what is said at `t`.
//!
//! The check asks every subject (a model, a feature, anything that answers about fixtures) twice: with the whole history, and
//! with [`History::forgetting_from`]. It is generic over the subject, so that planted leaks can be shown to be caught.
//!
//! Live operation and walks start a fit from the last one. A start may save work and must not bring news of its own, so a
//! model is also asked with one: its answer must not stray from the cold one.

use std::collections::BTreeSet;

use domain::{CompetitionId, Fixture, FixtureId, History, RecordedBy, Snapshot};
use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    Feature, FittedModel, ForecastError, Model,
    feature::{Ahead, Tracking},
};

/// An answer, bit by bit.
pub type Bits = Vec<u64>;

/// What a subject said of one fixture.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    bits: Bits,
    /// How far it strayed from what it would have said without a start.
    strayed: f64,
}

impl Told {
    fn of(bits: Bits) -> Self {
        Self { bits, strayed: 0.0 }
    }
}

/// None where the answer is not defined, such as the rest days before a first match.
type Answered = Result<Option<Told>, ForecastError>;

type Answer<'a> = dyn Fn(&History, Timestamp, &[Fixture]) -> Vec<Answered> + Send + Sync + 'a;

/// Something that answers about fixtures as of a moment.
pub struct Subject<'a> {
    name: String,
    answer: Box<Answer<'a>>,
}

impl<'a> Subject<'a> {
    /// Anything that answers one fixture at a time.
    pub fn new(
        name: impl Into<String>,
        answer: impl Fn(&History, Timestamp, &Fixture) -> Result<Bits, ForecastError> + Send + Sync + 'a,
    ) -> Self {
        let all = move |history: &History, at: Timestamp, fixtures: &[Fixture]| -> Vec<_> {
            fixtures.iter().map(|fixture| answer(history, at, fixture).map(Told::of).map(Some)).collect()
        };
        Self { name: name.into(), answer: Box::new(all) }
    }

    /// A model: fitted once per moment without a start, its answer is every cell of the score distribution and what it says
    /// of its uncertainty.
    pub fn model(model: &'a dyn Model, competition: CompetitionId) -> Self {
        let answer = move |history: &History, at: Timestamp, fixtures: &[Fixture]| -> Vec<_> {
            let snapshot = history.as_of(at, RecordedBy::Now);
            let fitted = model.fit(&snapshot, competition, None);
            let ask = |fixture: &Fixture| {
                let said = numbers(&fitted, &snapshot, fixture)?;
                Ok(Some(Told::of(said.into_iter().map(f64::to_bits).collect())))
            };
            fixtures.iter().map(ask).collect()
        };
        Self { name: format!("model {}", model.name()), answer: Box::new(answer) }
    }

    /// A model whose fit starts from the one [`START_BEFORE`] earlier, beside the same model without a start.
    pub fn started_model(model: &'a dyn Model, competition: CompetitionId) -> Self {
        let answer = move |history: &History, at: Timestamp, fixtures: &[Fixture]| -> Vec<_> {
            let snapshot = history.as_of(at, RecordedBy::Now);
            let start = model.fit(&snapshot.rewound(at - START_BEFORE), competition, None);
            let warm = start.and_then(|start| model.fit(&snapshot, competition, Some(start.as_ref())));
            let cold = model.fit(&snapshot, competition, None);
            let ask = |fixture: &Fixture| {
                let (warm, cold) = (numbers(&warm, &snapshot, fixture)?, numbers(&cold, &snapshot, fixture)?);
                let same_shape = warm.len() == cold.len();
                let gaps = warm.iter().zip(&cold).map(|(a, b)| (a - b).abs());
                let strayed = if same_shape { gaps.fold(0.0, f64::max) } else { f64::INFINITY };
                Ok(Some(Told { bits: warm.into_iter().map(f64::to_bits).collect(), strayed }))
            };
            fixtures.iter().map(ask).collect()
        };
        Self { name: format!("model {} from a start", model.name()), answer: Box::new(answer) }
    }

    /// A feature: its value, unanswered where it has none. What it remembers is built up once per moment.
    pub fn feature(feature: &'a dyn Feature) -> Self {
        let answer = move |history: &History, at: Timestamp, fixtures: &[Fixture]| -> Vec<_> {
            let Some(first) = fixtures.first() else { return Vec::new() };
            let snapshot = history.as_of(at, RecordedBy::Now);
            let tracking = Tracking::of(&[feature], &snapshot, first.competition, first.sport);
            let told = |f: &Fixture| {
                let value =
                    tracking.values(f, &Ahead::of(&snapshot.briefing(f), false)).into_iter().flatten().next();
                Ok(value.map(|x| Told::of(vec![x.to_bits()])))
            };
            fixtures.iter().map(told).collect()
        };
        Self { name: format!("feature {}", feature.name()), answer: Box::new(answer) }
    }
}

/// Every number a fitted model gives about a fixture.
fn numbers(
    fitted: &Result<Box<dyn FittedModel>, ForecastError>,
    snapshot: &Snapshot<'_>,
    fixture: &Fixture,
) -> Result<Vec<f64>, ForecastError> {
    let predicted = fitted.as_ref().map_err(Clone::clone)?.forecast(&snapshot.briefing(fixture))?;
    let doubt = predicted.uncertainty.map(|u| [u.home_log_se, u.away_log_se, u.correlation]);
    Ok(predicted.distribution.cells().iter().copied().chain(doubt.into_iter().flatten()).collect())
}

/// One answer that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Whose.
    pub subject: String,
    /// As of which moment.
    pub at: Timestamp,
    /// About which fixture.
    pub fixture: FixtureId,
}

/// What became of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Whose.
    pub subject: String,
    /// Answers compared, errors included.
    pub compared: usize,
    /// Of which the subject could not answer, e.g. for want of matches. A check of errors alone proves nothing.
    pub unanswered: usize,
    /// Of the unanswered, how many because the answer is not defined there, e.g. expected goals where none are on record.
    pub undefined: usize,
    /// Of which a start moved the answer by more than [`START_TOLERANCE`].
    pub strayed: usize,
    /// Of which differ.
    pub leaks: usize,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakReport {
    /// Where.
    pub competition: CompetitionId,
    /// Moments that were looked at.
    pub moments: usize,
    /// Every subject, in the order given.
    pub checked: Vec<Checked>,
    /// Every answer that changed.
    pub leaks: Vec<Leak>,
}

impl LeakReport {
    /// No answer changed or strayed, and every subject answered at least once, unless it is not defined here at all.
    pub fn is_clean(&self) -> bool {
        let proven = |c: &Checked| c.compared > c.unanswered || (c.compared > 0 && c.compared == c.undefined);
        self.leaks.is_empty() && self.checked.iter().all(|c| c.strayed == 0 && proven(c))
    }
}

/// How long before a moment the fit was made that another starts from: a month of weekly fits, a few matches of each team.
pub const START_BEFORE: SignedDuration = SignedDuration::from_hours(28 * 24);
/// How far a start may move an answer: what an optimiser leaves open.
pub const START_TOLERANCE: f64 = 1e-8;

/// Fixtures asked about at each moment: the next ones.
const FIXTURES_PER_MOMENT: usize = 12;
/// How long a match that began and has no result yet is still asked about.
const JUST_OVER: SignedDuration = SignedDuration::from_hours(48);

/// Asks every subject about the announced fixtures without a result at each moment, with and without the future.
pub fn check(
    history: &History,
    competition: CompetitionId,
    moments: &[Timestamp],
    subjects: &[Subject<'_>],
) -> LeakReport {
    let per_moment: Vec<Vec<Compared>> =
        moments.par_iter().map(|at| compare(history, competition, *at, subjects)).collect();
    let compared: Vec<Compared> = per_moment.into_iter().flatten().collect();
    let of = |(position, subject): (usize, &Subject<'_>)| {
        let mine = || compared.iter().filter(move |c| c.subject == position);
        Checked {
            subject: subject.name.clone(),
            compared: mine().count(),
            unanswered: mine().filter(|c| c.kind != Kind::Given).count(),
            undefined: mine().filter(|c| c.kind == Kind::Undefined).count(),
            strayed: mine().filter(|c| c.strayed).count(),
            leaks: mine().filter(|c| c.differs).count(),
        }
    };
    let leak =
        |c: &Compared| Leak { subject: subjects[c.subject].name.clone(), at: c.at, fixture: c.fixture };
    LeakReport {
        competition,
        moments: moments.len(),
        checked: subjects.iter().enumerate().map(of).collect(),
        leaks: compared.iter().filter(|c| c.differs).map(leak).collect(),
    }
}

/// Moments at which leaks show: kick-offs and the very instants at which results become known, spread over the last two
/// thirds of the competition's matches, so that there is something to learn from.
pub fn spread_moments(history: &History, competition: CompetitionId, count: usize) -> Vec<Timestamp> {
    let mut known: Vec<(Timestamp, Timestamp)> = Vec::new();
    for fixture in history.fixtures_for_scoring() {
        if fixture.competition == competition {
            known.push((fixture.kickoff.earliest(), fixture.kickoff.result_known_at(fixture.sport).0));
        }
    }
    known.sort_unstable();
    let from = known.len() / 3;
    let span = known.len() - from;
    let pick = |i: usize| {
        let (kickoff, result) = known[from + i * span / count];
        if i.is_multiple_of(2) { kickoff } else { result }
    };
    if span == 0 { Vec::new() } else { (0..count).map(pick).collect() }
}

struct Compared {
    subject: usize,
    at: Timestamp,
    fixture: FixtureId,
    kind: Kind,
    strayed: bool,
    differs: bool,
}

/// What kind of answer the whole history gave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Given,
    Undefined,
    Refused,
}

fn compare(
    history: &History,
    competition: CompetitionId,
    at: Timestamp,
    subjects: &[Subject<'_>],
) -> Vec<Compared> {
    let forgetful = history.forgetting_from(at);
    // Each world is asked with its own version of the fixtures: a moved kick-off would be a leak too.
    let fixtures = next_fixtures(history, competition, at);
    let remembered = next_fixtures(&forgetful, competition, at);
    let mut compared = Vec::new();
    for (subject, Subject { answer, .. }) in subjects.iter().enumerate() {
        let (with, without) = (answer(history, at, &fixtures), answer(&forgetful, at, &remembered));
        for (i, (fixture, with)) in fixtures.iter().zip(with).enumerate() {
            compared.push(Compared {
                subject,
                at,
                fixture: fixture.id,
                kind: match with {
                    Ok(Some(_)) => Kind::Given,
                    Ok(None) => Kind::Undefined,
                    Err(_) => Kind::Refused,
                },
                strayed: matches!(&with, Ok(Some(told)) if told.strayed > START_TOLERANCE),
                differs: remembered.get(i) != Some(fixture) || without.get(i) != Some(&with),
            });
        }
    }
    compared
}

/// The fixtures of the competition that are announced and have no result, as the snapshot shows them: those to come and,
/// where a leak is likeliest, those under way or just over.
fn next_fixtures(history: &History, competition: CompetitionId, at: Timestamp) -> Vec<Fixture> {
    let snapshot = history.as_of(at, RecordedBy::Now);
    let played: BTreeSet<FixtureId> = snapshot.played_in(competition).map(|m| m.fixture.id).collect();
    let since = at - JUST_OVER;
    let open = |f: &&Fixture| {
        f.competition == competition && f.kickoff.earliest() >= since && !played.contains(&f.id)
    };
    let mut next: Vec<Fixture> = snapshot.fixtures().filter(open).copied().collect();
    next.sort_by_key(|f| (f.kickoff.earliest(), f.id));
    next.truncate(FIXTURES_PER_MOMENT);
    next
}

#[cfg(test)]
mod tests;
