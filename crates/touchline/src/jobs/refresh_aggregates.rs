//! Brings the aggregates up to date: team statistics, what models and bets came to, and, when asked, the activity of prices.

use std::collections::{BTreeMap, btree_map::Entry};

use anyhow::Result;
use domain::CompetitionId;
use serde::Serialize;
use store::{KeptAs, QuoteScope, RefreshedTeams, Store};

use super::{
    load_history::{self, Loaded},
    score_forecasts, sum_up_weeks,
};

/// What a refresh did.
#[derive(Debug, Serialize)]
pub(crate) struct Refreshed {
    /// Rows of teams.
    pub(crate) teams: RefreshedTeams,
    /// Weeks of models scored.
    pub(crate) model_weeks: usize,
    /// Groups of bets summed up.
    pub(crate) bet_groups: usize,
    /// How the activity of prices is kept; none when nothing of it was new, or nobody asked.
    pub(crate) quote_activity: Option<KeptAs>,
}

/// Competitions in memory, each loaded once.
pub(crate) struct Histories<'s> {
    store: &'s Store,
    loaded: BTreeMap<CompetitionId, Loaded>,
}

impl<'s> Histories<'s> {
    /// None yet.
    pub(crate) fn of(store: &'s Store) -> Self {
        Self::with(store, Vec::new())
    }

    /// Those that were loaded with all their prices, and nothing was imported since.
    pub(crate) fn with(store: &'s Store, loaded: Vec<Loaded>) -> Self {
        Self { store, loaded: loaded.into_iter().map(|l| (l.competition.id, l)).collect() }
    }

    /// One of them.
    pub(crate) async fn get(&mut self, competition: CompetitionId) -> Result<&Loaded> {
        Ok(match self.loaded.entry(competition) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(load_history::run(self.store, competition, QuoteScope::All).await?)
            }
        })
    }
}

/// After an import or a settlement: what is new and no more. The activity of prices waits until it is asked for.
pub(crate) async fn run(store: &Store) -> Result<Refreshed> {
    refresh(store, Histories::of(store), false).await
}

/// Everything, made anew when `rebuild`.
pub(crate) async fn all(store: &Store, histories: Histories<'_>, rebuild: bool) -> Result<Refreshed> {
    let quote_activity = store.refresh_quote_activity(rebuild).await?;
    Ok(Refreshed { quote_activity, ..refresh(store, histories, rebuild).await? })
}

async fn refresh(store: &Store, mut histories: Histories<'_>, rebuild: bool) -> Result<Refreshed> {
    let teams = store.refresh_team_statistics(rebuild).await?;
    let model_weeks = score_forecasts::run(store, &mut histories, rebuild).await?;
    let bet_groups = sum_up_weeks::run(store, &mut histories, rebuild).await?;
    tracing::info!(seasons = teams.seasons, model_weeks, bet_groups, "refreshed aggregates");
    Ok(Refreshed { teams, model_weeks, bet_groups, quote_activity: None })
}
