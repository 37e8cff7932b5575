//! A store as an earlier version of the schema holds it: an empty one of that version, and every row of a store of today that it
//! has a table for.

use touchline_store::{Place, Store, StoreError, Table, Value, Values};

/// Tables that migrations fill themselves.
const SEEDED: &str = "known_rule";
/// Rows read at once.
const PAGE: u32 = 10_000;

/// Makes it at a place where there is nothing yet.
pub(crate) async fn make(from: &Store, to: &Place, version: i64) -> Result<(), StoreError> {
    let (tables, earlier) = (from.tables().await?, Store::make_older(to, version).await?);
    let mut view = from.view().await?;
    for table in earlier.tables().await?.iter().filter(|table| table.name != SEEDED) {
        let Some(today) = tables.iter().find(|today| today.name == table.name) else { continue };
        let mut after: Option<Values> = None;
        loop {
            let page = view.page(today, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(today.key_of(last));
            let rows: Vec<Values> = page.iter().map(|row| known(table, today, row)).collect();
            earlier.append_rows(table, &rows).await?;
        }
    }
    earlier.close().await;
    Ok(())
}

/// The values of the columns that the earlier version has.
fn known(table: &Table, today: &Table, row: &[Value]) -> Values {
    let value = |name: &str| today.column(name).map_or(Value::Integer(None), |place| row[place].clone());
    table.columns.iter().map(|column| value(&column.name)).collect()
}
