//! Models that learn the outcome from features: what they share beside the learner itself.
//!
//! A learner gives the probabilities of the classes from the [`features`] of a match. It learns from a [`Table`] whose rows are
//! as of the kick-offs of past matches. The score comes from [`Elo`]'s layer of scores, reweighted to the learner's
//! probabilities; in NFL and NBA, where two classes are learnt and a tie counts half for each side, a tie keeps Elo's mass.
//! At a neutral venue the answer is the mean of the match seen from one side and from the other, so that nobody is at home.
//!
//! A learner whose name ends in `_odds` also reads the [`odds_features`]: prices known before the kick-off of each past match,
//! and those in the briefing of the match to come. It learns twice, with prices from the matches that had some and without;
//! where the briefing has none it answers as the learner without.
//!
//! [`features`]: crate::feature::features
//! [`odds_features`]: crate::feature::odds_features

mod columns;

use std::any::Any;

use domain::{Briefing, CompetitionId, Fixture, OutcomeClass, OutcomeProbabilities, Snapshot, Sport};
use jiff::Timestamp;
use serde_json::json;

pub(super) use self::columns::Columns;
use super::{FitReport, FittedModel, Model, OddsUse, Predicted, elo::Elo};
use crate::{
    ForecastError,
    feature::{Ahead, Feature, Row, Table, Tracking, features, odds_features, odds_values},
};

/// Fewest played matches to fit on.
const MIN_MATCHES: usize = 100;
/// Matches both sides must have played before a match is learnt from: features of less say little.
const WARM_UP: usize = 5;

/// What a learner learns from, by kick-off.
pub(super) struct Lessons<'t> {
    /// Every feature of every match.
    table: &'t Table,
    /// The rows that count.
    rows: Vec<usize>,
    /// Two or three.
    n_classes: usize,
}

impl<'t> Lessons<'t> {
    fn of(table: &'t Table, sport: Sport) -> Self {
        let warmed = |least: usize| -> Vec<usize> {
            (0..table.rows().len()).filter(|row| table.rows()[*row].n_before >= least).collect()
        };
        let mut rows = warmed(WARM_UP);
        // With little history, early matches are better than none.
        if rows.len() < MIN_MATCHES {
            rows = warmed(0);
        }
        Self { table, rows, n_classes: if sport.is_three_way() { 3 } else { 2 } }
    }

    /// Those with a value in one of the last columns; none when they are too few to learn from.
    fn defined_in_last(mut self, n_columns: usize) -> Option<Self> {
        let last = self.table.names().len().saturating_sub(n_columns)..self.table.names().len();
        self.rows.retain(|row| last.clone().any(|column| self.table.value(*row, column).is_some()));
        (self.rows.len() >= MIN_MATCHES).then_some(self)
    }

    /// The lessons before and those from one of them on; both views of a match at a neutral venue stay together.
    pub(super) fn split(&self, share: f64) -> (Self, Self) {
        let mut at = (self.rows.len() as f64 * share) as usize;
        while at > 0 && at < self.rows.len() && self.row(at).fixture.id == self.row(at - 1).fixture.id {
            at += 1;
        }
        let part =
            |rows: &[usize]| Self { table: self.table, rows: rows.to_vec(), n_classes: self.n_classes };
        let (before, after) = self.rows.split_at(at);
        (part(before), part(after))
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn n_classes(&self) -> usize {
        self.n_classes
    }

    pub(super) fn names(&self) -> &'t [&'static str] {
        self.table.names()
    }

    /// A feature of a lesson.
    pub(super) fn value(&self, lesson: usize, column: usize) -> Option<f64> {
        self.table.value(self.rows[lesson], column)
    }

    pub(super) fn values(&self, lesson: usize) -> Vec<Option<f64>> {
        self.table.values(self.rows[lesson])
    }

    pub(super) fn weight(&self, lesson: usize) -> f64 {
        self.row(lesson).weight
    }

    /// Share of a class in the outcome of a lesson.
    pub(super) fn outcome(&self, lesson: usize, class: usize) -> f64 {
        let came = match OutcomeClass::of(self.row(lesson).score) {
            OutcomeClass::Home => 0,
            OutcomeClass::Draw if self.n_classes == 2 => return 0.5,
            OutcomeClass::Draw => 1,
            OutcomeClass::Away => self.n_classes - 1,
        };
        f64::from(u8::from(came == class))
    }

