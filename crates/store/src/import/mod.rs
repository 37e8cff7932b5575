//! From records to facts: one transaction per payload.
//!
//! A batch goes through four steps, each in its file: records that name the same match are merged or, when they contradict
//! each other, held back (`conflict`); every record finds its fixture or founds a new one (`resolve`); what it says is compared
//! with what is stored and becomes facts to append (`plan` with `version`, `result`, `statistics`, `line_up`, `venue`, `weather`, `quote`;
//! `detail` with `play`, `player_statistics`, `injury` for what belongs to stored matches); the facts are written (`write`). Killed anywhere, the transaction was never there.

mod conflict;
mod detail;
mod directory;
mod found;
mod injury;
mod line_up;
mod moment;
mod numbered;
mod pack;
mod plan;
mod play;
mod player;
mod player_statistics;
mod quote;
mod resolve;
mod result;
#[cfg(test)]
pub(crate) mod sample;
mod statistics;
mod stored;
mod summary;
mod venue;
mod version;
mod weather;
mod write;

pub(crate) use self::stored::Version;
use domain::{Competition, InjuryRecord, MatchRecord, MatchSheet, Rejection, Sequence, TeamId, UnknownName};
use jiff::Timestamp;
use serde::Serialize;

use self::{detail::Details, directory::Directory, plan::Plan, quote::SeriesNumbers};
use crate::{
    PayloadHash, Store, StoreError, column,
    engine::{Connection, Durability, query, query_as, query_scalar},
    identity,
    payload::{self, Origin},
    quarantine,
    statement::import as sql,
    store::outlasting,
};

/// A payload with what was read from it.
#[derive(Debug, Clone, Default)]
pub struct ImportBatch {
    /// Who sent it; the ids of its records are this source's.
    pub source: String,
    /// How it was read. The same payload read in the same format is not stored twice.
    pub format: String,
    /// File name or address without secrets, for people.
    pub file: String,
    /// The very bytes.
    pub payload: Vec<u8>,
    /// Now.
    pub recorded_at: Timestamp,
    /// What it says, teams resolved.
    pub records: Vec<MatchRecord<TeamId>>,
    /// What it says happened within matches that are stored, teams resolved.
    pub sheets: Vec<MatchSheet<TeamId>>,
    /// What sides report of injured players, teams resolved.
    pub injuries: Vec<InjuryRecord<TeamId>>,
    /// What it says that cannot be used.
    pub rejections: Vec<Rejection>,
    /// Rows that a check holds back.
    pub quarantined: Vec<Quarantined>,
    /// Names no team is known by, with the rows that wait for each.
    pub unknown_names: Vec<(UnknownName, u32)>,
    /// The competitions its records belong to.
    pub competitions: Vec<Competition>,
}

impl ImportBatch {
    /// How much it says: matches, plays, what players did, and reports on them.
    fn n_records(&self) -> usize {
        let of_sheet = |sheet: &MatchSheet<TeamId>| sheet.plays.len() + sheet.player_statistics.len();
        self.records.len() + self.sheets.iter().map(of_sheet).sum::<usize>() + self.injuries.len()
    }
}

/// A row held back by a check until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Line of the file.
    pub row: u32,
    /// The check's name.
    pub rule: String,
    /// What it found.
    pub detail: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportOutcome {
    /// Its number; none when the very same payload was there already.
    pub sequence: Option<Sequence>,
    /// Whether nothing was changed because the same payload was there already.
    pub unchanged: bool,
    /// New fixtures.
    pub fixtures: u64,
    /// Known fixtures with a new date, time or status.
    pub updated: u64,
    /// Results stored, corrections included.
    pub results: u64,
    /// Statistics stored, corrections included.
    pub statistics: u64,
    /// Line-ups stored, corrections included.
    pub line_ups: u64,
    /// Venues of matches stored, corrections included.
    pub venues: u64,
    /// Weather stored, corrections included.
    pub weather: u64,
    /// Players nobody had named.
    pub players: u64,
    /// Plays stored, corrections included.
    pub plays: u64,
    /// What a player did in a match, stored, corrections included.
    pub player_statistics: u64,
    /// Reports on injured players stored, corrections included.
    pub injuries: u64,
    /// Prices stored, corrections included.
    pub quotes: u64,
    /// Records that said nothing new.
    pub duplicates: u64,
    /// Facts that contradict what was stored; they are known from now on.
    pub corrections: u64,
    /// Rows that contradict each other or what is known of their fixture, in quarantine too, and what belongs to matches that are
    /// not stored. They are among the rejections.
    pub conflicts: Vec<Rejection>,
    /// Rejections stored, conflicts included.
    pub rejected: u64,
}

