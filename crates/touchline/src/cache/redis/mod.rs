//! Entries in a Redis that processes share. While it is away, and for what it refuses, a small memory beside it serves.
//!
//! One process makes an entry while the others wait: they look every few milliseconds and take over when its lock is gone.

mod link;
mod lock;

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use redis::cmd;
use tokio::time::{Instant, sleep};

use self::{
    link::{Link, Unanswered},
    lock::Lock,
};
use super::{
    Answer, Backend,
    entry::Entry,
    flight::Failed,
    key::Names,
    memory::Memory,
    statistics::{Holding, RedisFigures, State},
};
use crate::{clock::Clock, config::Caching};

/// Most bytes of the memory beside it.
const FALL_BACK_BYTES: u64 = 16 << 20;
/// How often who waits looks, and for how long before it does the work itself.
const LOOK: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_mins(1);
/// Keys per step of a walk through all that the Redis holds, and most steps to count ours.
const STEP: usize = 500;
const MOST_STEPS: usize = 400;

/// Entries in a Redis.
pub(super) struct Redis {
    link: Arc<Link>,
    beside: Memory,
    clock: Arc<dyn Clock>,
    names: Names,
    unreadable: AtomicU64,
    /// Whether it was said that it refuses to keep something, since it last kept something.
    told_refused: AtomicBool,
    /// Different in every process.
    process: u64,
    claims: AtomicU64,
}

impl Redis {
    pub(super) async fn open(config: &Caching, names: Names, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self {
            link: Link::open(&config.url, Duration::from_millis(config.timeout_ms)).await?,
            beside: Memory::new(config.capacity_bytes.min(FALL_BACK_BYTES), clock.clone()),
            clock,
            names,
            unreadable: AtomicU64::new(0),
            told_refused: AtomicBool::new(false),
            process: RandomState::new().hash_one(std::process::id()),
            claims: AtomicU64::new(0),
        })
    }

    async fn stored(&self, key: &str) -> Option<Entry> {
        match self.link.ask::<Option<Vec<u8>>>(cmd("GET").arg(key)).await {
            Ok(None) | Err(Unanswered::Away) => None,
            Ok(Some(bytes)) => {
                let entry = Entry::from_bytes(&bytes);
                if entry.is_none() {
                    self.tell_unreadable(key);
                }
                entry.filter(|entry| entry.holds_at(self.clock.now()))
            }
            Err(Unanswered::Refused(error)) if error.code() == Some("WRONGTYPE") => {
                self.tell_unreadable(key);
                None
            }
            Err(Unanswered::Refused(error)) => {
                self.link.give_up(&error);
                None
            }
        }
    }

    /// Somebody else wrote under our names, or a disk lied: it is made again and written over. Said once.
    fn tell_unreadable(&self, key: &str) {
        if self.unreadable.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!(
                redis = self.link.address(),
                key,
                "an entry of the cache is unreadable and made again; `touchline cache stats` counts further ones"
            );
        }
    }

    fn lock(&self, key: &str) -> Lock {
        let token = format!("{:x}-{}", self.process, self.claims.fetch_add(1, Ordering::Relaxed));
        Lock { link: self.link.clone(), key: Names::lock(key), token }
    }

    /// Some names of ours from a place on, and the place to go on from; none at the end.
    async fn step(&self, from: u64) -> Result<(Option<u64>, Vec<Vec<u8>>), Unanswered> {
        let mut step = cmd("SCAN");
        step.arg(from).arg("MATCH").arg(self.names.pattern()).arg("COUNT").arg(STEP);
        let (next, keys): (u64, _) = self.link.ask(&step).await?;
        Ok((Some(next).filter(|next| *next != 0), keys))
    }

    async fn drop_all(&self) -> Result<u64, Unanswered> {
        let (mut dropped, mut place) = (0, Some(0));
        while let Some(from) = place {
            let (next, keys) = self.step(from).await?;
            if !keys.is_empty() {
                dropped += self.link.ask::<u64>(cmd("UNLINK").arg(keys)).await?;
            }
            place = next;
        }
        Ok(dropped)
    }

    /// What it holds of ours; none when that would take too long to count.
    async fn holding(&self, evictions: u64) -> Result<Option<Holding>, Unanswered> {
        let mut holding = Holding { evictions, ..Holding::default() };
        let mut place = 0;
        for _ in 0..MOST_STEPS {
            let (next, keys) = self.step(place).await?;
            for bytes in self.sizes(&keys).await? {
                holding.entries += 1;
                holding.bytes += bytes;
            }
            let Some(next) = next else { return Ok(Some(holding)) };
            place = next;
        }
        Ok(None)
    }

    /// What entries take; one that has ended meanwhile is left out.
    async fn sizes(&self, keys: &[Vec<u8>]) -> Result<Vec<u64>, Unanswered> {
        let mut commands = redis::pipe();
        for key in keys.iter().filter(|key| !Names::is_lock(key)) {
            commands.cmd("MEMORY").arg("USAGE").arg(key);
        }
        // The client takes an empty pipeline for an error.
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let sizes: Vec<Option<u64>> = self.link.ask_all(&commands).await?;
        Ok(sizes.into_iter().flatten().collect())
    }

    async fn figures(&self) -> Result<RedisFigures, Unanswered> {
        let info: String = self.link.ask(&cmd("INFO")).await?;
        let field = |name: &str| {
            info.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .unwrap_or_default()
                .trim()
        };
        let number = |name| field(name).parse().unwrap_or_default();
        Ok(RedisFigures {
            version: field("redis_version").into(),
            used_memory_bytes: number("used_memory"),
            max_memory_bytes: Some(number("maxmemory")).filter(|limit| *limit > 0),
            keyspace_hits: number("keyspace_hits"),
            keyspace_misses: number("keyspace_misses"),
            evicted_keys: number("evicted_keys"),
        })
    }
}

