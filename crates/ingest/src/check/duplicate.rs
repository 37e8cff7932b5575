//! One match, one result. Rows that only repeat an earlier one are dropped and counted; rows of one match that disagree about
//! its result are all held back, since within one file neither is later than the other.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CompetitionId, MatchRecord, TeamId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Action, RecordRule,
    import::{Hit, Scope},
};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConflictInFile {
    /// What follows.
    pub action: Action,
}

/// What makes two rows the same match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'r> {
    Source(CompetitionId, &'r str),
    Meeting(CompetitionId, Date, TeamId, TeamId),
}

impl<'r> Key<'r> {
    fn of(record: &'r MatchRecord<TeamId>) -> Self {
        match &record.source_id {
            Some(id) => Self::Source(record.competition, id),
            None => Self::Meeting(record.competition, record.local_date, record.home, record.away),
        }
    }
}

fn by_match(records: &[MatchRecord<TeamId>]) -> BTreeMap<Key<'_>, Vec<usize>> {
    let mut groups: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        groups.entry(Key::of(record)).or_default().push(at);
    }
    groups.retain(|_, rows| rows.len() > 1);
    groups
}

/// Records without those that say nothing an earlier row of the same match has not said, and how many those were.
pub(super) fn without_repeats(mut records: Vec<MatchRecord<TeamId>>) -> (Vec<MatchRecord<TeamId>>, usize) {
    let mut repeats = BTreeSet::new();
    for rows in by_match(&records).into_values() {
        for (i, later) in rows.iter().enumerate() {
            if rows[..i].iter().any(|earlier| adds_nothing(&records[*later], &records[*earlier])) {
                repeats.insert(*later);
            }
        }
    }
    let mut at = 0..;
    records.retain(|_| at.next().is_none_or(|i: usize| !repeats.contains(&i)));
    (records, repeats.len())
}

fn adds_nothing(later: &MatchRecord<TeamId>, earlier: &MatchRecord<TeamId>) -> bool {
    later.outcome == earlier.outcome
        && later.kickoff == earlier.kickoff
        && later.status == earlier.status
        && later.statistics == earlier.statistics
        && later.quotes.iter().all(|quote| earlier.quotes.contains(quote))
}

impl ConflictInFile {
    pub(super) const NAME: &'static str = "conflict_in_file";
}

impl RecordRule for ConflictInFile {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, records: &[MatchRecord<TeamId>], _now: Timestamp) -> Vec<Hit> {
        let mut hits = Vec::new();
        for rows in by_match(records).into_values() {
            let results: Vec<(usize, String)> = rows
                .iter()
                .filter_map(|at| Some((*at, records[*at].outcome.as_ref()?.full_time.to_string())))
                .collect();
            let Some((first, score)) = results.first() else { continue };
            if results.iter().all(|(_, other)| other == score) {
                continue;
            }
            let all: Vec<String> =
                results.iter().map(|(at, score)| format!("{score} in row {}", records[*at].row)).collect();
            let detail = format!("{}: {}", records[*first].local_date, all.join(", "));
            hits.extend(results.iter().map(|(at, _)| Hit::of(records, *at, Scope::Record, detail.clone())));
        }
        hits.sort_by_key(|hit| hit.record);
        hits
    }
}
