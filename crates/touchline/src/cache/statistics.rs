//! How the cache has done: hits, loads, errors by kind; what it holds; how its place is.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Kind;

/// Everything there is to know of a cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statistics {
    /// When this process opened it; the counts are this process's since then.
    pub(crate) since: Timestamp,
    /// `memory` or `redis`.
    pub(crate) backend: String,
    /// The address of the Redis, without its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// Whether the Redis is away, so that everything is computed or kept in memory.
    pub(crate) degraded: bool,
    /// How often it went away.
    pub(crate) outages: u64,
    /// Entries that came back unreadable.
    pub(crate) unreadable: u64,
    /// Over all kinds.
    #[serde(flatten)]
    pub(crate) total: Counts,
    /// By kind.
    pub(crate) kinds: Vec<KindCounts>,
    /// What the place holds; none while it is away.
    pub(crate) holding: Option<Holding>,
    /// What this process holds beside a Redis, for when it is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fall_back: Option<Holding>,
    /// Fitted models that this process holds.
    pub(crate) objects: u64,
    /// What the Redis says of itself, other users included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redis: Option<RedisFigures>,
}

/// What came of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Found.
    pub(crate) hits: u64,
    /// Not found.
    pub(crate) misses: u64,
    /// Hits among both; none without requests.
    pub(crate) hit_rate: Option<f64>,
    /// Made; fewer than misses where several waited for one, or where another process made it.
    pub(crate) loads: u64,
    /// Made in vain.
    pub(crate) load_errors: u64,
}

/// The same of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KindCounts {
    /// Its name.
    pub(crate) kind: String,
    /// How long its entries hold at the most.
    pub(crate) time_to_live_secs: i64,
    /// What came of requests for it.
    #[serde(flatten)]
    pub(crate) counts: Counts,
}

/// What a place holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holding {
    /// Entries.
    pub(crate) entries: u64,
    /// Their size.
    pub(crate) bytes: u64,
    /// Entries that made way for others. Those of a Redis are of the whole server.
    pub(crate) evictions: u64,
}

/// What a Redis says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RedisFigures {
    /// Its version.
    pub(crate) version: String,
    /// Memory in use.
    pub(crate) used_memory_bytes: u64,
    /// Its limit; none when it takes all there is.
    pub(crate) max_memory_bytes: Option<u64>,
    /// Keys found since it started.
    pub(crate) keyspace_hits: u64,
    /// Keys not found.
    pub(crate) keyspace_misses: u64,
    /// Keys dropped for want of memory.
    pub(crate) evicted_keys: u64,
}

/// How a place is.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) backend: &'static str,
    pub(super) address: Option<String>,
    pub(super) degraded: bool,
    pub(super) outages: u64,
    pub(super) unreadable: u64,
    pub(super) holding: Option<Holding>,
    pub(super) fall_back: Option<Holding>,
    pub(super) redis: Option<RedisFigures>,
}

impl State {
    pub(super) fn of_memory(holding: Holding) -> Self {
        Self { backend: "memory", holding: Some(holding), ..Self::default() }
    }
}

#[derive(Default)]
struct Counter {
    hits: AtomicU64,
    misses: AtomicU64,
    loads: AtomicU64,
    load_errors: AtomicU64,
}

impl Counter {
    fn read(&self) -> [u64; 4] {
        [&self.hits, &self.misses, &self.loads, &self.load_errors].map(|n| n.load(Ordering::Relaxed))
    }
}

impl Counts {
    fn of([hits, misses, loads, load_errors]: [u64; 4]) -> Self {
        let requests = hits + misses;
        let hit_rate = (requests > 0).then(|| hits as f64 / requests as f64);
        Self { hits, misses, hit_rate, loads, load_errors }
    }
}

/// Counts as things happen.
pub(super) struct Counters {
    since: Timestamp,
    by_kind: [Counter; Kind::ALL.len()],
}

impl Counters {
    pub(super) fn since(since: Timestamp) -> Self {
        Self { since, by_kind: Default::default() }
    }

    pub(super) fn hit(&self, kind: Kind) {
        self.of(kind).hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn miss(&self, kind: Kind) {
        self.of(kind).misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Does the work and counts it.
    pub(super) async fn load<T>(&self, kind: Kind, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.of(kind).loads.fetch_add(1, Ordering::Relaxed);
        let made = work.await;
        if made.is_err() {
            self.of(kind).load_errors.fetch_add(1, Ordering::Relaxed);
        }
        made
    }

    /// All of it, with how the place is.
    pub(super) fn with(&self, state: State, objects: u64) -> Statistics {
        let mut total = [0; 4];
        let mut kinds = Vec::new();
        for (kind, counter) in Kind::ALL.into_iter().zip(&self.by_kind) {
            let read = counter.read();
            total.iter_mut().zip(read).for_each(|(sum, n)| *sum += n);
            kinds.push(KindCounts {
                kind: kind.name().into(),
                time_to_live_secs: kind.time_to_live().as_secs(),
                counts: Counts::of(read),
            });
        }
        let State { backend, address, degraded, outages, unreadable, holding, fall_back, redis } = state;
        Statistics {
            since: self.since,
            backend: backend.into(),
            address,
            degraded,
            outages,
            unreadable,
            total: Counts::of(total),
            kinds,
            holding,
            fall_back,
            objects,
            redis,
        }
    }

    fn of(&self, kind: Kind) -> &Counter {
        // `ALL` is in the order of the variants; a test holds it there.
        &self.by_kind[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_count_for_themselves() {
        let counters = Counters::since(Timestamp::UNIX_EPOCH);
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            (0..=i).for_each(|_| counters.hit(kind));
        }
        counters.miss(Kind::Status);
        let statistics = counters.with(State::of_memory(Holding::default()), 0);
        let hits: Vec<u64> = statistics.kinds.iter().map(|k| k.counts.hits).collect();
        assert_eq!(hits, [1, 2, 3, 4, 5, 6]);
        assert_eq!(statistics.total.hit_rate, Some(21.0 / 22.0));
        assert_eq!(Counts::of([0; 4]).hit_rate, None);
    }

    #[test]
    fn json_returns_the_same() {
        let counters = Counters::since(Timestamp::UNIX_EPOCH);
        let statistics = counters.with(State::of_memory(Holding::default()), 3);
        let text = serde_json::to_string(&statistics).unwrap();
        assert_eq!(serde_json::from_str::<Statistics>(&text).unwrap(), statistics);
    }
}
