//! What can be read out row by row: every table as it is, and relations joined for people. Of all rows or of those of some
//! competitions, one season, or known before a moment.
//!
//! A relation is read by one statement in the order of its key, as its rows come, so memory does not grow with them. Tables
//! that hold payloads or distributions are read page by page instead, because engines hand rows over by the thousand.

mod filter;
mod joined;
mod meaning;
mod reach;

use std::collections::VecDeque;

use futures_util::{StreamExt as _, stream::BoxStream};

use self::{
    filter::Conditions,
    joined::{JOINED, Joined},
    reach::{Finder, Reach, Source},
};
pub use self::{
    filter::{By, Filter},
    meaning::Meaning,
};
use crate::{
    Column, Kind, Store, StoreError, Table, Value, Values, View,
    catalogue::{self, quoted},
    column,
    engine::{Query, Row, assembled},
    pace::Pace,
};

/// Rows and bytes handed over at once.
const BATCH_ROWS: usize = 4096;
const BATCH_BYTES: usize = 4 << 20;

/// Something that can be read row by row.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    origin: Origin,
}

#[derive(Debug, Clone)]
enum Origin {
    Table(Table, Box<Reach>),
    Joined(&'static Joined),
}

impl Relation {
    fn joined(joined: &'static Joined) -> Self {
        Self { name: joined.name.to_owned(), columns: joined.columns(), origin: Origin::Joined(joined) }
    }

    fn table(table: Table, reach: Reach) -> Self {
        let columns = table.columns.clone();
        Self { name: table.name.clone(), columns, origin: Origin::Table(table, Box::new(reach)) }
    }

    /// What a joined relation is for; none of a table.
    pub fn about(&self) -> Option<&'static str> {
        match &self.origin {
            Origin::Joined(joined) => Some(joined.about),
            Origin::Table(..) => None,
        }
    }

    /// Whether its rows can be told apart by this; otherwise a filter leaves all of them in.
    pub fn is_told_apart(&self, by: By) -> bool {
        match &self.origin {
            Origin::Joined(_) => true,
            Origin::Table(_, reach) => reach.tells(by),
        }
    }

    /// Whether nothing says when its rows became known, so that none of them is read as of a moment.
    pub fn has_no_moment(&self) -> bool {
        match &self.origin {
            Origin::Joined(_) => false,
            Origin::Table(_, reach) => reach.has_no_moment(),
        }
    }

    /// What stands for the moment of a row, in words.
    pub fn moment(&self) -> Option<String> {
        match &self.origin {
            Origin::Joined(joined) => Some(joined.moment.to_owned()),
            Origin::Table(_, reach) => reach.moment_in_words(),
        }
    }

    /// What selects the rows that the filter asks for; further conditions and the order can be put behind.
    fn select(&self, filter: &Filter) -> Select {
        match &self.origin {
            Origin::Joined(joined) => Select {
                sql: joined.sql.to_owned(),
                joint: "AND",
                conditions: joined_conditions(filter),
                order: vec![joined.order.to_owned()],
            },
            Origin::Table(table, reach) => {
                let Source { from, conditions, order } = reach.source(table, filter);
                let names: Vec<String> =
                    table.columns.iter().map(|column| format!("t.{}", quoted(&column.name))).collect();
                let sql = format!("SELECT {} FROM {from}", names.join(", "));
                Select { sql, joint: "WHERE", conditions, order }
            }
        }
    }

    fn read(&self, row: &Row) -> Result<Values, StoreError> {
        match &self.origin {
            Origin::Joined(joined) => joined.finish(catalogue::read(row, joined.selected())?),
            Origin::Table(table, _) => catalogue::read(row, table.columns.iter().map(|column| column.kind)),
        }
    }

    /// The table, when its rows are too long to be handed over by the thousand.
    fn wide_table(&self) -> Option<&Table> {
        match &self.origin {
            Origin::Table(table, _) if table.columns.iter().any(|column| column.kind == Kind::Bytes) => {
                Some(table)
            }
            _ => None,
        }
    }
}

/// A statement on its way.
struct Select {
    sql: String,
    /// What stands before further conditions.
    joint: &'static str,
    conditions: Conditions,
    order: Vec<String>,
}

impl Select {
    fn rows(self) -> Query {
        let (conditions, values) = self.conditions.after(self.joint);
        bound(format!("{}{conditions} ORDER BY {}", self.sql, self.order.join(", ")), values)
    }

