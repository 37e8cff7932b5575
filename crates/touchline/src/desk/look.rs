//! One competition as the data is at one moment. What is not in the cache is computed from one reading of its facts, however
//! much of it is missing.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use domain::{Competition, RecordedBy};
use forecast::FitReport;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{QuoteScope, StoredForecast};
use tokio::sync::OnceCell;

use super::{Desk, apart};
use crate::{
    cache::{DataVersion, Kind, Made},
    jobs::{
        backtest_season::forecaster,
        forecast_ahead,
        forecast_fixtures::{Fitted, shown, upcoming},
        load_history::{self, Loaded},
        quoted_prices::{self, QuotedPrice, week_of},
        team_statistics::{self, TeamStatistics},
    },
    report::UpcomingForecast,
};

/// A fitted model as people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ModelArtefact {
    /// How the fit went.
    pub(crate) report: FitReport,
    /// Its parameters, teams by name.
    pub(crate) parameters: Value,
}

/// A look at one competition.
pub(crate) struct Look {
    desk: Desk,
    competition: Competition,
    version: DataVersion,
    model: &'static str,
    loaded: OnceCell<Arc<Loaded>>,
}

impl Look {
    pub(super) async fn new(desk: Desk, competition: Competition) -> Result<Self> {
        let version = desk.version().await?;
        let model = forecaster(None, &desk.0.config.forecast, competition.sport)?.name();
        Ok(Self { desk, competition, version, model, loaded: OnceCell::new() })
    }

    /// Which competition.
    pub(crate) fn competition(&self) -> &Competition {
        &self.competition
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.desk.now()
    }

    /// Forecasts of what has not begun, as of at most a quarter of an hour ago.
    pub(crate) async fn forecasts(&self) -> Result<Vec<UpcomingForecast>> {
        let days = self.desk.horizon_days();
        let make = async {
            let (now, loaded) = (self.desk.now(), self.loaded().await?);
            let fitted = self.fitted().await?;
            apart(move || {
                let value = forecast_ahead::run(&loaded, &fitted, now, days)?;
                let snapshot = loaded.history.as_of(now, RecordedBy::Now);
                let fixtures: Vec<_> =
                    upcoming(&snapshot, &loaded.competition, days).iter().map(|f| f.id).collect();
                let until = loaded.next_news(now).into_iter().chain(loaded.next_price(&fixtures, now)).min();
                Ok(Made { value, until })
            })
            .await
        };
        let subject = format!("{}/{}/{days}d", self.competition.id, self.model);
        let mut forecasts: Vec<UpcomingForecast> =
            self.desk.cache().get(Kind::Forecast, &subject, &self.version, make).await?;
        let now = self.desk.now();
        forecasts.retain(|f| f.kickoff >= now);
        Ok(forecasts)
    }

    /// A forecast on record.
    pub(super) async fn recorded(&self, stored: StoredForecast) -> Result<UpcomingForecast> {
        let subject = format!("recorded/{}", stored.id.0);
        let make = async {
            let loaded = self.loaded().await?;
            apart(move || {
                let forecast = &stored.made.forecast;
                let fixtures = loaded.history.fixtures_for_scoring();
                let fixture = fixtures.into_iter().find(|f| f.id == forecast.fixture);
                let fixture =
                    fixture.ok_or_else(|| anyhow!("fixture {} is not stored", forecast.fixture.0))?;
                Ok(shown(stored.id.0, forecast, fixture, |team| loaded.name(team))?.into())
            })
            .await
        };
        self.desk.cache().get(Kind::Forecast, &subject, &self.version, make).await
    }

    /// The last prices of the configured book on the fixtures of the week of a moment.
    pub(crate) async fn prices(&self, at: Timestamp) -> Result<Vec<QuotedPrice>> {
        let (book, week) = (self.desk.0.config.betting.book, week_of(at));
        let make = async {
            let (now, loaded) = (self.desk.now(), self.loaded().await?);
            apart(move || {
                let snapshot = loaded.history.as_of(now, RecordedBy::Now);
                let (value, until) = quoted_prices::run(&loaded, &snapshot, book, week);
                Ok(Made { value, until: until.into_iter().chain(loaded.next_news(now)).min() })
            })
            .await
        };
        let subject = format!("{}/{book}/{week}", self.competition.id);
        self.desk.cache().get(Kind::Odds, &subject, &self.version, make).await
    }

    /// How its teams have done.
    pub(crate) async fn team_statistics(&self) -> Result<Vec<TeamStatistics>> {
        let make = async {
            let (now, loaded) = (self.desk.now(), self.loaded().await?);
            apart(move || {
                let snapshot = loaded.history.as_of(now, RecordedBy::Now);
                let value = team_statistics::run(&loaded, &snapshot);
                Ok(Made { value, until: loaded.next_news(now) })
            })
            .await
        };
        let subject = self.competition.id.as_str();
        self.desk.cache().get(Kind::TeamStatistics, subject, &self.version, make).await
    }

    /// What the model learnt.
    pub(crate) async fn model(&self) -> Result<ModelArtefact> {
        let make = async {
            let (now, loaded, fitted) = (self.desk.now(), self.loaded().await?, self.fitted().await?);
            let (report, parameters) = (fitted.model().report().clone(), fitted.model().parameters());
            let value = ModelArtefact { report, parameters: loaded.with_names(parameters) };
            Ok(Made { value, until: loaded.next_news(now) })
        };
        let subject = format!("{}/{}/parameters", self.competition.id, self.model);
        self.desk.cache().get(Kind::ModelArtefact, &subject, &self.version, make).await
    }

    /// Whether a fixture that is announced begins on the day of this moment, UTC.
    pub(crate) async fn has_fixture_on_day_of(&self, now: Timestamp) -> Result<bool> {
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let loaded = self.loaded().await?;
        let snapshot = loaded.history.as_of(now, RecordedBy::Now);
        let id = self.competition.id;
        Ok(snapshot.fixtures().any(|f| f.competition == id && day(f.kickoff.earliest()) == day(now)))
    }

    /// The model, fitted at most a day ago on what was known then and is known still.
    async fn fitted(&self) -> Result<Arc<Fitted>> {
        let make = async {
            let (now, loaded) = (self.desk.now(), self.loaded().await?);
            let config = self.desk.0.config.forecast.clone();
            apart(move || {
                let model = forecaster(None, &config, loaded.competition.sport)?;
                let snapshot = loaded.history.as_of(now, RecordedBy::Now);
                let value = Fitted::on(&snapshot, model.as_ref(), &loaded.competition)?;
                Ok(Made { value, until: loaded.next_news(now) })
            })
            .await
        };
        let subject = format!("{}/{}", self.competition.id, self.model);
        self.desk.cache().keep(Kind::ModelArtefact, &subject, &self.version, make).await
    }

    /// Its facts, with the prices that the model or a page needs.
    async fn loaded(&self) -> Result<Arc<Loaded>> {
        let read = async {
            let quotes = match load_history::quotes_for(self.model) {
                QuoteScope::None => QuoteScope::Books(vec![self.desk.0.config.betting.book]),
                scope => scope,
            };
            load_history::run(&self.desk.0.store, self.competition.id, quotes).await.map(Arc::new)
        };
        self.loaded.get_or_try_init(|| read).await.cloned()
    }
}
