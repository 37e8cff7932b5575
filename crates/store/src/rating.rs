//! Ratings by match: what a team was rated before and after it, appended and never changed.

use std::collections::BTreeMap;

use domain::{CompetitionId, FixtureId, Sequence, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, column,
    engine::{Durability, Row, insert_rows, query},
    statement::rating as sql,
};

/// How one match moved one team's rating.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RatingStep {
    /// The match.
    pub fixture: FixtureId,
    /// The team.
    pub team: TeamId,
    /// Its rating at kick-off.
    pub before: f64,
    /// Its rating once the result counted.
    pub after: f64,
    /// When the last of the facts that make these numbers could be known.
    pub known_at: Timestamp,
}

impl RatingStep {
    fn says_the_same(&self, other: &Self) -> bool {
        self.before.to_bits() == other.before.to_bits() && self.after.to_bits() == other.after.to_bits()
    }
}

/// One rating's way through a competition, as of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRatings {
    /// Where.
    pub competition: CompetitionId,
    /// The rating's name on the list.
    pub rating: String,
    /// Nothing known at or after this moment was used.
    pub as_of: Timestamp,
    /// When it was computed.
    pub made_at: Timestamp,
    /// The version of the code that computed it.
    pub code_version: String,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// Every match and team, in any order.
    pub steps: Vec<RatingStep>,
}

impl Store {
    /// Appends what is new and returns how many rows that is: a match and team whose numbers are on record as of the same
    /// moment stay as they are, and another number, as after a corrected result, is one more row.
    ///
    /// # Errors
    /// When a fixture or team does not exist or the store cannot be written; nothing is stored then.
    pub async fn append_ratings(&self, new: &NewRatings) -> Result<usize, StoreError> {
        let writer = self.writer().await?;
        // Ratings can be computed again from the facts.
        let mut transaction = writer.begin(Durability::Process).await?;
        let rows = query(sql::RATING_STEPS)
            .bind(new.competition.as_str())
            .bind(&new.rating)
            .bind(0)
            .bind(column::micros(new.as_of))
            .fetch_all(&mut *transaction)
            .await?;
        let stored = latest(&rows)?;
        let is_new = |step: &&RatingStep| {
            stored.get(&(step.fixture, step.team)).is_none_or(|old| !old.says_the_same(step))
        };
        let steps: Vec<RatingStep> = new.steps.iter().filter(is_new).copied().collect();
        insert_rows(&mut transaction, &sql::RATING_STEP_ROWS, &steps, |values, step| {
            values.add(new.competition.as_str())?;
            values.add(new.rating.as_str())?;
            values.add(step.fixture.0)?;
            values.add(step.team.0)?;
            values.add(step.before)?;
            values.add(step.after)?;
            values.add(column::micros(step.known_at))?;
            values.add(column::micros(new.made_at))?;
            values.add(new.code_version.as_str())?;
            values.add(new.data_sequence.0)
        })
        .await?;
        transaction.commit().await?;
        Ok(steps.len())
    }

    /// A rating's steps as of a moment, of one team or of all, by fixture and team: of every match the version that was
    /// known by then.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn rating_steps(
        &self,
        competition: CompetitionId,
        rating: &str,
        team: Option<TeamId>,
        as_of: Timestamp,
    ) -> Result<Vec<RatingStep>, StoreError> {
        let rows = query(sql::RATING_STEPS)
            .bind(competition.as_str())
            .bind(rating)
            .bind(team.map_or(0, |team| team.0))
            .bind(column::micros(as_of))
            .fetch_all(self.readers())
            .await?;
        Ok(latest(&rows)?.into_values().collect())
    }
}

/// The last version of every match and team.
fn latest(rows: &[Row]) -> Result<BTreeMap<(FixtureId, TeamId), RatingStep>, StoreError> {
    let steps = rows.iter().map(|row| {
        let step = RatingStep {
            fixture: FixtureId(row.try_get(0)?),
            team: TeamId(row.try_get(1)?),
            before: row.try_get(2)?,
            after: row.try_get(3)?,
            known_at: column::instant(row.try_get(4)?)?,
        };
        Ok(((step.fixture, step.team), step))
    });
    steps.collect()
}