impl Backend for Redis {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Entry>> {
        Box::pin(async move {
            match self.stored(key).await {
                Some(entry) => Some(entry),
                None => self.beside.get(key).await,
            }
        })
    }

    fn put<'a>(&'a self, key: &'a str, entry: Entry) -> Answer<'a, ()> {
        Box::pin(async move {
            let left = entry.until.duration_since(self.clock.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            let mut command = cmd("SET");
            command.arg(key).arg(entry.to_bytes()).arg("PX").arg(millis(left).max(1));
            match self.link.ask::<String>(&command).await {
                Ok(_) => self.told_refused.store(false, Ordering::Relaxed),
                Err(unanswered) => {
                    if let Unanswered::Refused(error) = unanswered
                        && !self.told_refused.swap(true, Ordering::Relaxed)
                    {
                        tracing::warn!(
                            redis = self.link.address(),
                            because = %error,
                            "the cache's Redis refuses entries: they are kept in memory"
                        );
                    }
                    self.beside.put(key, entry).await;
                }
            }
        })
    }

    fn forget<'a>(&'a self, key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            // Away or unwilling, it is made again and written over.
            let _ = self.link.ask::<i64>(cmd("UNLINK").arg(key)).await;
            self.beside.forget(key).await;
        })
    }

    fn once<'a>(
        &'a self,
        key: &'a str,
        work: Answer<'a, Result<Entry, Failed>>,
    ) -> Answer<'a, Result<Entry, Failed>> {
        Box::pin(async move {
            let end = Instant::now() + PATIENCE;
            while Instant::now() < end {
                match self.lock(key).claim().await {
                    // Nobody to agree with.
                    Err(_) => break,
                    Ok(Some(lease)) => {
                        // The last holder may have been done just before.
                        return match self.get(key).await {
                            Some(entry) => Ok(entry),
                            None => lease.hold_while(work).await,
                        };
                    }
                    Ok(None) => sleep(LOOK).await,
                }
                if let Some(entry) = self.get(key).await {
                    return Ok(entry);
                }
            }
            work.await
        })
    }

    fn clear(&self) -> Answer<'_, u64> {
        Box::pin(async { self.drop_all().await.unwrap_or_default() + self.beside.clear().await })
    }

    fn state(&self) -> Answer<'_, State> {
        Box::pin(async {
            let redis = self.figures().await.ok();
            let evicted = redis.as_ref().map_or(0, |figures| figures.evicted_keys);
            State {
                backend: "redis",
                address: Some(self.link.address()),
                holding: self.holding(evicted).await.ok().flatten(),
                fall_back: Some(self.beside.holding().await),
                degraded: self.link.is_away(),
                outages: self.link.outages(),
                unreadable: self.unreadable.load(Ordering::Relaxed),
                redis,
            }
        })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
