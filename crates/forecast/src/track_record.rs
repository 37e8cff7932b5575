//! How forecasts came out that were made before their matches, week by week, beside what the base rate and the market said of
//! the same matches.
//!
//! Of every model and match the last forecast before the kick-off counts. The base rate is fitted on what that forecast
//! could see, in what was stored by then, so that it stays the same whatever is imported later; a match of which even that
//! cannot be said, because too few were known, is not scored. The market is that of [`MarketPreference`]: closing prices, or
//! the last there are.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Competition, Fixture, FixtureId, History, OutcomeClass, OutcomeProbabilities, Phase, RecordedBy,
    outcome::OutcomeStatus, snapshot::settled_score, week::monday_of,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    ForecastError, Model,
    market_baseline::{MarketPreference, market_forecast},
    mean_scores::MeanScores,
    model::base_rate::BaseRate,
    scoring_rule::Scored,
};

/// A forecast that was made; later ones come later in lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Of which match.
    pub fixture: FixtureId,
    /// By which model.
    pub model: String,
    /// From what was known before this moment.
    pub as_of: Timestamp,
    /// Of what was stored by then.
    pub recorded_by: RecordedBy,
    /// What it said.
    pub probabilities: OutcomeProbabilities,
}

/// The matches of a week that have prices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Priced {
    /// Those of them with closing prices; of the others it is the last price there is.
    pub n_closing: usize,
    /// The model on them.
    pub model: MeanScores,
    /// The market on them.
    pub market: MeanScores,
}

/// One model's week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Week {
    /// The model.
    pub model: String,
    /// Its Monday.
    pub monday: Date,
    /// The model.
    pub scores: MeanScores,
    /// The base rate on the same matches.
    pub base_rate: MeanScores,
    /// Those with prices; none without any.
    pub priced: Option<Priced>,
}

/// The weeks that any version of these fixtures was in: what is to be scored again when they changed.
pub fn weeks_of(
    history: &History,
    competition: &Competition,
    fixtures: &BTreeSet<FixtureId>,
) -> BTreeSet<Date> {
    let zone = competition.time_zone();
    let versions = history.fixture_facts().iter().filter(|f| fixtures.contains(&f.value.id));
    versions.map(|f| week_of(&f.value, &zone)).collect()
}

/// Every model's record in some weeks, or in all, by week and model.
///
/// # Errors
/// When the base rate fails other than by having too little to learn from.
pub fn weeks(
    history: &History,
    competition: &Competition,
    made: &[Made],
    only: Option<&BTreeSet<Date>>,
) -> Result<Vec<Week>, ForecastError> {
    let zone = competition.time_zone();
    let mut played: Vec<&Fixture> = history.fixtures_for_scoring();
    played.retain(|f| f.competition == competition.id);
    played.retain(|f| only.is_none_or(|weeks| weeks.contains(&week_of(f, &zone))));
    played.sort_by_key(|f| (f.kickoff.earliest(), f.id));
    let last = last_before_kickoff(&played, made);
    let outcomes: BTreeMap<FixtureId, OutcomeClass> = outcomes(history, &played);
    let mut base_rates = BaseRates::new(history, competition);
    let mut scored: BTreeMap<(Date, &str), Matches> = BTreeMap::new();
    for fixture in played {
        let Some(outcome) = outcomes.get(&fixture.id) else { continue };
        let market = market_forecast(history, fixture, &MarketPreference::default());
        for forecast in last.get(&fixture.id).into_iter().flat_map(BTreeMap::values) {
            let Some(base_rate) = base_rates.say(fixture, forecast)? else { continue };
            let score = |said| Scored::new(fixture.sport, said, *outcome);
            let group = scored.entry((week_of(fixture, &zone), &forecast.model)).or_default();
            group.model.push(score(forecast.probabilities));
            group.base_rate.push(score(base_rate));
            if let Some(market) = market {
                group.priced.push(score(forecast.probabilities));
                group.market.push(score(market.probabilities));
                group.n_closing += usize::from(market.phase == Phase::Closing);
            }
        }
    }
    Ok(scored.into_iter().filter_map(|((monday, model), matches)| matches.week(model, monday)).collect())
}

