//! Line-ups: each version is the union of what was known and what is new, so that sources complete each other.

use domain::{Kickoff, KnownRule, LineUp, MatchRecord, TeamId};
use jiff::Timestamp;

use super::stored::{Appended, Known};

/// The line-up to append, if the record says anything new. `kickoff` is the best known one.
pub(super) fn plan(
    stored: Option<&Known<LineUp>>,
    record: &MatchRecord<TeamId>,
    kickoff: Kickoff,
    recorded_at: Timestamp,
) -> Option<Appended<LineUp>> {
    if record.line_up.is_empty() {
        return None;
    }
    let (by_rule, rule) = kickoff.line_up_known_at();
    let Some(known) = stored else {
        let value = record.line_up.clone();
        return Some(Appended { known_at: by_rule, known_rule: rule, value, correction: false });
    };
    let value = LineUp {
        home: record.line_up.home.clone().or_else(|| known.value.home.clone()),
        away: record.line_up.away.clone().or_else(|| known.value.away.clone()),
    };
    // Another spelling of a name is no news.
    if value.players() == known.value.players() {
        return None;
    }
    let replaced = |(old, new): (&Option<_>, &Option<_>)| old.is_some() && old != new;
    let correction = known.value.players().iter().zip(&value.players()).any(replaced);
    let (known_at, known_rule) =
        if correction { (recorded_at, KnownRule::CorrectedOnImport) } else { (by_rule, rule) };
    Some(Appended { known_at: known_at.max(known.at), known_rule, value, correction })
}

#[cfg(test)]
mod tests {
    use domain::line_up::Starter;

    use super::*;
    use crate::import::sample;

    const NOW: &str = "2024-06-01T00:00:00Z";

    fn starter(player: &str) -> Starter {
        Starter { player: player.parse().unwrap(), name: String::new() }
    }

    fn planned(known: Option<LineUp>, said: LineUp) -> Option<Appended<LineUp>> {
        let record = MatchRecord { line_up: said, ..sample::record() };
        let known = known.map(|value| Known { at: record.kickoff.line_up_known_at().0, value });
        plan(known.as_ref(), &record, record.kickoff, NOW.parse().unwrap())
    }

    #[test]
    fn a_line_up_is_known_90_minutes_before_kickoff() {
        let first = planned(None, LineUp { home: Some(starter("00-1")), away: None }).unwrap();
        assert_eq!((first.known_at.to_string().as_str(), first.correction), ("2023-08-12T12:30:00Z", false));
        let both =
            planned(Some(first.value.clone()), LineUp { home: None, away: Some(starter("00-2")) }).unwrap();
        assert_eq!(both.value, LineUp { home: Some(starter("00-1")), away: Some(starter("00-2")) });
        assert!(!both.correction && both.known_at == first.known_at);
        assert!(planned(Some(both.value), first.value).is_none(), "nothing new");
        assert!(planned(None, LineUp::default()).is_none());
    }

    #[test]
    fn another_player_is_a_correction_known_when_imported() {
        let old = LineUp { home: Some(starter("00-1")), away: None };
        let corrected = planned(Some(old), LineUp { home: Some(starter("00-3")), away: None }).unwrap();
        assert!(corrected.correction && corrected.known_rule == KnownRule::CorrectedOnImport);
        assert_eq!(corrected.known_at.to_string(), NOW);
    }
}
