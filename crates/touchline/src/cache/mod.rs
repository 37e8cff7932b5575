//! Keeps what takes long to make for as long as it holds: in this process's memory, or in a Redis that processes share.
//!
//! The name of an entry holds the version of the data it was made from, so that an import makes it unreachable at once; the
//! time to live of its kind, and the moment at which the next stored fact becomes known, end it without one. Whatever the
//! place, one key is made once at a time, and an error is told to everybody who waited and kept by nobody. docs/CACHE.md has
//! the names and what becomes of requests while a Redis is away.

mod address;
mod entry;
mod flight;
mod kept;
mod key;
mod memory;
mod redis;
mod statistics;
#[cfg(test)]
mod tests;

use std::{any::Any, pin::Pin, sync::Arc};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::{
    address::check as check_address,
    key::DataVersion,
    statistics::{Counts, Holding, RedisFigures, Statistics},
};
use self::{
    entry::Entry,
    flight::{Failed, Flights},
    kept::{Held, Kept},
    key::Names,
    memory::Memory,
    redis::Redis,
    statistics::Counters,
};
use crate::{clock::Clock, config::Caching};

/// What is kept, and for how long at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// How the teams of a competition have done.
    TeamStatistics,
    /// Forecasts of fixtures.
    Forecast,
    /// Prices of fixtures, each with the moment it became known. Whoever reads them takes the last one known by then, so they
    /// are as fresh as their last snapshot whatever their time to live.
    Odds,
    /// Fitted models, and their parameters for people to read.
    ModelArtefact,
    /// Pages that take long to draw.
    Report,
    /// What the store holds, counted.
    Status,
}

impl Kind {
    /// The visible list.
    pub(crate) const ALL: [Self; 6] =
        [Self::TeamStatistics, Self::Forecast, Self::Odds, Self::ModelArtefact, Self::Report, Self::Status];

    /// As in the names of entries.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TeamStatistics => "team_statistics",
            Self::Forecast => "forecast",
            Self::Odds => "odds",
            Self::ModelArtefact => "model_artefact",
            Self::Report => "report",
            Self::Status => "status",
        }
    }

    /// For how long it may be shown while no data arrives.
    pub(crate) fn time_to_live(self) -> SignedDuration {
        match self {
            Self::TeamStatistics => SignedDuration::from_hours(6),
            Self::Forecast | Self::Status => SignedDuration::from_mins(15),
            Self::Odds | Self::ModelArtefact | Self::Report => SignedDuration::from_hours(24),
        }
    }
}

/// Something made, and the moment from which on it may have to be made differently.
pub(crate) struct Made<T> {
    pub(crate) value: T,
    /// None when only its kind's time to live ends it.
    pub(crate) until: Option<Timestamp>,
}

impl<T> From<T> for Made<T> {
    fn from(value: T) -> Self {
        Self { value, until: None }
    }
}

/// An answer that is on its way.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place that keeps entries by name. None of this fails: a place that is out of order has nothing.
trait Backend: Send + Sync {
    /// The entry, if there is one and it still holds.
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Entry>>;

    /// Keeps an entry.
    fn put<'a>(&'a self, key: &'a str, entry: Entry) -> Answer<'a, ()>;

    /// Drops one entry.
    fn forget<'a>(&'a self, key: &'a str) -> Answer<'a, ()>;

    /// Does the work, which ends with [`Backend::put`], unless another process is at it: then waits for its entry.
    fn once<'a>(
        &'a self,
        _key: &'a str,
        work: Answer<'a, Result<Entry, Failed>>,
    ) -> Answer<'a, Result<Entry, Failed>> {
        work
    }

    /// Drops everything and says how much that was.
    fn clear(&self) -> Answer<'_, u64>;

    /// What it holds, and how it is.
    fn state(&self) -> Answer<'_, statistics::State>;
}

/// The cache. Clones share it.
#[derive(Clone)]
pub(crate) struct Cache(Arc<Parts>);

struct Parts {
    backend: Box<dyn Backend>,
    /// Objects that only this process can hold.
    kept: Kept,
    flights: Flights<Entry>,
    kept_flights: Flights<Held>,
    clock: Arc<dyn Clock>,
    names: Names,
    counters: Counters,
}

impl Cache {
    /// A cache as configured. A Redis that is away does not stop this: it is waited for in the background.
    ///
    /// # Errors
    /// When the address is none.
    pub(crate) async fn open(config: &Caching, clock: Arc<dyn Clock>) -> Result<Self> {
        let names = Names::starting_with(&config.prefix);
        let backend: Box<dyn Backend> = if config.url.is_set() {
            Box::new(Redis::open(config, names.clone(), clock.clone()).await?)
        } else {
            Box::new(Memory::new(config.capacity_bytes, clock.clone()))
        };
        Ok(Self(Arc::new(Parts {
            backend,
            kept: Kept::new(clock.clone()),
            flights: Flights::default(),
            kept_flights: Flights::default(),
            counters: Counters::since(clock.now()),
            clock,
            names,
        })))
    }

