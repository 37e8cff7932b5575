//! One maker per key: whoever asks meanwhile waits for the same answer, an error included.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

/// Why something could not be made, for everybody who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct Failed(Arc<anyhow::Error>);

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(Arc::new(error))
    }
}

type Answered<V> = Arc<OnceCell<Result<V, Failed>>>;

/// What is being made at this moment, by key. Nothing stays in here afterwards.
pub(super) struct Flights<V>(Mutex<HashMap<String, Answered<V>>>);

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Flights<V> {
    /// Does the work, unless somebody does it already: then waits for what comes of that. When the one who does it gives up,
    /// the next in line does it.
    pub(super) async fn run(
        &self,
        key: &str,
        work: impl Future<Output = Result<V, Failed>>,
    ) -> Result<V, Failed> {
        let seat = Seat { flights: self, key, answered: self.open().entry(key.into()).or_default().clone() };
        seat.answered.get_or_init(|| work).await.clone()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Answered<V>>> {
        // A map of keys is whole whenever it is unlocked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait for one key; the last to leave, or any once it is answered, clears it away.
struct Seat<'f, V: Clone> {
    flights: &'f Flights<V>,
    key: &'f str,
    answered: Answered<V>,
}

impl<V: Clone> Drop for Seat<'_, V> {
    fn drop(&mut self) {
        let mut open = self.flights.open();
        let is_this = open.get(self.key).is_some_and(|other| Arc::ptr_eq(other, &self.answered));
        // The map's own and this one.
        let is_last = Arc::strong_count(&self.answered) == 2;
        if is_this && (is_last || self.answered.initialized()) {
            open.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, sync::atomic::Ordering, time::Duration};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_is_followed_by_the_next() {
        let flights = Arc::new(Flights::<u8>::default());
        let begun = Arc::new(AtomicUsize::new(0));
        let ask = |secs| {
            let (flights, begun) = (flights.clone(), begun.clone());
            tokio::spawn(async move {
                let work = async {
                    begun.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_secs(secs)).await;
                    Ok(7)
                };
                flights.run("key", work).await
            })
        };
        let first = ask(100);
        tokio::task::yield_now().await;
        let second = ask(1);
        tokio::task::yield_now().await;
        first.abort();
        assert_eq!(second.await.unwrap().unwrap(), 7);
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        assert!(flights.open().is_empty());
    }

    #[tokio::test]
    async fn an_error_reaches_everybody_and_is_forgotten() {
        let flights = Flights::<u8>::default();
        let fail = || async {
            tokio::task::yield_now().await;
            Err(anyhow::anyhow!("no luck").context("making it").into())
        };
        let (one, other) = tokio::join!(flights.run("key", fail()), flights.run("key", async { Ok(1) }));
        assert_eq!(one.unwrap_err().to_string(), "making it: no luck");
        assert!(other.is_err());
        assert_eq!(flights.run("key", async { Ok(2) }).await.unwrap(), 2);
    }
}
