//! Who is who: teams, their spellings, and names that wait for a decision.

use std::{borrow::Cow, collections::HashSet};

use domain::{Competition, CompetitionId, Sequence, Sport, TeamId, UnknownName};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    PayloadHash, Store, StoreError, column,
    engine::{Connection, Durability, Row, query, query_as, query_scalar},
    statement::identity as sql,
};

/// A team that is known before any file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSeed {
    /// The pool it plays in, e.g. `eng`.
    pub pool: String,
    /// Its canonical name, unique in the pool.
    pub name: String,
    /// Other spellings.
    pub aliases: Vec<String>,
}

/// A canonical team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Its number.
    pub id: TeamId,
    /// The pool it plays in.
    pub pool: String,
    /// Its canonical name.
    pub name: String,
}

/// A spelling of a team; its canonical name is one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// The pool.
    pub pool: String,
    /// The spelling.
    pub alias: String,
    /// Whose it is.
    pub team: TeamId,
}

/// A name no team is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewEntry {
    /// The pool it was met in.
    pub pool: String,
    /// As the source spells it.
    pub name: String,
    /// Who spells it so.
    pub source: String,
    /// The import that met it first.
    pub first_sequence: Sequence,
    /// Rows that wait for it.
    pub rows: u64,
}

/// What is decided about an unknown name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameDecision {
    /// Another spelling of a known team.
    Alias(TeamId),
    /// A team not met before.
    NewTeam {
        /// Its canonical name.
        name: String,
    },
}

/// An import some of whose rows wait for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockedImport {
    /// Its number.
    pub sequence: Sequence,
    /// Who sent it.
    pub source: String,
    /// Its file.
    pub file: String,
    /// How it is read.
    pub format: String,
    /// Its payload, which the archive holds.
    pub payload_hash: PayloadHash,
}

impl Store {
    /// Makes sure that these teams and spellings are known, and returns how many teams were new. A spelling that already
    /// belongs to a team stays with it. A seed whose name or spelling is known already extends that team.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sync_roster(&self, seeds: &[TeamSeed]) -> Result<u64, StoreError> {
        let known: HashSet<(String, String)> =
            self.aliases().await?.into_iter().map(|a| (a.pool, a.alias)).collect();
        let is_known = |seed: &TeamSeed, name: &String| known.contains(&(seed.pool.clone(), name.clone()));
        let news: Vec<&TeamSeed> =
            seeds.iter().filter(|seed| !seed.spellings().all(|name| is_known(seed, name))).collect();
        if news.is_empty() {
            return Ok(0);
        }
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let mut inserted = 0;
        for seed in news {
            inserted += u64::from(extend_roster(&mut transaction, seed).await?);
        }
        query(sql::CLOSE_KNOWN_NAMES).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(inserted)
    }

    /// Every team by number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn teams(&self) -> Result<Vec<Team>, StoreError> {
        let rows: Vec<(i64, String, String)> = query_as(sql::TEAMS).fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|(id, pool, name)| Team { id: TeamId(id), pool, name }).collect())
    }

    /// Every spelling by pool and text.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn aliases(&self) -> Result<Vec<Alias>, StoreError> {
        let rows: Vec<(String, String, i64)> = query_as(sql::ALIASES).fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|(pool, alias, team)| Alias { pool, alias, team: TeamId(team) }).collect())
    }

    /// Every competition that was ever imported, by id.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn competitions(&self) -> Result<Vec<Competition>, StoreError> {
        let rows = query(sql::COMPETITIONS).fetch_all(self.readers()).await?;
        rows.iter().map(competition).collect()
    }

    /// Names that wait for a decision, first met first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn review_queue(&self) -> Result<Vec<ReviewEntry>, StoreError> {
        let rows = query(sql::REVIEW_QUEUE).fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                Ok(ReviewEntry {
                    pool: row.try_get(0)?,
                    name: row.try_get(1)?,
                    source: row.try_get(2)?,
                    first_sequence: Sequence(row.try_get(3)?),
                    rows: row.try_get::<i64>(4)?.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Decides about a name. The rows that wait for it come in when their payloads are read again: see
    /// [`Store::imports_blocked_by`].
    ///
    /// # Errors
    /// When the team of an alias does not exist or plays in another pool, or a name already belongs to another team.
    pub async fn accept_name(
        &self,
        pool: &str,
        name: &str,
        decision: NameDecision,
        at: Timestamp,
    ) -> Result<TeamId, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let (team, status) = match decision {
            NameDecision::Alias(team) => {
                must_play_in(&mut transaction, team, pool).await?;
                (team, "alias")
            }
            NameDecision::NewTeam { name: canonical } => {
                if let Some(owner) = team_of(&mut transaction, pool, &canonical).await? {
                    return Err(taken(pool, &canonical, owner));
                }
                let team = insert_team(&mut transaction, pool, &canonical).await?;
                insert_alias(&mut transaction, pool, &canonical, team).await?;
                (team, "new_team")
            }
        };
        insert_alias(&mut transaction, pool, name, team).await?;
        if let Some(owner) = team_of(&mut transaction, pool, name).await?.filter(|owner| *owner != team) {
            return Err(taken(pool, name, owner));
        }
        let decide = query(sql::DECIDE_NAME).bind(pool).bind(name).bind(status);
        decide.bind(team.0).bind(column::micros(at)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(team)
    }

    /// The last import of every payload that has rows waiting for this name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn imports_blocked_by(&self, pool: &str, name: &str) -> Result<Vec<BlockedImport>, StoreError> {
        let query = query(sql::IMPORTS_BLOCKED_BY).bind(pool).bind(name);
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                Ok(BlockedImport {
                    sequence: Sequence(row.try_get(0)?),
                    source: row.try_get(1)?,
                    file: row.try_get(2)?,
                    format: row.try_get(3)?,
                    payload_hash: column::parsed("payload_hash", row.try_get(4)?)?,
                })
            })
            .collect()
    }
}

