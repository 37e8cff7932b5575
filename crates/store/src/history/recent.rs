//! The histories that were read last, in memory: nothing changes without an import, so they hold until the next one.

use std::sync::Arc;

use domain::{History, Sequence};
use jiff::Timestamp;
use moka::future::Cache;

use super::Scope;

/// Most bytes that are kept. A history larger than this is read each time.
const CAPACITY_BYTES: u64 = 64 << 20;

/// The last import: number and moment. The number alone is the same in a database that was restored from a backup and has moved
/// on since.
pub(super) type Version = Option<(Sequence, Timestamp)>;

/// Histories by what was asked and after which import.
#[derive(Debug, Clone)]
pub(crate) struct Recent(Cache<(Scope, Version), Arc<History>>);

impl Default for Recent {
    fn default() -> Self {
        let weigh =
            |_: &(Scope, Version), history: &Arc<History>| u32::try_from(history.bytes()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(CAPACITY_BYTES).weigher(weigh).build())
    }
}

impl Recent {
    pub(super) async fn get(&self, scope: &Scope, version: Version) -> Option<Arc<History>> {
        self.0.get(&(scope.clone(), version)).await
    }

    /// Keeps a history that was begun to be read at this version. An import meanwhile may be in it; whoever asks after that
    /// import asks for another version.
    pub(super) async fn keep(&self, scope: &Scope, version: Version, history: &Arc<History>) {
        self.0.insert((scope.clone(), version), Arc::clone(history)).await;
    }
}
