//! Every statement the store sends, once. A test prepares all of them.
//!
//! One file per part of the schema. They keep to what SQLite and PostgreSQL share: `$1` placeholders, `ON CONFLICT`,
//! `RETURNING`, ordering by integers with the place of nulls stated.

/// Named statements, and the list of them for the test.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)*
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// Named bulk inserts, and the list of them for the test.
macro_rules! bulk_inserts {
    ($($name:ident = $head:expr;)*) => {
        $(pub(crate) const $name: super::BulkInsert = super::BulkInsert::new($head);)*
        #[cfg(test)]
        pub(super) const BULK: &[(&str, super::BulkInsert)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) mod fact;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod money;
pub(crate) mod rating;
pub(crate) mod work;

/// `INSERT INTO table (columns)`, to be followed by any number of rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BulkInsert {
    head: &'static str,
    columns: usize,
}

impl BulkInsert {
    const fn new(head: &'static str) -> Self {
        let bytes = head.as_bytes();
        let (mut i, mut columns) = (0, 1);
        while i < bytes.len() {
            if bytes[i] == b',' {
                columns += 1;
            }
            i += 1;
        }
        Self { head, columns }
    }

    /// Values per row.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// The statement for that many rows.
    pub(crate) fn of_rows(&self, rows: usize) -> String {
        let tuple = format!("({})", vec!["?"; self.columns].join(","));
        format!("{} VALUES {}", self.head, vec![tuple.as_str(); rows].join(","))
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

    use super::*;
    use crate::{Access, Store};

    #[tokio::test]
    async fn every_statement_prepares_on_the_schema() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
        let mut connection = store.readers().acquire().await.unwrap();
        let lists = [fact::ALL, identity::ALL, import::ALL, money::ALL, rating::ALL, work::ALL];
        for (name, sql) in lists.into_iter().flatten() {
            assert!(connection.prepare((*sql).into_sql_str()).await.is_ok(), "{name}: {sql}");
        }
        for (name, insert) in
            [fact::BULK, identity::BULK, import::BULK, rating::BULK, work::BULK].into_iter().flatten()
        {
            let prepared = connection.prepare(AssertSqlSafe(insert.of_rows(3)).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }
}
