//! Fixtures: who meets whom, where and when, and how far the meeting has come.

use jiff::{SignedDuration, Span, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    competition::CompetitionId,
    fact::KnownRule,
    season::Season,
    sport::{Sport, nfl},
    team::TeamId,
};

/// A canonical fixture. It keeps its number through postponement and correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FixtureId(pub i64);

/// When a fixture starts, as precisely as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kickoff {
    /// The instant is known.
    At(Timestamp),
    /// Only the venue's date is known: its first and its last instant.
    OnDate {
        /// 00:00 at the venue, which is also the moment as of which the fixture is forecast.
        start: Timestamp,
        /// 00:00 of the next day at the venue.
        end: Timestamp,
    },
}

impl Kickoff {
    /// The kick-off of a date-only fixture.
    ///
    /// # Errors
    /// When the date is beyond what instants can express.
    pub fn on_date(date: Date, zone: &TimeZone) -> Result<Self, jiff::Error> {
        let start = date.to_zoned(zone.clone())?.timestamp();
        let end = date.tomorrow()?.to_zoned(zone.clone())?.timestamp();
        Ok(Self::OnDate { start, end })
    }

    /// The earliest instant it can be: the order of matches and the default moment of a forecast.
    pub fn earliest(self) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::OnDate { start, .. } => start,
        }
    }

    /// The latest instant it can be.
    pub fn latest(self) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::OnDate { end, .. } => end,
        }
    }

    /// Whether only the date is known.
    pub fn is_date_only(self) -> bool {
        matches!(self, Self::OnDate { .. })
    }

    /// When the result could be known at the earliest, and by which rule.
    pub fn result_known_at(self, sport: Sport) -> (Timestamp, KnownRule) {
        match self {
            Self::At(at) => (at + sport.rules().result_known_after, KnownRule::ResultAfterKickoff),
            Self::OnDate { start, .. } => (next_day_noon_utc(start), KnownRule::ResultNextDayNoon),
        }
    }

    /// When match statistics could be known at the earliest, and by which rule.
    pub fn statistics_known_at(self, sport: Sport) -> (Timestamp, KnownRule) {
        (self.result_known_at(sport).0 + SignedDuration::from_hours(24), KnownRule::StatisticsDayAfterResult)
    }

    /// When the fixture itself is taken as known, and by which rule.
    pub fn listed_at(self) -> (Timestamp, KnownRule) {
        (self.earliest() - SignedDuration::from_hours(7 * 24), KnownRule::ListedWeekBefore)
    }

    /// When starting players are known, and by which rule. Leagues publish who is inactive 90 minutes before kick-off; of a
    /// date-only fixture that is 90 minutes before its latest possible one.
    pub fn line_up_known_at(self) -> (Timestamp, KnownRule) {
        (self.latest() - SignedDuration::from_mins(90), KnownRule::LineUpBeforeKickoff)
    }

    /// When the venue with its roof is known, and by which rule: as the starting players, for the same reasons.
    pub fn venue_known_at(self) -> (Timestamp, KnownRule) {
        (self.line_up_known_at().0, KnownRule::VenueBeforeKickoff)
    }

    /// When the weather that was observed is known, and by which rule.
    pub fn weather_known_at(self, sport: Sport) -> (Timestamp, KnownRule) {
        (self.result_known_at(sport).0, KnownRule::WeatherWithResult)
    }

    /// When the NFL's injury report on a match was complete, and by which rule: 00:00 in New York of the day of the match.
    pub fn injury_report_known_at(self) -> (Timestamp, KnownRule) {
        let day = self.earliest().to_zoned(nfl::new_york()).date();
        (nfl::midnight(day).unwrap_or(self.latest()), KnownRule::InjuryReportDayBefore)
    }

    /// When closing odds are known, and by which rule.
    pub fn closing_known_at(self) -> (Timestamp, KnownRule) {
        (self.latest(), KnownRule::ClosingAtKickoff)
    }

    /// When opening odds are taken as known: nobody recorded the moment, but it was before the kick-off. They are features
    /// only, so the last moment before the default forecast is early enough, and it is never too early.
    pub fn opening_known_at(self) -> (Timestamp, KnownRule) {
        (self.earliest() - SignedDuration::from_mins(1), KnownRule::OpeningUnknown)
    }

    /// When football-data.co.uk took its pre-match odds: the last Friday or Tuesday, 17:00 in London, before the latest
    /// possible kick-off. Source: notes.txt of football-data.co.uk ("Friday afternoons", "Tuesday afternoons").
    ///
    /// # Errors
    /// When the zone database lacks Europe/London.
    pub fn collected_at(self) -> Result<(Timestamp, KnownRule), jiff::Error> {
        let london = TimeZone::get("Europe/London")?;
        let mut date = self.latest().to_zoned(london.clone()).date();
        loop {
            let weekday = date.weekday();
            if matches!(weekday, jiff::civil::Weekday::Friday | jiff::civil::Weekday::Tuesday) {
                let at = date.at(17, 0, 0, 0).to_zoned(london.clone())?.timestamp();
                if at < self.latest() {
                    return Ok((at, KnownRule::FridayOrTuesdayBefore));
                }
            }
            date = date.yesterday()?;
        }
    }
}

