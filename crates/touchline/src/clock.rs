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

/// A clock that is set by hand.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct HandClock(std::sync::Mutex<Timestamp>);

#[cfg(test)]
impl HandClock {
    /// Stands at this moment.
    pub(crate) fn at(moment: &str) -> Self {
        Self(std::sync::Mutex::new(moment.parse().expect("a moment")))
    }

    /// Moves it, back too.
    pub(crate) fn pass(&self, duration: jiff::SignedDuration) {
        *self.0.lock().expect("a clock") += duration;
    }
}

#[cfg(test)]
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("a clock")
    }
}
