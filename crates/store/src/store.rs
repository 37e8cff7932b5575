//! Opening and closing.

use std::{collections::HashMap, num::NonZeroUsize, sync::Arc, thread, time::Duration};

use domain::quote::Series;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::{
    Place, StoreError,
    engine::{self, Durability, Occupancy, Opened, Pool, Transaction, query_scalar},
    history::Recent,
    series::SharedDictionary,
    statement::import as sql,
};

/// Whether a store is opened for writing too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Creates the database where there is none, reads and writes one of exactly this version; [`crate::Upgrade`] brings an older
    /// one up to date.
    ReadWrite,
    /// Reads a database of exactly this version; never creates or changes one.
    ReadOnly,
}

/// An open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
    readers: Pool,
    /// Turns of reads that take long.
    turns: Arc<Semaphore>,
    writer: Option<Arc<Mutex<Writer>>>,
    recent: Recent,
    dictionary: SharedDictionary,
    _occupancy: Option<Arc<Occupancy>>,
}

/// The right to write, among the tasks of this process, and what its holder need not look up again.
#[derive(Debug)]
pub(crate) struct Writer {
    pool: Pool,
    /// Committed numbers of quote series; they never change.
    pub(crate) series: HashMap<Series, i64>,
    /// Rows of facts that were ever written, as far as this process knows; none before it writes its first.
    written: Option<u64>,
}

/// Fewer rows than this are not worth counting.
const MANY_ROWS: u64 = 1 << 13;

impl Writer {
    /// The connections that write.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Starts a transaction that holds the right to write, among processes too, from its first statement on. Dropped without
    /// a commit, it leaves nothing behind.
    pub(crate) async fn begin(&self, durability: Durability) -> Result<Transaction, StoreError> {
        self.pool.begin_write(durability).await
    }

    /// Lets the planner count the rows whenever there are twice as many, whoever wrote them: a load from nothing is counted a
    /// few times, and a feed that polls hardly ever.
    pub(crate) async fn wrote(&mut self, rows: u64) {
        // Best effort: the rows are committed already, and a server counts by itself in time.
        let _ = self.count_doubled(rows).await;
    }

    async fn count_doubled(&mut self, rows: u64) -> Result<(), StoreError> {
        let written = if let Some(before) = self.written {
            before + rows
        } else {
            let query = query_scalar::<i64>(sql::ROWS_WRITTEN);
            query.fetch_one(&mut self.pool.acquire().await?).await?.unsigned_abs()
        };
        self.written = Some(written);
        if is_doubled(written.saturating_sub(rows), written) { self.count_rows().await } else { Ok(()) }
    }

    async fn count_rows(&self) -> Result<(), StoreError> {
        engine::count_rows(&mut self.pool.acquire().await?).await
    }

    /// As [`Pool::vacuum`].
    pub(crate) async fn vacuum(&self, place: &Place, step: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        self.pool.vacuum(place, step).await
    }
}

/// More would not end sooner, and those that take short would wait for all of them.
fn long_reads_at_once() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Whether rows became so many that a power of two lies between.
fn is_doubled(before: u64, after: u64) -> bool {
    after >= MANY_ROWS && before.checked_ilog2() < after.checked_ilog2()
}

/// How long a server that went away is waited for.
const OUTAGE_LIMIT: Duration = Duration::from_mins(2);

/// A server that went away while something was asked of it.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    waited: Duration,
}

impl Outage {
    /// Whether to try again, after a pause. The server rolled back what was not committed, and what may have been committed
    /// without our hearing of it is recognised by its key.
    pub(crate) async fn outlast(&mut self, is_lost: bool) -> bool {
        const PAUSE: Duration = Duration::from_millis(250);
        let goes_on = is_lost && self.waited < OUTAGE_LIMIT;
        if goes_on {
            tokio::time::sleep(PAUSE).await;
            self.waited += PAUSE;
        }
        goes_on
    }
}

/// Reads or writes until it is done or the database is gone for good. Only for writes that, done twice, do nothing more.
macro_rules! outlasting {
    ($work:expr) => {{
        let mut outage = crate::store::Outage::default();
        loop {
            // Boxed, so that what awaits it need not hold all of its state.
            match Box::pin($work).await {
                Err(error) if outage.outlast(error.is_outage()).await => {}
                done => break done,
            }
        }
    }};
}

pub(crate) use outlasting;

impl Store {
    /// Opens the store at `place`; a file is made with its folder where there is none.
    ///
    /// # Errors
    /// When the place cannot be used, what is there is no store, damaged or of another version, (for reading only) there is
    /// none, or (for writing) it is a copy that was not finished.
    pub async fn open(place: impl Into<Place>, access: Access) -> Result<Self, StoreError> {
        let store = Self::open_unchecked(&place.into(), access).await?;
        if access == Access::ReadWrite {
            store.refuse_unfinished_copy().await?;
        }
        Ok(store)
    }

    /// As [`Store::open`], also where a copy is not finished yet.
    pub(crate) async fn open_unchecked(place: &Place, access: Access) -> Result<Self, StoreError> {
        Ok(Self::of(place, engine::open(place, access).await?))
    }

