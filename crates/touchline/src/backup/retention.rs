//! Which backups may go: those of the newest days, weeks and months stay, one each.
//!
//! Days are those of UTC, weeks begin on Monday. Only days with a backup count, so nothing goes merely because time passes: an
//! operation that stopped making backups keeps those it has. The newest of all, and the newest that was made before a
//! migration, always stay. Each place of a database has its own count.

use std::collections::BTreeSet;

use domain::week::monday_of;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::manifest::Kind;
use crate::config::Backups;

/// A backup that is known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Good {
    pub(crate) created_at: Timestamp,
    pub(crate) kind: Kind,
    /// Where its database was.
    pub(crate) place: String,
}

/// Places in the list of those that may go.
pub(crate) fn expendable(backups: &[Good], policy: &Backups) -> Vec<usize> {
    // Newest first; of two made at once, the later one of the list.
    let mut order: Vec<usize> = (0..backups.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse((backups[n].created_at, n)));
    let places: BTreeSet<&str> = backups.iter().map(|backup| backup.place.as_str()).collect();
    let mut kept = BTreeSet::new();
    for place in places {
        let of_place = || order.iter().copied().filter(|&n| backups[n].place == place);
        kept.extend(of_place().next());
        kept.extend(of_place().find(|&n| backups[n].kind == Kind::BeforeMigration));
        let date = |n: usize| backups[n].created_at.to_zoned(TimeZone::UTC).date();
        kept.extend(newest_of_each(of_place(), policy.daily, date));
        kept.extend(newest_of_each(of_place(), policy.weekly, |n| monday_of(date(n))));
        kept.extend(newest_of_each(of_place(), policy.monthly, |n| date(n).first_of_month()));
    }
    (0..backups.len()).filter(|n| !kept.contains(n)).collect()
}

