//! Exposure: how much money may ride on one bet, one match and one day, and how much does already.

use std::collections::BTreeMap;

use domain::{FixtureId, Kickoff, Money};
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{BettingError, error::check_share};

/// Caps as fractions of the bankroll, and the bounds of what is bet on at all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest share of the bankroll on one bet.
    pub per_bet: f64,
    /// Largest share on one match, all its bets together.
    pub per_event: f64,
    /// Largest share on the matches of one day.
    pub per_day: f64,
    /// Smallest stake worth placing, in minor units.
    pub min_stake_minor: i64,
    /// Smallest edge worth betting on.
    pub min_edge: f64,
    /// An edge above this says that the forecast or the quote is wrong.
    pub max_edge: f64,
    /// Longest odds taken: the errors of a forecast grow with them.
    pub max_odds: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_bet: 0.02,
            per_event: 0.03,
            per_day: 0.10,
            min_stake_minor: 100,
            min_edge: 0.02,
            max_edge: 0.25,
            max_odds: 15.0,
        }
    }
}

impl Limits {
    /// Whether the limits are within their ranges.
    ///
    /// # Errors
    /// When a cap is not above 0 and at most 1, or a bound is not a number or on the wrong side of another.
    pub fn check(&self) -> Result<(), BettingError> {
        check_share("limits.per_bet", self.per_bet)?;
        check_share("limits.per_event", self.per_event)?;
        check_share("limits.per_day", self.per_day)?;
        let wrong = |setting, value: f64, allowed| {
            Err(BettingError::Setting { setting, value: value.to_string(), allowed })
        };
        if self.min_stake_minor < 1 {
            return wrong("limits.min_stake_minor", self.min_stake_minor as f64, "at least 1");
        }
        if !self.min_edge.is_finite() || self.min_edge < 0.0 {
            return wrong("limits.min_edge", self.min_edge, "0 or more");
        }
        if self.max_edge.is_nan() || self.max_edge <= self.min_edge {
            return wrong("limits.max_edge", self.max_edge, "above min_edge");
        }
        if self.max_odds.is_nan() || self.max_odds <= 1.0 {
            return wrong("limits.max_odds", self.max_odds, "above 1");
        }
        Ok(())
    }
}

/// What held a stake down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// The cap per bet.
    Bet,
    /// The cap per match.
    Event,
    /// The cap per day.
    Day,
    /// There is no more money.
    Bankroll,
}

/// Open stakes: placed and not settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exposure {
    by_fixture: BTreeMap<FixtureId, Money>,
    by_day: BTreeMap<Date, Money>,
    total: Option<Money>,
}

impl Exposure {
    /// The exposure of these open bets.
    ///
    /// # Errors
    /// When their currencies differ.
    pub fn of_open(
        bets: impl IntoIterator<Item = (FixtureId, Kickoff, Money)>,
    ) -> Result<Self, BettingError> {
        let mut exposure = Self::default();
        for (fixture, kickoff, stake) in bets {
            exposure.add(fixture, kickoff, stake)?;
        }
        Ok(exposure)
    }

    /// Adds an open bet.
    ///
    /// # Errors
    /// When its currency is not that of the others.
    pub fn add(&mut self, fixture: FixtureId, kickoff: Kickoff, stake: Money) -> Result<(), BettingError> {
        let total = match self.total {
            Some(sum) => sum.checked_add(stake)?,
            None => stake,
        };
        // Each part is at most the total, so these sums fit as well.
        let none = Money::new(0, stake.currency);
        let fixture_sum = self.by_fixture.entry(fixture).or_insert(none);
        *fixture_sum = fixture_sum.checked_add(stake)?;
        let day_sum = self.by_day.entry(day_of(kickoff)).or_insert(none);
        *day_sum = day_sum.checked_add(stake)?;
        self.total = Some(total);
        Ok(())
    }

