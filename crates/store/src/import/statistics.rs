//! Statistics: each version is the union of what was known and what is new, so that sources complete each other.

use domain::{Kickoff, KnownRule, MatchRecord, MatchStatistics, TeamId};
use jiff::Timestamp;

use super::stored::{Appended, Known};

/// The statistics to append, if the record says anything new. `kickoff` is the best known one.
pub(super) fn plan(
    stored: Option<&Known<MatchStatistics>>,
    record: &MatchRecord<TeamId>,
    kickoff: Kickoff,
    recorded_at: Timestamp,
) -> Option<Appended<MatchStatistics>> {
    if record.statistics.is_empty() {
        return None;
    }
    let (by_rule, rule) = kickoff.statistics_known_at(record.sport);
    let Some(known) = stored else {
        let value = record.statistics;
        return Some(Appended { known_at: by_rule, known_rule: rule, value, correction: false });
    };
    let value = union(known.value, record.statistics);
    if value == known.value {
        None
    } else if union(value, known.value) == value {
        Some(Appended { known_at: by_rule.max(known.at), known_rule: rule, value, correction: false })
    } else {
        let known_at = recorded_at.max(known.at);
        Some(Appended { known_at, known_rule: KnownRule::CorrectedOnImport, value, correction: true })
    }
}

/// Where both give a value, `new` counts.
fn union(old: MatchStatistics, new: MatchStatistics) -> MatchStatistics {
    MatchStatistics {
        expected_goals: new.expected_goals.or(old.expected_goals),
        shots: new.shots.or(old.shots),
        shots_on_target: new.shots_on_target.or(old.shots_on_target),
        corners: new.corners.or(old.corners),
        red_cards: new.red_cards.or(old.red_cards),
        possession: new.possession.or(old.possession),
    }
}

#[cfg(test)]
mod tests {
    use domain::statistics::Pair;

    use super::*;
    use crate::import::sample;

    const SHOTS: Pair = Pair { home: 11.0, away: 7.0 };
    const GOALS: Pair = Pair { home: 1.4, away: 0.3 };

    fn planned(known: MatchStatistics, said: MatchStatistics) -> Option<Appended<MatchStatistics>> {
        let record = MatchRecord { statistics: said, ..sample::record() };
        let known = Known { at: "2023-08-13T16:30:00Z".parse().unwrap(), value: known };
        plan(Some(&known), &record, record.kickoff, "2024-06-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn two_sources_complete_each_other() {
        let shots = MatchStatistics { shots: Some(SHOTS), ..Default::default() };
        let goals = MatchStatistics { expected_goals: Some(GOALS), ..Default::default() };
        let both = planned(shots, goals).unwrap();
        assert_eq!(
            both.value,
            MatchStatistics { expected_goals: Some(GOALS), shots: Some(SHOTS), ..Default::default() }
        );
        assert!(!both.correction);
        assert_eq!(both.known_rule, KnownRule::StatisticsDayAfterResult);
        assert!(planned(both.value, shots).is_none());
    }

    #[test]
    fn another_value_is_a_correction() {
        let shots = MatchStatistics { shots: Some(SHOTS), ..Default::default() };
        let other = MatchStatistics { shots: Some(Pair { home: 12.0, away: 7.0 }), ..Default::default() };
        let corrected = planned(shots, other).unwrap();
        assert!(corrected.correction && corrected.value == other);
        assert_eq!(corrected.known_at.to_string(), "2024-06-01T00:00:00Z");
    }
}