impl Store {
    /// Stores a batch, all of it or nothing.
    ///
    /// # Errors
    /// When a record names a competition or team that does not exist, or the store cannot be written; nothing is stored then.
    pub async fn import(&self, batch: ImportBatch) -> Result<ImportOutcome, StoreError> {
        let hash = PayloadHash::of(&batch.payload);
        outlasting!(self.try_import(&batch, hash))
    }

    async fn try_import(&self, batch: &ImportBatch, hash: PayloadHash) -> Result<ImportOutcome, StoreError> {
        let mut writer = self.writer().await?;
        let mut series = SeriesNumbers::new(std::mem::take(&mut writer.series));
        let mut transaction = writer.begin(Durability::Process).await?;
        let outcome = import(&mut transaction, batch, hash, &mut series).await?;
        if outcome.unchanged {
            // Nothing new: the attempt itself leaves no trace.
            transaction.rollback().await?;
        } else {
            transaction.commit().await?;
            writer.series = series.committed();
            writer.wrote(outcome.fixtures + outcome.results + outcome.statistics + outcome.quotes).await;
        }
        Ok(outcome)
    }

    /// Whether this payload was read in this format before, with no name missing and no row released since.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_imported(&self, payload: PayloadHash, format: &str) -> Result<bool, StoreError> {
        let query = query(sql::LAST_IMPORT_OF_PAYLOAD).bind(payload.to_string()).bind(format);
        let row = query.fetch_optional(self.readers()).await?;
        Ok(row.map(|row| row.try_get::<i64>(1)).transpose()?.is_some_and(|complete| complete != 0))
    }

    /// The number of the last import.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_sequence(&self) -> Result<Option<Sequence>, StoreError> {
        let last: Option<i64> = query_scalar(sql::LAST_SEQUENCE).fetch_one(self.readers()).await?;
        Ok(last.map(Sequence))
    }
}

async fn import(
    connection: &mut Connection,
    batch: &ImportBatch,
    hash: PayloadHash,
    series: &mut SeriesNumbers,
) -> Result<ImportOutcome, StoreError> {
    let records = batch.n_records();
    let read = records as u64;
    let earlier = last_import(connection, hash, &batch.format).await?;
    if earlier.is_some_and(|(_, complete)| complete) {
        return Ok(unchanged(read));
    }
    let registered = Registered { records, complete: batch.unknown_names.is_empty() };
    let sequence = register(connection, batch, hash, registered).await?;
    let released = quarantine::released(connection, hash).await?;
    let released = released.into_iter().filter(|r| r.rule == conflict::RULE).map(|r| r.row).collect();
    let merged = conflict::merge(batch.records.clone(), &released);
    let directory = Directory::load(connection, batch).await?;
    let mut plan = Plan { source: batch.source.clone(), directory, ..Plan::default() };
    plan.outcome.duplicates = merged.duplicates;
    merged.held_back.into_iter().for_each(|held_back| plan.hold_back(held_back));
    let recorded_at = column::as_stored(batch.recorded_at);
    plan.add(connection, merged.records, recorded_at, series).await?;
    let mut details = Details::default();
    details.add(connection, &batch.sheets, &batch.injuries, &mut plan.directory, recorded_at).await?;
    plan.count(&mut details);
    let waits = details.waits && earlier.is_some();
    if plan.is_empty() && details.is_empty() && (waits || still_waits(connection, earlier, sequence).await?) {
        return Ok(unchanged(read));
    }
    plan.write(connection, sequence.0).await?;
    details.write(connection, sequence.0).await?;
    if details.waits {
        query(sql::REOPEN_IMPORTS).bind(hash.to_string()).execute(&mut *connection).await?;
    }
    let rejections: Vec<&Rejection> = batch.rejections.iter().chain(&plan.outcome.conflicts).collect();
    quarantine::store_rejections(connection, sequence, &rejections).await?;
    plan.outcome.rejected = rejections.len() as u64;
    for row in batch.quarantined.iter().chain(&plan.quarantined) {
        quarantine::hold(connection, hash, sequence, row).await?;
    }
    plan.outcome.sequence = Some(sequence);
    finish(connection, sequence, &plan.outcome).await?;
    Ok(plan.outcome)
}

