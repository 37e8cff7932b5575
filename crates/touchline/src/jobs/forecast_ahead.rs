//! Forecasts what is to come for looking at: nothing is recorded, so nothing grows while somebody looks.

use anyhow::Result;
use domain::RecordedBy;
use jiff::Timestamp;

use super::{
    forecast_fixtures::{Fitted, shown, upcoming},
    load_history::Loaded,
};
use crate::report::UpcomingForecast;

/// Fixtures of the next `days`, by a model fitted at `now` or before, with the news about them at `now`.
pub(crate) fn run(
    loaded: &Loaded,
    fitted: &Fitted,
    now: Timestamp,
    days: u16,
) -> Result<Vec<UpcomingForecast>> {
    let snapshot = loaded.history.as_of(now, RecordedBy::Now);
    let fixtures = upcoming(&snapshot, &loaded.competition, days).into_iter();
    fixtures
        .map(|fixture| {
            let forecast = fitted.forecast_at(&loaded.history, fixture, snapshot.at())?;
            shown(0, &forecast, fixture, |team| loaded.name(team))
        })
        .collect()
}
