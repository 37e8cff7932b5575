//! The filter's way through one competition, kept so that the next fit need not walk it again.
//!
//! Matches are cut into chunks, each kept with the state behind it. A later walk takes over the chunks whose matches are the
//! same to the bit and goes on from there: a correction or a late statistic is walked again from its chunk on, and the result
//! is that of a walk from the start. Chunks are shared between fits.

use std::sync::Arc;

use domain::{Fixture, MatchStatistics, OutcomeClass, PlayedMatch, Score, Snapshot};

use super::{
    DynamicStrengths, Reads,
    filter::Filter,
    price::{EARLY, LAST, Prices, prices},
    stack::{Example, input},
};

const CHUNK: usize = 64;

/// All that a filter may read of one match.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    fixture: Fixture,
    score: Score,
    statistics: Option<MatchStatistics>,
    last: Option<Prices>,
    early: Option<Prices>,
}

impl Seen {
    pub(super) fn of(reads: Reads, snapshot: &Snapshot<'_>, played: &PlayedMatch<'_>) -> Self {
        let fixture = *played.fixture;
        let quotes: Vec<_> =
            if reads.past_prices() { snapshot.quotes(fixture.id).collect() } else { Vec::new() };
        Self {
            fixture,
            score: played.score(),
            statistics: played.statistics.copied().filter(|_| reads.statistics()),
            last: prices(&quotes, &LAST),
            early: if reads.this_price() { prices(&quotes, &EARLY) } else { None },
        }
    }
}

/// What the stack can learn from one match.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lesson {
    /// From the filter alone.
    pub(super) plain: Option<Example>,
    /// From the filter and the early price.
    pub(super) priced: Option<Example>,
}

#[derive(Debug)]
struct Chunk {
    seen: Vec<Seen>,
    lessons: Vec<Lesson>,
    after: Filter,
}

/// A finished walk.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    chunks: Vec<Arc<Chunk>>,
    /// Of the matches behind the last chunk.
    rest: Vec<Lesson>,
    /// Where it ended.
    pub(super) now: Filter,
}

impl Trace {
    /// Walks through all matches of a competition, by kick-off.
    pub(super) fn walk(model: &DynamicStrengths, seen: &[Seen], earlier: Option<&Self>) -> Self {
        let known = earlier.map_or(&[][..], |trace| &trace.chunks);
        let mut chunks: Vec<Arc<Chunk>> = Vec::with_capacity(seen.len() / CHUNK);
        let same = known.iter().zip(seen.chunks(CHUNK)).take_while(|(chunk, seen)| chunk.seen == *seen);
        chunks.extend(same.map(|(chunk, _)| Arc::clone(chunk)));
        let mut now = chunks.last().map_or_else(Filter::default, |chunk| chunk.after.clone());
        let mut rest = Vec::new();
        for part in seen.chunks(CHUNK).skip(chunks.len()) {
            let lessons = part.iter().map(|one| learn(model, &mut now, one)).collect();
            if part.len() == CHUNK {
                chunks.push(Arc::new(Chunk { seen: part.to_vec(), lessons, after: now.clone() }));
            } else {
                rest = lessons;
            }
        }
        Self { chunks, rest, now }
    }

    /// What can be learnt from every match, in order.
    pub(super) fn lessons(&self) -> impl Iterator<Item = &Lesson> {
        self.chunks.iter().flat_map(|chunk| &chunk.lessons).chain(&self.rest)
    }
}

/// What was expected of a match, and then the match itself.
fn learn(model: &DynamicStrengths, filter: &mut Filter, seen: &Seen) -> Lesson {
    let Seen { fixture, score, .. } = seen;
    let blend = &model.settings.performance;
    let performance = filter.worth.performance(*score, seen.statistics.as_ref(), blend);
    let last = seen.last.and_then(|prices| prices.implied());
    // Only matches that the filter was as well informed about as it is today say how far to trust it.
    let informed = match model.reads {
        Reads::Goals => true,
        Reads::Statistics => performance.phi < 1.0,
        Reads::PastPrices | Reads::ThisPrice => last.is_some(),
    };
    let mut lesson = Lesson::default();
    if informed && !fixture.neutral && filter.is_warm(fixture) {
        let expected = filter.expect(model.settings, fixture);
        let outcome = OutcomeClass::of(*score);
        let example = |price| Example { input: input(&expected, price), outcome };
        lesson.plain = Some(example(None));
        let early = seen.early.and_then(|prices| prices.implied());
        lesson.priced = early.as_ref().map(|price| example(Some(price)));
    }
    filter.learn(model.settings, fixture, last, performance);
    filter.worth.learn(*score, seen.statistics.as_ref(), blend);
    lesson
}