    /// Minor units on one match.
    pub fn on_fixture(&self, fixture: FixtureId) -> i64 {
        self.by_fixture.get(&fixture).map_or(0, |sum| sum.minor)
    }

    /// Minor units on the matches of one day.
    pub fn on_day(&self, day: Date) -> i64 {
        self.by_day.get(&day).map_or(0, |sum| sum.minor)
    }

    /// All of it, when there is any.
    pub fn total(&self) -> Option<Money> {
        self.total
    }
}

/// The day a match counts towards: the UTC date of its kick-off, or the venue's date where only that is known.
pub fn day_of(kickoff: Kickoff) -> Date {
    // The middle of a venue's day has the venue's date in UTC, whatever its zone.
    let at = match kickoff {
        Kickoff::At(at) => at,
        Kickoff::OnDate { start, .. } => {
            start.saturating_add(SignedDuration::from_hours(12)).unwrap_or(start)
        }
    };
    at.to_zoned(TimeZone::UTC).date()
}

/// The whole minor units of `amount`. The tolerance keeps a product such as 0.29 x 100 from losing a unit to rounding.
pub(crate) fn whole_minor(amount: f64) -> i64 {
    (amount + 1e-6).floor() as i64
}

#[cfg(test)]
mod tests {
    use domain::Currency;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn open_bets_add_up_by_match_and_day() {
        let saturday = Kickoff::At("2024-03-02T15:00:00Z".parse().unwrap());
        let sunday = Kickoff::At("2024-03-03T15:00:00Z".parse().unwrap());
        let euros = |minor| Money::new(minor, Currency::EUR);
        let open = [
            (FixtureId(1), saturday, euros(500)),
            (FixtureId(1), saturday, euros(250)),
            (FixtureId(2), saturday, euros(100)),
            (FixtureId(3), sunday, euros(70)),
        ];
        let mut exposure = Exposure::of_open(open).unwrap();
        assert_eq!((exposure.on_fixture(FixtureId(1)), exposure.on_fixture(FixtureId(9))), (750, 0));
        assert_eq!(exposure.on_day(date(2024, 3, 2)), 850);
        assert_eq!(exposure.total(), Some(euros(920)));
        let dollars = Money::new(1, "USD".parse().unwrap());
        assert!(exposure.add(FixtureId(4), sunday, dollars).is_err());
        assert_eq!(exposure.total(), Some(euros(920)), "a refused bet leaves nothing behind");
        assert_eq!(exposure.on_fixture(FixtureId(4)), 0);
    }

    #[test]
    fn a_date_only_match_counts_towards_the_date_at_its_venue() {
        for zone in ["Pacific/Auckland", "Europe/London", "Pacific/Honolulu"] {
            let kickoff = Kickoff::on_date(date(2019, 5, 4), &TimeZone::get(zone).unwrap()).unwrap();
            assert_eq!(day_of(kickoff), date(2019, 5, 4), "{zone}");
        }
    }

    #[test]
    fn products_do_not_lose_a_unit() {
        assert_eq!(whole_minor(0.29 * 100.0), 29, "0.29 x 100 is 28.999999999999996");
        assert_eq!(whole_minor(28.9), 28);
    }

    #[test]
    fn limits_out_of_range_are_named() {
        assert!(Limits::default().check().is_ok());
        let cases = [
            Limits { per_bet: 0.0, ..Limits::default() },
            Limits { per_event: 1.1, ..Limits::default() },
            Limits { per_day: f64::NAN, ..Limits::default() },
            Limits { min_stake_minor: 0, ..Limits::default() },
            Limits { min_edge: f64::NAN, ..Limits::default() },
            Limits { max_edge: 0.01, ..Limits::default() },
            Limits { max_odds: 1.0, ..Limits::default() },
        ];
        for bad in cases {
            assert!(bad.check().unwrap_err().to_string().starts_with("limits."), "{bad:?}");
        }
    }
}
