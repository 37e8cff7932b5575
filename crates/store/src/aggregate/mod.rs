//! Aggregates: tables that follow from facts, forecasts and bets and can be made from them again at any time.
//!
//! Each has a mark that says up to which import, forecast and settlement it is brought, and by which version of the code. To
//! refresh one is to make anew what could have changed since its mark, and to move the mark in the same transaction: a process
//! that is killed leaves both as they were, and refreshing twice changes nothing. Without a mark, as in a copy of a store, or
//! after another version, all of it is made anew. A rebuild gives the very rows that refreshing gave.
//!
//! What needs no more than the domain (`team`) and what is counting (`quote`) is made here; what models and bets came to is
//! worked out by the caller from a plan that says what changed, and handed back with the plan. If another process was faster, it
//! is not taken and is planned again.

mod bet;
mod model;
mod quote;
mod team;

use serde::Serialize;

pub use self::{
    bet::{BetGroup, BetWeek, BettingPlan},
    model::{MadeForecast, MeanScoresRow, ModelWeek, PricedRow, ScoringPlan},
    quote::{ActivityFilter, QuoteDay, QuoteTotal},
    team::{RefreshedTeams, TeamDayRow, TeamStanding},
};
use crate::{
    Store, StoreError,
    engine::{Connection, Target, query, query_as},
    statement::aggregate as sql,
};

/// The code that made a row; another version may count otherwise.
const CODE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Something that is kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// How teams stand by season, and how they stood after every match day.
    TeamStatistics,
    /// How models did by competition and week.
    ModelPerformance,
    /// What bets came to by market, book, model and week.
    BettingPerformance,
    /// Prices by book, market and day.
    QuoteActivity,
}

/// How far something reaches: the last import, forecast and settlement it knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// The last import.
    pub sequence: i64,
    /// The last forecast.
    pub forecast: i64,
    /// The last settlement.
    pub settlement: i64,
}

/// How far an aggregate is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AggregateState {
    /// Which.
    pub aggregate: Aggregate,
    /// What it is brought up to; none when it was never made by this version.
    pub mark: Option<Extent>,
    /// What there is to bring it up to.
    pub extent: Extent,
}

impl AggregateState {
    /// Whether nothing new is stored since.
    pub fn is_current(&self) -> bool {
        self.mark == Some(self.extent)
    }
}

impl Aggregate {
    /// Every aggregate.
    pub const ALL: [Self; 4] =
        [Self::TeamStatistics, Self::ModelPerformance, Self::BettingPerformance, Self::QuoteActivity];

    /// Its name in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::TeamStatistics => "team_statistics",
            Self::ModelPerformance => "model_performance",
            Self::BettingPerformance => "betting_performance",
            Self::QuoteActivity => "quote_activity",
        }
    }

    /// The part of an extent that can change it.
    fn concerned(self, extent: Extent) -> Extent {
        let Extent { sequence, forecast, settlement } = extent;
        let imports = Extent { sequence, ..Extent::default() };
        match self {
            Self::TeamStatistics | Self::QuoteActivity => imports,
            Self::ModelPerformance => Extent { forecast, ..imports },
            Self::BettingPerformance => Extent { settlement, ..imports },
        }
    }
}

impl Store {
    /// How far each aggregate is behind.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn aggregates(&self) -> Result<Vec<AggregateState>, StoreError> {
        let mut states = Vec::with_capacity(Aggregate::ALL.len());
        for aggregate in Aggregate::ALL {
            states.push(self.aggregate_state(aggregate).await?);
        }
        Ok(states)
    }

    async fn aggregate_state(&self, aggregate: Aggregate) -> Result<AggregateState, StoreError> {
        // The mark first: what is stored in between makes it look older, which is safe.
        let mark = mark(self.readers(), aggregate).await?;
        let extent = aggregate.concerned(extent(self.readers()).await?);
        Ok(AggregateState { aggregate, mark, extent })
    }
}

async fn extent(on: impl Into<Target<'_>>) -> Result<Extent, StoreError> {
    let (sequence, forecast, settlement) = query_as(sql::EXTENT).fetch_one(on).await?;
    Ok(Extent { sequence, forecast, settlement })
}

async fn mark(on: impl Into<Target<'_>>, aggregate: Aggregate) -> Result<Option<Extent>, StoreError> {
    let query = query_as(sql::MARK).bind(aggregate.code()).bind(CODE_VERSION);
    let mark: Option<(i64, i64, i64)> = query.fetch_optional(on).await?;
    Ok(mark.map(|(sequence, forecast, settlement)| Extent { sequence, forecast, settlement }))
}

/// Moves the mark of an aggregate, in the transaction that brought it there.
async fn set_mark(connection: &mut Connection, aggregate: Aggregate, to: Extent) -> Result<(), StoreError> {
    let query = query(sql::SET_MARK).bind(aggregate.code()).bind(CODE_VERSION);
    query.bind(to.sequence).bind(to.forecast).bind(to.settlement).execute(connection).await?;
    Ok(())
}

/// What to make anew: all of it, or what changed since the mark that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    /// The mark when the step was planned.
    seen: Option<Extent>,
    /// What to bring the aggregate up to.
    to: Extent,
    /// Whether all is to be made anew.
    anew: bool,
}

impl Step {
    /// The step an aggregate needs; none when nothing is new.
    fn of(state: AggregateState, rebuild: bool) -> Option<Self> {
        let AggregateState { mark: seen, extent: to, .. } = state;
        let anew = rebuild || seen.is_none();
        (anew || !state.is_current()).then_some(Self { seen, to, anew })
    }

    /// The mark to start from; none when all is to be made anew.
    fn since(&self) -> Option<Extent> {
        self.seen.filter(|_| !self.anew)
    }

    /// Whether the aggregate is still where it was when the step was planned.
    async fn still_fits(
        &self,
        connection: &mut Connection,
        aggregate: Aggregate,
    ) -> Result<bool, StoreError> {
        Ok(mark(connection, aggregate).await? == self.seen)
    }
}
