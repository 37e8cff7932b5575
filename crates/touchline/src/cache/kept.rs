//! Objects that cannot be written down, such as fitted models: few, in this process.

use std::{any::Any, sync::Arc};

use jiff::Timestamp;
use moka::future::Cache;

use super::{Kind, entry::holds_at};
use crate::clock::Clock;

/// How many are held: a model for every competition of a busy day. A fitted model takes some kilobytes.
const CAPACITY: u64 = 64;

/// An object with its times.
#[derive(Clone)]
pub(super) struct Held {
    object: Arc<dyn Any + Send + Sync>,
    made_at: Timestamp,
    until: Timestamp,
}

impl Held {
    pub(super) fn of<T: Any + Send + Sync>(object: T, made_at: Timestamp, until: Timestamp) -> Self {
        Self { object: Arc::new(object), made_at, until }
    }

    /// The object, if it is of this type.
    pub(super) fn object<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.object.clone().downcast().ok()
    }
}

/// The objects by key.
pub(super) struct Kept {
    objects: Cache<String, Held>,
    clock: Arc<dyn Clock>,
}

impl Kept {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let longest = Kind::ALL.map(Kind::time_to_live).into_iter().max().unwrap_or_default();
        let objects = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(longest.unsigned_abs())
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .build();
        Self { objects, clock }
    }

    pub(super) async fn get(&self, key: &str) -> Option<Held> {
        let held = self.objects.get(key).await?;
        holds_at(held.made_at, held.until, self.clock.now()).then_some(held)
    }

    pub(super) async fn put(&self, key: &str, held: Held) {
        self.objects.insert(key.into(), held).await;
    }

    pub(super) async fn count(&self) -> u64 {
        self.objects.run_pending_tasks().await;
        self.objects.entry_count()
    }

    pub(super) async fn clear(&self) -> u64 {
        let before = self.count().await;
        self.objects.invalidate_all();
        before
    }
}
