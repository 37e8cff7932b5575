//! What every place must do, and what a Redis may do to us.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use domain::Sequence;
use jiff::SignedDuration;
use tokio::time::sleep;

use super::*;
use crate::{address::Address, clock::HandClock};

/// A cache with a clock to turn and a count of what was made.
struct Setting {
    cache: Cache,
    clock: Arc<HandClock>,
    made: Arc<AtomicUsize>,
}

impl Setting {
    async fn with(config: Caching) -> Self {
        let clock = Arc::new(HandClock::at("2024-06-01T12:00:00Z"));
        let cache = Cache::open(&config, clock.clone()).await.expect("it opens whatever the place");
        Self { cache, clock, made: Arc::default() }
    }

    async fn in_memory() -> Self {
        Self::with(Caching { capacity_bytes: 1 << 20, ..Caching::default() }).await
    }

    /// Patient, so that a busy machine is not taken for a Redis that is away.
    async fn in_redis(url: &str, prefix: &str) -> Self {
        Self::in_redis_waiting(url, prefix, 5_000).await
    }

    async fn in_redis_waiting(url: &str, prefix: &str, timeout_ms: u64) -> Self {
        let prefix = format!("test-{}-{prefix}", std::process::id());
        let config = Caching { url: Address::from(url), prefix, timeout_ms, ..Caching::default() };
        let setting = Self::with(config).await;
        setting.cache.clear().await;
        setting
    }

    /// Asks for the kind and counts when it has to be made; every making gives another number.
    async fn ask_for(&self, kind: Kind, subject: &str, version: i64) -> f64 {
        let make = async { Ok(Made::from(self.made.fetch_add(1, Ordering::SeqCst) as f64 + 0.1)) };
        self.cache.get(kind, subject, &data(version), make).await.expect("made or kept")
    }

    async fn ask(&self, subject: &str) -> f64 {
        self.ask_for(Kind::Forecast, subject, 1).await
    }

    fn n_made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }
}

fn data(version: i64) -> DataVersion {
    DataVersion::of(Some((Sequence(version), Timestamp::UNIX_EPOCH)))
}

/// Runs each of these tests on every place.
macro_rules! on_every_place {
    ($($demand:ident),* $(,)?) => {
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $demand() {
                super::$demand(super::Setting::in_memory().await).await;
            })*
        }
        mod in_redis {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $demand() {
                let Some(url) = testkit::shared_redis() else { return };
                super::$demand(super::Setting::in_redis(&url, stringify!($demand)).await).await;
            })*
        }
    };
}

on_every_place!(
    what_was_made_is_kept_to_the_bit,
    every_kind_ends_with_its_time_to_live,
    it_ends_earlier_when_its_maker_says_so,
    new_data_is_seen_at_once,
    a_hundred_who_ask_at_once_are_served_by_one,
    an_error_reaches_everybody_and_is_not_kept,
    the_future_is_not_seen_from_the_past,
    objects_are_kept_in_the_process,
    everything_can_be_dropped,
    what_happened_is_counted,
);

async fn what_was_made_is_kept_to_the_bit(setting: Setting) {
    assert_eq!(setting.ask("a").await.to_bits(), 0.1_f64.to_bits());
    assert_eq!(setting.ask("a").await.to_bits(), 0.1_f64.to_bits());
    assert_eq!(setting.ask("b").await, 1.1);
    assert_eq!(setting.ask_for(Kind::Odds, "a", 1).await, 2.1, "another kind is another entry");
    assert_eq!(setting.n_made(), 3);
}

async fn every_kind_ends_with_its_time_to_live(setting: Setting) {
    let hours = [6.0, 0.25, 24.0, 24.0, 24.0, 0.25];
    for (kind, hours) in Kind::ALL.into_iter().zip(hours) {
        let before = setting.ask_for(kind, "a", 1).await;
        let second = SignedDuration::from_secs(1);
        setting.clock.pass(SignedDuration::from_secs_f64(hours * 3600.0) - second);
        assert_eq!(setting.ask_for(kind, "a", 1).await, before, "{kind:?} still holds");
        setting.clock.pass(second);
        assert_ne!(setting.ask_for(kind, "a", 1).await, before, "{kind:?} has come to its end");
    }
}

