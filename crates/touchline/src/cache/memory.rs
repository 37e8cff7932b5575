//! Entries in this process's memory, by moka: the one used longest ago goes first when there are too many bytes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::{Expiry, future::Cache, notification::RemovalCause, policy::EvictionPolicy};

use super::{
    Answer, Backend,
    entry::Entry,
    statistics::{Holding, State},
};
use crate::clock::Clock;

/// What an entry takes beside its name and its body.
const ENTRY_BYTES: usize = 128;

/// Entries in memory.
pub(super) struct Memory {
    entries: Cache<String, Entry>,
    /// Entries that made way for others.
    evicted: Arc<AtomicU64>,
    clock: Arc<dyn Clock>,
}

impl Memory {
    /// Room for this many bytes.
    pub(super) fn new(capacity_bytes: u64, clock: Arc<dyn Clock>) -> Self {
        let evicted = Arc::new(AtomicU64::new(0));
        let count = evicted.clone();
        let entries = Cache::builder()
            .max_capacity(capacity_bytes)
            .weigher(|key: &String, entry: &Entry| {
                u32::try_from(key.len() + entry.body.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
            })
            // What was just made is what will be asked for next: it is not to be refused for being new.
            .eviction_policy(EvictionPolicy::lru())
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
            .expire_after(ByEntry)
            .build();
        Self { entries, evicted, clock }
    }

    /// What is in memory.
    pub(super) async fn holding(&self) -> Holding {
        self.entries.run_pending_tasks().await;
        Holding {
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
            evictions: self.evicted.load(Ordering::Relaxed),
        }
    }
}

impl Backend for Memory {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Entry>> {
        Box::pin(async move {
            let entry = self.entries.get(key).await?;
            entry.holds_at(self.clock.now()).then_some(entry)
        })
    }

    fn put<'a>(&'a self, key: &'a str, entry: Entry) -> Answer<'a, ()> {
        Box::pin(self.entries.insert(key.into(), entry))
    }

    fn forget<'a>(&'a self, key: &'a str) -> Answer<'a, ()> {
        Box::pin(self.entries.invalidate(key))
    }

    fn clear(&self) -> Answer<'_, u64> {
        Box::pin(async {
            let before = self.holding().await.entries;
            self.entries.invalidate_all();
            before
        })
    }

    fn state(&self) -> Answer<'_, State> {
        Box::pin(async { State::of_memory(self.holding().await) })
    }
}

/// Frees the memory of entries that have come to their end. Whether one still holds is decided by the clock that is passed in.
struct ByEntry;

impl ByEntry {
    #[expect(clippy::unnecessary_wraps, reason = "as moka wants it")]
    fn lifetime(entry: &Entry) -> Option<Duration> {
        Some(entry.until.duration_since(entry.made_at).try_into().unwrap_or_default())
    }
}

impl Expiry<String, Entry> for ByEntry {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Self::lifetime(entry)
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Self::lifetime(entry)
    }
}
