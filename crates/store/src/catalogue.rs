//! What tables there are, as the database itself says: copying, exporting and dumping need no list of their own.
//!
//! Tables come in an order in which each refers only to those before it. Rows come in the order of their primary key, page by
//! page from a given key on, so that reading can stop anywhere and go on, and no page costs more than the one before.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Store, StoreError, Value, column,
    engine::{
        self, Connection, Durability, Pool, Reference, Row, Transaction, assembled, insert_rows, query_scalar,
    },
    statement::{BulkInsert, work::SCHEMA},
};

/// A table as the database describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in their order.
    pub columns: Vec<Column>,
    /// Places of the columns of the primary key, in the order of the key.
    pub key: Vec<usize>,
}

/// A column as the database describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers: instants in microseconds, money in minor units, prices in millionths, counts.
    Integer,
    /// Probabilities, ratings, statistics.
    Real,
    /// Names, codes, dates, JSON.
    Text,
    /// Compressed payloads and distributions.
    Bytes,
}

/// A row of a table, values in the order of its columns.
pub type Values = Vec<Value>;

impl Table {
    /// The values of a row's primary key.
    pub fn key_of(&self, row: &[Value]) -> Values {
        self.key.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }

    fn key_names(&self) -> String {
        let names: Vec<String> = self.key.iter().map(|place| quoted(&self.columns[*place].name)).collect();
        names.join(", ")
    }

    fn select(&self, condition: &str) -> String {
        let (columns, table, key) = (self.names(), quoted(&self.name), self.key_names());
        format!("SELECT {columns} FROM {table} {condition} ORDER BY {key}")
    }

    fn upsert(&self) -> String {
        let places: Vec<String> = (1..=self.columns.len()).map(|n| format!("${n}")).collect();
        let others = self.columns.iter().enumerate().filter(|(place, _)| !self.key.contains(place));
        let set: Vec<String> =
            others.map(|(_, column)| format!("{0} = excluded.{0}", quoted(&column.name))).collect();
        let action = if set.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {}", set.join(", ")) };
        format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {action}",
            quoted(&self.name),
            self.names(),
            places.join(", "),
            self.key_names()
        )
    }

    /// Whether it has any row.
    pub(crate) async fn any(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let first = assembled(format!("SELECT 1 FROM {} LIMIT 1", quoted(&self.name)));
        Ok(first.fetch_optional(connection).await?.is_some())
    }

    /// How many rows it has.
    pub(crate) async fn count(&self, connection: &mut Connection) -> Result<u64, StoreError> {
        let count = assembled(format!("SELECT COUNT(*) FROM {}", quoted(&self.name)));
        Ok(count.fetch_one(connection).await?.try_get::<i64>(0)?.unsigned_abs())
    }

    fn read(&self, row: &Row) -> Result<Values, StoreError> {
        read(row, self.columns.iter().map(|column| column.kind))
    }
}

/// The values of a row whose columns are of these kinds.
pub(crate) fn read(row: &Row, kinds: impl IntoIterator<Item = Kind>) -> Result<Values, StoreError> {
    let values = kinds.into_iter().enumerate().map(|(place, kind)| {
        Ok(match kind {
            Kind::Integer => Value::Integer(row.try_get(place)?),
            Kind::Real => Value::Real(row.try_get(place)?),
            Kind::Text => Value::Text(row.try_get(place)?),
            Kind::Bytes => Value::Bytes(row.try_get(place)?),
        })
    });
    values.collect()
}

/// A name as a statement may hold it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A hash over rows, the same on both engines: kind, whether there is a value, its length and its bytes. Zero has no sign.
#[derive(Debug, Clone, Default)]
pub struct Checksum {
    hash: Sha256,
    rows: u64,
}

impl Checksum {
    /// Adds a row.
    pub fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        for value in row {
            match value {
                Value::Integer(n) => self.field(0, n.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
                Value::Real(x) => self.field(
                    1,
                    x.map(|x| engine::unsigned_zero(x).to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice),
                ),
                Value::Text(text) => self.field(2, text.as_deref().map(str::as_bytes)),
                Value::Bytes(bytes) => self.field(3, bytes.as_deref()),
            }
        }
    }