async fn it_ends_earlier_when_its_maker_says_so(setting: Setting) {
    let until = setting.clock.now() + SignedDuration::from_mins(5);
    let made = async { Ok(Made { value: 1, until: Some(until) }) };
    setting.cache.get::<i32>(Kind::Forecast, "a", &data(1), made).await.unwrap();
    setting.clock.pass(SignedDuration::from_mins(4));
    let again = async { Ok(Made::from(2)) };
    assert_eq!(setting.cache.get::<i32>(Kind::Forecast, "a", &data(1), again).await.unwrap(), 1);
    setting.clock.pass(SignedDuration::from_mins(1));
    let again = async { Ok(Made::from(2)) };
    assert_eq!(setting.cache.get::<i32>(Kind::Forecast, "a", &data(1), again).await.unwrap(), 2);
}

async fn new_data_is_seen_at_once(setting: Setting) {
    let before = setting.ask_for(Kind::TeamStatistics, "a", 1).await;
    let after = setting.ask_for(Kind::TeamStatistics, "a", 2).await;
    assert_ne!(after, before);
    assert_eq!(setting.ask_for(Kind::TeamStatistics, "a", 2).await, after);
}

async fn a_hundred_who_ask_at_once_are_served_by_one(setting: Setting) {
    let setting = Arc::new(setting);
    let askers: Vec<_> = (0..100)
        .map(|_| {
            let setting = setting.clone();
            tokio::spawn(async move {
                let make = async {
                    sleep(Duration::from_millis(100)).await;
                    Ok(Made::from(setting.made.fetch_add(1, Ordering::SeqCst)))
                };
                setting.cache.get::<usize>(Kind::Forecast, "a", &data(1), make).await.unwrap()
            })
        })
        .collect();
    for asker in askers {
        assert_eq!(asker.await.unwrap(), 0);
    }
    assert_eq!(setting.n_made(), 1);
    let total = setting.cache.statistics().await.total;
    assert_eq!((total.hits + total.misses, total.loads), (100, 1));
}

async fn an_error_reaches_everybody_and_is_not_kept(setting: Setting) {
    let fail = async || {
        let make = async {
            sleep(Duration::from_millis(50)).await;
            Err(anyhow::anyhow!("too few matches").context("fitting"))
        };
        setting.cache.get::<u8>(Kind::ModelArtefact, "a", &data(1), make).await.unwrap_err().to_string()
    };
    let (one, other) = tokio::join!(fail(), fail());
    assert_eq!((one.as_str(), other.as_str()), ("fitting: too few matches", "fitting: too few matches"));
    let total = setting.cache.statistics().await.total;
    assert_eq!((total.loads, total.load_errors), (1, 1));
    assert_eq!(setting.ask_for(Kind::ModelArtefact, "a", 1).await, 0.1);
}

async fn the_future_is_not_seen_from_the_past(setting: Setting) {
    let now = setting.ask("a").await;
    setting.clock.pass(SignedDuration::from_mins(-1));
    assert_ne!(setting.ask("a").await, now);
}

async fn objects_are_kept_in_the_process(setting: Setting) {
    /// Nothing that could be written down.
    struct Object(fn() -> u8);
    let keep = async |version| {
        let make = async {
            setting.made.fetch_add(1, Ordering::SeqCst);
            Ok(Made::from(Object(|| 7)))
        };
        let version = data(version);
        let kept = setting.cache.keep::<Object>(Kind::ModelArtefact, "a", &version, make).await;
        (kept.unwrap().0)()
    };
    assert_eq!((keep(1).await, keep(1).await, setting.n_made()), (7, 7, 1));
    keep(2).await;
    setting.clock.pass(SignedDuration::from_hours(24));
    keep(2).await;
    assert_eq!(setting.n_made(), 3, "new data and time both end it");
    assert_eq!(setting.cache.statistics().await.objects, 2);
}

async fn everything_can_be_dropped(setting: Setting) {
    for subject in ["a", "b", "c"] {
        setting.ask(subject).await;
    }
    assert_eq!(setting.cache.clear().await, 3);
    assert_eq!(setting.cache.clear().await, 0);
    assert_eq!(setting.ask("a").await, 3.1, "made again");
}

