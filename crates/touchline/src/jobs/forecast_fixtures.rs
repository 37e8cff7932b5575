//! Forecasts fixtures as of a moment and keeps what was said, with all that is needed to say it again bit for bit.

use anyhow::Result;
use domain::{
    Briefing, Competition, Fixture, Forecast, History, PlayerCode, Quote, RecordedBy, Snapshot,
    interval::{Level, ScoreView},
    market::{Line, Market, MarketKind, Selection},
};
use forecast::{
    FittedModel, Model,
    model::{FitProgress, OddsUse},
};
use jiff::{SignedDuration, Timestamp};
use store::{ForecastId, NewForecast, PayloadHash, Store};

use super::load_history::Loaded;
use crate::report::{FairOdds, UpcomingForecast};

/// The code that made a number; another version may round differently.
pub(crate) const CODE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A model fitted on one snapshot, from a cold start, so that the same inputs give the same bits.
pub(crate) struct Fitted {
    model: Box<dyn FittedModel>,
    as_of: Timestamp,
    name: &'static str,
    odds_use: OddsUse,
    recorded_by: RecordedBy,
    seen: PayloadHash,
}

impl Fitted {
    /// Fits on what the snapshot shows of a competition.
    pub(crate) fn on(snapshot: &Snapshot<'_>, model: &dyn Model, competition: &Competition) -> Result<Self> {
        Self::with_progress(snapshot, model, competition, &|_| {})
    }

    /// The same, telling how far a long fit has come.
    pub(crate) fn with_progress(
        snapshot: &Snapshot<'_>,
        model: &dyn Model,
        competition: &Competition,
        progress: &(dyn Fn(FitProgress) + Sync),
    ) -> Result<Self> {
        let fitted = model.fit_with_progress(snapshot, competition.id, None, progress)?;
        let seen = seen(snapshot, model, competition);
        Ok(Self {
            model: fitted,
            as_of: snapshot.at(),
            name: model.name(),
            odds_use: model.odds_use(),
            recorded_by: snapshot.recorded_by(),
            seen,
        })
    }

    fn briefing<'h>(&self, history: &'h History, fixture: &Fixture) -> Briefing<'h> {
        history.briefing(fixture, self.as_of, self.recorded_by)
    }

    /// What it says about a fixture, with the news about it at the moment of the fit.
    pub(crate) fn forecast(&self, history: &History, fixture: &Fixture) -> Result<Forecast> {
        self.forecast_at(history, fixture, self.as_of)
    }

    /// The same with the news at a later moment.
    pub(crate) fn forecast_at(
        &self,
        history: &History,
        fixture: &Fixture,
        at: Timestamp,
    ) -> Result<Forecast> {
        let predicted = self.model.forecast(&history.briefing(fixture, at, self.recorded_by))?;
        Ok(Forecast {
            fixture: fixture.id,
            as_of: at,
            model: self.name.to_owned(),
            distribution: predicted.distribution,
            uncertainty: predicted.uncertainty,
            training_matches: self.model.report().training_matches,
        })
    }

    /// A hash of everything that decides what is said about a fixture: all that the fit saw, and the fixture as it was known.
    pub(crate) fn input_hash(&self, history: &History, fixture: &Fixture) -> String {
        let mut inputs = format!("{}{}", self.seen, fixture_line(fixture));
        let briefing = self.briefing(history, fixture);
        inputs.extend(starters_line(fixture, briefing.starters()));
        if self.odds_use == OddsUse::ThisMatch {
            inputs.extend(briefing.quotes().map(|q| quote_line(&q.value)));
        }
        PayloadHash::of(inputs.as_bytes()).to_string()
    }

    /// The fitted model itself.
    pub(crate) fn model(&self) -> &dyn FittedModel {
        self.model.as_ref()
    }

    /// Forecasts fixtures and keeps what it said. What was said before under the same inputs keeps its number.
    pub(crate) async fn record(
        &self,
        store: &Store,
        loaded: &Loaded,
        fixtures: &[&Fixture],
        made_at: Timestamp,
    ) -> Result<Vec<(ForecastId, Forecast)>> {
        let made = |fixture: &&Fixture| {
            Ok(NewForecast {
                forecast: self.forecast(&loaded.history, fixture)?,
                made_at,
                code_version: CODE_VERSION.to_owned(),
                data_sequence: loaded.sequence,
                input_hash: self.input_hash(&loaded.history, fixture),
            })
        };
        let new: Vec<NewForecast> = fixtures.iter().map(made).collect::<Result<_>>()?;
        let ids = store.append_forecasts(&new).await?;
        tracing::info!(model = self.name, as_of = %self.as_of, fixtures = new.len(), "forecast fixtures");
        Ok(ids.into_iter().zip(new).map(|((id, _), new)| (id, new.forecast)).collect())
    }
}