fn week_of(fixture: &Fixture, zone: &TimeZone) -> Date {
    monday_of(fixture.kickoff.earliest().to_zoned(zone.clone()).date())
}

/// By match and model.
fn last_before_kickoff<'m>(
    played: &[&Fixture],
    made: &'m [Made],
) -> BTreeMap<FixtureId, BTreeMap<&'m str, &'m Made>> {
    let kickoffs: BTreeMap<FixtureId, Timestamp> =
        played.iter().map(|f| (f.id, f.kickoff.earliest())).collect();
    let mut last: BTreeMap<FixtureId, BTreeMap<&str, &Made>> = BTreeMap::new();
    for forecast in made {
        if kickoffs.get(&forecast.fixture).is_none_or(|kickoff| forecast.as_of > *kickoff) {
            continue;
        }
        let kept = last.entry(forecast.fixture).or_default().entry(&forecast.model).or_insert(forecast);
        if kept.as_of <= forecast.as_of {
            *kept = forecast;
        }
    }
    last
}

fn outcomes(history: &History, played: &[&Fixture]) -> BTreeMap<FixtureId, OutcomeClass> {
    let fixtures: BTreeMap<FixtureId, &Fixture> = played.iter().map(|f| (f.id, *f)).collect();
    // Facts come in the order they became known, so the last one of a fixture stays; it may take a result back.
    let last: BTreeMap<FixtureId, _> =
        history.result_facts().iter().map(|f| (f.value.fixture, &f.value.outcome)).collect();
    let completed = last.into_iter().filter(|(_, outcome)| outcome.status == OutcomeStatus::Completed);
    completed
        .filter_map(|(id, outcome)| Some((id, OutcomeClass::of(settled_score(fixtures.get(&id)?, outcome)))))
        .collect()
}

/// A moment, what was stored by then, and whether nobody is at home: all that the base rate depends on.
type Seen = (Timestamp, RecordedBy, bool);

/// The base rate as every forecast could have known it.
struct BaseRates<'h> {
    history: &'h History,
    competition: &'h Competition,
    said: BTreeMap<Seen, Option<OutcomeProbabilities>>,
}

impl<'h> BaseRates<'h> {
    fn new(history: &'h History, competition: &'h Competition) -> Self {
        Self { history, competition, said: BTreeMap::new() }
    }

    fn say(&mut self, fixture: &Fixture, made: &Made) -> Result<Option<OutcomeProbabilities>, ForecastError> {
        let seen = (made.as_of, made.recorded_by, fixture.neutral);
        if let Some(said) = self.said.get(&seen) {
            return Ok(*said);
        }
        let snapshot = self.history.as_of(made.as_of, made.recorded_by);
        let said = match BaseRate.fit(&snapshot, self.competition.id, None) {
            Ok(fitted) => {
                let predicted = fitted.forecast(&snapshot.briefing(fixture))?;
                Some(predicted.distribution.outcome_probabilities())
            }
            Err(ForecastError::TooFewMatches { .. }) => None,
            Err(error) => return Err(error),
        };
        self.said.insert(seen, said);
        Ok(said)
    }
}

/// Scored forecasts of one model's week.
#[derive(Default)]
struct Matches {
    model: Vec<Scored>,
    base_rate: Vec<Scored>,
    priced: Vec<Scored>,
    market: Vec<Scored>,
    n_closing: usize,
}

impl Matches {
    fn week(self, model: &str, monday: Date) -> Option<Week> {
        let priced = MeanScores::of(&self.priced).zip(MeanScores::of(&self.market));
        Some(Week {
            model: model.to_owned(),
            monday,
            scores: MeanScores::of(&self.model)?,
            base_rate: MeanScores::of(&self.base_rate)?,
            priced: priced.map(|(model, market)| Priced { n_closing: self.n_closing, model, market }),
        })
    }
}

#[cfg(test)]
mod tests;
