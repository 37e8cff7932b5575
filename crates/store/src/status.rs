//! What the store holds, in numbers, and whether it is sound.

use domain::{Competition, CompetitionId, Season, Sequence};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, column,
    engine::{query, query_as, query_scalar},
    statement::{detail as details, fact as facts, import as imports},
};

/// What the store holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// By competition and season.
    pub seasons: Vec<SeasonStatus>,
    /// By reason, most frequent first; of each payload's last import.
    pub rejections: Vec<RejectionCount>,
    /// Imports so far.
    pub imports: u64,
    /// Different payloads in the archive.
    pub payloads: u64,
    /// Prices.
    pub quotes: u64,
    /// Rows held back by a check, undecided.
    pub quarantined: u64,
    /// Team names waiting for a decision.
    pub unknown_names: u64,
    /// The last import.
    pub last_import: Option<LastImport>,
    /// Size of the database file.
    pub database_bytes: u64,
}

/// One season of a competition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonStatus {
    /// The competition.
    pub competition: CompetitionId,
    /// The season.
    pub season: Season,
    /// Its fixtures.
    pub fixtures: u64,
    /// Those with a result.
    pub results: u64,
    /// Prices.
    pub quotes: u64,
    /// Date of the first fixture at the venue.
    pub first_on: Date,
    /// Date of the last.
    pub last_on: Date,
}

/// Rejections of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectionCount {
    /// What was wrong.
    pub reason: String,
    /// What it cost: field, row or file.
    pub loss: String,
    /// How often.
    pub count: u64,
}

/// The last import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastImport {
    /// Its number.
    pub sequence: Sequence,
    /// When it ran.
    pub recorded_at: Timestamp,
    /// Who sent it.
    pub source: String,
    /// Its file.
    pub file: String,
}

impl Store {
    /// What the store holds.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn status(&self) -> Result<Status, StoreError> {
        let totals = query(imports::IMPORT_TOTALS).fetch_one(self.readers()).await?;
        let count =
            |column: usize| -> Result<u64, StoreError> { Ok(totals.try_get::<i64>(column)?.unsigned_abs()) };
        Ok(Status {
            seasons: self.season_status().await?,
            rejections: self.rejection_counts().await?,
            imports: count(0)?,
            quotes: count(1)?,
            payloads: count(2)?,
            quarantined: count(3)?,
            unknown_names: count(4)?,
            last_import: self.last_import().await?,
            database_bytes: self.readers().bytes().await?.unsigned_abs(),
        })
    }

    /// What is wrong with the database itself: damaged pages, rows that refer to nothing. Empty when it is sound. Reads all of
    /// it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = self.readers().integrity().await?;
        let stray: i64 = query_scalar(facts::STRAY_QUOTES).fetch_one(self.readers()).await?;
        if stray > 0 {
            findings.push(format!("{stray} prices refer to a fixture, series or import that does not exist"));
        }
        let wrong: i64 = query_scalar(facts::WRONG_SUMS).fetch_one(self.readers()).await?;
        // A copy gets one table after the other: until it is finished, some prices of a fixture may be yet to come.
        if wrong > 0 && self.unfinished_copy().await?.is_none() {
            findings
                .push(format!("the number of prices of {wrong} fixtures is not what is on record of them"));
        }
        let wrong: i64 = query_scalar(facts::WRONG_PACKS).fetch_one(self.readers()).await?;
        if wrong > 0 && self.unfinished_copy().await?.is_none() {
            findings.push(format!("{wrong} rows of packed prices are not what the prices say"));
        }
        let stray: i64 = query_scalar(details::STRAY_PLAYS).fetch_one(self.readers()).await?;
        if stray > 0 {
            findings.push(format!("{stray} plays refer to a fixture, player or import that does not exist"));
        }
        let wrong: i64 = query_scalar(details::WRONG_PLAY_SUMS).fetch_one(self.readers()).await?;
        if wrong > 0 {
            findings
                .push(format!("the number of plays of {wrong} fixtures is not what is on record of them"));
        }
        Ok(findings)
    }

    async fn season_status(&self) -> Result<Vec<SeasonStatus>, StoreError> {
        let competitions = self.competitions().await?;
        let mut seasons = Vec::new();
        for row in query(facts::SEASON_COUNTS).fetch_all(self.readers()).await? {
            let competition: CompetitionId = column::parsed("competition", row.try_get(0)?)?;
            let known = competitions.iter().find(|c| c.id == competition);
            let zone = known.map_or(TimeZone::UTC, Competition::time_zone);
            let date = |micros: i64| -> Result<Date, StoreError> {
                Ok(column::instant(micros)?.to_zoned(zone.clone()).date())
            };
            seasons.push(SeasonStatus {
                competition,
                season: Season::starting(column::small("season", row.try_get(1)?)?),
                fixtures: row.try_get::<i64>(2)?.unsigned_abs(),
                first_on: date(row.try_get(3)?)?,
                last_on: date(row.try_get(4)?)?,
                results: row.try_get::<i64>(5)?.unsigned_abs(),
                quotes: row.try_get::<i64>(6)?.unsigned_abs(),
            });
        }
        Ok(seasons)
    }

    async fn rejection_counts(&self) -> Result<Vec<RejectionCount>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            query_as(imports::REJECTION_COUNTS).fetch_all(self.readers()).await?;
        Ok(rows
            .into_iter()
            .map(|(reason, loss, count)| RejectionCount { reason, loss, count: count.unsigned_abs() })
            .collect())
    }

    /// The last import; none when there was none. Whatever was read after it is the same until the next one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_import(&self) -> Result<Option<LastImport>, StoreError> {
        let row = query(imports::LAST_IMPORT).fetch_optional(self.readers()).await?;
        row.map(|row| {
            Ok(LastImport {
                sequence: Sequence(row.try_get(0)?),
                recorded_at: column::instant(row.try_get(1)?)?,
                source: row.try_get(2)?,
                file: row.try_get(3)?,
            })
        })
        .transpose()
    }
}