/// A hash of everything a fit could see: the model's name, the code, the moment, every announced fixture and every played
/// match with its score, statistics and starters, and its prices where the model reads them.
fn seen(snapshot: &Snapshot<'_>, model: &dyn Model, competition: &Competition) -> PayloadHash {
    let head = format!("{} {CODE_VERSION} {} {}\n", model.name(), competition.id, snapshot.at());
    let announced = snapshot.fixtures().filter(|f| f.competition == competition.id).map(fixture_line);
    let played = snapshot
        .played_in(competition.id)
        .map(|m| format!("{} {} {:?}\n", m.fixture.id.0, m.score(), m.statistics));
    let starters = snapshot.played_in(competition.id).filter_map(|m| starters_line(m.fixture, m.starters()));
    let mut all: String = std::iter::once(head).chain(announced).chain(played).chain(starters).collect();
    if model.odds_use() != OddsUse::Nothing {
        let quotes = snapshot.played_in(competition.id).flat_map(|m| snapshot.quotes(m.fixture.id));
        all.extend(quotes.map(|q| quote_line(&q.value)));
    }
    PayloadHash::of(all.as_bytes())
}

fn quote_line(quote: &Quote) -> String {
    format!("{} {:?} {:?}\n", quote.fixture.0, quote.series, quote.odds)
}

/// Nothing where nobody is named.
fn starters_line(fixture: &Fixture, [home, away]: [Option<PlayerCode>; 2]) -> Option<String> {
    home.or(away).map(|_| format!("{} {home:?} {away:?}\n", fixture.id.0))
}

fn fixture_line(fixture: &Fixture) -> String {
    let Fixture { id, season, home, away, kickoff, neutral, .. } = fixture;
    format!("{} {season} {} {} {} {neutral}\n", id.0, home.0, away.0, kickoff.earliest())
}

/// Fixtures that may start within `horizon_days` of the snapshot's moment and whose result is not known.
pub(crate) fn upcoming<'h>(
    snapshot: &Snapshot<'h>,
    competition: &Competition,
    horizon_days: u16,
) -> Vec<&'h Fixture> {
    let end = snapshot.at() + SignedDuration::from_hours(24 * i64::from(horizon_days));
    let mut fixtures: Vec<&Fixture> = snapshot
        .fixtures()
        .filter(|f| f.competition == competition.id)
        .filter(|f| f.kickoff.earliest() >= snapshot.at() && f.kickoff.earliest() < end)
        .filter(|f| snapshot.result(f.id).is_none())
        .collect();
    fixtures.sort_by_key(|f| (f.kickoff.earliest(), f.id));
    fixtures
}

/// The markets a report prices, with the lines of the day.
fn reported_markets(forecast: &Forecast, fixture: &Fixture) -> Vec<Market> {
    let (home, away) = forecast.distribution.expected_score();
    let half = |value: f64| Line::from_quarters(4 * value.round() as i16 + 2);
    let line_of = |kind: MarketKind| match kind {
        MarketKind::AsianTotal => Some(Line::from_quarters(10)),
        MarketKind::AsianHandicap => Some(Line::from_quarters((2.0 * (away - home)).round() as i16 * 2)),
        MarketKind::Spread => Some(half(away - home)),
        MarketKind::Total => Some(half(home + away)),
        _ => None,
    };
    fixture.sport.rules().markets.iter().filter_map(|kind| Market::new(*kind, line_of(*kind)).ok()).collect()
}

