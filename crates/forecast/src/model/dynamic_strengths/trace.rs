//! The filter's way through one competition, kept so that the next fit need not walk it again.
//!
//! Matches are cut into chunks, each kept with the state behind it. A later walk takes over the chunks whose matches are the
//! same to the bit and goes on from there: a correction or a late statistic is walked again from its chunk on, and the result
//! is that of a walk from the start. Chunks are shared between fits. They know their matches by a hash, because the matches
//! themselves would take several times the memory of the rest; one correction in 2^64 would go unnoticed.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use domain::{DecimalOdds, Fixture, MatchStatistics, OutcomeClass, PlayedMatch, Score, Snapshot};

use super::{
    DynamicStrengths, Reads,
    filter::Filter,
    price::{EARLY, LAST, Prices, prices},
    stack::{Example, input},
};

const CHUNK: usize = 64;

/// All that a filter may read of one match.
#[derive(Debug)]
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

impl Hash for Seen {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { fixture, score, statistics, last, early } = self;
        (fixture, score).hash(state);
        let counted = statistics.as_ref().map(|s| {
            [s.expected_goals, s.shots, s.shots_on_target, s.corners, s.red_cards]
                .map(|pair| pair.map(|pair| [pair.home, pair.away].map(f64::to_bits)))
        });
        counted.hash(state);
        let bits = |odds: DecimalOdds| odds.value().to_bits();
        [last, early].map(|prices| prices.map(|p| p.raw().map(|odds| odds.map(bits)))).hash(state);
    }
}

/// What the stack can learn from a stretch of matches, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Lessons {
    /// From the filter alone.
    pub(super) plain: Vec<Example>,
    /// From the filter and the early price.
    pub(super) priced: Vec<Example>,
}

#[derive(Debug)]
struct Chunk {
    /// Of what was seen.
    hash: u64,
    lessons: Lessons,
    after: Filter,
}

/// A finished walk.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    chunks: Vec<Arc<Chunk>>,
    /// Of the matches behind the last chunk.
    rest: Lessons,
    /// Where it ended.
    pub(super) now: Filter,
}

impl Trace {
    /// Walks through all matches of a competition, by kick-off.
    pub(super) fn walk(model: &DynamicStrengths, seen: &[Seen], earlier: Option<&Self>) -> Self {
        let known = earlier.map_or(&[][..], |trace| &trace.chunks);
        let mut chunks: Vec<Arc<Chunk>> = Vec::with_capacity(seen.len() / CHUNK);
        let same =
            known.iter().zip(seen.chunks(CHUNK)).take_while(|(chunk, seen)| chunk.hash == hash_of(seen));
        chunks.extend(same.map(|(chunk, _)| Arc::clone(chunk)));
        let mut now = chunks.last().map_or_else(Filter::default, |chunk| chunk.after.clone());
        let mut rest = Lessons::default();
        for part in seen.chunks(CHUNK).skip(chunks.len()) {
            let mut lessons = Lessons::default();
            for one in part {
                learn(model, &mut now, one, &mut lessons);
            }
            if part.len() == CHUNK {
                chunks.push(Arc::new(Chunk { hash: hash_of(part), lessons, after: now.clone() }));
            } else {
                rest = lessons;
            }
        }
        Self { chunks, rest, now }
    }

    /// What can be learnt from every match, in order.
    pub(super) fn lessons(&self) -> impl Iterator<Item = &Lessons> {
        self.chunks.iter().map(|chunk| &chunk.lessons).chain([&self.rest])
    }
}

fn hash_of(seen: &[Seen]) -> u64 {
    let mut hasher = DefaultHasher::new();
    seen.hash(&mut hasher);
    hasher.finish()
}

/// What was expected of a match, and then the match itself.
fn learn(model: &DynamicStrengths, filter: &mut Filter, seen: &Seen, lessons: &mut Lessons) {
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
    if informed && !fixture.neutral && filter.is_warm(fixture) {
        let expected = filter.expect(model.settings, fixture);
        let outcome = OutcomeClass::of(*score);
        let example = |price| Example { input: input(&expected, price), outcome };
        lessons.plain.push(example(None));
        let early = seen.early.and_then(|prices| prices.implied());
        lessons.priced.extend(early.as_ref().map(|price| example(Some(price))));
    }
    filter.learn(model.settings, fixture, last, performance);
    filter.worth.learn(*score, seen.statistics.as_ref(), blend);
}
