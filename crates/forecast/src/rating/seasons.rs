//! How a team stands to a season: whether it plays on, returns from the last one, or is new.

use domain::Season;

/// Seasons of a competition that had a match, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Seasons(Vec<Season>);

/// A team at the start of a match of some season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its season goes on.
    Playing,
    /// It played the season before.
    Returning,
    /// It joins a running competition, as a promoted team does, or comes back after a season elsewhere.
    Newcomer,
    /// The season is the first on record, in which everybody is new.
    Founder,
}

impl Seasons {
    /// Notes that a season had a match.
    pub(super) fn note(&mut self, season: Season) {
        if let Err(position) = self.0.binary_search(&season) {
            self.0.insert(position, season);
        }
    }

    /// Whether no earlier season is on record.
    pub(super) fn is_first(&self, season: Season) -> bool {
        self.0.first().is_none_or(|first| season <= *first)
    }

    /// The standing of a team that played last in `last`.
    pub(super) fn standing(&self, last: Option<Season>, season: Season) -> Standing {
        match last {
            Some(last) if last >= season => Standing::Playing,
            Some(last) if Some(last) == self.before(season) => Standing::Returning,
            None if self.is_first(season) => Standing::Founder,
            _ => Standing::Newcomer,
        }
    }

    fn before(&self, season: Season) -> Option<Season> {
        self.0[..self.0.partition_point(|s| *s < season)].last().copied()
    }
}