/// 12:00 UTC of the day after the venue's date. A venue's day starts at the latest 12 h before and at the earliest 14 h
/// after 00:00 UTC, so the date is read in the middle of the local day.
fn next_day_noon_utc(local_midnight: Timestamp) -> Timestamp {
    let midday = local_midnight + SignedDuration::from_hours(12);
    let next = midday.to_zoned(TimeZone::UTC).date().saturating_add(Span::new().days(1));
    next.at(12, 0, 0, 0)
        .to_zoned(TimeZone::UTC)
        .map_or(midday + SignedDuration::from_hours(48), |z| z.timestamp())
}

/// One of the two sides of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Home, or named first at a neutral venue.
    Home,
    /// Away.
    Away,
}

/// How far a fixture has come. All moves keep its [`FixtureId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixtureStatus {
    /// Announced.
    Scheduled,
    /// Being played.
    Live,
    /// Played to its end.
    Completed,
    /// Put off; a new date may follow.
    Postponed,
    /// Begun and broken off.
    Abandoned,
    /// Will not be played.
    Cancelled,
}

impl FixtureStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Scheduled, Self::Live, Self::Completed, Self::Postponed, Self::Abandoned, Self::Cancelled];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live => "live",
            Self::Completed => "completed",
            Self::Postponed => "postponed",
            Self::Abandoned => "abandoned",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether a fixture may go from here to `next`. A completed match stays completed: its result may be corrected, which
    /// is another fact. An abandoned or postponed one may be scheduled again.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Scheduled => true,
            Self::Live => !matches!(next, Self::Scheduled | Self::Postponed),
            Self::Postponed | Self::Abandoned => !matches!(next, Self::Live),
            Self::Completed => next == Self::Completed,
            Self::Cancelled => matches!(next, Self::Cancelled | Self::Scheduled),
        }
    }
}

/// Which part of a season a fixture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// League play.
    Regular,
    /// Play-offs and finals.
    Playoff,
}

impl Stage {
    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Playoff => "playoff",
        }
    }

    /// The stage of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Regular, Self::Playoff].into_iter().find(|stage| stage.code() == code)
    }
}

