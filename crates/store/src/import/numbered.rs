//! Numbers of what is told by a pool and a code: players, venues.

use std::collections::HashMap;

use domain::code::Code;

use crate::{
    StoreError, column,
    engine::{Connection, insert_rows, query},
    statement::BulkInsert,
};

/// Known numbers, and those this import hands out.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    by_code: HashMap<String, HashMap<Code, i64>>,
    codes: HashMap<i64, Code>,
    last: i64,
    added: Vec<(i64, String, Code)>,
}

impl Numbers {
    /// What a statement that answers with number, pool and code knows.
    pub(super) async fn load(connection: &mut Connection, sql: &'static str) -> Result<Self, StoreError> {
        let mut numbers = Self::default();
        for row in query(sql).fetch_all(connection).await? {
            let code = column::parsed("code", row.try_get(2)?)?;
            numbers.insert(row.try_get(0)?, row.try_get(1)?, code);
        }
        Ok(numbers)
    }

    fn insert(&mut self, number: i64, pool: String, code: Code) {
        self.by_code.entry(pool).or_default().insert(code, number);
        self.codes.insert(number, code);
        self.last = self.last.max(number);
    }

    /// Its number; the next one when it is new.
    pub(super) fn of(&mut self, pool: &str, code: Code) -> i64 {
        if let Some(number) = self.by_code.get(pool).and_then(|codes| codes.get(&code)) {
            return *number;
        }
        let number = self.last + 1;
        self.insert(number, pool.to_owned(), code);
        self.added.push((number, pool.to_owned(), code));
        number
    }

    /// Whose number it is.
    pub(super) fn code(&self, number: i64) -> Option<Code> {
        self.codes.get(&number).copied()
    }

    /// How many are new.
    pub(super) fn n_added(&self) -> u64 {
        self.added.len() as u64
    }

    /// Writes those that are new.
    pub(super) async fn write(
        &self,
        connection: &mut Connection,
        insert: &BulkInsert,
    ) -> Result<(), StoreError> {
        insert_rows(connection, insert, &self.added, |values, (number, pool, code)| {
            values.add(*number)?;
            values.add(pool.as_str())?;
            values.add(code.as_str())
        })
        .await
    }
}
