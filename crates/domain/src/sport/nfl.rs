//! American football: points in threes and sevens, four quarters, overtime counts.

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, Weekday},
    tz::{Offset, TimeZone},
};

use super::{LevelScore, SettlementPeriod, SportRules};
use crate::{fact::KnownRule, market::MarketKind, season::Season};

pub(super) static RULES: SportRules = SportRules {
    code: "nfl",
    unit: "points",
    regulation_periods: 4,
    level_score: LevelScore::Tie,
    settlement_period: SettlementPeriod::IncludingOvertime,
    result_known_after: SignedDuration::from_hours(4),
    // The record is 73 points (1940); 72 were scored in 2023.
    plausible_score: 0..=100,
    forecast_max: 80,
    // A one-point safety needs a conversion try, so a side with one point alone has never occurred.
    attainable: |points| points != 1,
    markets: &[MarketKind::Moneyline, MarketKind::Spread, MarketKind::Total],
};

/// The first and the last date of a week of a season, as the league numbers weeks: play-offs go on after the regular season, 17
/// weeks until 2020 and 18 since, and the final is two weeks after the semi-finals. A week begins on the Wednesday before its
/// Thursday game, the first one after the first Monday of September. Holds from 2003 on; one game was moved out of its week
/// (Baltimore at Pittsburgh, 2 December 2020).
pub fn week_dates(season: Season, week: u8) -> Option<(Date, Date)> {
    const WITH_17_WEEKS_UNTIL: i16 = 2020;
    let regular = if season.start_year <= WITH_17_WEEKS_UNTIL { 17 } else { 18 };
    let (last_weeks, labour_day) = (regular + 4, first_monday_of_september(season)?);
    if !(1..=last_weeks).contains(&week) {
        return None;
    }
    let weeks_later = if week == last_weeks { week } else { week - 1 };
    let first = labour_day.checked_add(Span::new().days(2 + 7 * i64::from(weeks_later))).ok()?;
    Some((first, first.checked_add(Span::new().days(6)).ok()?))
}

/// The zone of the league's clocks. Without a zone database its winter time, which is never too early.
pub(crate) fn new_york() -> TimeZone {
    const WINTER: Offset = jiff::tz::offset(-5);
    TimeZone::get("America/New_York").unwrap_or_else(|_| TimeZone::fixed(WINTER))
}

/// 00:00 of a day in New York.
pub(crate) fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(new_york()).ok()?.timestamp())
}

/// When the injury reports of a week were complete at the latest, and by which rule: when its last day is over in New York.
pub fn week_report_known_at((_, last): (Date, Date)) -> Option<(Timestamp, KnownRule)> {
    Some((midnight(last.tomorrow().ok()?)?, KnownRule::InjuryReportWeekEnd))
}

fn first_monday_of_september(season: Season) -> Option<Date> {
    Date::new(season.start_year, 9, 1).ok()?.nth_weekday_of_month(1, Weekday::Monday).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Against the league's calendar: <https://www.pro-football-reference.com/years/2023/games.htm> and those of other years.
    #[test]
    fn weeks_have_the_dates_of_their_games() {
        let within = |season: i16, week: u8, day: Date| {
            let (first, last) = week_dates(Season::starting(season), week).unwrap();
            first <= day && day <= last
        };
        for (season, week, day) in [
            (2009, 1, date(2009, 9, 10)),
            (2012, 1, date(2012, 9, 5)), // a Wednesday
            (2012, 17, date(2012, 12, 30)),
            (2012, 21, date(2013, 2, 3)),
            (2023, 1, date(2023, 9, 11)),
            (2023, 18, date(2024, 1, 7)),
            (2023, 21, date(2024, 1, 28)),
            (2023, 22, date(2024, 2, 11)),
            (2024, 17, date(2024, 12, 25)), // a Wednesday
        ] {
            assert!(within(season, week, day), "{season} week {week}");
        }
        let sunday_to_monday = week_dates(Season::starting(2023), 1).unwrap();
        let (known_at, _) = week_report_known_at(sunday_to_monday).unwrap();
        assert_eq!(known_at.to_string(), "2023-09-13T04:00:00Z", "after the Monday game and a moved one");
        assert_eq!(week_dates(Season::starting(2020), 22), None);
        assert_eq!(week_dates(Season::starting(2023), 0), None);
    }
}
