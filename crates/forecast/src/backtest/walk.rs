//! The walk itself: one grid instant after the other, all models side by side.

use std::collections::BTreeMap;

use domain::{
    Briefing, Fixture, FixtureId, Forecast, History, Outcome, OutcomeClass, OutcomeProbabilities, Snapshot,
    Sport, outcome::OutcomeStatus, snapshot::settled_score,
};
use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;

use super::{
    Backtest, Briefed, LeftOut, MarketUse, MatchForecasts, Period, Plan, Progress, Refits, Summary,
    SummaryOptions, refits::training_snapshot, summarise,
};
use crate::{
    ForecastError, Model,
    crps::ScoreCrps,
    market_baseline::{self, MarketForecast, market_forecast},
    model::Predicted,
};

/// Walks every model of the plan through its period.
///
/// Models of one grid instant are fitted in parallel; nothing else depends on the number of threads, so the result does not.
///
/// # Errors
/// When a model does not know the sport or fails other than by having too little to learn from, which leaves its forecast
/// of that match empty.
pub fn walk_forward(
    history: &History,
    plan: &Plan,
    progress: &dyn Fn(Progress),
) -> Result<Backtest, ForecastError> {
    walk_forward_visiting(history, plan, progress, &mut |_| {})
}

/// As [`walk_forward`], handing every forecast with its whole score distribution to `visit`, by kick-off and then in the
/// order of the models.
///
/// # Errors
/// As [`walk_forward`].
pub fn walk_forward_visiting(
    history: &History,
    plan: &Plan,
    progress: &dyn Fn(Progress),
    visit: &mut dyn FnMut(&Forecast),
) -> Result<Backtest, ForecastError> {
    let targets = Targets::of(history, plan);
    check_support(plan, targets.sport)?;
    let mut walk = Walk::new(history, plan, targets.left_out);
    let mut done = 0;
    for step in targets.played.chunk_by(|a, b| walk.moment(a) == walk.moment(b)).collect::<Vec<_>>() {
        walk.step(step, visit)?;
        done += step.len();
        let as_of = walk.moment(&step[0]);
        progress(Progress { competition: plan.competition, done, total: targets.played.len(), as_of });
    }
    Ok(walk.finish(targets.sport))
}

/// Walks several plans, each on its history, in parallel; the answers are in the order of the plans.
///
/// # Errors
/// As [`walk_forward`], the first in the order of the plans.
pub fn walk_all(
    plans: &[(&History, Plan)],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Backtest>, ForecastError> {
    let walk = |(history, plan): &(&History, Plan)| walk_forward(history, plan, &|p| progress(p));
    let walked: Vec<Result<Backtest, ForecastError>> = plans.par_iter().map(walk).collect();
    walked.into_iter().collect()
}

fn check_support(plan: &Plan, sport: Sport) -> Result<(), ForecastError> {
    match plan.models.iter().find(|model| !model.supports(sport)) {
        Some(model) => Err(ForecastError::UnsupportedSport { model: model.name(), sport }),
        None => Ok(()),
    }
}

/// A match to forecast, in its latest version and with its outcome: for scoring only.
struct Target<'h> {
    fixture: &'h Fixture,
    outcome: &'h Outcome,
}

struct Targets<'h> {
    sport: Sport,
    played: Vec<Target<'h>>,
    left_out: LeftOut,
}

impl<'h> Targets<'h> {
    fn of(history: &'h History, plan: &Plan) -> Self {
        // Facts come in the order they became known, so the last one of a fixture stays.
        let outcomes: BTreeMap<FixtureId, &Outcome> =
            history.result_facts().iter().map(|f| (f.value.fixture, &f.value.outcome)).collect();
        let mut targets = Self { sport: Sport::Soccer, played: Vec::new(), left_out: LeftOut::default() };
        for fixture in history.fixtures_for_scoring() {
            if fixture.competition != plan.competition || !plan.period.contains(fixture) {
                continue;
            }
            targets.sport = fixture.sport;
            match outcomes.get(&fixture.id) {
                Some(outcome) if outcome.status == OutcomeStatus::Completed => {
                    targets.played.push(Target { fixture, outcome });
                }
                _ => targets.left_out.without_result += 1,
            }
        }
        targets.played.sort_by_key(|t| (t.fixture.kickoff.earliest(), t.fixture.id));
        targets
    }
}

impl Period {
    fn contains(&self, fixture: &Fixture) -> bool {
        match self {
            Self::Seasons(seasons) => seasons.contains(&fixture.season),
            Self::Between { from, to } => (*from..*to).contains(&fixture.kickoff.earliest()),
        }
    }
}

