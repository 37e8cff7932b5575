//! From what a source writes about time to a kick-off, the date at the venue, and the season that date belongs to.

use domain::{Competition, CompetitionId, Kickoff, Loss, Reason, Rejection, Season, SeasonRule, Sport};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Nobody kept results before, and nobody announces fixtures after.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2200;

/// Grounds on other clocks than their competition's, by country and home side. A source that writes the venue's time means
/// these; taken for the mainland's, their results would be known an hour too early.
const ISLANDS: [(&str, &str, &str); 3] = [
    ("esp", "Las Palmas", "Atlantic/Canary"),
    ("esp", "Tenerife", "Atlantic/Canary"),
    ("por", "Santa Clara", "Atlantic/Azores"),
];

/// The calendar of one competition.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub(crate) competition: CompetitionId,
    pub(crate) sport: Sport,
    zone: TimeZone,
    season: SeasonRule,
}

/// The zone of that name.
///
/// # Errors
/// A file-wide rejection when the machine's zone database lacks it: no time in the file could be placed.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Rejection> {
    TimeZone::get(name).map_err(|_| Rejection {
        row: 0,
        field: None,
        value: format!("time zone {name} is not in the zone database of this machine"),
        reason: Reason::BadTime,
        loss: Loss::File,
    })
}

/// When a fixture is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct When {
    pub(crate) local_date: Date,
    pub(crate) kickoff: Kickoff,
    pub(crate) season: Season,
}

impl Calendar {
    /// The calendar of a competition on the built-in list.
    pub(crate) fn built_in(id: CompetitionId) -> Option<Self> {
        let competition = Competition::built_in(id)?;
        let zone = TimeZone::get(&competition.zone).ok()?;
        Some(Self::new(id, competition.sport, zone, competition.season))
    }

    pub(crate) fn new(competition: CompetitionId, sport: Sport, zone: TimeZone, season: SeasonRule) -> Self {
        Self { competition, sport, zone, season }
    }

    /// A fixture of which only the date at the venue is known.
    pub(crate) fn on_date(&self, local_date: Date) -> Option<When> {
        let kickoff = Kickoff::on_date(local_date, &self.zone).ok()?;
        self.when(local_date, kickoff)
    }

    /// A fixture with a time of day on the clocks of `zone`, which need not be those of the venue.
    pub(crate) fn at_civil(&self, at: DateTime, zone: &TimeZone) -> Option<When> {
        self.at(at.to_zoned(zone.clone()).ok()?.timestamp())
    }

    /// A fixture with a time of day on the clocks of the venue.
    pub(crate) fn at_venue(&self, at: DateTime, home: &str) -> Option<When> {
        let country = self.competition.as_str().split('.').next();
        match ISLANDS.iter().find(|(c, team, _)| Some(*c) == country && *team == home) {
            Some((_, _, island)) => self.at_civil(at, &TimeZone::get(island).ok()?),
            None => self.at_civil(at, &self.zone),
        }
    }

    /// A fixture at a known instant.
    pub(crate) fn at(&self, at: Timestamp) -> Option<When> {
        self.when(at.to_zoned(self.zone.clone()).date(), Kickoff::At(at))
    }

    fn when(&self, local_date: Date, kickoff: Kickoff) -> Option<When> {
        let season = self.season.season_of(local_date);
        YEARS.contains(&local_date.year()).then_some(When { local_date, kickoff, season })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn islands_have_their_own_clocks() {
        let spain = Calendar::built_in(CompetitionId::literal("esp.1")).unwrap();
        let at = date(2023, 8, 12).at(18, 30, 0, 0);
        let kickoff = |home: &str| spain.at_venue(at, home).unwrap().kickoff;
        assert_eq!(kickoff("Getafe"), Kickoff::At("2023-08-12T16:30:00Z".parse().unwrap()));
        assert_eq!(kickoff("Las Palmas"), Kickoff::At("2023-08-12T17:30:00Z".parse().unwrap()));
    }

    #[test]
    fn the_date_is_the_venues_not_the_sources() {
        let istanbul = Calendar::built_in(CompetitionId::literal("tur.1")).unwrap();
        let london = TimeZone::get("Europe/London").unwrap();
        let late = istanbul.at_civil(date(2024, 1, 10).at(22, 30, 0, 0), &london).unwrap();
        assert_eq!(late.local_date, date(2024, 1, 11));
        assert_eq!(late.season, Season::starting(2023));
        assert_eq!(istanbul.on_date(date(1, 1, 1)), None);
    }
}
