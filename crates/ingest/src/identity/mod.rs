//! Who is meant by a name. A spelling is looked up exactly, up to blanks and case, in the pool of its competition; what nobody
//! knows waits for a decision and holds back only the records that need it. Likeness makes suggestions, never decisions.

mod roster;
mod suggest;

use std::collections::BTreeMap;

use domain::{
    Competition, CompetitionId, InjuryRecord, Loss, MatchRecord, MatchSheet, PredictedMatch,
    PredictionRecord, Reason, Rejection, TeamId, UnknownName,
};

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

/// A name in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'r> {
    /// What it is there.
    pub field: &'static str,
    /// Where the team plays.
    pub competition: CompetitionId,
    /// As the source has it.
    pub spelling: &'r str,
}

/// The names of both sides.
fn sides<'r>(competition: CompetitionId, home: &'r str, away: &'r str) -> Vec<Name<'r>> {
    let name = |field, spelling| Name { field, competition, spelling };
    vec![name("home", home), name("away", away)]
}

/// A record that names teams as its source spells them.
pub trait Naming: Sized {
    /// The same with teams in their place.
    type Resolved;

    /// Line of the file.
    fn row(&self) -> u32;
    /// Every name.
    fn names(&self) -> Vec<Name<'_>>;
    /// The record once its names are teams, in the order of the names; none when there are not as many.
    fn resolved(self, teams: &[TeamId]) -> Option<Self::Resolved>;
}

impl Naming for MatchRecord<String> {
    type Resolved = MatchRecord<TeamId>;

    fn row(&self) -> u32 {
        self.row
    }

    fn names(&self) -> Vec<Name<'_>> {
        sides(self.competition, &self.home, &self.away)
    }

    fn resolved(self, teams: &[TeamId]) -> Option<Self::Resolved> {
        let [home, away] = *teams else { return None };
        Some(self.named(home, away))
    }
}

impl Naming for MatchSheet<String> {
    type Resolved = MatchSheet<TeamId>;

    fn row(&self) -> u32 {
        self.row
    }

    fn names(&self) -> Vec<Name<'_>> {
        sides(self.competition, &self.home, &self.away)
    }

    fn resolved(self, teams: &[TeamId]) -> Option<Self::Resolved> {
        let [home, away] = *teams else { return None };
        let Self { row, competition, sport, meeting, players, plays, player_statistics, .. } = self;
        Some(MatchSheet { row, competition, sport, home, away, meeting, players, plays, player_statistics })
    }
}

impl Naming for InjuryRecord<String> {
    type Resolved = InjuryRecord<TeamId>;

    fn row(&self) -> u32 {
        self.row
    }

    fn names(&self) -> Vec<Name<'_>> {
        vec![Name { field: "team", competition: self.competition, spelling: &self.team }]
    }

    fn resolved(self, teams: &[TeamId]) -> Option<Self::Resolved> {
        let [team] = *teams else { return None };
        let Self { row, competition, season, week, dates, player, injury, reported_at, .. } = self;
        Some(InjuryRecord { row, competition, season, week, dates, team, player, injury, reported_at })
    }
}

/// A match that is named by its number names nobody.
impl Naming for PredictionRecord<String> {
    type Resolved = PredictionRecord<TeamId>;

    fn row(&self) -> u32 {
        self.row
    }

    fn names(&self) -> Vec<Name<'_>> {
        match &self.about {
            PredictedMatch::Fixture(_) => Vec::new(),
            PredictedMatch::Pairing { competition, home, away, .. } => sides(*competition, home, away),
        }
    }

    fn resolved(self, teams: &[TeamId]) -> Option<Self::Resolved> {
        let Self { row, model, as_of, about, statement } = self;
        let about = match (about, teams) {
            (PredictedMatch::Fixture(fixture), []) => PredictedMatch::Fixture(fixture),
            (PredictedMatch::Pairing { competition, local_date, .. }, &[home, away]) => {
                PredictedMatch::Pairing { competition, local_date, home, away }
            }
            _ => return None,
        };
        Some(PredictionRecord { row, model, as_of, about, statement })
    }
}

/// Records with teams, and those that have to wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved<R, K> {
    /// Records whose teams are known.
    pub records: Vec<K>,
    /// Records held back by the first name of theirs that is unknown.
    pub blocked: Vec<(R, UnknownName)>,
    /// Every unknown name, with the number of rows it holds back.
    pub unknown: BTreeMap<UnknownName, u32>,
}

impl<R: Naming, K> Resolved<R, K> {
    /// One rejected row per blocked record.
    pub fn rejections(&self) -> Vec<Rejection> {
        let rejection = |(record, unknown): &(R, UnknownName)| {
            let names = record.names();
            let field = names.iter().find(|name| name.spelling == unknown.name).map(|name| name.field);
            Rejection {
                row: record.row(),
                field: field.map(str::to_owned),
                value: shortened(&unknown.name),
                reason: Reason::UnknownTeam,
                loss: Loss::Row,
            }
        };
        self.blocked.iter().map(rejection).collect()
    }
}

/// Replaces spellings by teams.
pub fn resolve<R: Naming>(records: Vec<R>, roster: &Roster) -> Resolved<R, R::Resolved> {
    let mut resolved = Resolved {
        records: Vec::with_capacity(records.len()),
        blocked: Vec::new(),
        unknown: BTreeMap::new(),
    };
    let mut pools: BTreeMap<CompetitionId, String> = BTreeMap::new();
    for record in records {
        let team = |Name { competition, spelling, .. }: Name<'_>| {
            let pool = pools.entry(competition).or_insert_with(|| pool_of(competition));
            let unknown = || UnknownName { pool: pool.clone(), name: spelling.to_owned() };
            roster.team(pool, spelling).ok_or_else(unknown)
        };
        let teams: Vec<Result<TeamId, UnknownName>> = record.names().into_iter().map(team).collect();
        for unknown in teams.iter().filter_map(|team| team.as_ref().err()) {
            *resolved.unknown.entry(unknown.clone()).or_default() += 1;
        }
        match teams.into_iter().collect::<Result<Vec<TeamId>, UnknownName>>() {
            Ok(teams) => resolved.records.extend(record.resolved(&teams)),
            Err(first) => resolved.blocked.push((record, first)),
        }
    }
    resolved
}

#[cfg(test)]
mod tests;
