//! Statistics of teams, models, bets and prices as JSON.

use std::str::FromStr;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use domain::{BookId, CompetitionId, Season};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{ActivityFilter, AggregateState, QuoteDay, QuoteTotal};

use super::{ServeError, Served};
use crate::jobs::read_statistics::{self, BetLine, BetsBy, ModelLine, ModelsBy, TeamLine};

type Asked<T> = Result<Query<T>, QueryRejection>;

fn understood<T>(asked: Asked<T>) -> Result<T, ServeError> {
    asked.map(|Query(asked)| asked).map_err(|refused| ServeError::Request(refused.body_text()))
}

/// A parameter in the way people write it.
fn parsed<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, ServeError>
where
    T::Err: std::fmt::Display,
{
    let wrong = |error: T::Err| ServeError::Request(format!("{name}: {error}"));
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

/// `GET /api/v1/stats`: what there is, and whether it is up to date.
pub(super) async fn state(State(served): State<Served>) -> Result<Json<Vec<AggregateState>>, ServeError> {
    Ok(Json(served.store.aggregates().await?))
}

#[derive(Debug, Deserialize)]
pub(super) struct Teams {
    competition: CompetitionId,
    season: Option<String>,
    as_of: Option<Timestamp>,
}

/// `GET /api/v1/stats/teams?competition=eng.1&season=2023-24&as_of=2024-03-01T00:00:00Z`
pub(super) async fn teams(
    State(served): State<Served>,
    asked: Asked<Teams>,
) -> Result<Json<Vec<TeamLine>>, ServeError> {
    let Teams { competition, season, as_of } = understood(asked)?;
    let season: Option<Season> = parsed("season", season.as_deref())?;
    let lines = read_statistics::teams(&served.store, competition, season, as_of).await?;
    if lines.is_empty() {
        return Err(ServeError::NotFound(format!("no team of {competition} is on record there")));
    }
    Ok(Json(lines))
}

#[derive(Debug, Deserialize)]
pub(super) struct Models {
    #[serde(default)]
    by: ModelsBy,
    competition: Option<CompetitionId>,
    model: Option<String>,
}

/// `GET /api/v1/stats/models?by=week&competition=eng.1&model=elo`
pub(super) async fn models(
    State(served): State<Served>,
    asked: Asked<Models>,
) -> Result<Json<Vec<ModelLine>>, ServeError> {
    let Models { by, competition, model } = understood(asked)?;
    Ok(Json(read_statistics::models(&served.store, by, competition, model.as_deref()).await?))
}

#[derive(Debug, Deserialize)]
pub(super) struct Bets {
    #[serde(default)]
    by: BetsBy,
    run: Option<String>,
}

/// `GET /api/v1/stats/roi?by=book&run=paper`
pub(super) async fn roi(
    State(served): State<Served>,
    asked: Asked<Bets>,
) -> Result<Json<Vec<BetLine>>, ServeError> {
    let Bets { by, run } = understood(asked)?;
    Ok(Json(read_statistics::bets(&served.store, by, run.as_deref()).await?))
}

#[derive(Debug, Deserialize)]
pub(super) struct Activity {
    book: Option<BookId>,
    market: Option<String>,
    from: Option<Date>,
    before: Option<Date>,
    days: Option<u32>,
}

/// Sums, or days where so many were asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Counted {
    Totals(Vec<QuoteTotal>),
    Days(Vec<QuoteDay>),
}

/// `GET /api/v1/stats/activity?book=pinnacle&market=three_way&from=2024-03-01&before=2024-04-01&days=30`
pub(super) async fn activity(
    State(served): State<Served>,
    asked: Asked<Activity>,
) -> Result<Json<Counted>, ServeError> {
    let Activity { book, market: kind, from, before, days } = understood(asked)?;
    let filter = ActivityFilter { book, kind, from, before };
    Ok(Json(match days {
        Some(limit) => Counted::Days(served.store.quote_days(&filter, limit).await?),
        None => Counted::Totals(served.store.quote_totals(&filter).await?),
    }))
}
