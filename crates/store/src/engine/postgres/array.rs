//! Rows as one array per column: one statement with as many parameters as columns, whatever the number of rows.

use sqlx::{AssertSqlSafe, postgres::PgConnection};

use super::super::{Sink, Value, Values};
use crate::{StoreError, statement::BulkInsert};

/// The values of one column. Which kind it is, the first row says.
#[derive(Debug)]
pub(in crate::engine) enum Array {
    Integers(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// The columns of rows on their way in.
#[derive(Debug, Default)]
pub(in crate::engine) struct Arrays {
    columns: Vec<Array>,
    /// Column of the next value.
    next: usize,
}

impl Arrays {
    /// The next value of a row.
    pub(in crate::engine) fn add(&mut self, value: Value) -> Result<(), StoreError> {
        match (self.columns.get_mut(self.next), value) {
            (Some(Array::Integers(column)), Value::Integer(n)) => column.push(n),
            (Some(Array::Reals(column)), Value::Real(x)) => column.push(x),
            (Some(Array::Texts(column)), Value::Text(text)) => column.push(text),
            (Some(Array::Bytes(column)), Value::Bytes(bytes)) => column.push(bytes),
            (None, value) => self.columns.push(match value {
                Value::Integer(n) => Array::Integers(vec![n]),
                Value::Real(x) => Array::Reals(vec![x]),
                Value::Text(text) => Array::Texts(vec![text]),
                Value::Bytes(bytes) => Array::Bytes(vec![bytes]),
            }),
            (Some(_), value) => {
                return Err(crate::column::not_understood("a row of another kind than the first", value));
            }
        }
        self.next += 1;
        Ok(())
    }
}

pub(super) async fn insert_rows<T>(
    connection: &mut PgConnection,
    insert: &BulkInsert,
    rows: &[T],
    mut add: impl FnMut(&mut Values<'_>, &T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut arrays = Arrays::default();
    for row in rows {
        arrays.next = 0;
        add(&mut Values(Sink::Arrays(&mut arrays)), row)?;
    }
    let types = arrays.columns.iter().map(|column| match column {
        Array::Integers(_) => "BIGINT[]",
        Array::Reals(_) => "DOUBLE PRECISION[]",
        Array::Texts(_) => "TEXT[]",
        Array::Bytes(_) => "BYTEA[]",
    });
    let mut query = sqlx::query(AssertSqlSafe(insert.of_arrays(types)));
    for column in arrays.columns {
        query = match column {
            Array::Integers(column) => query.bind(column),
            Array::Reals(column) => query.bind(column),
            Array::Texts(column) => query.bind(column),
            Array::Bytes(column) => query.bind(column),
        };
    }
    query.execute(connection).await?;
    Ok(())
}
