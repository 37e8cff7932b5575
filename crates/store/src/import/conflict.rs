//! The same match twice in one payload: merged when the records agree, held back when their results contradict each other.

use std::collections::{HashMap, HashSet};

use domain::{CompetitionId, Loss, MatchRecord, Outcome, Reason, Rejection, TeamId};
use jiff::civil::Date;

use super::Quarantined;

/// The rule under which contradicting rows are held back. Releasing one of them takes its word.
pub(super) const RULE: &str = "conflict_in_file";

type Record = MatchRecord<TeamId>;

/// A row that is not applied, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeldBack {
    pub(super) rejection: Rejection,
    /// What to show in quarantine; none when nothing is left to decide.
    pub(super) quarantined: Option<Quarantined>,
}

impl HeldBack {
    pub(super) fn row(row: u32, value: String, reason: Reason, rule: &str, detail: String) -> Self {
        Self {
            rejection: Rejection { row, field: None, value, reason, loss: Loss::Row },
            quarantined: Some(Quarantined { row, rule: rule.to_owned(), detail }),
        }
    }
}

/// Records of different matches, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) records: Vec<Record>,
    /// Records that repeated another one.
    pub(super) duplicates: u64,
    pub(super) held_back: Vec<HeldBack>,
}

/// What makes two records of one source the same match.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'r> {
    Source(&'r str),
    Pairing(CompetitionId, TeamId, TeamId, Date),
}

fn identity(record: &Record) -> Identity<'_> {
    match &record.source_id {
        Some(id) => Identity::Source(id),
        None => Identity::Pairing(record.competition, record.home, record.away, record.local_date),
    }
}

/// Merges records of the same match. `released` are rows whose word is taken.
pub(super) fn merge(records: Vec<Record>, released: &HashSet<u32>) -> Merged {
    let mut merged = Merged::default();
    for mut group in grouped(records) {
        if let Some(twice) = group.iter().find(|r| r.home == r.away) {
            merged.held_back.push(same_team_twice(twice));
            continue;
        }
        if group.len() > 1 && group.iter().filter(|r| released.contains(&r.row)).count() == 1 {
            let before = group.len();
            group.retain(|r| released.contains(&r.row));
            merged.duplicates += (before - group.len()) as u64;
        }
        if contradict(&group) {
            merged.held_back.extend(contradictions(&group));
        } else {
            merged.duplicates += group.len() as u64 - 1;
            merged.records.extend(united(group));
        }
    }
    merged
}

fn grouped(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut seen: HashMap<Identity<'_>, usize> = HashMap::with_capacity(records.len());
    let mut places = Vec::with_capacity(records.len());
    for record in &records {
        let next = seen.len();
        places.push(*seen.entry(identity(record)).or_insert(next));
    }
    let mut groups = vec![Vec::new(); seen.len()];
    drop(seen);
    for (record, place) in records.into_iter().zip(places) {
        groups[place].push(record);
    }
    groups
}

fn contradict(group: &[Record]) -> bool {
    let mut outcomes = group.iter().filter_map(|r| r.outcome.as_ref());
    outcomes.next().is_some_and(|first| outcomes.any(|other| !agree(first, other)))
}

fn agree(one: &Outcome, other: &Outcome) -> bool {
    let regulations = one.regulation.zip(other.regulation);
    one.status == other.status
        && one.full_time == other.full_time
        && regulations.is_none_or(|(one, other)| one == other)
}

fn contradictions(group: &[Record]) -> Vec<HeldBack> {
    let score = |r: &Record| r.outcome.as_ref().map_or("no result".into(), |o| o.full_time.to_string());
    let all: Vec<String> = group.iter().map(|r| format!("row {} says {}", r.row, score(r))).collect();
    let detail = format!("the same match with different results: {}", all.join(", "));
    let held_back = |r: &Record| HeldBack::row(r.row, score(r), Reason::ConflictInFile, RULE, detail.clone());
    group.iter().map(held_back).collect()
}

fn same_team_twice(record: &Record) -> HeldBack {
    let value = format!("team {}", record.home.0);
    HeldBack {
        rejection: Rejection {
            row: record.row,
            field: None,
            value,
            reason: Reason::SameTeamTwice,
            loss: Loss::Row,
        },
        quarantined: None,
    }
}

/// The record with a result, completed by what only the others say.
fn united(mut group: Vec<Record>) -> Option<Record> {
    let place = group.iter().position(|r| r.outcome.is_some()).unwrap_or(0);
    if place >= group.len() {
        return None;
    }
    let mut record = group.swap_remove(place);
    for other in group {
        record.quotes.extend(other.quotes);
        if record.statistics.is_empty() {
            record.statistics = other.statistics;
        }
        record.line_up.home = record.line_up.home.or(other.line_up.home);
        record.line_up.away = record.line_up.away.or(other.line_up.away);
        record.venue = record.venue.or(other.venue);
        if record.weather.is_empty() {
            record.weather = other.weather;
        }
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use domain::Score;

    use super::*;
    use crate::import::sample;

    fn row(row: u32, home: u16) -> Record {
        Record { row, outcome: Some(Outcome::completed(Score::new(home, 1))), ..sample::record() }
    }

    #[test]
    fn agreeing_rows_are_one_record() {
        let scheduled = Record { row: 5, outcome: None, ..sample::record() };
        let merged = merge(vec![scheduled, row(6, 2), row(7, 2)], &HashSet::new());
        assert_eq!((merged.records.len(), merged.duplicates), (1, 2));
        assert!(merged.records[0].outcome.is_some());
        assert!(merged.held_back.is_empty());
    }

    #[test]
    fn contradicting_rows_are_both_held_back() {
        let merged = merge(vec![row(6, 2), row(7, 3)], &HashSet::new());
        assert!(merged.records.is_empty());
        let rows: Vec<(u32, Reason)> =
            merged.held_back.iter().map(|h| (h.rejection.row, h.rejection.reason)).collect();
        assert_eq!(rows, [(6, Reason::ConflictInFile), (7, Reason::ConflictInFile)]);
        let detail = &merged.held_back[0].quarantined.as_ref().unwrap().detail;
        assert!(detail.contains("row 6 says 2-1, row 7 says 3-1"), "{detail}");
    }

    #[test]
    fn a_released_row_is_taken_at_its_word() {
        let merged = merge(vec![row(6, 2), row(7, 3)], &HashSet::from([7]));
        assert_eq!(merged.records[0].outcome.as_ref().unwrap().full_time, Score::new(3, 1));
        let undecided = merge(vec![row(6, 2), row(7, 3)], &HashSet::from([6, 7]));
        assert!(undecided.records.is_empty(), "releasing both decides nothing");
    }

    #[test]
    fn different_matches_stay_apart() {
        let other_day = Record { local_date: jiff::civil::date(2023, 8, 13), ..row(7, 3) };
        let by_id = |id: &str| Record { source_id: Some(id.into()), ..row(8, 0) };
        let merged = merge(vec![row(6, 2), other_day, by_id("a"), by_id("b")], &HashSet::new());
        assert_eq!((merged.records.len(), merged.held_back.len()), (4, 0));
    }

    #[test]
    fn a_team_does_not_meet_itself() {
        let merged = merge(vec![Record { away: TeamId(1), ..sample::record() }], &HashSet::new());
        assert_eq!(merged.held_back[0].rejection.reason, Reason::SameTeamTwice);
    }
}