    /// What was opened as the store of a place.
    pub(crate) fn of(place: &Place, Opened { writer, readers, occupancy }: Opened) -> Self {
        let writer =
            writer.map(|pool| Arc::new(Mutex::new(Writer { pool, series: HashMap::new(), written: None })));
        Self {
            place: place.clone(),
            readers,
            turns: Arc::new(Semaphore::new(long_reads_at_once())),
            writer,
            recent: Recent::default(),
            dictionary: SharedDictionary::default(),
            _occupancy: occupancy.map(Arc::new),
        }
    }

    /// The newest schema that this version knows, on either engine.
    pub fn newest_schema() -> i64 {
        engine::newest_schema()
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Closes every connection once it is idle; SQLite then folds its write-ahead log into the database file.
    pub async fn close(self) {
        self.readers.close().await;
        if let Some(writer) = self.writer.and_then(Arc::into_inner) {
            writer.into_inner().pool.close_writer().await;
        }
    }

    /// The right to write, among the tasks of this process.
    pub(crate) async fn writer(&self) -> Result<MutexGuard<'_, Writer>, StoreError> {
        match &self.writer {
            Some(writer) => Ok(writer.lock().await),
            None => Err(StoreError::ReadOnly),
        }
    }

    pub(crate) fn readers(&self) -> &Pool {
        &self.readers
    }

    /// The turn of a read that takes long, of which [`long_reads_at_once`] run. Nobody waits for a turn with a connection in hand.
    /// The turns are never closed, so there is always one to come.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    pub(crate) fn dictionary(&self) -> &SharedDictionary {
        &self.dictionary
    }
}

#[cfg(test)]
mod tests {
    use domain::FixtureId;

    use super::*;
    use crate::{ImportBatch, NewForecast, TeamSeed, import::sample};

    fn batch(label: &str, bytes: usize) -> ImportBatch {
        // Numbers that do not compress.
        let noise = (0..bytes as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8);
        ImportBatch {
            source: "feed".into(),
            format: "format".into(),
            file: label.into(),
            payload: label.bytes().chain(noise).collect(),
            recorded_at: "2024-06-01T00:00:00Z".parse().unwrap(),
            records: vec![sample::record()],
            competitions: domain::competition::COMPETITIONS[..1].to_vec(),
            ..ImportBatch::default()
        }
    }

    #[test]
    fn rows_are_counted_when_they_have_doubled() {
        assert!(
            is_doubled(0, MANY_ROWS)
                && is_doubled(MANY_ROWS - 1, MANY_ROWS)
                && is_doubled(MANY_ROWS, 4 * MANY_ROWS)
        );
        assert!(
            !is_doubled(0, MANY_ROWS - 1) && !is_doubled(MANY_ROWS, 2 * MANY_ROWS - 1) && !is_doubled(9, 9)
        );
    }

    async fn limit_pages(store: &Store, pages: i64) {
        let writer = store.writer().await.unwrap();
        let pragma = engine::assembled(format!("PRAGMA max_page_count = {pages}"));
        pragma.execute(&writer.pool).await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
        let seed = |name: &str| TeamSeed { pool: "eng".into(), name: name.into(), aliases: Vec::new() };
        store.sync_roster(&[seed("Home"), seed("Away")]).await.unwrap();
        store.import(batch("small", 10)).await.unwrap();
        let before = store.status().await.unwrap();
        let pages = before.database_bytes.cast_signed() / 8192;
        limit_pages(&store, pages + 4).await;
        let error = store.import(batch("large", 1_000_000)).await.unwrap_err();
        assert!(matches!(error, StoreError::DiskFull), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        assert_eq!(store.status().await.unwrap().imports, 1);
        assert!(store.integrity().await.unwrap().is_empty());
        // Once there is space again the same command succeeds.
        limit_pages(&store, 1_000_000).await;
        let outcome = store.import(batch("large", 1_000_000)).await.unwrap();
        assert_eq!((outcome.duplicates, outcome.unchanged), (1, false));
        assert_eq!(store.status().await.unwrap().imports, 2);
    }

    #[tokio::test]
    async fn a_transaction_given_up_frees_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
        {
            let writer = store.writer().await.unwrap();
            let mut transaction = writer.begin(Durability::Power).await.unwrap();
            let insert = "INSERT INTO team (pool, name) VALUES ('eng', 'Ghost')";
            engine::query(insert).execute(&mut *transaction).await.unwrap();
        }
        assert!(store.teams().await.unwrap().is_empty());
        store
            .sync_roster(&[TeamSeed { pool: "eng".into(), name: "Real".into(), aliases: Vec::new() }])
            .await
            .unwrap();
        assert_eq!(store.teams().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn references_are_enforced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("touchline.db"), Access::ReadWrite).await.unwrap();
        let distribution = domain::ScoreDistribution::from_weights(2, vec![1.0; 4]).unwrap();
        let at = "2024-06-01T00:00:00Z".parse().unwrap();
        let forecast = domain::Forecast {
            fixture: FixtureId(1),
            as_of: at,
            model: "elo".into(),
            distribution,
            uncertainty: None,
            training_matches: 0,
        };
        let forecast = NewForecast {
            forecast,
            made_at: at,
            code_version: "0".into(),
            data_sequence: domain::Sequence(0),
            input_hash: String::new(),
        };
        assert!(store.append_forecasts(&[forecast]).await.is_err());
    }
}
