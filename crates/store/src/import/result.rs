//! Results: new ones by the rule, corrections from now on.

use domain::{Kickoff, KnownRule, MatchRecord, Outcome, TeamId};
use jiff::Timestamp;

use super::stored::{Appended, Known};

/// The result to append, if the record says anything new. `kickoff` is the best known one.
pub(super) fn plan(
    stored: Option<&Known<Outcome>>,
    record: &MatchRecord<TeamId>,
    kickoff: Kickoff,
    recorded_at: Timestamp,
) -> Option<Appended<Outcome>> {
    let said = record.outcome.clone()?;
    let (by_rule, rule) = kickoff.result_known_at(record.sport);
    let Some(known) = stored else {
        return Some(Appended { known_at: by_rule, known_rule: rule, value: said, correction: false });
    };
    let value = completed_from(said, &known.value);
    if value == known.value {
        None
    } else if only_adds(&known.value, &value) {
        Some(Appended { known_at: by_rule.max(known.at), known_rule: rule, value, correction: false })
    } else {
        let known_at = recorded_at.max(known.at);
        Some(Appended { known_at, known_rule: KnownRule::CorrectedOnImport, value, correction: true })
    }
}

/// What a source leaves out does not contradict what another gave.
fn completed_from(mut said: Outcome, known: &Outcome) -> Outcome {
    if said.full_time == known.full_time && said.status == known.status {
        said.regulation = said.regulation.or(known.regulation);
        if said.periods.is_empty() {
            said.periods.clone_from(&known.periods);
        }
    }
    said
}

fn only_adds(known: &Outcome, value: &Outcome) -> bool {
    known.status == value.status
        && known.full_time == value.full_time
        && known.regulation.is_none_or(|regulation| value.regulation == Some(regulation))
        && (known.periods.is_empty() || known.periods == value.periods)
}

#[cfg(test)]
mod tests {
    use domain::Score;

    use super::*;
    use crate::import::sample;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn planned(stored: Option<Outcome>, said: Outcome) -> Option<Appended<Outcome>> {
        let record = MatchRecord { outcome: Some(said), ..sample::record() };
        let known = stored.map(|value| Known { at: ts("2023-08-12T16:30:00Z"), value });
        plan(known.as_ref(), &record, record.kickoff, ts("2024-06-01T00:00:00Z"))
    }

    #[test]
    fn the_first_result_is_known_by_the_rule() {
        let appended = planned(None, Outcome::completed(Score::new(2, 1))).unwrap();
        assert_eq!(appended.known_at, ts("2023-08-12T16:30:00Z"));
        assert!(!appended.correction);
    }

    #[test]
    fn the_same_score_again_is_nothing_new() {
        let known = Outcome {
            periods: vec![Score::new(1, 0), Score::new(1, 1)],
            ..Outcome::completed(Score::new(2, 1))
        };
        assert!(planned(Some(known.clone()), known.clone()).is_none());
        assert!(planned(Some(known), Outcome::completed(Score::new(2, 1))).is_none(), "periods left out");
    }

    #[test]
    fn periods_are_added_and_scores_corrected() {
        let bare = Outcome::completed(Score::new(2, 1));
        let full = Outcome { periods: vec![Score::new(1, 0), Score::new(1, 1)], ..bare.clone() };
        let added = planned(Some(bare.clone()), full.clone()).unwrap();
        assert!(!added.correction);
        assert_eq!(added.known_at, ts("2023-08-12T16:30:00Z"));
        let corrected = planned(Some(full), Outcome::completed(Score::new(3, 1))).unwrap();
        assert!(corrected.correction && corrected.value.periods.is_empty());
        assert_eq!(corrected.known_at, ts("2024-06-01T00:00:00Z"));
        assert_eq!(corrected.known_rule, KnownRule::CorrectedOnImport);
    }

    #[test]
    fn another_score_after_regulation_is_a_correction() {
        let known = Outcome::after_overtime(Some(Score::new(1, 1)), Score::new(2, 1));
        let said = Outcome::after_overtime(Some(Score::new(0, 0)), Score::new(2, 1));
        assert!(planned(Some(known), said).unwrap().correction);
    }
}