/// A meeting of two teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fixture {
    /// Its number.
    pub id: FixtureId,
    /// Where it counts.
    pub competition: CompetitionId,
    /// What is played.
    pub sport: Sport,
    /// The season, from its date.
    pub season: Season,
    /// Home side, or the side named first at a neutral venue.
    pub home: TeamId,
    /// Away side.
    pub away: TeamId,
    /// When it starts.
    pub kickoff: Kickoff,
    /// Whether nobody is at home.
    pub neutral: bool,
    /// Part of the season.
    pub stage: Stage,
    /// How far it has come.
    pub status: FixtureStatus,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn london() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_result_is_never_known_before_the_match_can_be_over() {
        let timed = Kickoff::At(ts("2023-08-11T19:00:00Z"));
        assert_eq!(timed.result_known_at(Sport::Soccer).0, ts("2023-08-11T21:30:00Z"));
        assert_eq!(timed.result_known_at(Sport::Nba).0, ts("2023-08-11T23:00:00Z"));
        assert_eq!(timed.statistics_known_at(Sport::Soccer).0, ts("2023-08-12T21:30:00Z"));
        // A date-only match may start as late as the end of its day, wherever the venue is.
        for zone in ["Pacific/Auckland", "Europe/London", "America/New_York", "Pacific/Honolulu"] {
            let kickoff = Kickoff::on_date(date(2019, 5, 4), &TimeZone::get(zone).unwrap()).unwrap();
            let (known_at, _) = kickoff.result_known_at(Sport::Soccer);
            assert_eq!(known_at, ts("2019-05-05T12:00:00Z"), "{zone}");
            assert!(known_at > kickoff.latest(), "{zone}");
        }
    }

    #[test]
    fn pre_match_odds_are_those_of_the_friday_or_tuesday_before() {
        let collected = |text: &str| Kickoff::At(ts(text)).collected_at().unwrap().0;
        assert_eq!(collected("2023-08-12T11:30:00Z"), ts("2023-08-11T16:00:00Z"), "Saturday, summer time");
        assert_eq!(collected("2023-08-11T19:00:00Z"), ts("2023-08-11T16:00:00Z"), "Friday evening");
        assert_eq!(collected("2024-01-15T20:00:00Z"), ts("2024-01-12T17:00:00Z"), "Monday, winter time");
        assert_eq!(collected("2024-01-31T20:00:00Z"), ts("2024-01-30T17:00:00Z"), "Wednesday");
        assert_eq!(
            collected("2024-01-30T16:00:00Z"),
            ts("2024-01-26T17:00:00Z"),
            "Tuesday before the collection"
        );
        let saturday = Kickoff::on_date(date(2010, 3, 6), &london()).unwrap();
        assert!(saturday.collected_at().unwrap().0 < saturday.earliest());
    }

    #[test]
    fn starting_players_are_known_before_kickoff_and_never_before_the_day() {
        let at: Timestamp = "2023-09-10T17:00:00Z".parse().unwrap();
        assert_eq!(Kickoff::At(at).line_up_known_at().0, "2023-09-10T15:30:00Z".parse().unwrap());
        let dated = Kickoff::on_date(jiff::civil::date(2023, 9, 10), &TimeZone::UTC).unwrap();
        assert_eq!(dated.line_up_known_at().0, "2023-09-10T22:30:00Z".parse().unwrap());
    }

    /// A roof is decided on 90 minutes before kick-off, weather is observed at the match, and a report on injuries is final
    /// when the day of the match begins in New York.
    #[test]
    fn venue_weather_and_injuries_are_not_known_too_early() {
        // 20:15 in New York on Monday, which is Tuesday in UTC.
        let monday = Kickoff::At(ts("2023-09-12T00:15:00Z"));
        assert_eq!(monday.venue_known_at().0, ts("2023-09-11T22:45:00Z"));
        assert_eq!(monday.weather_known_at(Sport::Nfl).0, ts("2023-09-12T04:15:00Z"));
        assert_eq!(monday.injury_report_known_at().0, ts("2023-09-11T04:00:00Z"));
        let new_york = TimeZone::get("America/New_York").unwrap();
        let dated = Kickoff::on_date(date(2023, 9, 10), &new_york).unwrap();
        assert!(dated.weather_known_at(Sport::Nfl).0 > dated.latest());
        assert!(dated.venue_known_at().0 > dated.earliest());
        let (reported, _) = dated.injury_report_known_at();
        let saturdays_downgrades: Timestamp = ts("2023-09-09T20:00:00Z");
        assert!(reported > saturdays_downgrades && reported == dated.earliest());
    }

    #[test]
    fn closing_odds_are_not_visible_at_kickoff() {
        let timed = Kickoff::At(ts("2023-08-11T19:00:00Z"));
        assert_eq!(timed.closing_known_at().0, timed.earliest());
        let dated = Kickoff::on_date(date(2010, 3, 6), &london()).unwrap();
        assert!(dated.closing_known_at().0 > dated.earliest());
        for kickoff in [timed, dated] {
            assert!(kickoff.opening_known_at().0 < kickoff.earliest(), "a forecast at kick-off may see it");
        }
    }

    #[test]
    fn a_completed_match_stays_completed() {
        use FixtureStatus::*;
        assert!(Scheduled.may_become(Postponed) && Postponed.may_become(Scheduled));
        assert!(!Completed.may_become(Scheduled) && !Live.may_become(Scheduled));
        for status in FixtureStatus::ALL {
            assert_eq!(FixtureStatus::from_code(status.code()), Some(status));
            assert!(status.may_become(status) || status == Live || matches!(status, Postponed | Abandoned));
        }
    }
}