/// The first of each of the first `count` periods.
fn newest_of_each(
    newest_first: impl Iterator<Item = usize>,
    count: usize,
    period: impl Fn(usize) -> Date,
) -> Vec<usize> {
    let mut last = None;
    let firsts = newest_first.filter(|&n| last.replace(period(n)) != Some(period(n)));
    firsts.take(count).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(daily: usize, weekly: usize, monthly: usize) -> Backups {
        Backups { folder: None, daily, weekly, monthly }
    }

    fn usual() -> Backups {
        Backups::default()
    }

    fn made(at: &str) -> Good {
        let created_at = at.parse().unwrap();
        Good { created_at, kind: Kind::Manual, place: "touchline.db".into() }
    }

    fn left(backups: &[Good], policy: &Backups) -> Vec<String> {
        let gone = expendable(backups, policy);
        let stay = backups.iter().enumerate().filter(|(n, _)| !gone.contains(n));
        stay.map(|(_, backup)| backup.created_at.strftime("%m-%dT%H").to_string()).collect()
    }

    /// One a day for a year, to 31 December 2026, a Thursday.
    fn year() -> Vec<Good> {
        let first: Timestamp = "2026-01-01T04:00:00Z".parse().unwrap();
        let day = |n: i64| first + jiff::SignedDuration::from_hours(24 * n);
        (0..365_i64).map(|n| Good { created_at: day(n), ..made("2026-01-01T04:00:00Z") }).collect()
    }

    #[test]
    fn a_year_of_days_leaves_fourteen() {
        // Worked out by hand with a calendar: days 25 to 31 December; Sundays 13, 20 and 27 December besides 31 (27 is among
        // the days); the last days of July to November besides 31 December.
        let expected = [
            "07-31", "08-31", "09-30", "10-31", "11-30", "12-13", "12-20", "12-25", "12-26", "12-27",
            "12-28", "12-29", "12-30", "12-31",
        ];
        assert_eq!(left(&year(), &usual()), expected.map(|day| format!("{day}T04")));
    }

    #[test]
    fn the_newest_of_a_day_stays() {
        let day =
            ["2026-11-22T23:59:59Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-23T10:15:00Z"];
        assert_eq!(left(&day.map(made), &policy(2, 0, 0)), ["11-22T23", "11-23T10"]);
    }

    #[test]
    fn weeks_begin_on_monday_and_cross_years() {
        // 28 December 2026 is a Monday, 3 January 2027 the Sunday after it.
        let days =
            ["2026-12-27T12:00:00Z", "2026-12-28T12:00:00Z", "2027-01-03T12:00:00Z", "2027-01-04T12:00:00Z"];
        assert_eq!(left(&days.map(made), &policy(0, 3, 0)), ["12-27T12", "01-03T12", "01-04T12"]);
    }

    #[test]
    fn nothing_goes_because_time_passes() {
        let old = ["2001-01-01T00:00:00Z", "2011-01-01T00:00:00Z", "2021-01-01T00:00:00Z"].map(made);
        assert!(expendable(&old, &usual()).is_empty());
    }

    #[test]
    fn what_was_made_before_a_migration_outlives_the_day() {
        let mut backups = ["2026-11-22T10:00:00Z", "2026-11-22T10:05:00Z", "2026-11-22T10:10:00Z"].map(made);
        backups[0].kind = Kind::BeforeMigration;
        assert_eq!(expendable(&backups, &usual()), [1]);
    }

    #[test]
    fn each_place_has_its_own_count() {
        let mut backups = ["2026-11-22T10:00:00Z", "2026-11-22T10:05:00Z"].map(made);
        backups[0].place = "postgres://db:5432/touchline".into();
        assert!(expendable(&backups, &policy(1, 0, 0)).is_empty());
    }

    fn backups() -> impl Strategy<Value = Vec<Good>> {
        let one = (0..40_000_i64, any::<bool>(), 0..2_u8).prop_map(|(hours, before, place)| Good {
            created_at: Timestamp::from_second(1_750_000_000 + hours * 3600).unwrap(),
            kind: if before { Kind::BeforeMigration } else { Kind::Manual },
            place: format!("place {place}"),
        });
        proptest::collection::vec(one, 0..60)
    }

    proptest! {
        #[test]
        fn the_newest_of_every_place_stays(backups in backups(), daily in 0..3_usize, weekly in 0..3_usize) {
            let gone = expendable(&backups, &policy(daily, weekly, 1));
            for place in ["place 0", "place 1"] {
                let of_place = || backups.iter().enumerate().filter(|(_, b)| b.place == place);
                let newest = of_place().max_by_key(|(n, b)| (b.created_at, *n));
                prop_assert!(newest.is_none_or(|(n, _)| !gone.contains(&n)));
            }
        }

        #[test]
        fn no_more_than_asked_for_and_no_fewer_than_there_are(backups in backups()) {
            let gone = expendable(&backups, &usual());
            for place in ["place 0", "place 1"] {
                let of_place = || backups.iter().enumerate().filter(|(_, b)| b.place == place);
                let stay: Vec<_> = of_place().filter(|(n, _)| !gone.contains(n)).collect();
                prop_assert!(stay.len() <= 7 + 4 + 6 + 1);
                let day = |b: &Good| b.created_at.to_zoned(TimeZone::UTC).date();
                let days: BTreeSet<_> = of_place().map(|(_, b)| day(b)).collect();
                let kept: BTreeSet<_> = stay.iter().map(|(_, b)| day(b)).collect();
                let newest: BTreeSet<_> = days.iter().rev().take(7).copied().collect();
                prop_assert!(newest.is_subset(&kept));
            }
        }

        #[test]
        fn who_thins_twice_thins_no_more(backups in backups()) {
            let gone = expendable(&backups, &usual());
            let stay = (0..backups.len()).filter(|n| !gone.contains(n));
            let rest: Vec<Good> = stay.map(|n| backups[n].clone()).collect();
            prop_assert!(expendable(&rest, &usual()).is_empty());
        }

        #[test]
        fn what_goes_does_not_come_back_later(backups in backups(), hours in 0..2000_i64) {
            // A backup that was expendable stays so when newer ones are made.
            let gone = expendable(&backups, &usual());
            let newest = backups.iter().map(|b| b.created_at).max();
            let Some(newest) = newest else { return Ok(()) };
            let later = Good {
                created_at: newest + jiff::SignedDuration::from_hours(hours),
                kind: Kind::Manual,
                place: "place 0".into(),
            };
            let more: Vec<Good> = backups.iter().cloned().chain([later]).collect();
            let gone_later = expendable(&more, &usual());
            prop_assert!(gone.iter().all(|n| gone_later.contains(n)));
        }
    }
}