/// A forecast as the report and the dashboard show it.
pub(crate) fn shown(
    id: i64,
    forecast: &Forecast,
    fixture: &Fixture,
    name_of: impl Fn(domain::TeamId) -> String,
) -> Result<UpcomingForecast> {
    let mut fair_odds = Vec::new();
    for market in reported_markets(forecast, fixture) {
        for selection in market.selections() {
            let price = market.price(selection, &forecast.distribution)?;
            fair_odds.push(FairOdds {
                market: market.to_string(),
                selection: selection.to_string(),
                probability: price.win_probability(),
                odds: price.fair_odds().map(domain::DecimalOdds::value),
                odds_80: odds_80(market, selection, forecast)?,
            });
        }
    }
    let (home, away) = forecast.distribution.expected_score();
    let outcome = forecast.distribution.outcome_probabilities();
    let within = |view| {
        let (low, high) = forecast.distribution.interval(view, Level::FourFifths);
        [low, high]
    };
    Ok(UpcomingForecast {
        id,
        fixture: fixture.id,
        competition: fixture.competition.to_string(),
        kickoff: fixture.kickoff.earliest(),
        date_only: fixture.kickoff.is_date_only(),
        home: name_of(fixture.home),
        away: name_of(fixture.away),
        model: forecast.model.clone(),
        as_of: forecast.as_of,
        probabilities: outcome.as_array(),
        confidence: outcome.as_array().into_iter().fold(0.0, f64::max),
        entropy: outcome.entropy(),
        total_80: within(ScoreView::Total),
        margin_80: within(ScoreView::Margin),
        expected_score: [home, away],
        fair_odds,
    })
}

/// Between which fair odds a selection lies, by the model's doubt about its own means.
fn odds_80(market: Market, selection: Selection, forecast: &Forecast) -> Result<Option<[f64; 2]>> {
    let Some(doubt) = forecast.uncertainty else { return Ok(None) };
    let interval = market.price_interval(selection, &forecast.distribution, doubt, Level::FourFifths)?;
    let (short, long) = interval.fair_odds();
    Ok(short.zip(long).map(|(short, long)| [short.value(), long.value()]))
}

/// The first kick-off of the last `horizon_days` on record: what is held back when nothing is to come.
pub(crate) fn last_round_start(
    history: &History,
    competition: &Competition,
    horizon_days: u16,
) -> Option<Timestamp> {
    let kickoffs = || {
        let fixtures = history.fixtures_for_scoring().into_iter();
        fixtures.filter(|f| f.competition == competition.id).map(|f| f.kickoff.earliest())
    };
    let from = kickoffs().max()? - SignedDuration::from_hours(24 * i64::from(horizon_days));
    kickoffs().filter(|at| *at > from).min()
}

#[cfg(test)]
mod tests {
    use testkit::{Played, PointsLeague};

    use super::*;

    #[test]
    fn another_starter_is_another_input() {
        let league = PointsLeague { n_teams: 8, n_seasons: 2, quarterback_sd: 3.0, ..PointsLeague::nfl() };
        let Played { history, fixtures, .. } = league.generate();
        let competition = Competition::built_in(league.competition).unwrap();
        let model = forecast::model::by_name("elo").unwrap();
        let last = fixtures.last().unwrap();
        // Of two matches, one long played and one to come, somebody else starts.
        let hash = |changed: Option<&Fixture>| {
            let mut line_ups = history.line_up_facts().to_vec();
            for fact in line_ups.iter_mut().filter(|f| Some(f.value.fixture) == changed.map(|f| f.id)) {
                fact.value.line_up.home = None;
            }
            let history = history.clone().with_line_ups(line_ups);
            let snapshot = history.as_of(last.kickoff.earliest(), RecordedBy::Now);
            let fitted = Fitted::on(&snapshot, model.as_ref(), competition).unwrap();
            fitted.input_hash(&history, last)
        };
        assert_eq!(hash(None), hash(None));
        assert_ne!(hash(None), hash(fixtures.first()));
        assert_ne!(hash(None), hash(Some(last)));
    }
}
