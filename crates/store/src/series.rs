//! What prices are of, by number: a few thousand series for millions of prices. A number never changes its meaning, so what was
//! read once stays in memory, and a larger number was handed out since.

use std::sync::{Arc, PoisonError, RwLock};

use domain::{Phase, quote::Series};

use crate::{
    Store, StoreError, column,
    engine::query_scalar,
    packed::{self, Fields},
    statement::fact as sql,
};

/// Series by number, in order.
#[derive(Debug, Default)]
pub(crate) struct Dictionary(Vec<(i64, Series)>);

/// The dictionary as it was read last.
pub(crate) type SharedDictionary = Arc<RwLock<Arc<Dictionary>>>;

impl Dictionary {
    /// The series of that number.
    pub(crate) fn get(&self, number: i64) -> Result<Series, StoreError> {
        let place = self.0.binary_search_by_key(&number, |(number, _)| *number);
        place.map(|place| self.0[place].1).map_err(|_| column::not_understood("series_id", number))
    }
}

impl Store {
    /// All series there are at this moment.
    pub(crate) async fn all_series(&self) -> Result<Arc<Dictionary>, StoreError> {
        let text: Option<String> = query_scalar(sql::SERIES).fetch_one(self.readers()).await?;
        let mut numbered: Vec<_> = packed::facts(text.as_deref()).map(series).collect::<Result<_, _>>()?;
        numbered.sort_unstable_by_key(|(number, _)| *number);
        let dictionary = Arc::new(Dictionary(numbered));
        *self.dictionary().write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&dictionary);
        Ok(dictionary)
    }

    /// At least all series up to a number that is in use.
    pub(crate) async fn series_up_to(&self, number: i64) -> Result<Arc<Dictionary>, StoreError> {
        let known = Arc::clone(&self.dictionary().read().unwrap_or_else(PoisonError::into_inner));
        if known.0.last().is_some_and(|(last, _)| *last >= number) {
            Ok(known)
        } else {
            self.all_series().await
        }
    }
}

fn series(mut fields: Fields<'_>) -> Result<(i64, Series), StoreError> {
    let number = fields.number("series_id")?;
    let book = column::parsed("book", fields.text("book")?)?;
    let market = column::market(fields.text("kind")?, fields.number("line_quarters")?)?;
    let selection = column::selection(fields.text("selection")?)?;
    let phase = fields.text("phase")?;
    let phase = column::coded("phase", phase, Phase::from_code(phase))?;
    Ok((number, Series { book, market, selection, phase }))
}
