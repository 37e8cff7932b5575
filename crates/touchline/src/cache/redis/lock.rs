//! The right to make an entry, among processes: a key with a token of its holder, which Redis drops a few seconds after the
//! holder died.

use std::{sync::Arc, time::Duration};

use redis::cmd;
use tokio::time::sleep;

use super::{
    super::Answer,
    link::{Link, Unanswered},
    millis,
};

/// How long a lock outlives its holder, and how often a living holder renews it.
const LEASE: Duration = Duration::from_secs(3);
const RENEWAL: Duration = Duration::from_secs(1);

/// Drop or prolong a lock if it is still ours.
const RELEASE: &str =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
const RENEW: &str = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";

/// A lock and who wants it.
#[derive(Clone)]
pub(super) struct Lock {
    pub(super) link: Arc<Link>,
    pub(super) key: String,
    pub(super) token: String,
}

impl Lock {
    /// The right that it stands for; none while somebody else has it.
    pub(super) async fn claim(self) -> Result<Option<Lease>, Unanswered> {
        let mut command = cmd("SET");
        command.arg(&self.key).arg(&self.token).arg("NX").arg("PX").arg(millis(LEASE));
        let granted: Option<String> = self.link.ask(&command).await?;
        Ok(granted.map(|_| Lease(self)))
    }

    // Should either fail, another process does the same work, which harms nobody.

    async fn renew(&self) {
        let mut command = cmd("EVAL");
        command.arg(RENEW).arg(1).arg(&self.key).arg(&self.token).arg(millis(LEASE));
        let _ = self.link.ask::<i64>(&command).await;
    }

    async fn release(self) {
        let mut command = cmd("EVAL");
        command.arg(RELEASE).arg(1).arg(&self.key).arg(&self.token);
        let _ = self.link.ask::<i64>(&command).await;
    }
}

/// A lock that is held until this is dropped.
pub(super) struct Lease(Lock);

impl Lease {
    /// Does the work and stays the holder meanwhile.
    pub(super) async fn hold_while<T>(self, mut work: Answer<'_, T>) -> T {
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = sleep(RENEWAL) => self.0.renew().await,
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Whoever gave up half-way, a reader who went away for example, must not keep others waiting.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.0.clone().release());
        }
    }
}
