//! Searches for settings: each finished trial is stored at once, so that a search that was killed goes on where it stopped.

use domain::{FixtureId, Sequence};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    MatchSetId, Store, StoreError,
    backtest::{configuration_tried, match_set},
    column,
    engine::{Durability, query, query_as, query_scalar},
    statement::backtest as sql,
};

/// A stored search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchId(pub i64);

/// A search to begin or to continue.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSearch {
    /// Everything its trials depend on.
    pub specification: Value,
    /// The version of the code.
    pub code_version: String,
    /// The last import it can see.
    pub data_sequence: Sequence,
    /// The matches its trials are scored on.
    pub fixtures: Vec<FixtureId>,
    /// When it begins.
    pub begun_at: Timestamp,
}

/// A search on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// Its number.
    pub id: SearchId,
    /// The matches its trials are scored on.
    pub match_set: MatchSetId,
    /// What was tried so far, in order.
    pub trials: Vec<Value>,
}

impl Store {
    /// Begins a search, or finds the one of the same specification, code and facts with what it tried already.
    ///
    /// # Errors
    /// When a fixture does not exist or the store cannot be written.
    pub async fn begin_search(&self, new: &NewSearch) -> Result<Search, StoreError> {
        let specification = column::json("specification", &new.specification)?;
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let existing: Option<(i64, i64)> = query_as(sql::SEARCH_OF)
            .bind(&specification)
            .bind(&new.code_version)
            .bind(new.data_sequence.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let (id, set) = if let Some((id, set)) = existing {
            (id, MatchSetId(set))
        } else {
            let set = match_set(&mut transaction, &new.fixtures).await?;
            let query = query_scalar(sql::INSERT_SEARCH)
                .bind(&specification)
                .bind(&new.code_version)
                .bind(new.data_sequence.0)
                .bind(set.0)
                .bind(column::micros(new.begun_at));
            (query.fetch_one(&mut *transaction).await?, set)
        };
        let query = query_scalar(sql::TRIALS).bind(id);
        let stored: Vec<String> = query.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        let trials = stored.iter().map(|text| column::from_json("trial", text)).collect::<Result<_, _>>()?;
        Ok(Search { id: SearchId(id), match_set: set, trials })
    }

    /// Keeps a finished trial at its place, counted from 0, and its configuration as tried. A place that is taken stays as it
    /// is, which happens when two processes run the same search; false says so.
    ///
    /// # Errors
    /// When there is no such search or the store cannot be written.
    pub async fn append_trial(
        &self,
        search: &Search,
        position: usize,
        trial: &Value,
        configuration: &str,
        finished_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let inserted = query(sql::INSERT_TRIAL)
            .bind(search.id.0)
            .bind(column::count(position))
            .bind(column::json("trial", trial)?)
            .bind(column::micros(finished_at))
            .execute(&mut *transaction)
            .await?;
        configuration_tried(&mut transaction, search.match_set, configuration).await?;
        transaction.commit().await?;
        Ok(inserted == 1)
    }
}
