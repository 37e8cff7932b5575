//! Between which moments a fixture has rows of a large table, and how many: kept beside the rows, so that nothing has to count them.

use crate::{
    StoreError, column,
    engine::{Connection, Query, insert_rows, query},
    statement::BulkInsert,
};

/// Adds rows, sorted by fixture, to what is kept of each. `founded` are fixtures of this batch, sorted: nothing is kept of them.
pub(super) async fn sum_up(
    connection: &mut Connection,
    (insert, update): (&BulkInsert, &'static str),
    moments: &[(i64, i64)],
    founded: &[i64],
) -> Result<(), StoreError> {
    let sums = moments.chunk_by(|(one, _), (other, _)| one == other).map(|rows| {
        let (first, last) = span(rows.iter().map(|(_, at)| *at));
        [rows[0].0, first, last, column::count(rows.len())]
    });
    let (new, known): (Vec<_>, Vec<_>) =
        sums.partition(|[fixture, ..]| founded.binary_search(fixture).is_ok());
    insert_rows(connection, insert, &new, |values, sums| {
        sums.iter().try_for_each(|value| values.add(*value))
    })
    .await?;
    for sums in known {
        let update = sums.into_iter().fold(query(update), Query::bind);
        update.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The first and the last of some moments.
pub(super) fn span(moments: impl Iterator<Item = i64>) -> (i64, i64) {
    moments.fold((i64::MAX, i64::MIN), |(first, last), at| (first.min(at), last.max(at)))
}
