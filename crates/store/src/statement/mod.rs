//! Every statement the store sends, once. A test prepares all of them.
//!
//! One file per part of the schema. They keep to what SQLite and PostgreSQL share: `$1` placeholders, `ON CONFLICT`,
//! `RETURNING`, ordering by integers with the place of nulls stated.

use std::borrow::Cow;

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
        $(pub(crate) const $name: super::BulkInsert = super::BulkInsert::listed($head);)*
        #[cfg(test)]
        pub(super) const BULK: &[(&str, super::BulkInsert)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) mod backtest;
pub(crate) mod fact;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod money;
pub(crate) mod rating;
pub(crate) mod work;

/// What inserts of rows by the thousand begin with.
const INSERT: &str = "INSERT INTO ";

/// `INSERT INTO table (columns)`, to be followed by any number of rows.
#[derive(Debug, Clone)]
pub(crate) struct BulkInsert {
    head: Cow<'static, str>,
}

impl BulkInsert {
    const fn listed(head: &'static str) -> Self {
        Self { head: Cow::Borrowed(head) }
    }

    /// Put together from names that the database gave.
    pub(crate) fn new(head: String) -> Self {
        Self { head: Cow::Owned(head) }
    }

    /// Values per row.
    pub(crate) fn columns(&self) -> usize {
        1 + self.head.bytes().filter(|byte| *byte == b',').count()
    }

    /// The statement for that many rows.
    pub(crate) fn of_rows(&self, rows: usize) -> String {
        let tuple = format!("({})", vec!["?"; self.columns()].join(","));
        format!("{} VALUES {}", self.head, vec![tuple.as_str(); rows].join(","))
    }

    /// The same as PostgreSQL's COPY in its binary format.
    pub(crate) fn as_copy(&self) -> String {
        format!("COPY {} FROM STDIN (FORMAT binary)", self.head.trim_start_matches(INSERT))
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqlStr, SqliteConnection};

    use super::*;
    use crate::{Access, Place, Store};

    /// Every statement by name; those for rows by the thousand as each engine sends them.
    fn all() -> Vec<(&'static str, SqlStr)> {
        let listed =
            [backtest::ALL, fact::ALL, identity::ALL, import::ALL, money::ALL, rating::ALL, work::ALL];
        listed.into_iter().flatten().map(|(name, sql)| (*name, (*sql).into_sql_str())).collect()
    }

    fn bulk() -> impl Iterator<Item = &'static (&'static str, BulkInsert)> {
        [backtest::BULK, fact::BULK, identity::BULK, import::BULK, rating::BULK, work::BULK]
            .into_iter()
            .flatten()
    }

    #[tokio::test]
    async fn every_statement_prepares_on_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("touchline.db");
        Store::open(&path, Access::ReadWrite).await.unwrap().close().await;
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        for (name, sql) in all() {
            let prepared = connection.prepare(sql).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
        for (name, insert) in bulk() {
            let prepared = connection.prepare(AssertSqlSafe(insert.of_rows(3)).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }

    #[tokio::test]
    async fn every_statement_prepares_on_postgres() {
        let Ok(url) = std::env::var("TOUCHLINE_TEST_POSTGRES_URL") else {
            println!("skipped: TOUCHLINE_TEST_POSTGRES_URL names no server; `cargo xtask test` starts one");
            return;
        };
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let schema = format!("statements_{}", std::process::id());
        connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
        let url = format!("{url}?options=-csearch_path%3D{schema}");
        Store::open(Place::parse(&url).unwrap(), Access::ReadWrite).await.unwrap().close().await;
        let mut connection = PgConnection::connect(&url).await.unwrap();
        for (name, sql) in all() {
            let prepared = connection.prepare(sql).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
        for (name, insert) in bulk() {
            let copy = connection.copy_in_raw(&insert.as_copy()).await;
            assert!(copy.is_ok(), "{name}: {:?}", copy.err());
            copy.unwrap().abort("only asked").await.unwrap();
        }
    }
}
