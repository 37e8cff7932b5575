//! Versions of a fixture: what a record adds to what is known of its date, place and status.
//!
//! A match is listed as scheduled a week ahead; that it was played becomes known with its result. So a played match that is
//! met for the first time has two versions, and a snapshot of the day before shows it as still to come.

use domain::{FixtureStatus, Kickoff, KnownRule, MatchRecord, TeamId};
use jiff::Timestamp;

use super::stored::{Appended, Known, Version};

/// The versions to append; none when the record says nothing new or is behind what is known.
pub(super) fn plan(
    stored: Option<Known<Version>>,
    record: &MatchRecord<TeamId>,
    recorded_at: Timestamp,
) -> Vec<Appended<Version>> {
    let said = said(record);
    let mut timeline = match stored {
        None => Timeline::founded(said, recorded_at),
        Some(known) if !known.value.status.may_become(said.status) => return Vec::new(),
        Some(known) => Timeline { current: known, appended: Vec::new() },
    };
    timeline.refine(said.kickoff, recorded_at);
    timeline.turn(said.status, status_known(record, recorded_at));
    timeline.correct(said, recorded_at);
    timeline.appended
}

fn said(record: &MatchRecord<TeamId>) -> Version {
    Version {
        kickoff: record.kickoff,
        season: record.season,
        neutral: record.neutral,
        stage: record.stage,
        status: record.status,
    }
}

type Moment = (Timestamp, KnownRule);

/// By the rule a week ahead, unless this import is earlier still.
fn listed(kickoff: Kickoff, recorded_at: Timestamp) -> Moment {
    let by_rule = kickoff.listed_at();
    if recorded_at < by_rule.0 { (recorded_at, KnownRule::Observed) } else { by_rule }
}

/// When a status could be known: a played match with its result, other news when seen, or when the result would have been.
fn status_known(record: &MatchRecord<TeamId>, recorded_at: Timestamp) -> Moment {
    let with_result = record.kickoff.result_known_at(record.sport);
    match record.status {
        FixtureStatus::Completed => with_result,
        _ if recorded_at < with_result.0 => (recorded_at, KnownRule::Observed),
        _ => with_result,
    }
}

/// Versions so far, each known no earlier than the one before.
struct Timeline {
    current: Known<Version>,
    appended: Vec<Appended<Version>>,
}

impl Timeline {
    /// A new fixture is scheduled first, whatever became of it.
    fn founded(said: Version, recorded_at: Timestamp) -> Self {
        let value = Version { status: FixtureStatus::Scheduled, ..said };
        let (known_at, known_rule) = listed(said.kickoff, recorded_at);
        Self {
            current: Known { at: known_at, value },
            appended: vec![Appended { known_at, known_rule, value, correction: false }],
        }
    }

    fn push(&mut self, value: Version, (known_at, known_rule): Moment, correction: bool) {
        let known_at = known_at.max(self.current.at);
        self.current = Known { at: known_at, value };
        match self.appended.last_mut() {
            // Two steps at one moment are one version.
            Some(last) if last.known_at == known_at => {
                *last = Appended { known_at, known_rule, value, correction: correction || last.correction };
            }
            _ => self.appended.push(Appended { known_at, known_rule, value, correction }),
        }
    }

    /// A time on a date that was known: as if it had been listed with it.
    fn refine(&mut self, kickoff: Kickoff, recorded_at: Timestamp) {
        if !is_within(kickoff, self.current.value.kickoff) {
            return;
        }
        let refined = Version { kickoff, ..self.current.value };
        let moment = listed(kickoff, recorded_at);
        if refined.status != FixtureStatus::Scheduled && moment.0 < self.current.at {
            let value = Version { status: FixtureStatus::Scheduled, ..refined };
            let (known_at, known_rule) = moment;
            self.appended.push(Appended { known_at, known_rule, value, correction: false });
        }
        self.push(refined, moment, false);
    }

    fn turn(&mut self, status: FixtureStatus, moment: Moment) {
        if self.current.value.status != status {
            self.push(Version { status, ..self.current.value }, moment, false);
        }
    }

    /// Whatever else differs is known from now on. Before the match it is news, afterwards a correction.
    fn correct(&mut self, said: Version, recorded_at: Timestamp) {
        let known = self.current.value;
        let kickoff = if is_within(known.kickoff, said.kickoff) { known.kickoff } else { said.kickoff };
        let wanted = Version { kickoff, ..said };
        if wanted == known {
            return;
        }
        let is_news = recorded_at < known.kickoff.latest();
        let rule = if is_news { KnownRule::Observed } else { KnownRule::CorrectedOnImport };
        self.push(wanted, (recorded_at, rule), !is_news);
    }
}

