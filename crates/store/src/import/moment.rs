//! When something could be known, and what another word about it comes to.

use domain::KnownRule;
use jiff::Timestamp;

use super::stored::{Appended, Known};

/// When, and how that was found.
pub(super) type Moment = (Timestamp, KnownRule);

/// By the rule, unless this import saw it earlier still.
pub(super) fn seen(by_rule: Moment, recorded_at: Timestamp) -> Moment {
    if recorded_at < by_rule.0 { (recorded_at, KnownRule::Observed) } else { by_rule }
}

/// The value to append, if what is `said` is new. `overlay` lays a later word over an earlier one. What only adds to the known
/// value is known by its moment; what differs is news where it was observed later, and else a correction of this import.
pub(super) fn revise<T: Clone + PartialEq>(
    stored: Option<&Known<T>>,
    said: &T,
    moment: Moment,
    recorded_at: Timestamp,
    overlay: impl Fn(&T, &T) -> T,
) -> Option<Appended<T>> {
    let (at, known_rule) = moment;
    let Some(known) = stored else {
        return Some(Appended { known_at: at, known_rule, value: said.clone(), correction: false });
    };
    let value = overlay(&known.value, said);
    if value == known.value {
        return None;
    }
    let adds = overlay(&value, &known.value) == value;
    match known_rule {
        _ if adds => Some(Appended { known_at: at.max(known.at), known_rule, value, correction: false }),
        KnownRule::Observed if at > known.at => {
            Some(Appended { known_at: at, known_rule, value, correction: false })
        }
        // An older word than the one that is known.
        KnownRule::Observed if at < known.at => None,
        _ => {
            let known_at = recorded_at.max(known.at);
            Some(Appended { known_at, known_rule: KnownRule::CorrectedOnImport, value, correction: true })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const SAID: &str = "2023-09-10T04:00:00Z";
    const NOW: &str = "2024-06-01T00:00:00Z";

    fn revised(said: i32, moment: Moment) -> Option<(String, KnownRule, bool)> {
        let known = Known { at: ts(SAID), value: 1 };
        let appended = revise(Some(&known), &said, moment, ts(NOW), |_, said| *said)?;
        Some((appended.known_at.to_string(), appended.known_rule, appended.correction))
    }

    #[test]
    fn another_value_is_a_correction_unless_it_was_observed_later() {
        let by_rule = (ts(SAID), KnownRule::InjuryReportDayBefore);
        assert_eq!(revised(1, by_rule), None);
        assert_eq!(revised(2, by_rule), Some((NOW.into(), KnownRule::CorrectedOnImport, true)));
        let later = "2023-09-10T12:00:00Z";
        assert_eq!(
            revised(2, (ts(later), KnownRule::Observed)),
            Some((later.into(), KnownRule::Observed, false))
        );
        assert_eq!(revised(2, (ts("2023-09-08T12:00:00Z"), KnownRule::Observed)), None, "old news");
        assert_eq!(revised(2, (ts(SAID), KnownRule::Observed)).unwrap().0, NOW, "never before it was said");
    }

    #[test]
    fn what_is_seen_before_its_rule_is_known_when_seen() {
        let by_rule = (ts(SAID), KnownRule::WeatherWithResult);
        assert_eq!(seen(by_rule, ts(NOW)), by_rule);
        let early = ts("2023-09-01T00:00:00Z");
        assert_eq!(seen(by_rule, early), (early, KnownRule::Observed));
    }
}
