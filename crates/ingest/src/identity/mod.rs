//! Who is meant by a name. A spelling is looked up exactly, up to blanks and case, in the pool of its competition; what nobody
//! knows waits for a decision and holds back only the records that need it. Likeness makes suggestions, never decisions.

mod roster;
mod suggest;

use std::collections::BTreeMap;

use domain::{Competition, CompetitionId, Loss, MatchRecord, Reason, Rejection, TeamId, UnknownName};

pub use self::{
    roster::{RosterEntry, roster},
    suggest::{Suggestion, suggest},
};
use crate::{error::IngestError, table::shortened};

/// Every spelling that means a team, by pool.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pools: BTreeMap<String, BTreeMap<String, TeamId>>,
}

impl Roster {
    /// A roster of `(pool, spelling, team)`.
    ///
    /// # Errors
    /// When one spelling would mean two teams of a pool.
    pub fn new<P: AsRef<str>, A: AsRef<str>>(
        entries: impl IntoIterator<Item = (P, A, TeamId)>,
    ) -> Result<Self, IngestError> {
        let mut roster = Self::default();
        for (pool, alias, team) in entries {
            roster.add(pool.as_ref(), alias.as_ref(), team)?;
        }
        Ok(roster)
    }

    /// One spelling more.
    ///
    /// # Errors
    /// When it means another team of the pool already.
    pub fn add(&mut self, pool: &str, alias: &str, team: TeamId) -> Result<(), IngestError> {
        let known = self.pools.entry(pool.to_owned()).or_default().entry(folded(alias)).or_insert(team);
        if *known == team {
            return Ok(());
        }
        let (first, second) = (known.0, team.0);
        Err(IngestError::AmbiguousName { pool: pool.to_owned(), name: alias.to_owned(), first, second })
    }

    /// The team that a name means in a pool.
    pub fn team(&self, pool: &str, name: &str) -> Option<TeamId> {
        self.pools.get(pool)?.get(&folded(name)).copied()
    }

    /// Every spelling of a pool, in lower case, with its team: what [`suggest`] chooses from.
    pub fn spellings(&self, pool: &str) -> impl Iterator<Item = (&str, TeamId)> {
        self.pools.get(pool).into_iter().flatten().map(|(spelling, team)| (spelling.as_str(), *team))
    }
}

/// The pool in which a competition's teams are named: that of the built-in list, else the part before the dot.
pub fn pool_of(competition: CompetitionId) -> String {
    Competition::built_in(competition).map_or_else(
        || competition.as_str().split('.').next().unwrap_or_default().to_owned(),
        |known| known.pool.clone().into_owned(),
    )
}

/// A name without what never tells teams apart: case, and blanks around and between words.
fn folded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
    }
    text
}

/// Records with teams, and those that have to wait.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resolved {
    /// Records whose teams are known.
    pub records: Vec<MatchRecord<TeamId>>,
    /// Records held back by the first name of theirs that is unknown.
    pub blocked: Vec<(MatchRecord<String>, UnknownName)>,
    /// Every unknown name, with the number of rows it holds back.
    pub unknown: BTreeMap<UnknownName, usize>,
}

impl Resolved {
    /// One rejected row per blocked record.
    pub fn rejections(&self) -> Vec<Rejection> {
        let rejection = |(record, unknown): &(MatchRecord<String>, UnknownName)| Rejection {
            row: record.row,
            field: Some(if record.home == unknown.name { "home" } else { "away" }.to_owned()),
            value: shortened(&unknown.name),
            reason: Reason::UnknownTeam,
            loss: Loss::Row,
        };
        self.blocked.iter().map(rejection).collect()
    }
}

/// Replaces spellings by teams.
pub fn resolve(records: Vec<MatchRecord<String>>, roster: &Roster) -> Resolved {
    let mut resolved = Resolved { records: Vec::with_capacity(records.len()), ..Resolved::default() };
    let mut pools: BTreeMap<CompetitionId, String> = BTreeMap::new();
    for record in records {
        let pool = pools.entry(record.competition).or_insert_with(|| pool_of(record.competition));
        let home = roster.team(pool, &record.home);
        let away = roster.team(pool, &record.away);
        if let (Some(home), Some(away)) = (home, away) {
            resolved.records.push(record.named(home, away));
            continue;
        }
        let mut unknown = [(home, &record.home), (away, &record.away)]
            .into_iter()
            .filter(|(team, _)| team.is_none())
            .map(|(_, name)| UnknownName { pool: pool.clone(), name: name.clone() });
        let first = unknown.next();
        for name in first.iter().cloned().chain(unknown) {
            *resolved.unknown.entry(name).or_default() += 1;
        }
        resolved.blocked.extend(first.map(|name| (record, name)));
    }
    resolved
}

#[cfg(test)]
mod tests;