/// Whether `precise` is an instant of the day that `vague` is.
fn is_within(precise: Kickoff, vague: Kickoff) -> bool {
    match (precise, vague) {
        (Kickoff::At(at), Kickoff::OnDate { start, end }) => start <= at && at < end,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use FixtureStatus::{Completed, Postponed, Scheduled};
    use jiff::{civil::date, tz::TimeZone};

    use super::*;
    use crate::import::sample;

    const LATER: &str = "2024-06-01T00:00:00Z";

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day() -> Kickoff {
        Kickoff::on_date(date(2023, 8, 12), &TimeZone::UTC).unwrap()
    }

    fn at(text: &str) -> Kickoff {
        Kickoff::At(ts(text))
    }

    fn record(kickoff: Kickoff, status: FixtureStatus) -> MatchRecord<TeamId> {
        MatchRecord { kickoff, status, ..sample::record() }
    }

    /// Statuses, kick-offs and moments of a plan.
    fn summary(plan: &[Appended<Version>]) -> Vec<(FixtureStatus, Kickoff, String)> {
        plan.iter().map(|a| (a.value.status, a.value.kickoff, a.known_at.to_string())).collect()
    }

    fn known(kickoff: Kickoff, status: FixtureStatus, at: &str) -> Known<Version> {
        Known { at: ts(at), value: said(&record(kickoff, status)) }
    }

    #[test]
    fn a_played_match_was_scheduled_first() {
        let kickoff = at("2023-08-12T14:00:00Z");
        let plan = plan(None, &record(kickoff, Completed), ts(LATER));
        assert_eq!(
            summary(&plan),
            [
                (Scheduled, kickoff, "2023-08-05T14:00:00Z".into()),
                (Completed, kickoff, "2023-08-12T16:30:00Z".into())
            ]
        );
    }

    #[test]
    fn a_fixture_seen_earlier_than_the_rule_is_known_when_seen() {
        let plan = plan(None, &record(at("2023-08-12T14:00:00Z"), Scheduled), ts("2023-06-15T09:00:00Z"));
        assert_eq!(plan[0].known_at, ts("2023-06-15T09:00:00Z"));
        assert_eq!(plan[0].known_rule, KnownRule::Observed);
    }

    #[test]
    fn the_same_again_appends_nothing() {
        let kickoff = at("2023-08-12T14:00:00Z");
        let known = Some(known(kickoff, Completed, "2023-08-12T16:30:00Z"));
        assert!(plan(known, &record(kickoff, Completed), ts(LATER)).is_empty());
        assert!(plan(known, &record(day(), Completed), ts(LATER)).is_empty(), "a date is no news of a time");
        assert!(plan(known, &record(kickoff, Scheduled), ts(LATER)).is_empty(), "an old list");
        let moved = at("2023-09-01T14:00:00Z");
        assert!(
            plan(known, &record(moved, Scheduled), ts(LATER)).is_empty(),
            "an old list with another date"
        );
    }

    #[test]
    fn a_time_on_a_known_date_counts_as_listed() {
        let kickoff = at("2023-08-12T14:00:00Z");
        let scheduled = Some(known(day(), Scheduled, "2023-08-05T00:00:00Z"));
        let refined = plan(scheduled, &record(kickoff, Scheduled), ts(LATER));
        assert_eq!(summary(&refined), [(Scheduled, kickoff, "2023-08-05T14:00:00Z".into())]);
        // A match already stored as played gains the time both before and after it was played.
        let played = Some(known(day(), Completed, "2023-08-13T12:00:00Z"));
        let refined = plan(played, &record(kickoff, Completed), ts(LATER));
        assert_eq!(
            summary(&refined),
            [
                (Scheduled, kickoff, "2023-08-05T14:00:00Z".into()),
                (Completed, kickoff, "2023-08-13T12:00:00Z".into())
            ]
        );
        assert!(refined.iter().all(|a| !a.correction));
    }

    #[test]
    fn another_time_is_known_when_imported() {
        let (old, new) = (at("2023-08-12T14:00:00Z"), at("2023-08-12T16:00:00Z"));
        let before = plan(
            Some(known(old, Scheduled, "2023-08-05T14:00:00Z")),
            &record(new, Scheduled),
            ts("2023-08-10T08:00:00Z"),
        );
        assert_eq!(summary(&before), [(Scheduled, new, "2023-08-10T08:00:00Z".into())]);
        assert_eq!((before[0].known_rule, before[0].correction), (KnownRule::Observed, false));
        let after =
            plan(Some(known(old, Completed, "2023-08-12T16:30:00Z")), &record(new, Completed), ts(LATER));
        assert_eq!(summary(&after), [(Completed, new, LATER.into())]);
        assert_eq!((after[0].known_rule, after[0].correction), (KnownRule::CorrectedOnImport, true));
    }

    #[test]
    fn a_postponed_match_is_scheduled_again() {
        let (old, new) = (at("2023-08-12T14:00:00Z"), at("2023-09-20T18:00:00Z"));
        let off = plan(
            Some(known(old, Scheduled, "2023-08-05T14:00:00Z")),
            &record(old, Postponed),
            ts("2023-08-12T09:00:00Z"),
        );
        assert_eq!(summary(&off), [(Postponed, old, "2023-08-12T09:00:00Z".into())]);
        let again = plan(
            Some(known(old, Postponed, "2023-08-12T09:00:00Z")),
            &record(new, Scheduled),
            ts("2023-08-20T09:00:00Z"),
        );
        assert_eq!(summary(&again), [(Scheduled, new, "2023-08-20T09:00:00Z".into())]);
    }

    #[test]
    fn versions_never_run_back_in_time() {
        let old = at("2023-08-12T14:00:00Z");
        for status in FixtureStatus::ALL {
            for kickoff in [old, day(), at("2023-08-12T16:00:00Z"), at("2024-01-01T16:00:00Z")] {
                for stored in [None, Some(known(day(), Scheduled, LATER)), Some(known(old, Completed, LATER))]
                {
                    let plan = plan(stored, &record(kickoff, status), ts("2023-12-01T00:00:00Z"));
                    assert!(plan.windows(2).all(|pair| pair[0].known_at < pair[1].known_at), "{plan:?}");
                    let last = plan.last().map(|a| a.known_at);
                    assert!(last.zip(stored).is_none_or(|(last, known)| last >= known.at), "{plan:?}");
                }
            }
        }
    }
}