    /// What `subject` is as of this version of the data: as kept, or as `make` makes it.
    ///
    /// # Errors
    /// Those of `make`, which is then asked again next time.
    pub(crate) fn get<'a, T>(
        &'a self,
        kind: Kind,
        subject: &str,
        version: &DataVersion,
        make: impl Future<Output = Result<Made<T>>> + Send + 'a,
    ) -> Answer<'a, Result<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'a,
    {
        let parts = &*self.0;
        let key = parts.names.key(kind, subject, version);
        // Boxed here and below: makers ask for other entries, and futures within futures would outgrow the stack.
        let make: Answer<'a, _> = Box::pin(make);
        Box::pin(async move {
            if let Some((_, value)) = parts.look::<T>(&key).await {
                parts.counters.hit(kind);
                return Ok(value);
            }
            parts.counters.miss(kind);
            let entry = parts.flights.run(&key, parts.make(kind, &key, make)).await?;
            entry.value().with_context(|| format!("the entry {key} is not what it was made from"))
        })
    }

    /// The same for an object that cannot leave this process; it is kept here whatever the place of everything else.
    ///
    /// # Errors
    /// Those of `make`, which is then asked again next time.
    pub(crate) fn keep<'a, T: Any + Send + Sync>(
        &'a self,
        kind: Kind,
        subject: &str,
        version: &DataVersion,
        make: impl Future<Output = Result<Made<T>>> + Send + 'a,
    ) -> Answer<'a, Result<Arc<T>>> {
        let parts = &*self.0;
        let key = parts.names.key(kind, subject, version);
        let make: Answer<'a, _> = Box::pin(make);
        Box::pin(async move {
            if let Some(object) = parts.kept.get(&key).await.and_then(|held| held.object()) {
                parts.counters.hit(kind);
                return Ok(object);
            }
            parts.counters.miss(kind);
            let held = parts.kept_flights.run(&key, parts.make_object(kind, &key, make)).await?;
            held.object().with_context(|| format!("the object {key} is of another type"))
        })
    }

    /// Drops everything and says how many entries that were.
    pub(crate) async fn clear(&self) -> u64 {
        self.0.backend.clear().await + self.0.kept.clear().await
    }

    /// How it has done since it was opened, and what it holds.
    pub(crate) async fn statistics(&self) -> Statistics {
        let (state, objects) = (self.0.backend.state().await, self.0.kept.count().await);
        self.0.counters.with(state, objects)
    }
}

impl Parts {
    /// An entry with what it says. One that says something else is dropped: it was written by other code.
    async fn look<T: DeserializeOwned + Send>(&self, key: &str) -> Option<(Entry, T)> {
        let entry = self.backend.get(key).await?;
        if let Ok(value) = entry.value() {
            return Some((entry, value));
        }
        self.backend.forget(key).await;
        None
    }

    async fn make<T: Serialize + DeserializeOwned + Send>(
        &self,
        kind: Kind,
        key: &str,
        make: Answer<'_, Result<Made<T>>>,
    ) -> Result<Entry, Failed> {
        // It may have been made between the first look and the right to make it.
        if let Some((entry, _)) = self.look::<T>(key).await {
            return Ok(entry);
        }
        let work = async {
            let now = self.clock.now();
            let made = self.counters.load(kind, make).await?;
            let entry = Entry::of(&made.value, now, until(kind, now, made.until))?;
            self.backend.put(key, entry.clone()).await;
            Ok(entry)
        };
        self.backend.once(key, Box::pin(work)).await
    }

    async fn make_object<T: Any + Send + Sync>(
        &self,
        kind: Kind,
        key: &str,
        make: Answer<'_, Result<Made<T>>>,
    ) -> Result<Held, Failed> {
        if let Some(held) = self.kept.get(key).await {
            return Ok(held);
        }
        let now = self.clock.now();
        let made = self.counters.load(kind, make).await?;
        let held = Held::of(made.value, now, until(kind, now, made.until));
        self.kept.put(key, held.clone()).await;
        Ok(held)
    }
}

/// Until when something of this kind that was begun at `now` holds.
fn until(kind: Kind, now: Timestamp, at_most: Option<Timestamp>) -> Timestamp {
    let end = now + kind.time_to_live();
    at_most.map_or(end, |other| end.min(other))
}