async fn what_happened_is_counted(setting: Setting) {
    for subject in ["a", "b", "a", "a"] {
        setting.ask(subject).await;
    }
    let statistics = setting.cache.statistics().await;
    let Counts { hits, misses, hit_rate, loads, load_errors } = statistics.total;
    assert_eq!((hits, misses, hit_rate, loads, load_errors), (2, 2, Some(0.5), 2, 0));
    let holding = statistics.holding.expect("the place is there");
    assert_eq!(holding.entries, 2);
    assert!(holding.bytes > 100, "{holding:?}");
    assert!(!statistics.degraded && statistics.unreadable == 0 && statistics.outages == 0);
}

#[tokio::test]
async fn too_many_bytes_make_the_oldest_go() {
    let setting = Setting::with(Caching { capacity_bytes: 4_000, ..Caching::default() }).await;
    for n in 0..50 {
        let make = async { Ok(Made::from("x".repeat(200))) };
        setting.cache.get::<String>(Kind::Report, &n.to_string(), &data(1), make).await.unwrap();
        // moka settles in the background what has to go.
        setting.cache.statistics().await;
    }
    let holding = setting.cache.statistics().await.holding.unwrap();
    assert!(holding.bytes <= 4_000 && holding.entries >= 8, "{holding:?}");
    assert_eq!(holding.entries + holding.evictions, 50);
    let kept = async |n: usize| {
        let make = async { Ok(Made::from("made again".to_owned())) };
        setting.cache.get::<String>(Kind::Report, &n.to_string(), &data(1), make).await.unwrap().len() == 200
    };
    assert!(kept(49).await && !kept(0).await, "the last is kept, the first is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_redis_agree_on_one_maker() {
    let Some(url) = testkit::shared_redis() else { return };
    let one = Setting::in_redis(&url, "agree").await;
    let other = Setting::in_redis(&url, "agree").await;
    let ask = |setting: &Setting, answer: u8| {
        let (cache, made) = (setting.cache.clone(), one.made.clone());
        tokio::spawn(async move {
            let make = async {
                // Longer than a lease: the holder has to renew it.
                sleep(Duration::from_secs(4)).await;
                made.fetch_add(1, Ordering::SeqCst);
                Ok(Made::from(answer))
            };
            cache.get::<u8>(Kind::Forecast, "a", &data(1), make).await.unwrap()
        })
    };
    let askers: Vec<_> = (0..20).flat_map(|_| [ask(&one, 1), ask(&other, 2)]).collect();
    let mut answers = Vec::new();
    for asker in askers {
        answers.push(asker.await.unwrap());
    }
    answers.dedup();
    assert_eq!((answers.len(), one.n_made()), (1, 1), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_takes_over_from_the_dead_and_from_who_gave_up() {
    let Some(url) = testkit::shared_redis() else { return };
    let setting = Setting::in_redis(&url, "dead").await;
    let key = setting.cache.0.names.key(Kind::Forecast, "a", &data(1));
    let mut raw = raw(&url).await;
    let () = ::redis::cmd("SET")
        .arg(format!("{key}:lock"))
        .arg("of a dead process")
        .arg("PX")
        .arg(400)
        .query_async(&mut raw)
        .await
        .unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(setting.ask("a").await, 0.1);
    let waited = start.elapsed();
    assert!(waited > Duration::from_millis(300) && waited < Duration::from_secs(10), "{waited:?}");

    // A reader who goes away gives its lock back instead of leaving it to time.
    let version = data(1);
    let forever = setting.cache.get::<f64>(Kind::Forecast, "b", &version, std::future::pending());
    assert!(tokio::time::timeout(Duration::from_millis(200), forever).await.is_err());
    let start = tokio::time::Instant::now();
    setting.ask("b").await;
    assert!(start.elapsed() < Duration::from_millis(2_500), "not by time: {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_redis_is_made_again() {
    let Some(url) = testkit::shared_redis() else { return };
    let setting = Setting::in_redis(&url, "garbage").await;
    let key = setting.cache.0.names.key(Kind::Forecast, "a", &data(1));
    let mut raw = raw(&url).await;
    for (n, garbage) in [&b"nonsense"[..], b"", b"7.5", b"\xff\xfe\n\0"].into_iter().enumerate() {
        let () = ::redis::cmd("SET").arg(&key).arg(garbage).query_async(&mut raw).await.unwrap();
        assert_eq!(setting.ask("a").await, n as f64 + 0.1, "{garbage:?}");
        assert_eq!(setting.ask("a").await, n as f64 + 0.1, "written over");
    }
    // A value of another type, and a whole entry of another shape.
    let () = ::redis::cmd("DEL").arg(&key).query_async(&mut raw).await.unwrap();
    let () = ::redis::cmd("LPUSH").arg(&key).arg("x").query_async(&mut raw).await.unwrap();
    assert_eq!(setting.ask("a").await, 4.1);
    let now = setting.clock.now();
    let other = Entry::of(&"words", now, now + SignedDuration::from_hours(1)).unwrap().to_bytes();
    let () = ::redis::cmd("SET").arg(&key).arg(other).query_async(&mut raw).await.unwrap();
    assert_eq!(setting.ask("a").await, 5.1);
    let statistics = setting.cache.statistics().await;
    assert!(statistics.unreadable >= 5 && !statistics.degraded, "{statistics:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_killed_and_comes_back_changes_no_answer() {
    let Some(mut server) = testkit::RedisServer::start() else { return };
    let setting = Setting::in_redis(&server.url(), "outage").await;
    let before = setting.ask("a").await;
    for outage in 1..=2 {
        server.kill();
        let subject = format!("made in outage {outage}");
        let during = setting.ask(&subject).await;
        assert_eq!(setting.ask(&subject).await, during, "kept in memory");
        let statistics = setting.cache.statistics().await;
        assert!(statistics.degraded && statistics.outages == outage, "{statistics:?}");
        assert_eq!(statistics.holding, None, "nobody knows what it holds");
        server.restart();
        let mut waits = 0;
        while setting.cache.statistics().await.degraded {
            waits += 1;
            assert!(waits < 100, "it is found again");
            sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(setting.ask(&subject).await, during, "what was kept meanwhile still serves");
        let after = setting.ask(&format!("made after outage {outage}")).await;
        assert!(after > during);
        let holding = setting.cache.statistics().await.holding.unwrap();
        assert_eq!(holding.entries, 1, "it is used again; it came back empty");
    }
    assert_ne!(setting.ask("a").await, before, "lost with the Redis, so made again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_does_not_answer_delays_one_request_once() {
    let Some(server) = testkit::RedisServer::start() else { return };
    let setting = Setting::in_redis_waiting(&server.url(), "slow", 800).await;
    setting.ask("a").await;
    server.freeze();
    let start = tokio::time::Instant::now();
    for _ in 0..50 {
        setting.ask("a").await;
    }
    let waited = start.elapsed();
    server.thaw();
    assert!(waited > Duration::from_millis(700) && waited < Duration::from_secs(8), "{waited:?}");
    assert_eq!(setting.n_made(), 2, "made again once, then kept in memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_redis_refuses_and_is_not_away() {
    let Some(server) = testkit::RedisServer::start() else { return };
    let setting = Setting::in_redis(&server.url(), "full").await;
    let mut raw = raw(&server.url()).await;
    let () = ::redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg("1").query_async(&mut raw).await.unwrap();
    assert_eq!((setting.ask("a").await, setting.ask("a").await), (0.1, 0.1));
    let statistics = setting.cache.statistics().await;
    assert!(!statistics.degraded && statistics.outages == 0, "{statistics:?}");
    assert_eq!(statistics.fall_back.unwrap().entries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redis_at_the_start_or_something_else_there_is_no_error() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let chatty = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (silent_at, chatty_at) = (silent.local_addr().unwrap(), chatty.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = chatty.accept().await {
            let _ = stream.try_write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            sleep(Duration::from_millis(50)).await;
        }
    });
    let plain = [closed, silent_at, chatty_at].map(|address| format!("redis://{address}"));
    for address in plain.into_iter().chain([format!("rediss://:secret@{chatty_at}")]) {
        let setting = Setting::in_redis(&address, "none").await;
        let start = tokio::time::Instant::now();
        for _ in 0..10 {
            assert_eq!(setting.ask("a").await, 0.1, "{address}");
        }
        assert!(start.elapsed() < Duration::from_secs(5), "nobody waits: {:?}", start.elapsed());
        let statistics = setting.cache.statistics().await;
        assert!(statistics.degraded && statistics.outages == 1, "{statistics:?}");
        assert_eq!(statistics.fall_back.unwrap().entries, 1);
    }
    drop(silent);
}

async fn raw(url: &str) -> ::redis::aio::MultiplexedConnection {
    ::redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap()
}
