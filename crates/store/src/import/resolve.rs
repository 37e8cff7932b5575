//! Which fixture a record speaks of: the one its source's id names, else the one of its competition, teams and date, else
//! a new one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{CompetitionId, FixtureId, MatchRecord, TeamId};
use jiff::civil::Date;

use crate::{
    StoreError,
    engine::{Connection, query, query_scalar},
    statement::fact as sql,
};

type Record = MatchRecord<TeamId>;

/// Competition, date, home, away.
type Key = (CompetitionId, String, TeamId, TeamId);

/// Where a record belongs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// A fixture not met before.
    New {
        fixture: FixtureId,
        /// Whether its pairing and date find it from now on; not when another fixture of the same source has them.
        owns_key: bool,
    },
    /// A known fixture.
    Known {
        fixture: FixtureId,
        /// Whether its pairing and date are new for it.
        moved: bool,
        /// Whether its source's id is new for it.
        named: bool,
    },
    /// Two fixtures may be meant.
    Unclear { detail: String },
}

/// What finds fixtures, as far as one batch needs it.
pub(super) struct Finder {
    source: String,
    by_key: HashMap<Key, FixtureId>,
    by_source_id: HashMap<String, FixtureId>,
    named: HashSet<FixtureId>,
    next: i64,
}

fn key(record: &Record) -> Key {
    (record.competition, record.local_date.to_string(), record.home, record.away)
}

impl Finder {
    /// Loads the keys and ids among which those of the records are.
    pub(super) async fn load(
        connection: &mut Connection,
        source: &str,
        records: &[Record],
    ) -> Result<Self, StoreError> {
        let last: i64 = query_scalar(sql::LAST_FIXTURE).fetch_one(&mut *connection).await?;
        let mut finder = Self {
            source: source.to_owned(),
            by_key: HashMap::new(),
            by_source_id: HashMap::new(),
            named: HashSet::new(),
            next: last + 1,
        };
        if last > 0 {
            finder.load_keys(connection, records).await?;
            finder.load_source_ids(connection, records).await?;
        }
        Ok(finder)
    }

    async fn load_keys(&mut self, connection: &mut Connection, records: &[Record]) -> Result<(), StoreError> {
        let mut dates: BTreeMap<CompetitionId, (Date, Date)> = BTreeMap::new();
        for record in records {
            let date = record.local_date;
            let (first, last) = dates.entry(record.competition).or_insert((date, date));
            (*first, *last) = (date.min(*first), date.max(*last));
        }
        for (competition, (first, last)) in dates {
            let query = query(sql::KEYS_BETWEEN).bind(competition.as_str());
            let query = query.bind(first.to_string()).bind(last.to_string());
            for row in query.fetch_all(&mut *connection).await? {
                let key = (competition, row.try_get(0)?, TeamId(row.try_get(1)?), TeamId(row.try_get(2)?));
                self.by_key.insert(key, FixtureId(row.try_get(3)?));
            }
        }
        Ok(())
    }

    async fn load_source_ids(
        &mut self,
        connection: &mut Connection,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let ids = || records.iter().filter_map(|r| r.source_id.as_deref());
        let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Ok(()) };
        let query = query(sql::SOURCE_IDS_BETWEEN).bind(&self.source).bind(first).bind(last);
        for row in query.fetch_all(connection).await? {
            self.name(row.try_get(0)?, FixtureId(row.try_get(1)?));
        }
        Ok(())
    }

    /// Where a record belongs. Later records of the batch find what earlier ones founded.
    pub(super) async fn place(
        &mut self,
        connection: &mut Connection,
        record: &Record,
    ) -> Result<Place, StoreError> {
        let key = key(record);
        let by_key = self.by_key.get(&key).copied();
        let Some(id) = record.source_id.clone() else {
            return Ok(match by_key {
                Some(fixture) => Place::Known { fixture, moved: false, named: false },
                None => self.found(key, None, true),
            });
        };
        match (self.by_source_id.get(&id).copied(), by_key) {
            (Some(fixture), Some(other)) if fixture == other => {
                Ok(Place::Known { fixture, moved: false, named: false })
            }
            (Some(fixture), Some(other)) if self.is_named(connection, other).await? => {
                Ok(Place::Known { fixture, moved: false, named: false })
            }
            (Some(fixture), Some(other)) => Ok(unclear(&self.source, &id, fixture, other)),
            (Some(fixture), None) => {
                self.by_key.insert(key, fixture);
                Ok(Place::Known { fixture, moved: true, named: false })
            }
            (None, Some(other)) if !self.is_named(connection, other).await? => {
                self.name(id, other);
                Ok(Place::Known { fixture: other, moved: false, named: true })
            }
            (None, Some(_)) => Ok(self.found(key, Some(id), false)),
            (None, None) => Ok(self.found(key, Some(id), true)),
        }
    }

    fn name(&mut self, id: String, fixture: FixtureId) {
        self.by_source_id.insert(id, fixture);
        self.named.insert(fixture);
    }

    fn found(&mut self, key: Key, id: Option<String>, owns_key: bool) -> Place {
        let fixture = FixtureId(self.next);
        self.next += 1;
        if owns_key {
            self.by_key.insert(key, fixture);
        }
        if let Some(id) = id {
            self.name(id, fixture);
        }
        Place::New { fixture, owns_key }
    }

    /// Whether the batch's source has an id of its own for a fixture.
    async fn is_named(&self, connection: &mut Connection, fixture: FixtureId) -> Result<bool, StoreError> {
        if self.named.contains(&fixture) {
            return Ok(true);
        }
        let query = query(sql::SOURCE_ID_OF_FIXTURE).bind(fixture.0).bind(&self.source);
        Ok(query.fetch_optional(connection).await?.is_some())
    }
}

fn unclear(source: &str, id: &str, fixture: FixtureId, other: FixtureId) -> Place {
    let detail = format!(
        "{source} knows fixture {} as {id}, but fixture {} has the same teams on this date",
        fixture.0, other.0
    );
    Place::Unclear { detail }
}