struct Walk<'h> {
    history: &'h History,
    plan: &'h Plan,
    lanes: Vec<Refits<'h>>,
    matches: Vec<MatchForecasts>,
    left_out: LeftOut,
    market: Vec<MarketForecast>,
}

/// A fixture as it was known when it was forecast, and the moment that was.
struct Known {
    fixture: Fixture,
    as_of: Timestamp,
    fitted_at: Timestamp,
}

/// Closing prices are known at this moment after they closed: a fact is visible when `known_at < t`.
const AN_INSTANT: SignedDuration = SignedDuration::from_micros(1);

impl<'h> Walk<'h> {
    fn new(history: &'h History, plan: &'h Plan, left_out: LeftOut) -> Self {
        let lane = |model: &'h dyn Model| {
            Refits::new(history, model, plan.competition, plan.schedule).recorded_by(plan.recorded_by)
        };
        let lanes = plan.models.iter().map(AsRef::as_ref).map(lane).collect();
        Self { history, plan, lanes, matches: Vec::new(), left_out, market: Vec::new() }
    }

    fn moment(&self, target: &Target<'_>) -> Timestamp {
        self.plan.schedule.fit_moment(target.fixture.kickoff.earliest())
    }

    fn step(
        &mut self,
        targets: &[Target<'_>],
        visit: &mut dyn FnMut(&Forecast),
    ) -> Result<(), ForecastError> {
        let moment = self.moment(&targets[0]);
        let snapshot = training_snapshot(self.history, moment, self.plan.schedule, self.plan.recorded_by);
        let training = snapshot.played_in(self.plan.competition).count();
        if training < self.plan.min_training {
            self.left_out.too_early += targets.len();
            return Ok(());
        }
        let known: Vec<Option<Known>> = targets.iter().map(|t| self.known(&snapshot, t)).collect();
        let briefings: Vec<Option<Briefing<'_>>> = known
            .iter()
            .map(|k| k.as_ref().map(|k| self.history.briefing(&k.fixture, k.as_of, self.plan.recorded_by)))
            .collect();
        let answers: Vec<Vec<Option<Predicted>>> = self
            .lanes
            .par_iter_mut()
            .map(|lane| answers(lane, &snapshot, &briefings))
            .collect::<Result<_, _>>()?;
        for (i, (target, known)) in targets.iter().zip(known).enumerate() {
            // A kick-off that was moved to a later day after its result was stored: the models may have learnt from it.
            if snapshot.result(target.fixture.id).is_some() {
                self.left_out.known_already += 1;
                continue;
            }
            let Some(known) = known else {
                self.left_out.unannounced += 1;
                continue;
            };
            let said: Vec<Option<&Predicted>> = answers.iter().map(|a| a[i].as_ref()).collect();
            self.visit(&known, &said, training, visit);
            self.record(target, &known, &said, training);
        }
        Ok(())
    }

    /// The fixture as known at the fit or, when it was announced later, just before its kick-off.
    fn known(&self, snapshot: &Snapshot<'_>, target: &Target<'_>) -> Option<Known> {
        let fitted_at = snapshot.at();
        if let Some(fixture) = snapshot.fixture(target.fixture.id) {
            let as_of = match self.plan.briefed {
                Briefed::AtFit => fitted_at,
                Briefed::AtKickoff => fixture.kickoff.earliest().max(fitted_at),
                Briefed::AtClose => (fixture.kickoff.closing_known_at().0 + AN_INSTANT).max(fitted_at),
            };
            return Some(Known { fixture: *fixture, as_of, fitted_at });
        }
        let kickoff = target.fixture.kickoff.earliest();
        let at_kickoff = self.history.as_of(kickoff, self.plan.recorded_by);
        at_kickoff.fixture(target.fixture.id).map(|f| Known { fixture: *f, as_of: kickoff, fitted_at })
    }

    fn visit(
        &self,
        known: &Known,
        said: &[Option<&Predicted>],
        training_matches: usize,
        visit: &mut dyn FnMut(&Forecast),
    ) {
        for (lane, predicted) in self.lanes.iter().zip(said) {
            let Some(predicted) = predicted else { continue };
            visit(&Forecast {
                fixture: known.fixture.id,
                as_of: known.as_of,
                model: lane.name().to_owned(),
                distribution: predicted.distribution.clone(),
                uncertainty: predicted.uncertainty,
                training_matches,
            });
        }
    }

    fn record(
        &mut self,
        target: &Target<'_>,
        known: &Known,
        said: &[Option<&Predicted>],
        training_matches: usize,
    ) {
        let mut probabilities: Vec<Option<OutcomeProbabilities>> =
            said.iter().map(|p| p.map(|p| p.distribution.outcome_probabilities())).collect();
        let market = market_forecast(self.history, target.fixture, &self.plan.market);
        probabilities.push(market.map(|m| m.probabilities));
        self.market.extend(market);
        let score = settled_score(target.fixture, target.outcome);
        let crps = said.iter().map(|p| p.map(|p| ScoreCrps::of(&p.distribution, score))).chain([None]);
        self.matches.push(MatchForecasts {
            fixture: target.fixture.id,
            season: target.fixture.season,
            home: target.fixture.home,
            away: target.fixture.away,
            kickoff: target.fixture.kickoff.earliest(),
            as_of: known.as_of,
            fitted_at: known.fitted_at,
            training_matches,
            score,
            outcome: OutcomeClass::of(score),
            probabilities,
            crps: crps.collect(),
        });
    }

    fn finish(self, sport: Sport) -> Backtest {
        let names: Vec<String> = self
            .lanes
            .iter()
            .map(|lane| lane.name().to_owned())
            .chain([market_baseline::NAME.to_owned()])
            .collect();
        let (forecasters, on_common) = summarise_walk(sport, &names, &self.matches, &self.plan.summary);
        Backtest {
            competition: self.plan.competition,
            sport,
            period: self.plan.period.clone(),
            schedule: self.plan.schedule,
            briefed: self.plan.briefed,
            min_training: self.plan.min_training,
            names,
            left_out: self.left_out,
            forecasters,
            on_common,
            market_use: market_use(&self.market),
            matches: self.matches,
        }
    }
}

