//! The clock is passed in. Live operation, backtest and replay differ in nothing else.

use jiff::Timestamp;

/// Says what time it is.
pub(crate) trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where real time enters")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