impl TeamSeed {
    fn spellings(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

/// Whether the team had to be created.
async fn extend_roster(connection: &mut Connection, seed: &TeamSeed) -> Result<bool, StoreError> {
    let mut known = None;
    for spelling in seed.spellings() {
        if known.is_none() {
            known = team_of(connection, &seed.pool, spelling).await?;
        }
    }
    let team = match known {
        Some(team) => team,
        None => insert_team(connection, &seed.pool, &seed.name).await?,
    };
    for spelling in seed.spellings() {
        insert_alias(connection, &seed.pool, spelling, team).await?;
    }
    Ok(known.is_none())
}

fn taken(pool: &str, name: &str, owner: TeamId) -> StoreError {
    StoreError::NameTaken { pool: pool.to_owned(), name: name.to_owned(), team: owner.0 }
}

async fn team_of(connection: &mut Connection, pool: &str, alias: &str) -> Result<Option<TeamId>, StoreError> {
    let query = query_scalar(sql::TEAM_OF_ALIAS).bind(pool).bind(alias);
    Ok(query.fetch_optional(connection).await?.map(TeamId))
}

async fn insert_team(connection: &mut Connection, pool: &str, name: &str) -> Result<TeamId, StoreError> {
    Ok(TeamId(query_scalar(sql::INSERT_TEAM).bind(pool).bind(name).fetch_one(connection).await?))
}

async fn insert_alias(
    connection: &mut Connection,
    pool: &str,
    alias: &str,
    team: TeamId,
) -> Result<(), StoreError> {
    query(sql::INSERT_ALIAS).bind(pool).bind(alias).bind(team.0).execute(connection).await?;
    Ok(())
}

async fn must_play_in(connection: &mut Connection, team: TeamId, pool: &str) -> Result<(), StoreError> {
    let query = query_scalar(sql::POOL_OF_TEAM).bind(team.0);
    let found: Option<String> = query.fetch_optional(connection).await?;
    if found.as_deref() == Some(pool) {
        return Ok(());
    }
    Err(StoreError::NotFound { what: "team", id: format!("{} in pool {pool}", team.0) })
}

/// Stores what is known of a competition; a changed name or zone replaces the old one.
pub(crate) async fn upsert_competition(
    connection: &mut Connection,
    competition: &Competition,
) -> Result<(), StoreError> {
    query(sql::UPSERT_COMPETITION)
        .bind(competition.id.as_str())
        .bind(competition.sport.code())
        .bind(&*competition.name)
        .bind(&*competition.pool)
        .bind(&*competition.zone)
        .bind(column::name(competition.season))
        .execute(connection)
        .await?;
    Ok(())
}

fn competition(row: &Row) -> Result<Competition, StoreError> {
    let sport: &str = row.try_get(1)?;
    Ok(Competition {
        id: column::parsed::<CompetitionId>("competition", row.try_get(0)?)?,
        sport: column::coded("sport", sport, Sport::from_code(sport))?,
        name: Cow::Owned(row.try_get(2)?),
        pool: Cow::Owned(row.try_get(3)?),
        zone: Cow::Owned(row.try_get(4)?),
        season: column::named("season_rule", row.try_get(5)?)?,
    })
}

/// Puts names into the review queue and notes how many rows of this import wait for each.
pub(crate) async fn note_unknown(
    connection: &mut Connection,
    sequence: Sequence,
    source: &str,
    names: &[(UnknownName, u32)],
) -> Result<(), StoreError> {
    for (unknown, rows) in names {
        let review = query(sql::INSERT_REVIEW).bind(&unknown.pool).bind(&unknown.name);
        review.bind(source).bind(sequence.0).execute(&mut *connection).await?;
        let note = query(sql::INSERT_IMPORT_NAME).bind(sequence.0).bind(&unknown.pool);
        note.bind(&unknown.name).bind(i64::from(*rows)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The names an import waits for.
pub(crate) async fn names_of(
    connection: &mut Connection,
    sequence: Sequence,
) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(query_as(sql::NAMES_OF_IMPORT).bind(sequence.0).fetch_all(connection).await?)
}
