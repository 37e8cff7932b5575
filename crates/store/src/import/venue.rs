//! Where a match is played.

use domain::{Kickoff, MatchRecord, TeamId, Venue};
use jiff::Timestamp;

use super::{
    moment::{revise, seen},
    stored::{Appended, Known},
};

/// The venue to append, if the record says anything new. `kickoff` is the best known one.
pub(super) fn plan(
    stored: Option<&Known<Venue>>,
    record: &MatchRecord<TeamId>,
    kickoff: Kickoff,
    recorded_at: Timestamp,
) -> Option<Appended<Venue>> {
    let moment = seen(kickoff.venue_known_at(), recorded_at);
    revise(stored, record.venue.as_ref()?, moment, recorded_at, overlaid)
}

/// Of the same venue, what only one says stays.
fn overlaid(old: &Venue, new: &Venue) -> Venue {
    if old.code != new.code {
        return new.clone();
    }
    Venue {
        code: new.code,
        name: if new.name.is_empty() { old.name.clone() } else { new.name.clone() },
        roof: new.roof.or(old.roof),
        surface: new.surface.clone().or_else(|| old.surface.clone()),
    }
}

#[cfg(test)]
mod tests {
    use domain::{KnownRule, venue::Roof};

    use super::*;
    use crate::import::sample;

    fn venue(roof: Option<Roof>) -> Venue {
        Venue { code: "DAL00".parse().unwrap(), name: "AT&T Stadium".into(), roof, surface: None }
    }

    fn planned(known: Option<Venue>, said: Venue, recorded_at: &str) -> Option<Appended<Venue>> {
        let record = MatchRecord { venue: Some(said), ..sample::record() };
        let known = known.map(|value| Known { at: record.kickoff.venue_known_at().0, value });
        plan(known.as_ref(), &record, record.kickoff, recorded_at.parse().unwrap())
    }

    #[test]
    fn a_roof_is_known_90_minutes_before_kickoff_and_not_before() {
        let later = "2024-06-01T00:00:00Z";
        let first = planned(None, venue(Some(Roof::Open)), later).unwrap();
        assert_eq!(first.known_at.to_string(), "2023-08-12T12:30:00Z");
        assert_eq!(first.known_rule, KnownRule::VenueBeforeKickoff);
        assert!(planned(Some(first.value.clone()), venue(None), later).is_none(), "nothing new");
        let corrected = planned(Some(first.value), venue(Some(Roof::Closed)), later).unwrap();
        assert!(corrected.correction && corrected.known_at.to_string() == later);
        let early = planned(None, venue(None), "2023-08-01T00:00:00Z").unwrap();
        assert_eq!(
            (early.known_at.to_string().as_str(), early.known_rule),
            ("2023-08-01T00:00:00Z", KnownRule::Observed)
        );
    }
}
