//! What pages and endpoints ask for again and again, answered through the cache.
//!
//! Everything here is read from the store or computed from it; what is written goes to the store directly and is never cached.

mod ahead;
mod look;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::{Result, anyhow};
use domain::{Competition, FixtureId};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{ForecastId, SeasonStatus, Status, Store};

pub(crate) use self::{
    ahead::{CompetitionAhead, MatchAhead, Price},
    look::{Look, ModelArtefact},
};
use crate::{
    cache::{Cache, DataVersion, Kind},
    clock::Clock,
    config::Config,
    report::UpcomingForecast,
};

/// Answers, with what it takes to make them.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Parts>);

struct Parts {
    store: Store,
    cache: Cache,
    clock: Arc<dyn Clock>,
    config: Config,
}

/// What the store holds, by season.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inventory {
    /// By competition and season.
    pub(crate) seasons: Vec<SeasonStatus>,
    /// Prices.
    pub(crate) quotes: u64,
    /// Size of the database.
    pub(crate) database_bytes: u64,
    /// When this was counted.
    pub(crate) counted_at: Timestamp,
}

impl Desk {
    /// A desk over a store.
    pub(crate) fn new(store: Store, cache: Cache, clock: Arc<dyn Clock>, config: Config) -> Self {
        Self(Arc::new(Parts { store, cache, clock, config }))
    }

    /// Where the answers are kept.
    pub(crate) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The version of the data at this moment: one small query.
    pub(crate) async fn version(&self) -> Result<DataVersion> {
        let last = self.0.store.last_import().await?;
        Ok(DataVersion::of(last.map(|import| (import.sequence, import.recorded_at))))
    }

    /// What the store holds.
    pub(crate) async fn inventory(&self) -> Result<Inventory> {
        let version = self.version().await?;
        let count = async { Ok(self.counted(self.0.store.status().await?).into()) };
        self.0.cache.get(Kind::Status, INVENTORY, &version, count).await
    }

    fn counted(&self, status: Status) -> Inventory {
        Inventory {
            seasons: status.seasons,
            quotes: status.quotes,
            database_bytes: status.database_bytes,
            counted_at: self.now(),
        }
    }

    /// Competitions with a season that has fixtures on or around the next `days`.
    pub(crate) async fn competitions_on(&self, days: u16) -> Result<Vec<Competition>> {
        let today = self.now().to_zoned(TimeZone::UTC).date();
        // The first and the last day are those of the venue.
        let (from, to) = (today.saturating_sub(1.day()), today.saturating_add((i64::from(days) + 1).days()));
        let seasons = self.inventory().await?.seasons;
        let mut competitions = self.0.store.competitions().await?;
        competitions.retain(|c| {
            seasons.iter().any(|s| s.competition == c.id && s.first_on <= to && s.last_on >= from)
        });
        Ok(competitions)
    }

    /// How far ahead fixtures are forecast.
    pub(crate) fn horizon_days(&self) -> u16 {
        self.0.config.forecast.horizon_days
    }

    /// A look at one competition as the data is now.
    pub(crate) async fn look(&self, competition: Competition) -> Result<Look> {
        Look::new(self.clone(), competition).await
    }

    /// A look at the competition of a fixture; none when there is no such fixture.
    pub(crate) async fn look_at(&self, fixture: FixtureId) -> Result<Option<Look>> {
        let Some(id) = self.0.store.competition_of(fixture).await? else { return Ok(None) };
        let competition = self.0.store.competitions().await?.into_iter().find(|c| c.id == id);
        let competition = competition.ok_or_else(|| anyhow!("competition {id} is not stored"))?;
        self.look(competition).await.map(Some)
    }

    /// A forecast on record as pages show it, with a look at its competition; none when there is no such forecast.
    pub(crate) async fn recorded(&self, id: i64) -> Result<Option<(UpcomingForecast, Look)>> {
        let Some(stored) = self.0.store.forecast(ForecastId(id)).await? else { return Ok(None) };
        let look = self.look_at(stored.made.forecast.fixture).await?;
        let look = look.ok_or_else(|| anyhow!("the fixture of forecast {id} is not stored"))?;
        let shown = look.recorded(stored).await?;
        Ok(Some((shown, look)))
    }

    /// A page that takes long to draw and depends on nothing but its subject and the data.
    pub(crate) async fn page(
        &self,
        subject: &str,
        draw: impl Future<Output = Result<String>> + Send,
    ) -> Result<String> {
        let version = self.version().await?;
        self.0.cache.get(Kind::Report, subject, &version, async { Ok(draw.await?.into()) }).await
    }
}

/// There is one.
const INVENTORY: &str = "all";

/// Runs what takes the processor for long apart from those who answer requests.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| anyhow!("the work broke off: {error}"))?
}
