//! Leak check: deleting what became known at or after `t` must not change one bit of what is said at `t`.
//!
//! The check asks every subject (a model, a feature, anything that answers about fixtures) twice: with the whole history, and
//! with [`History::forgetting_from`]. It is generic over the subject, so that planted leaks can be shown to be caught.

use std::collections::BTreeSet;

use domain::{CompetitionId, Fixture, FixtureId, History, RecordedBy};
use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Feature, ForecastError, Model, feature::Tracking};

/// An answer, bit by bit.
pub type Bits = Vec<u64>;

type Answer<'a> =
    dyn Fn(&History, Timestamp, &[Fixture]) -> Vec<Result<Bits, ForecastError>> + Send + Sync + 'a;

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
            fixtures.iter().map(|fixture| answer(history, at, fixture)).collect()
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
                let fitted = fitted.as_ref().map_err(Clone::clone)?;
                let predicted = fitted.forecast(&snapshot.briefing(fixture))?;
                let cells = predicted.distribution.cells().iter().copied();
                let doubt = predicted.uncertainty.map(|u| [u.home_log_se, u.away_log_se, u.correlation]);
                Ok(cells.chain(doubt.into_iter().flatten()).map(f64::to_bits).collect())
            };
            fixtures.iter().map(ask).collect()
        };
        Self { name: format!("model {}", model.name()), answer: Box::new(answer) }
    }

    /// A feature: its value, or that it has none. What it remembers is built up once per moment.
    pub fn feature(feature: &'a dyn Feature) -> Self {
        let answer = move |history: &History, at: Timestamp, fixtures: &[Fixture]| -> Vec<_> {
            let Some(first) = fixtures.first() else { return Vec::new() };
            let snapshot = history.as_of(at, RecordedBy::Now);
            let tracking = Tracking::of(&[feature], &snapshot, first.competition, first.sport);
            let bits = |value: Option<f64>| value.into_iter().map(f64::to_bits);
            fixtures.iter().map(|f| Ok(tracking.values(f).into_iter().flat_map(bits).collect())).collect()
        };
        Self { name: format!("feature {}", feature.name()), answer: Box::new(answer) }
    }
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
    /// No answer changed, and every subject answered at least once.
    pub fn is_clean(&self) -> bool {
        self.leaks.is_empty() && self.checked.iter().all(|c| c.compared > c.unanswered)
    }
}

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
            unanswered: mine().filter(|c| !c.answered).count(),
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
    answered: bool,
    differs: bool,
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
                answered: with.is_ok(),
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
