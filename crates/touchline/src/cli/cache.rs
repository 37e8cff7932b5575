//! `touchline cache stats`, `touchline cache clear` and `touchline cache warm`

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{
    api::Cleared,
    app::App,
    ask_server::{address, ask},
    cache::{Cache, Holding, RedisFigures, Statistics},
    exit::Stop,
    jobs::warm_up::{self, WarmedUp},
    output::table,
};

/// For what the server does at once, and for what it computes.
const PROMPT: Duration = Duration::from_secs(10);
const COMPUTED: Duration = Duration::from_mins(30);
const PATH: &str = "/api/v1/cache";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What the running server's cache did, and what it or the Redis of `cache.url` holds
    Stats(Asked),
    /// Drop everything that is cached, in the running server and in the Redis of `cache.url`
    Clear(Asked),
    /// Make what the pages of today's matches need, in the Redis of `cache.url` or else in the running server
    Warm(Asked),
}

#[derive(Debug, Args)]
pub(super) struct Asked {
    /// Port of the running server; that of the configuration when left out
    #[arg(long)]
    port: Option<u16>,
}

/// What can be known of the cache.
#[derive(Debug, Serialize)]
struct Known {
    /// What the running server says; none when there is none.
    server: Option<Statistics>,
    /// What the Redis says; none when none is set.
    redis: Option<RedisSays>,
    /// What this cannot know.
    note: String,
}

/// What a Redis says without a server.
#[derive(Debug, Serialize)]
struct RedisSays {
    address: Option<String>,
    answers: bool,
    holding: Option<Holding>,
    figures: Option<RedisFigures>,
}

pub(super) async fn run(app: &App, command: &Command) -> Result<()> {
    let (Command::Stats(asked) | Command::Clear(asked) | Command::Warm(asked)) = command;
    let server = address(&app.config.server, asked.port);
    match command {
        Command::Stats(_) => stats(app, server).await,
        Command::Clear(_) => clear(app, server).await,
        Command::Warm(_) => Box::pin(warm(app, server)).await,
    }
}

async fn stats(app: &App, address: SocketAddr) -> Result<()> {
    let server: Option<Statistics> = ask("GET", address, PATH, PROMPT)?;
    let redis = match shared(app).await? {
        None => None,
        Some(cache) => {
            let Statistics { address, degraded, holding, redis: figures, .. } = cache.statistics().await;
            Some(RedisSays { address, answers: !degraded, holding, figures })
        }
    };
    let note = match (&server, &redis) {
        (Some(_), _) => format!("counts are those of the server at {address} since it started"),
        (None, Some(_)) => format!(
            "no server answers at {address}: hits, misses and loads are counted by a server, so only the Redis can speak"
        ),
        (None, None) => format!(
            "no server answers at {address}, and a cache in memory lives and ends with its server: there is nothing to know"
        ),
    };
    let known = Known { server, redis, note };
    app.out.answer(&known, || print(&known))
}

fn print(known: &Known) {
    if let Some(server) = &known.server {
        println!("{}", by_kind(server));
        print_holding(&server.backend, server.holding);
        if let Some(beside) = server.fall_back {
            print_holding("memory beside it", Some(beside));
        }
        println!("{} fitted models in memory", server.objects);
        if server.backend == "redis" {
            let state = if server.degraded { "away" } else { "there" };
            println!(
                "redis is {state}; it went away {} times; {} entries were unreadable",
                server.outages, server.unreadable
            );
        }
    }
    if let Some(redis) = &known.redis {
        let address = redis.address.as_deref().unwrap_or_default();
        println!("{address} {}", if redis.answers { "answers" } else { "does not answer" });
        if known.server.is_none() {
            print_holding("redis", redis.holding);
        }
        if let Some(figures) = &redis.figures {
            println!(
                "Redis {} as a whole: {} bytes used, {} keys found, {} not, {} evicted",
                figures.version,
                figures.used_memory_bytes,
                figures.keyspace_hits,
                figures.keyspace_misses,
                figures.evicted_keys
            );
        }
    }
    println!("{}", known.note);
}

fn by_kind(server: &Statistics) -> comfy_table::Table {
    let percent =
        |share: Option<f64>| share.map_or_else(|| "–".into(), |share| format!("{:.1} %", 100.0 * share));
    let line = |name: &str, c: &crate::cache::Counts| {
        let [hits, misses, loads, errors] = [c.hits, c.misses, c.loads, c.load_errors].map(|n| n.to_string());
        [name.to_owned(), hits, misses, percent(c.hit_rate), loads, errors]
    };
    let kinds = server.kinds.iter().map(|kind| line(&kind.kind, &kind.counts));
    let rows = kinds.chain([line("all", &server.total)]);
    table(["kind", "hits", "misses", "hit rate", "loads", "load errors"], rows)
}

fn print_holding(place: &str, holding: Option<Holding>) {
    match holding {
        Some(Holding { entries, bytes, evictions }) => {
            println!("{place}: {entries} entries, {bytes} bytes, {evictions} evicted");
        }
        None => println!("{place}: away, or it holds too much to count"),
    }
}

async fn clear(app: &App, address: SocketAddr) -> Result<()> {
    let server: Option<Cleared> = ask("DELETE", address, PATH, PROMPT)?;
    let mut entries = server.as_ref().map_or(0, |cleared| cleared.entries);
    let mut places: Vec<String> = server.iter().map(|_| format!("the server at {address}")).collect();
    if let Some(cache) = shared(app).await? {
        if cache.statistics().await.degraded {
            let message = format!("{} does not answer: it was not cleared", app.config.cache.url);
            return Err(anyhow::anyhow!(message));
        }
        entries += cache.clear().await;
        places.push(app.config.cache.url.to_string());
    }
    let answer = serde_json::json!({ "entries": entries, "places": places });
    app.out.answer(&answer, || match places.as_slice() {
        [] => println!(
            "nothing to clear: no server answers at {address}, and a cache in memory ends with its server"
        ),
        places => println!("dropped {entries} entries in {}", places.join(" and ")),
    })
}

async fn warm(app: &App, address: SocketAddr) -> Result<()> {
    let warmed = if app.config.cache.url.is_set() {
        let store = app.existing_store().await?;
        let desk = app.desk(store.clone()).await?;
        let warmed = warm_up::run(&desk).await?;
        if desk.cache().statistics().await.degraded {
            let message = format!("{} does not answer: what was made is lost", app.config.cache.url);
            return Err(anyhow::anyhow!(message));
        }
        drop(desk);
        store.close().await;
        warmed
    } else {
        ask::<WarmedUp>("POST", address, &format!("{PATH}/warm"), COMPUTED)?.ok_or_else(|| {
            Stop::Usage(format!(
                "no server answers at {address}, and a cache in memory lives and ends with its server: start `touchline serve`, \
                 which warms up by itself, or set cache.url"
            ))
        })?
    };
    app.out.answer(&warmed, || {
        let names: Vec<&str> = warmed.competitions.iter().map(domain::CompetitionId::as_str).collect();
        match names.as_slice() {
            [] => println!("no fixture begins on {} (UTC): nothing to warm up", warmed.day),
            names => {
                println!("{}: {} forecasts of {} are ready", warmed.day, warmed.forecasts, names.join(", "));
            }
        }
        for problem in &warmed.problems {
            println!("not made: {problem}");
        }
    })
}

/// The cache in the Redis that is set, from this process.
async fn shared(app: &App) -> Result<Option<Cache>> {
    if !app.config.cache.url.is_set() {
        return Ok(None);
    }
    Cache::open(&app.config.cache, app.clock.clone()).await.map(Some)
}
