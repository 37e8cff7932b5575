//! The way to a Redis that may be away: while it is, nobody waits for it, one task looks for it, and one warning was logged.
//!
//! A connection of our own instead of the client's connection manager, which makes requests wait while it reconnects and gives up
//! for good when something else than a Redis answers.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    ServerErrorKind, aio::MultiplexedConnection,
};
use tokio::time::Instant;

use super::super::address;
use crate::address::Address;

/// For TCP, TLS and login together; nobody waits for it but the start and the task that looks for the Redis.
const CONNECTING: Duration = Duration::from_secs(1);
/// How soon it is looked for first, and how rarely at last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(20));
/// One that goes away again within this time was not really back: it is looked for more rarely.
const SETTLED: Duration = Duration::from_secs(30);

/// Why a command brought nothing.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// The Redis is away.
    Away,
    /// It answered, and will not do this.
    Refused(RedisError),
}

/// The way to one Redis.
pub(super) struct Link {
    address: Address,
    client: Client,
    config: AsyncConnectionConfig,
    state: Mutex<State>,
    outages: AtomicU64,
}

#[derive(Default)]
struct State {
    /// None while it is away.
    connection: Option<MultiplexedConnection>,
    /// Counts connections, so that an old one that fails late does not end a new one.
    number: u64,
    back_since: Option<Instant>,
    pause: Duration,
}

impl Link {
    /// Connects, or begins to look for it.
    pub(super) async fn open(address: &Address, timeout: Duration) -> Result<Arc<Self>> {
        if address::is_encrypted(address) {
            // Fails when one was installed before, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(timeout));
        let link = Arc::new(Self {
            address: address.clone(),
            client: address::client(address)?,
            config,
            state: Mutex::default(),
            outages: AtomicU64::new(0),
        });
        if let Err(error) = link.connect().await {
            link.begin_outage(&mut link.state(), &error);
        }
        Ok(link)
    }

    /// Whether it is away.
    pub(super) fn is_away(&self) -> bool {
        self.state().connection.is_none()
    }

    /// How often it went away.
    pub(super) fn outages(&self) -> u64 {
        self.outages.load(Ordering::Relaxed)
    }

    /// Where it is, without its password.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Asks it one thing.
    pub(super) async fn ask<T: FromRedisValue>(self: &Arc<Self>, command: &Cmd) -> Result<T, Unanswered> {
        let (mut connection, number) = self.connection()?;
        let answer = command.query_async(&mut connection).await;
        answer.map_err(|error| self.judge(error, number))
    }

    /// Asks it several things at once.
    pub(super) async fn ask_all<T: FromRedisValue>(
        self: &Arc<Self>,
        commands: &Pipeline,
    ) -> Result<T, Unanswered> {
        let (mut connection, number) = self.connection()?;
        let answer = commands.query_async(&mut connection).await;
        answer.map_err(|error| self.judge(error, number))
    }

    /// Takes it for away because of what it answered.
    pub(super) fn give_up(self: &Arc<Self>, error: &RedisError) {
        let mut state = self.state();
        if state.connection.is_some() {
            self.begin_outage(&mut state, error);
        }
    }

    fn connection(&self) -> Result<(MultiplexedConnection, u64), Unanswered> {
        let state = self.state();
        Ok((state.connection.clone().ok_or(Unanswered::Away)?, state.number))
    }

    fn judge(self: &Arc<Self>, error: RedisError, number: u64) -> Unanswered {
        if refuses(&error) {
            return Unanswered::Refused(error);
        }
        let mut state = self.state();
        if state.number == number && state.connection.is_some() {
            self.begin_outage(&mut state, &error);
        }
        Unanswered::Away
    }

    async fn connect(&self) -> RedisResult<()> {
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&self.config).await?;
        // A server that wants a password, or is still reading its files, connects all the same.
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        let mut state = self.state();
        *state = State {
            connection: Some(connection),
            number: state.number + 1,
            back_since: Some(Instant::now()),
            pause: state.pause,
        };
        Ok(())
    }

    /// Warns, once for all requests that find it away, and looks for it from now on.
    fn begin_outage(self: &Arc<Self>, state: &mut State, error: &RedisError) {
        state.connection = None;
        let was_settled = state.back_since.is_none_or(|since| since.elapsed() > SETTLED);
        state.pause = if was_settled { PAUSES.0 } else { (state.pause * 2).clamp(PAUSES.0, PAUSES.1) };
        self.outages.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            redis = %self.address,
            because = %error,
            "the cache's Redis is away: what is needed is computed, and kept in memory until it is back"
        );
        tokio::spawn(look_for(Arc::downgrade(self), state.pause));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries until it is back, or nobody wants it any more.
async fn look_for(link: Weak<Link>, mut pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let Some(link) = link.upgrade() else { return };
        if link.connect().await.is_ok() {
            tracing::info!(redis = %link.address, "the cache's Redis is back");
            return;
        }
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Whether a server that is in order declines: a wrong type, a full memory, a read-only replica, a missing permission.
fn refuses(error: &RedisError) -> bool {
    let is_unavailable = [ServerErrorKind::BusyLoading, ServerErrorKind::MasterDown]
        .map(ErrorKind::Server)
        .contains(&error.kind());
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) && !is_unavailable
}
