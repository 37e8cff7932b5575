//! Fills the cache with what the pages of a day's matches need, before anybody asks.

use anyhow::Result;
use domain::CompetitionId;
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;

/// What a warm-up did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WarmedUp {
    /// The day, UTC.
    pub(crate) day: Date,
    /// Competitions with a fixture on it.
    pub(crate) competitions: Vec<CompetitionId>,
    /// Forecasts that are ready now, of the days after it too.
    pub(crate) forecasts: usize,
    /// What could not be made, and why.
    pub(crate) problems: Vec<String>,
}

/// Warms up for the day that the clock shows. On a day without a fixture there is nothing to do. One competition that cannot
/// be forecast does not keep the others back.
pub(crate) async fn run(desk: &Desk) -> Result<WarmedUp> {
    let now = desk.now();
    let day = now.to_zoned(TimeZone::UTC).date();
    let mut done = WarmedUp { day, competitions: Vec::new(), forecasts: 0, problems: Vec::new() };
    for competition in desk.competitions_on(0).await? {
        let id = competition.id;
        let look = desk.look(competition).await?;
        if !look.has_fixture_on_day_of(now).await? {
            continue;
        }
        done.competitions.push(id);
        let ready = async {
            // What a match's page shows comes with what is ahead, but for the model.
            let ahead = look.ahead().await?;
            look.model().await?;
            Ok::<usize, anyhow::Error>(ahead.len())
        };
        match ready.await {
            Ok(n) => done.forecasts += n,
            Err(error) => done.problems.push(format!("{id}: {error:#}")),
        }
    }
    tracing::info!(%day, competitions = done.competitions.len(), forecasts = done.forecasts, "warmed up");
    Ok(done)
}
