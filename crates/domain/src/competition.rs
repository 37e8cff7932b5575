//! Competitions, with ids in ESPN's style: country code and tier, or the league's own letters.

use std::{borrow::Cow, fmt};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{
    code::{Code, CodeError},
    season::SeasonRule,
    sport::Sport,
};

/// `eng.1`, `nfl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompetitionId(pub Code);

impl CompetitionId {
    /// An id known at compile time.
    pub const fn literal(text: &str) -> Self {
        Self(Code::literal(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for CompetitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for CompetitionId {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        text.parse().map(Self)
    }
}

/// A league or cup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Competition {
    /// Its id.
    pub id: CompetitionId,
    /// Its name in English.
    pub name: Cow<'static, str>,
    /// What is played.
    pub sport: Sport,
    /// The pool its teams are named in; leagues of one country share it, because teams move between them.
    pub pool: Cow<'static, str>,
    /// IANA zone in which its local dates are read.
    pub zone: Cow<'static, str>,
    /// When its season turns over.
    pub season: SeasonRule,
}

const fn soccer(
    id: &'static str,
    name: &'static str,
    pool: &'static str,
    zone: &'static str,
    season: SeasonRule,
) -> Competition {
    Competition {
        id: CompetitionId::literal(id),
        name: Cow::Borrowed(name),
        sport: Sport::Soccer,
        pool: Cow::Borrowed(pool),
        zone: Cow::Borrowed(zone),
        season,
    }
}

use SeasonRule::{July, JulySuspended2020};

/// Every competition Touchline knows without being told; a mapping file may name others.
pub static COMPETITIONS: &[Competition] = &[
    soccer("eng.1", "English Premier League", "eng", "Europe/London", JulySuspended2020),
    soccer("eng.2", "English Championship", "eng", "Europe/London", JulySuspended2020),
    soccer("eng.3", "English League One", "eng", "Europe/London", JulySuspended2020),
    soccer("eng.4", "English League Two", "eng", "Europe/London", JulySuspended2020),
    soccer("eng.5", "English National League", "eng", "Europe/London", JulySuspended2020),
    soccer("sco.1", "Scottish Premiership", "sco", "Europe/London", July),
    soccer("sco.2", "Scottish Championship", "sco", "Europe/London", July),
    soccer("sco.3", "Scottish League One", "sco", "Europe/London", July),
    soccer("sco.4", "Scottish League Two", "sco", "Europe/London", July),
    soccer("ger.1", "German Bundesliga", "ger", "Europe/Berlin", July),
    soccer("ger.2", "German 2. Bundesliga", "ger", "Europe/Berlin", July),
    soccer("ita.1", "Italian Serie A", "ita", "Europe/Rome", JulySuspended2020),
    soccer("ita.2", "Italian Serie B", "ita", "Europe/Rome", JulySuspended2020),
    soccer("esp.1", "Spanish La Liga", "esp", "Europe/Madrid", JulySuspended2020),
    soccer("esp.2", "Spanish Segunda División", "esp", "Europe/Madrid", JulySuspended2020),
    soccer("fra.1", "French Ligue 1", "fra", "Europe/Paris", July),
    soccer("fra.2", "French Ligue 2", "fra", "Europe/Paris", July),
    soccer("ned.1", "Dutch Eredivisie", "ned", "Europe/Amsterdam", July),
    soccer("bel.1", "Belgian Pro League", "bel", "Europe/Brussels", July),
    soccer("por.1", "Portuguese Primeira Liga", "por", "Europe/Lisbon", JulySuspended2020),
    soccer("tur.1", "Turkish Süper Lig", "tur", "Europe/Istanbul", JulySuspended2020),
    soccer("gre.1", "Greek Super League", "gre", "Europe/Athens", JulySuspended2020),
    Competition {
        id: CompetitionId::literal("nfl"),
        name: Cow::Borrowed("National Football League"),
        sport: Sport::Nfl,
        pool: Cow::Borrowed("nfl"),
        zone: Cow::Borrowed("America/New_York"),
        season: SeasonRule::March,
    },
    Competition {
        id: CompetitionId::literal("nba"),
        name: Cow::Borrowed("National Basketball Association"),
        sport: Sport::Nba,
        pool: Cow::Borrowed("nba"),
        zone: Cow::Borrowed("America/New_York"),
        season: SeasonRule::August,
    },
];

impl Competition {
    /// The zone of its local dates; UTC where its name is none.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The competition of that id on the built-in list.
    pub fn built_in(id: CompetitionId) -> Option<&'static Self> {
        COMPETITIONS.iter().find(|c| c.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_zones_exist() {
        for (i, competition) in COMPETITIONS.iter().enumerate() {
            assert!(COMPETITIONS[..i].iter().all(|other| other.id != competition.id), "{}", competition.id);
            assert!(jiff::tz::TimeZone::get(&competition.zone).is_ok(), "{}", competition.zone);
        }
    }
}
