//! Seasons, which follow from dates. A label in a file is only checked against them.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A season by the year it starts in, e.g. 2023 for 2023-24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Season {
    /// The year of its first match.
    pub start_year: i16,
}

impl Season {
    /// The season that starts in `start_year`.
    pub const fn starting(start_year: i16) -> Self {
        Self { start_year }
    }

    /// The season before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self { start_year: self.start_year - 1 }
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = format!("{}-{:02}", self.start_year, (self.start_year + 1).rem_euclid(100));
        f.pad(&label)
    }
}

impl std::str::FromStr for Season {
    type Err = SeasonError;

    /// Reads `2023-24`, `2023-2024`, `2023/24` and `2023`.
    fn from_str(label: &str) -> Result<Self, SeasonError> {
        let wrong = || SeasonError { label: label.to_owned() };
        let (start, end) = match label.split_once(['-', '/']) {
            Some((start, end)) => (start, Some(end)),
            None => (label, None),
        };
        let start_year: i16 = start.parse().map_err(|_| wrong())?;
        if !(1850..=2200).contains(&start_year) {
            return Err(wrong());
        }
        if let Some(end) = end {
            let end_year: i16 = end.parse().map_err(|_| wrong())?;
            let expected = if end.len() == 4 { start_year + 1 } else { (start_year + 1).rem_euclid(100) };
            if end_year != expected {
                return Err(wrong());
            }
        }
        Ok(Self { start_year })
    }
}

/// A label that names no season.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{label:?} is not a season such as 2023-24")]
pub struct SeasonError {
    /// What was given.
    pub label: String,
}

/// When a competition's season turns over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeasonRule {
    /// European football: the new season starts on or after 1 July.
    July,
    /// As [`SeasonRule::July`], but the season of 2019-20 ran until August 2020 and the next one started in September.
    JulySuspended2020,
    /// NFL: September to February, turning over on 1 March.
    March,
    /// NBA: turning over on 1 August, except that the season of 2019-20 ended in October 2020.
    August,
    /// One season per calendar year.
    CalendarYear,
}

impl SeasonRule {
    /// The season that `date` (at the venue) belongs to.
    pub fn season_of(self, date: Date) -> Season {
        let (year, month_day) = (date.year(), (date.month(), date.day()));
        let first_day = match (self, year) {
            (Self::JulySuspended2020, 2020) => (9, 1),
            (Self::July | Self::JulySuspended2020, _) => (7, 1),
            (Self::March, _) => (3, 1),
            (Self::August, 2020) => (11, 1),
            (Self::August, _) => (8, 1),
            (Self::CalendarYear, _) => (1, 1),
        };
        Season::starting(if month_day >= first_day { year } else { year - 1 })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn seasons_of_the_suspended_year() {
        // Serie A 2019-20 ended on 2 August 2020; the Scottish season 2020-21 started on 1 August 2020.
        assert_eq!(SeasonRule::JulySuspended2020.season_of(date(2020, 8, 2)), Season::starting(2019));
        assert_eq!(SeasonRule::July.season_of(date(2020, 8, 1)), Season::starting(2020));
        // The Championship 2022-23 started on 29 July 2022.
        assert_eq!(SeasonRule::JulySuspended2020.season_of(date(2022, 7, 29)), Season::starting(2022));
        // NBA finals 2020 ended on 11 October, 2020-21 started on 22 December.
        assert_eq!(SeasonRule::August.season_of(date(2020, 10, 11)), Season::starting(2019));
        assert_eq!(SeasonRule::August.season_of(date(2020, 12, 22)), Season::starting(2020));
        assert_eq!(SeasonRule::March.season_of(date(2022, 2, 13)), Season::starting(2021));
    }

    #[test]
    fn labels() {
        assert_eq!(Season::starting(1999).to_string(), "1999-00");
        for label in ["2023-24", "2023-2024", "2023/24", "2023"] {
            assert_eq!(label.parse::<Season>().unwrap(), Season::starting(2023), "{label}");
        }
        for label in ["2023-25", "23-24", "soon", "2023-"] {
            assert!(label.parse::<Season>().is_err(), "{label}");
        }
    }
}