fn unchanged(duplicates: u64) -> ImportOutcome {
    ImportOutcome { unchanged: true, duplicates, ..ImportOutcome::default() }
}

/// The last import of a payload in a format, and whether reading it again can say no more.
pub(crate) async fn last_import(
    connection: &mut Connection,
    hash: PayloadHash,
    format: &str,
) -> Result<Option<(Sequence, bool)>, StoreError> {
    let query = query_as(sql::LAST_IMPORT_OF_PAYLOAD).bind(hash.to_string()).bind(format);
    let last: Option<(i64, i64)> = query.fetch_optional(connection).await?;
    Ok(last.map(|(sequence, complete)| (Sequence(sequence), complete != 0)))
}

/// What is noted about an import when it begins.
pub(crate) struct Registered {
    /// What it says.
    pub(crate) records: usize,
    /// Whether reading the payload again can say no more.
    pub(crate) complete: bool,
}

/// Archives the payload, notes the import with the names it waits for, and makes its competitions known.
pub(crate) async fn register(
    connection: &mut Connection,
    batch: &ImportBatch,
    hash: PayloadHash,
    registered: Registered,
) -> Result<Sequence, StoreError> {
    let origin = Origin { source: &batch.source, label: &batch.file, fetched_at: batch.recorded_at };
    payload::archive(connection, hash, &batch.payload, origin).await?;
    for competition in &batch.competitions {
        identity::upsert_competition(connection, competition).await?;
    }
    let sequence = query_scalar(sql::INSERT_IMPORT)
        .bind(column::micros(batch.recorded_at))
        .bind(&batch.source)
        .bind(&batch.file)
        .bind(hash.to_string())
        .bind(&batch.format)
        .bind(i64::from(registered.complete))
        .bind(column::count(registered.records))
        .fetch_one(&mut *connection)
        .await?;
    identity::note_unknown(connection, Sequence(sequence), &batch.source, &batch.unknown_names).await?;
    Ok(Sequence(sequence))
}

/// Whether this import waits for the very names that an earlier one of the same payload waits for.
async fn still_waits(
    connection: &mut Connection,
    earlier: Option<(Sequence, bool)>,
    sequence: Sequence,
) -> Result<bool, StoreError> {
    let Some((earlier, _)) = earlier else { return Ok(false) };
    let names = identity::names_of(connection, sequence).await?;
    Ok(!names.is_empty() && names == identity::names_of(connection, earlier).await?)
}

/// Notes what came of an import.
pub(crate) async fn finish(
    connection: &mut Connection,
    sequence: Sequence,
    outcome: &ImportOutcome,
) -> Result<(), StoreError> {
    let query = query(sql::FINISH_IMPORT).bind(sequence.0);
    let counts = [
        outcome.fixtures,
        outcome.results,
        outcome.statistics,
        outcome.quotes,
        outcome.duplicates,
        outcome.corrections,
        outcome.rejected,
    ];
    counts
        .into_iter()
        .fold(query, |query, count| query.bind(count.cast_signed()))
        .execute(connection)
        .await?;
    Ok(())
}
