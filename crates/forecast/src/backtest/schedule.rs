//! When models are refitted: a grid of instants that depends on the calendar alone, so that a backtest, a replay of bets and
//! another backtest over other seasons fit at the same moments.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const DAY_SECS: i64 = 24 * 60 * 60;

/// Tuesday 1970-01-06 13:00 UTC. By Tuesday noon UTC everything played up to Monday is known, date-only results included
/// (12:00 UTC of the next day), and neither a weekend round of soccer nor a week of the NFL (Thursday to Monday) is cut.
const ORIGIN_SECS: i64 = 5 * DAY_SECS + 13 * 60 * 60;

/// When models are refitted and how far back they look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Days between fits, at least 1.
    pub step_days: u16,
    /// Days of matches to learn from; none for all.
    pub window_days: Option<u16>,
}

impl Schedule {
    /// Every Tuesday, on all matches.
    pub const fn weekly() -> Self {
        Self { step_days: 7, window_days: None }
    }

    /// Every `step_days` days, on all matches.
    pub const fn every(step_days: u16) -> Self {
        Self { step_days, window_days: None }
    }

    /// The latest grid instant that is not after `at`.
    pub fn fit_moment(self, at: Timestamp) -> Timestamp {
        let step = i64::from(self.step_days.max(1)) * DAY_SECS;
        // Whole seconds rounded down also for instants before 1970 with a fraction.
        let seconds = at.as_nanosecond().div_euclid(1_000_000_000) as i64;
        let offset = (seconds - ORIGIN_SECS).rem_euclid(step);
        Timestamp::from_second(seconds - offset).unwrap_or(Timestamp::MIN)
    }

    /// The start of the training window of a fit at `fit_at`.
    pub fn window_start(self, fit_at: Timestamp) -> Option<Timestamp> {
        let days = self.window_days?;
        let start = fit_at.checked_sub(SignedDuration::from_secs(i64::from(days) * DAY_SECS));
        Some(start.unwrap_or(Timestamp::MIN))
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self::weekly()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weekly_fits_fall_on_tuesdays() {
        let at = |text: &str| Schedule::weekly().fit_moment(ts(text));
        assert_eq!(at("2023-08-11T19:00:00Z"), ts("2023-08-08T13:00:00Z"), "Friday");
        assert_eq!(at("2023-08-14T19:00:00Z"), ts("2023-08-08T13:00:00Z"), "Monday");
        assert_eq!(at("2023-08-15T13:00:00Z"), ts("2023-08-15T13:00:00Z"), "the instant itself");
        assert_eq!(at("2023-08-15T12:59:59.9Z"), ts("2023-08-08T13:00:00Z"), "just before");
        assert_eq!(at("1969-12-31T23:00:00.5Z"), ts("1969-12-30T13:00:00Z"), "before the epoch");
    }

    #[test]
    fn a_step_of_nothing_is_a_day() {
        let at = Schedule::every(0).fit_moment(ts("2023-08-11T19:00:00Z"));
        assert_eq!(at, ts("2023-08-11T13:00:00Z"));
    }

    #[test]
    fn windows() {
        let schedule = Schedule { step_days: 7, window_days: Some(365) };
        assert_eq!(schedule.window_start(ts("2023-08-08T13:00:00Z")), Some(ts("2022-08-08T13:00:00Z")));
        assert_eq!(Schedule::weekly().window_start(ts("2023-08-08T13:00:00Z")), None);
    }
}
