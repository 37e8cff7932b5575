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

/// Adds facts to the sums kept of a fixture: their first and last moments, and how many there are.
macro_rules! sum_up {
    ($table:literal, $count:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (fixture_id, first_known_at, last_known_at, ",
            $count,
            ") VALUES ($1, $2, $3, $4) ON CONFLICT (fixture_id) DO UPDATE SET \
            first_known_at = CASE WHEN excluded.first_known_at < ",
            $table,
            ".first_known_at THEN excluded.first_known_at ELSE ",
            $table,
            ".first_known_at END, last_known_at = CASE WHEN excluded.last_known_at > ",
            $table,
            ".last_known_at THEN excluded.last_known_at ELSE ",
            $table,
            ".last_known_at END, ",
            $count,
            " = ",
            $table,
            ".",
            $count,
            " + excluded.",
            $count
        )
    };
}

pub(crate) mod aggregate;
pub(crate) mod backtest;
pub(crate) mod copy;
pub(crate) mod detail;
pub(crate) mod fact;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod joined;
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

    /// The statement for any number of rows on PostgreSQL, with one array of these types per column.
    pub(crate) fn of_arrays<'t>(&self, types: impl Iterator<Item = &'t str>) -> String {
        let arrays = types.zip(1..).map(|(of, place)| format!("CAST(${place} AS {of})"));
        format!("{} SELECT * FROM unnest({})", self.head, arrays.collect::<Vec<_>>().join(", "))
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
    use crate::{Access, Place, Roles, Store};

    /// Every statement by name; those for rows by the thousand as each engine sends them.
    fn all() -> Vec<(&'static str, SqlStr)> {
        let listed = [
            aggregate::ALL,
            backtest::ALL,
            copy::ALL,
            detail::ALL,
            fact::ALL,
            identity::ALL,
            import::ALL,
            joined::ALL,
            money::ALL,
            rating::ALL,
            work::ALL,
        ];
        listed.into_iter().flatten().map(|(name, sql)| (*name, (*sql).into_sql_str())).collect()
    }

    fn bulk() -> impl Iterator<Item = &'static (&'static str, BulkInsert)> {
        [
            aggregate::BULK,
            backtest::BULK,
            detail::BULK,
            fact::BULK,
            identity::BULK,
            import::BULK,
            rating::BULK,
            work::BULK,
        ]
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

    /// A schema with the tables, and a connection to it.
    async fn on_postgres(name: &str) -> Option<(Place, PgConnection)> {
        let Ok(url) = std::env::var("TOUCHLINE_TEST_POSTGRES_URL") else {
            println!("skipped: TOUCHLINE_TEST_POSTGRES_URL names no server; `cargo xtask test` starts one");
            return None;
        };
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let schema = format!("statements_{}_{name}", std::process::id());
        connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
        let url = format!("{url}?options=-csearch_path%3D{schema}");
        let place = Place::parse(&url).unwrap();
        Store::open(place.clone(), Access::ReadWrite).await.unwrap().close().await;
        Some((place, PgConnection::connect(&url).await.unwrap()))
    }

    #[tokio::test]
    async fn every_statement_prepares_on_postgres() {
        let Some((_, mut connection)) = on_postgres("prepared").await else { return };
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

    /// Plans every statement as the writer of `touchline db roles`, which is when the server looks at its rights.
    #[tokio::test]
    async fn every_statement_is_allowed_to_the_writer() {
        let Some((place, mut connection)) = on_postgres("allowed").await else { return };
        let roles = Roles::new(&format!("statements_{}", std::process::id())).unwrap();
        roles.apply(&place).await.unwrap();
        let [_, writer, _] = roles.names();
        connection.execute(AssertSqlSafe(format!("SET ROLE {writer}"))).await.unwrap();
        // A copy is the owner's work.
        let copies = |name: &str| copy::ALL.iter().any(|(copy, _)| *copy == name);
        for (name, sql) in all().into_iter().filter(|(name, _)| !copies(name)) {
            let n_values = (1..100).take_while(|n| sql.as_str().contains(&format!("${n}"))).count();
            let values = if n_values == 0 {
                String::new()
            } else {
                format!("({})", vec!["NULL"; n_values].join(", "))
            };
            let plan =
                format!("PREPARE asked AS {}; EXPLAIN EXECUTE asked{values}; DEALLOCATE asked", sql.as_str());
            let planned = sqlx::raw_sql(AssertSqlSafe(plan)).execute(&mut connection).await;
            assert!(planned.is_ok(), "{name}: {:?}; what is updated is listed in role.rs", planned.err());
        }
        for (name, insert) in bulk() {
            let copy = connection.copy_in_raw(&insert.as_copy()).await;
            assert!(copy.is_ok(), "{name}: {:?}", copy.err());
            copy.unwrap().abort("only asked").await.unwrap();
        }
        for role in roles.names() {
            let drop = format!("RESET ROLE; DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
        }
    }
}