    /// Mean log loss of what is said about every lesson.
    pub(super) fn log_loss(&self, said: impl Fn(&[Option<f64>]) -> Vec<f64>) -> f64 {
        let (mut loss, mut weights) = (0.0, 0.0);
        for lesson in 0..self.len() {
            let said = said(&self.values(lesson));
            let of = |class: usize| self.outcome(lesson, class) * said[class].max(1e-12).ln();
            loss -= self.weight(lesson) * (0..self.n_classes).map(of).sum::<f64>();
            weights += self.weight(lesson);
        }
        loss / weights
    }

    fn row(&self, lesson: usize) -> &'t Row {
        &self.table.rows()[self.rows[lesson]]
    }
}

/// A way to learn class probabilities.
pub(super) trait Learner: Send + Sync + 'static {
    /// What it has learnt.
    type Learnt: Learnt;

    /// The model's name on the list.
    fn name(&self) -> &'static str;

    /// The name of the model that reads prices of the match, too.
    fn name_with_odds(&self) -> &'static str;

    /// The same at settings that are quick and rough, where a fit takes too long to run unasked.
    fn draft(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Learns, and says how it went.
    fn learn(&self, lessons: &Lessons<'_>) -> Result<(Self::Learnt, Learning), ForecastError>;
}

/// Class probabilities from features.
pub(super) trait Learnt: Send + Sync + 'static {
    /// One per class, summing to 1.
    fn probabilities(&self, values: &[Option<f64>]) -> Vec<f64>;

    /// What was learnt, for people and for the store.
    fn parameters(&self) -> serde_json::Value;
}

/// How learning went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Learning {
    pub(super) iterations: usize,
    pub(super) gradient_norm: Option<f64>,
    pub(super) objective: Option<f64>,
    pub(super) converged: bool,
}

impl Learning {
    /// This and the learning of a second, which counts for more.
    fn then(self, second: Self) -> Self {
        Self {
            iterations: self.iterations + second.iterations,
            gradient_norm: self.gradient_norm.into_iter().chain(second.gradient_norm).reduce(f64::max),
            objective: second.objective,
            converged: self.converged && second.converged,
        }
    }
}

/// The unfitted model of a learner.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnFeatures<L> {
    learner: L,
    odds: OddsUse,
}

impl<L: Learner> OnFeatures<L> {
    /// Without prices.
    pub(super) fn new(learner: L) -> Self {
        Self { learner, odds: OddsUse::Nothing }
    }

    /// With prices of the match.
    pub(super) fn with_odds(learner: L) -> Self {
        Self { learner, odds: OddsUse::ThisMatch }
    }

    /// What is learnt from the matches that had prices; nothing where it may not read them or they are too few.
    fn learn_with_odds(
        &self,
        table: Table,
        snapshot: &Snapshot<'_>,
        sport: Sport,
    ) -> Result<Option<(L::Learnt, Learning)>, ForecastError> {
        if self.odds == OddsUse::Nothing {
            return Ok(None);
        }
        let odds = odds_features();
        let table = table.with_odds(&odds, snapshot);
        let priced = Lessons::of(&table, sport).defined_in_last(odds.len());
        priced.map(|lessons| self.learner.learn(&lessons)).transpose()
    }
}

impl<L: Learner> Model for OnFeatures<L> {
    fn name(&self) -> &'static str {
        match self.odds {
            OddsUse::Nothing => self.learner.name(),
            OddsUse::PastMatches | OddsUse::ThisMatch => self.learner.name_with_odds(),
        }
    }

    fn odds_use(&self) -> OddsUse {
        self.odds
    }

    fn supports(&self, _: Sport) -> bool {
        true
    }

    /// A fit goes through every feature of every match, half a second for ten seasons.
    fn on_request(&self) -> bool {
        true
    }

    fn draft(&self) -> Option<Box<dyn Model>> {
        Some(Box::new(Self { learner: self.learner.draft()?, odds: self.odds }))
    }

    /// A start saves work in the layer of scores; what is learnt from features does not depend on it by a bit.
    fn fit(
        &self,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        start: Option<&dyn FittedModel>,
    ) -> Result<Box<dyn FittedModel>, ForecastError> {
        let have = snapshot.played_in(competition).count();
        let sport = snapshot.played_in(competition).next().map(|m| m.fixture.sport);
        let (Some(sport), true) = (sport, have >= MIN_MATCHES) else {
            return Err(ForecastError::TooFewMatches { model: self.name(), have, need: MIN_MATCHES });
        };
        let list = features();
        let list: Vec<&dyn Feature> = list.iter().map(AsRef::as_ref).collect();
        let (table, tracking) = Table::of(&list, snapshot, competition, sport);
        let (learnt, learning) = self.learner.learn(&Lessons::of(&table, sport))?;
        let (with_odds, learning) = match self.learn_with_odds(table, snapshot, sport)? {
            Some((with_odds, second)) => (Some(with_odds), learning.then(second)),
            None => (None, learning),
        };
        let start = start.and_then(|fitted| fitted.as_any().downcast_ref::<Fitted<L::Learnt>>());
        let scores = Elo::default().fit(snapshot, competition, start.map(|s| s.scores.as_ref()))?;
        let report = report(self.name(), snapshot.at(), have, learning, scores.report());
        Ok(Box::new(Fitted { model: self.name(), learnt, with_odds, tracking, scores, report }))
    }
}