    fn count(self) -> Query {
        let (conditions, values) = self.conditions.after(self.joint);
        bound(format!("SELECT COUNT(*) FROM ({}{conditions}) counted", self.sql), values)
    }

    /// The rows after a key, a page of them.
    fn page(mut self, after: Option<&Values>, limit: u32) -> Query {
        let order = self.order.join(", ");
        if let Some(after) = after {
            let places: Vec<String> =
                after.iter().map(|value| self.conditions.place(value.clone())).collect();
            self.conditions.add(format!("({order}) > ({})", places.join(", ")));
        }
        let (conditions, values) = self.conditions.after(self.joint);
        bound(format!("{}{conditions} ORDER BY {order} LIMIT {limit}", self.sql), values)
    }
}

fn bound(sql: String, values: Vec<Value>) -> Query {
    values.into_iter().fold(assembled(sql), Query::bind)
}

/// A joined statement has three placeholders of its own: the moment, the first and the last season.
fn joined_conditions(filter: &Filter) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.place(filter.known_before.map_or(i64::MAX, column::micros));
    let season = |open| filter.season.map_or(open, |season| i64::from(season.start_year));
    conditions.place(season(i64::MIN));
    conditions.place(season(i64::MAX));
    if !filter.competitions.is_empty() {
        conditions.among("f.competition", &filter.competitions);
    }
    conditions
}

impl Store {
    /// Everything that can be read row by row: relations joined for people, then every table.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn relations(&self) -> Result<Vec<Relation>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        let tables = catalogue::tables(&mut connection).await?;
        let references = catalogue::references(&mut connection).await?;
        let finder = Finder { tables: &tables, references: &references };
        let found = tables.iter().map(|table| Relation::table(table.clone(), finder.reach(table)));
        Ok(JOINED.iter().map(Relation::joined).chain(found).collect())
    }
}

impl View {
    /// The rows of a relation that the filter asks for, in the order of its key.
    pub fn rows<'v>(&'v mut self, relation: &'v Relation, filter: &'v Filter) -> Rows<'v> {
        let way = match relation.wide_table() {
            Some(table) => Way::Pages {
                view: self,
                table,
                filter,
                after: None,
                page: VecDeque::new(),
                pace: Pace::default(),
            },
            None => Way::Stream(relation.select(filter).rows().fetch(&mut self.transaction)),
        };
        Rows { relation, way }
    }

    /// How many rows of a relation the filter asks for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count_rows(&mut self, relation: &Relation, filter: &Filter) -> Result<u64, StoreError> {
        let row = relation.select(filter).count().fetch_one(&mut *self.transaction).await?;
        Ok(row.try_get::<i64>(0)?.unsigned_abs())
    }
}

/// Rows on their way out.
pub struct Rows<'v> {
    relation: &'v Relation,
    way: Way<'v>,
}

enum Way<'v> {
    Stream(BoxStream<'v, Result<Row, sqlx::Error>>),
    Pages {
        view: &'v mut View,
        table: &'v Table,
        filter: &'v Filter,
        after: Option<Values>,
        page: VecDeque<Values>,
        pace: Pace,
    },
}

impl Rows<'_> {
    /// The next rows, some thousand or some megabytes of them; none when there are no more.
    ///
    /// # Errors
    /// When the store cannot be read or holds what this version does not understand.
    pub async fn next_batch(&mut self) -> Result<Vec<Values>, StoreError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(row) = self.next().await? else { break };
            bytes += row.iter().map(Value::content_bytes).sum::<usize>();
            batch.push(row);
        }
        Ok(batch)
    }

    async fn next(&mut self) -> Result<Option<Values>, StoreError> {
        match &mut self.way {
            Way::Stream(stream) => match stream.next().await {
                Some(row) => Ok(Some(self.relation.read(&row?)?)),
                None => Ok(None),
            },
            Way::Pages { view, table, filter, after, page, pace } => {
                if page.is_empty() {
                    let query = self.relation.select(filter).page(after.as_ref(), pace.rows());
                    let rows = query.fetch_all(&mut *view.transaction).await?;
                    let rows: Vec<Values> =
                        rows.iter().map(|row| self.relation.read(row)).collect::<Result<_, _>>()?;
                    pace.learn(&rows);
                    *page = rows.into();
                    *after = page.back().map(|row| table.key_of(row)).or_else(|| after.take());
                }
                Ok(page.pop_front())
            }
        }
    }
}

#[cfg(test)]
mod tests;