    fn field(&mut self, kind: u8, content: Option<&[u8]>) {
        self.hash.update([kind, u8::from(content.is_some())]);
        if let Some(content) = content {
            self.hash.update((content.len() as u64).to_be_bytes());
            self.hash.update(content);
        }
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The hash as hexadecimal digits.
    pub fn digest(&self) -> String {
        let mut digits = String::with_capacity(64);
        for byte in self.hash.clone().finalize() {
            // Writing to a string cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

impl Store {
    /// Every table, those that are referred to before those that refer to them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tables(&self) -> Result<Vec<Table>, StoreError> {
        let mut connection = self.readers().acquire().await?;
        tables(&mut connection).await
    }

    /// One state of the whole database, to read pages from while others write.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn view(&self) -> Result<View, StoreError> {
        View::of(self.readers()).await
    }

    /// Appends rows as they are, all or none. For copies of a store only: what they mean is not checked beyond what the
    /// database checks.
    ///
    /// # Errors
    /// When a row is there already or refers to nothing, or the store cannot be written; nothing is stored then.
    pub async fn append_rows(&self, table: &Table, rows: &[Values]) -> Result<(), StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        prepare(&mut transaction, table, rows).await?;
        let insert = BulkInsert::new(format!("INSERT INTO {} ({})", quoted(&table.name), table.names()));
        insert_rows(&mut transaction, &insert, rows, |values, row| {
            row.iter().try_for_each(|value| values.add(value.clone()))
        })
        .await?;
        transaction.commit().await
    }

    /// As [`Store::append_rows`], for some rows, which take the place of those with the same key.
    ///
    /// # Errors
    /// When a row refers to nothing or the store cannot be written; nothing is stored then.
    pub async fn replace_rows(&self, table: &Table, rows: &[Values]) -> Result<(), StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        prepare(&mut transaction, table, rows).await?;
        for row in rows {
            let upsert =
                row.iter().fold(assembled(table.upsert()), |upsert, value| upsert.bind(value.clone()));
            upsert.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// Removes every row of a table. For a store that is about to be filled only.
    pub(crate) async fn clear_rows(&self, table: &Table) -> Result<(), StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        assembled(format!("DELETE FROM {}", quoted(&table.name))).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    /// Lets the database number new rows after those that were copied in, and its planner see them.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn continue_numbering(&self) -> Result<(), StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        engine::continue_numbering(&mut transaction).await?;
        transaction.commit().await
    }
}

/// Makes room for rows of a table that is kept in parts.
async fn prepare(connection: &mut Connection, table: &Table, rows: &[Values]) -> Result<(), StoreError> {
    let is_partitioned = engine::PARTITIONED.contains(&table.name.as_str());
    let Some(place) = table.column("known_at").filter(|_| is_partitioned) else { return Ok(()) };
    let moments = rows.iter().filter_map(|row| match row.get(place) {
        Some(Value::Integer(at)) => *at,
        _ => None,
    });
    match (moments.clone().min(), moments.max()) {
        (Some(first), Some(last)) => {
            engine::prepare_months_of_any_version(connection, &table.name, first, last).await
        }
        _ => Ok(()),
    }
}

/// One state of the database: what is committed meanwhile does not show.
#[derive(Debug)]
pub struct View {
    pub(crate) transaction: Transaction,
}

impl View {
    pub(crate) async fn of(readers: &Pool) -> Result<Self, StoreError> {
        Ok(Self { transaction: readers.begin_read().await? })
    }

    /// Every table, those that are referred to before those that refer to them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        tables(&mut self.transaction).await
    }