fn report(
    model: &str,
    as_of: Timestamp,
    training_matches: usize,
    learning: Learning,
    scores: &FitReport,
) -> FitReport {
    FitReport {
        model: model.to_owned(),
        as_of,
        training_matches,
        iterations: learning.iterations + scores.iterations,
        gradient_norm: learning.gradient_norm,
        log_likelihood: learning.objective.map(|objective| -objective),
        at_bounds: scores.at_bounds.clone(),
        converged: learning.converged && scores.converged,
        diagnostics: None,
    }
}

/// The fitted model: what was learnt, and every feature as of the fit.
struct Fitted<T> {
    model: &'static str,
    learnt: T,
    /// The same with prices, where it may read them and enough matches had some.
    with_odds: Option<T>,
    tracking: Tracking,
    scores: Box<dyn FittedModel>,
    report: FitReport,
}

impl<T: Learnt> Fitted<T> {
    /// Class probabilities of the match seen from the home side or from the other.
    fn seen(&self, briefing: &Briefing<'_>, mirrored: bool) -> Vec<f64> {
        let fixture = *briefing.fixture();
        let (home, away) = if mirrored { (fixture.away, fixture.home) } else { (fixture.home, fixture.away) };
        let mut values =
            self.tracking.values(&Fixture { home, away, ..fixture }, &Ahead::of(briefing, mirrored));
        if let Some(with_odds) = &self.with_odds {
            let odds = odds_values(&odds_features(), briefing, mirrored);
            if odds.iter().any(Option::is_some) {
                values.extend(odds);
                return with_odds.probabilities(&values);
            }
        }
        self.learnt.probabilities(&values)
    }

    /// Home, draw and away; what is left by a tie of the score layer in a two-way sport.
    fn outcome(&self, briefing: &Briefing<'_>, tie: f64) -> Result<OutcomeProbabilities, ForecastError> {
        let mut said = self.seen(briefing, false);
        if briefing.fixture().neutral {
            let mirrored = self.seen(briefing, true);
            said = said.iter().zip(mirrored.iter().rev()).map(|(a, b)| 0.5 * (a + b)).collect();
        }
        let weights = match said[..] {
            [home, draw, away] => [home, draw, away],
            [home, away] => [(1.0 - tie) * home, tie, (1.0 - tie) * away],
            _ => {
                let detail = format!("{} classes", said.len());
                return Err(ForecastError::Numerics { model: self.model, detail });
            }
        };
        Ok(OutcomeProbabilities::from_weights(weights[0], weights[1], weights[2])?)
    }
}

impl<T: Learnt> FittedModel for Fitted<T> {
    fn forecast(&self, briefing: &Briefing<'_>) -> Result<Predicted, ForecastError> {
        let scores = self.scores.forecast(briefing)?.distribution;
        let tie = scores.outcome_probabilities().draw;
        let distribution = scores.reweighted(self.outcome(briefing, tie)?)?;
        Ok(Predicted { distribution, uncertainty: None })
    }

    fn report(&self) -> &FitReport {
        &self.report
    }

    fn parameters(&self) -> serde_json::Value {
        json!({
            "learnt": self.learnt.parameters(),
            "learnt_with_odds": self.with_odds.as_ref().map(Learnt::parameters),
            "scores": self.scores.parameters(),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod odds_tests;
#[cfg(test)]
pub(super) mod tests;