impl Backtest {
    /// The same with one more forecaster, in front of the market: what it said about each match, from elsewhere.
    #[must_use]
    pub fn joined_by(
        mut self,
        name: String,
        said: impl Fn(&MatchForecasts) -> Option<OutcomeProbabilities>,
        options: &SummaryOptions,
    ) -> Self {
        let place = self.names.len().saturating_sub(1);
        self.names.insert(place, name);
        for m in &mut self.matches {
            let said = said(m);
            m.probabilities.insert(place, said);
            // It states no distribution of scores.
            m.crps.insert(place, None);
        }
        (self.forecasters, self.on_common) = summarise_walk(self.sport, &self.names, &self.matches, options);
        self
    }
}

/// Every forecaster over all matches it forecast, and over those that all of them forecast.
fn summarise_walk(
    sport: Sport,
    names: &[String],
    matches: &[MatchForecasts],
    options: &SummaryOptions,
) -> (Vec<Summary>, Vec<Summary>) {
    let forecasters = summarise(sport, names, matches, options);
    let silent: Vec<bool> =
        (0..names.len()).map(|i| matches.iter().all(|m| m.probabilities[i].is_none())).collect();
    let answered_by_all = |m: &&MatchForecasts| {
        m.probabilities.iter().zip(&silent).all(|(said, silent)| *silent || said.is_some())
    };
    let common: Vec<&MatchForecasts> = matches.iter().filter(answered_by_all).collect();
    // In most walks everybody answers everywhere, and the intervals need not be drawn twice.
    let on_common = if common.len() == matches.len() {
        forecasters.clone()
    } else {
        summarise(sport, names, common, options)
    };
    (forecasters, on_common)
}

/// What one model says about the matches of a step; nothing where it has too little to learn from.
fn answers(
    lane: &mut Refits<'_>,
    snapshot: &Snapshot<'_>,
    briefings: &[Option<Briefing<'_>>],
) -> Result<Vec<Option<Predicted>>, ForecastError> {
    let fitted = match lane.on(snapshot) {
        Ok(fitted) => fitted,
        Err(ForecastError::TooFewMatches { .. }) => return Ok(vec![None; briefings.len()]),
        Err(error) => return Err(error),
    };
    briefings.iter().map(|b| b.as_ref().map(|b| fitted.forecast(b)).transpose()).collect()
}

fn market_use(forecasts: &[MarketForecast]) -> Vec<MarketUse> {
    let mut counts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for m in forecasts {
        let (n, arbitrage) = counts.entry((m.phase, m.book)).or_default();
        *n += 1;
        *arbitrage += usize::from(m.arbitrage);
    }
    let used = |((phase, book), (n, arbitrage))| MarketUse { book, phase, n, arbitrage };
    counts.into_iter().map(used).collect()
}