    /// The newest migration.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn schema(&mut self) -> Result<i64, StoreError> {
        Ok(query_scalar(SCHEMA).fetch_one(&mut *self.transaction).await?)
    }

    /// Lets go of it, keeping the connection for others.
    pub(crate) async fn finish(self) -> Result<(), StoreError> {
        self.transaction.rollback().await
    }

    /// Takes what `store` holds now.
    pub(crate) async fn refresh(&mut self, store: &Store) -> Result<(), StoreError> {
        std::mem::replace(self, store.view().await?).finish().await
    }

    /// The next rows of a table in the order of its key: after `after`, or from the first on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn page(
        &mut self,
        table: &Table,
        after: Option<&[Value]>,
        limit: u32,
    ) -> Result<Vec<Values>, StoreError> {
        let key = after.unwrap_or_default();
        let places: Vec<String> = (1..=key.len()).map(|n| format!("${n}")).collect();
        let condition = match after {
            Some(_) => format!("WHERE ({}) > ({})", table.key_names(), places.join(", ")),
            None => String::new(),
        };
        let sql = format!("{} LIMIT {limit}", table.select(&condition));
        let query = key.iter().fold(assembled(sql), |query, value| query.bind(value.clone()));
        let rows = query.fetch_all(&mut *self.transaction).await?;
        rows.iter().map(|row| table.read(row)).collect()
    }

    /// The last key of a table, none when it is empty.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_key(&mut self, table: &Table) -> Result<Option<Values>, StoreError> {
        let descending: Vec<String> =
            table.key.iter().map(|place| format!("{} DESC", quoted(&table.columns[*place].name))).collect();
        let (columns, name) = (table.names(), quoted(&table.name));
        let sql = format!("SELECT {columns} FROM {name} ORDER BY {} LIMIT 1", descending.join(", "));
        let row = assembled(sql).fetch_optional(&mut *self.transaction).await?;
        Ok(row.map(|row| table.read(&row)).transpose()?.map(|row| table.key_of(&row)))
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        table.count(&mut self.transaction).await
    }
}

/// References that the writer checks instead of the database: see the tables `quote` and `play` in the migrations.
const UNDECLARED: [(&str, &str, &str, &str); 13] = [
    ("quote", "fixture_id", "fixture", "id"),
    ("quote", "series_id", "quote_series", "id"),
    ("quote", "sequence", "import", "sequence"),
    ("quote", "known_rule", "known_rule", "id"),
    ("packed_quotes", "fixture_id", "fixture", "id"),
    ("packed_quotes", "sequence", "import", "sequence"),
    ("packed_quotes", "known_rule", "known_rule", "id"),
    ("play", "fixture_id", "fixture", "id"),
    ("play", "passer_id", "player", "id"),
    ("play", "receiver_id", "player", "id"),
    ("play", "rusher_id", "player", "id"),
    ("play", "sequence", "import", "sequence"),
    ("play", "known_rule", "known_rule", "id"),
];

/// Every column that refers to a row of another table, by table and column.
pub(crate) async fn references(connection: &mut Connection) -> Result<Vec<Reference>, StoreError> {
    let undeclared = UNDECLARED.map(|(table, column, parent, parent_column)| Reference {
        table: table.into(),
        column: column.into(),
        parent: parent.into(),
        parent_column: parent_column.into(),
        is_whole: true,
    });
    let mut references = engine::references(connection).await?;
    references.extend(undeclared);
    references.sort_unstable();
    Ok(references)
}

/// Every table, those that are referred to before those that refer to them; among equals by name.
pub(crate) async fn tables(connection: &mut Connection) -> Result<Vec<Table>, StoreError> {
    let mut tables: BTreeMap<String, (Table, Vec<(i64, usize)>)> = BTreeMap::new();
    for described in engine::columns(connection).await? {
        let entry = tables.entry(described.table.clone());
        let (table, key) = entry.or_insert_with(|| {
            (Table { name: described.table, columns: Vec::new(), key: Vec::new() }, Vec::new())
        });
        if described.key_place > 0 {
            key.push((described.key_place, table.columns.len()));
        }
        table.columns.push(described.column);
    }
    let references = references(connection).await?;
    let mut waiting: Vec<Table> = tables
        .into_values()
        .map(|(mut table, mut key)| {
            key.sort_unstable();
            table.key = key.into_iter().map(|(_, place)| place).collect();
            table
        })
        .collect();
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_free = |table: &Table| {
            references
                .iter()
                .filter(|reference| reference.table == table.name && reference.table != reference.parent)
                .all(|reference| ordered.iter().any(|done| done.name == reference.parent))
        };
        // A circle of references cannot be ordered; there is none, and a new one fails here.
        let free = waiting
            .iter()
            .position(is_free)
            .ok_or_else(|| column::not_understood("references of table", &waiting[0].name))?;
        ordered.push(waiting.remove(free));
    }
    Ok(ordered)
}
