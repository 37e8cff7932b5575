//! Domain values as columns and back.

use std::{fmt::Display, str::FromStr};

use domain::{
    DecimalOdds, KnownRule, Market, Selection, fixture::Kickoff, market::Line, market::MarketKind,
    odds::OddsError,
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// Numbers of the rules in `known_rule`; a test holds them to the table.
const RULES: [(i64, KnownRule); 14] = [
    (0, KnownRule::Observed),
    (1, KnownRule::ListedWeekBefore),
    (2, KnownRule::ResultAfterKickoff),
    (3, KnownRule::ResultNextDayNoon),
    (4, KnownRule::StatisticsDayAfterResult),
    (5, KnownRule::FridayOrTuesdayBefore),
    (6, KnownRule::ClosingAtKickoff),
    (7, KnownRule::OpeningUnknown),
    (8, KnownRule::CorrectedOnImport),
    (9, KnownRule::LineUpBeforeKickoff),
    (10, KnownRule::VenueBeforeKickoff),
    (11, KnownRule::WeatherWithResult),
    (12, KnownRule::InjuryReportDayBefore),
    (13, KnownRule::InjuryReportWeekEnd),
];

pub(crate) fn rule_number(rule: KnownRule) -> i64 {
    RULES.iter().find(|(_, r)| *r == rule).map_or(-1, |(number, _)| *number)
}

pub(crate) fn rule(number: i64) -> Result<KnownRule, StoreError> {
    let found = RULES.iter().find(|(n, _)| *n == number);
    found.map(|(_, rule)| *rule).ok_or_else(|| not_understood("known_rule", number))
}

/// An instant as stored. What is finer than a microsecond is dropped, never rounded up into the future.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_nanosecond().div_euclid(1000) as i64
}

pub(crate) fn instant(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| not_understood("instant", micros))
}

/// The same instant as it will be read back, so that comparisons with stored facts are exact.
pub(crate) fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(micros(at)).unwrap_or(at)
}

pub(crate) fn kickoff(start: i64, end: Option<i64>) -> Result<Kickoff, StoreError> {
    Ok(match end {
        None => Kickoff::At(instant(start)?),
        Some(end) => Kickoff::OnDate { start: instant(start)?, end: instant(end)? },
    })
}

/// Start and end columns of a kick-off; the end is null when the instant is known.
pub(crate) fn kickoff_columns(kickoff: Kickoff) -> (i64, Option<i64>) {
    match kickoff {
        Kickoff::At(at) => (micros(at), None),
        Kickoff::OnDate { start, end } => (micros(start), Some(micros(end))),
    }
}

/// Kind and line columns of a market. Kinds without a line store 0.
pub(crate) fn market_columns(market: Market) -> (&'static str, i64) {
    (market.kind().code(), market.line().map_or(0, |line| i64::from(line.quarters())))
}

pub(crate) fn market(kind: &str, quarters: i64) -> Result<Market, StoreError> {
    let wrong = || not_understood("market", format!("{kind} {quarters}"));
    let kind = MarketKind::from_code(kind).ok_or_else(wrong)?;
    let quarters = i16::try_from(quarters).map_err(|_| wrong())?;
    Market::new(kind, kind.line_step().map(|_| Line::from_quarters(quarters))).map_err(|_| wrong())
}

pub(crate) fn selection(text: &str) -> Result<Selection, StoreError> {
    parsed("selection", text)
}

pub(crate) fn odds(micros: i64) -> Result<DecimalOdds, StoreError> {
    DecimalOdds::from_micros(micros).map_err(|_: OddsError| not_understood("price_micros", micros))
}

/// A value that is stored as the text it is parsed from.
pub(crate) fn parsed<T: FromStr>(column: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| not_understood(column, text))
}

/// The code of a value that is found by code, e.g. by `FixtureStatus::from_code`.
pub(crate) fn coded<T>(column: &'static str, code: &str, found: Option<T>) -> Result<T, StoreError> {
    found.ok_or_else(|| not_understood(column, code))
}

/// A unit-like enum by its serde name.
pub(crate) fn name<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => format!("{other:?}"),
    }
}

/// The value of a serde name.
pub(crate) fn named<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| not_understood(column, text))
}

pub(crate) fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Json { what, detail: e.to_string() })
}

pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| not_understood(what, text))
}

/// An integer column that must fit a smaller type.
pub(crate) fn small<T: TryFrom<i64>>(column: &'static str, value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| not_understood(column, value))
}

pub(crate) fn not_understood(column: &'static str, value: impl Display) -> StoreError {
    StoreError::Value { column, value: format!("{value}") }
}

/// A count as a column; no count reaches half of 64 bits.
pub(crate) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use domain::SeasonRule;

    use super::*;

    #[test]
    fn every_rule_has_its_number() {
        for rule in KnownRule::ALL {
            assert_eq!(super::rule(rule_number(rule)).unwrap(), rule);
        }
        assert!(super::rule(99).is_err());
    }

    #[test]
    fn the_migration_names_the_same_rules() {
        let sqlite = concat!(
            include_str!("../migrations/sqlite/0001_facts.sql"),
            include_str!("../migrations/sqlite/0005_line_ups.sql"),
            include_str!("../migrations/sqlite/0009_details.sql")
        );
        let postgres = concat!(
            include_str!("../migrations/postgres/0001_facts.sql"),
            include_str!("../migrations/postgres/0005_line_ups.sql"),
            include_str!("../migrations/postgres/0009_details.sql")
        );
        for (number, rule) in RULES {
            let row = format!("({number}, '{}')", rule.code());
            assert!(sqlite.contains(&row) && postgres.contains(&row), "{}", rule.code());
        }
    }

    #[test]
    fn instants_are_cut_to_microseconds_towards_the_past() {
        let at: Timestamp = "1969-12-31T23:59:59.9999999Z".parse().unwrap();
        assert_eq!(micros(at), -1);
        assert!(as_stored(at) <= at);
        assert_eq!(instant(micros(as_stored(at))).unwrap(), as_stored(at));
    }

    #[test]
    fn markets_return() {
        for kind in MarketKind::ALL {
            let line = kind.line_step().map(|_| Line::from_quarters(-6));
            let original = Market::new(kind, line).unwrap();
            let (code, quarters) = market_columns(original);
            assert_eq!(market(code, quarters).unwrap(), original);
        }
        assert!(market("three_way", 1).is_ok(), "a kind without a line ignores the column");
        assert!(market("no_such_kind", 0).is_err());
    }

    #[test]
    fn names_return() {
        for rule in [SeasonRule::July, SeasonRule::JulySuspended2020, SeasonRule::CalendarYear] {
            assert_eq!(named::<SeasonRule>("season_rule", &name(rule)).unwrap(), rule);
        }
    }
}
