//! A fact carries three times: when it happened, when the world could know it, and when it was stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The order in which facts were stored: one number per import. It stands for the moment of storing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub i64);

/// The first whole microsecond that is not before a moment. Facts are stored with whole ones, so those before the moment are
/// those before this.
pub fn first_micro_not_before(at: Timestamp) -> i64 {
    // Before 1970 both parts are negative, and cutting off is rounding up.
    at.as_microsecond() + i64::from(at.subsec_nanosecond() % 1000 > 0)
}

/// How `known_at` was found: observed, or assumed by a rule that never dates knowledge too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownRule {
    /// The source or the import itself saw it at that moment.
    Observed,
    /// A fixture: listed seven days before its kick-off.
    ListedWeekBefore,
    /// A result: kick-off + 2.5 h (soccer), + 4 h (NFL, NBA).
    ResultAfterKickoff,
    /// A result of which only the date is known: 12:00 UTC of the next day.
    ResultNextDayNoon,
    /// xG, shots, plays, players' statistics and the like: 24 h after the result's own moment.
    StatisticsDayAfterResult,
    /// football-data.co.uk pre-match odds: collected on Friday for the weekend, on Tuesday for midweek, in the afternoon.
    FridayOrTuesdayBefore,
    /// Closing odds: at kick-off (or the end of the day of a date-only fixture). Scoring and closing line value only.
    ClosingAtKickoff,
    /// Opening odds: their moment is unknown. Features only, never bettable.
    OpeningUnknown,
    /// Starting players: official 90 minutes before kick-off.
    LineUpBeforeKickoff,
    /// A correction: known when imported.
    CorrectedOnImport,
    /// The venue of a match with its roof: 90 minutes before kick-off, when a roof that opens has to be decided on. Matches were
    /// moved as late as the day before.
    VenueBeforeKickoff,
    /// Weather that was observed at a match: with the result.
    WeatherWithResult,
    /// The NFL's injury report: the end of the day before the match, New York time. Clubs report by 4 p.m. two days before a
    /// Sunday's or Monday's game and may downgrade a player until the day before (2016 Personnel (Injury) Report Policy), and
    /// what is on file is the last word.
    InjuryReportDayBefore,
    /// An injury report whose match is not on record: the end of the week it is about.
    InjuryReportWeekEnd,
}

impl KnownRule {
    /// Every rule, for tests and documents.
    pub const ALL: [Self; 14] = [
        Self::Observed,
        Self::ListedWeekBefore,
        Self::ResultAfterKickoff,
        Self::ResultNextDayNoon,
        Self::StatisticsDayAfterResult,
        Self::FridayOrTuesdayBefore,
        Self::ClosingAtKickoff,
        Self::OpeningUnknown,
        Self::LineUpBeforeKickoff,
        Self::CorrectedOnImport,
        Self::VenueBeforeKickoff,
        Self::WeatherWithResult,
        Self::InjuryReportDayBefore,
        Self::InjuryReportWeekEnd,
    ];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::ListedWeekBefore => "listed_week_before",
            Self::ResultAfterKickoff => "result_after_kickoff",
            Self::ResultNextDayNoon => "result_next_day_noon",
            Self::StatisticsDayAfterResult => "statistics_day_after_result",
            Self::FridayOrTuesdayBefore => "friday_or_tuesday_before",
            Self::ClosingAtKickoff => "closing_at_kickoff",
            Self::OpeningUnknown => "opening_unknown",
            Self::LineUpBeforeKickoff => "line_up_before_kickoff",
            Self::CorrectedOnImport => "corrected_on_import",
            Self::VenueBeforeKickoff => "venue_before_kickoff",
            Self::WeatherWithResult => "weather_with_result",
            Self::InjuryReportDayBefore => "injury_report_day_before",
            Self::InjuryReportWeekEnd => "injury_report_week_end",
        }
    }

    /// The rule of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }
}

/// The three times of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the world could know it. A fact is visible as of `t` when `known_at < t`.
    pub known_at: Timestamp,
    /// How `known_at` was found.
    pub known_rule: KnownRule,
    /// When it was stored.
    pub recorded_at: Timestamp,
    /// The import that stored it; later imports have greater numbers.
    pub sequence: Sequence,
}

/// A value with its three times. Corrections are further facts about the same thing, never changes of this one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fact<T> {
    /// When.
    pub times: Times,
    /// What.
    pub value: T,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_unique_names() {
        for rule in KnownRule::ALL {
            assert_eq!(KnownRule::from_code(rule.code()), Some(rule));
        }
    }

    #[test]
    fn moments_are_rounded_up_on_both_sides_of_1970() {
        for nanos in [-2001, -2000, -1999, -1001, -1000, -999, -1, 0, 1, 999, 1000, 1001] {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            assert_eq!(i128::from(first_micro_not_before(at)), -(-nanos).div_euclid(1000), "{nanos}");
        }
    }

    #[test]
    fn a_moment_within_a_microsecond_includes_that_microsecond() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(first_micro_not_before(at("1970-01-01T00:00:01Z")), 1_000_000);
        assert_eq!(first_micro_not_before(at("1970-01-01T00:00:00.000000001Z")), 1);
        assert_eq!(first_micro_not_before(at("1969-12-31T23:59:59.999999999Z")), 0);
    }
}
