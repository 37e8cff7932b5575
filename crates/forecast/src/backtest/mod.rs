//! Walk-forward backtest: what every model would have said before each match, strictly as of then, and how good it was.
//!
//! Time is cut by a calendar-aligned [`Schedule`]. A model is fitted on the snapshot of a grid instant, and a match is
//! forecast by the latest fit whose moment is not after its earliest possible kick-off: every match once, in kick-off order.
//! All forecasters see the same matches; the market stands beside them.

mod comparison;
mod evaluation;
mod refits;
mod schedule;
mod summary;
mod walk;

use domain::{
    BookId, CompetitionId, FixtureId, OutcomeClass, OutcomeProbabilities, Phase, RecordedBy, Score, Season,
    Sport, TeamId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    comparison::{Comparison, GroupDifference, RuleComparison, Side, compare},
    evaluation::{Coverage, Curve, CurvePoint, Evaluation, Group, GroupLine, evaluate},
    refits::Refits,
    schedule::Schedule,
    summary::{BASELINES, Clustering, Summary, SummaryOptions, Versus, summarise},
    walk::{walk_all, walk_forward, walk_forward_visiting},
};
use crate::{Model, bootstrap::Bootstrap, crps::ScoreCrps, market_baseline::MarketPreference};

/// What to walk through.
pub struct Plan {
    /// Which competition.
    pub competition: CompetitionId,
    /// Which of its matches to forecast; earlier ones are learnt from.
    pub period: Period,
    /// Who forecasts; the market is added.
    pub models: Vec<Box<dyn Model>>,
    /// When models are refitted and on how much.
    pub schedule: Schedule,
    /// What models may know about the match itself.
    pub briefed: Briefed,
    /// Fewest played matches to learn from; a match before that is counted and not forecast.
    pub min_training: usize,
    /// Up to which import facts count.
    pub recorded_by: RecordedBy,
    /// Which prices make the market's forecast.
    pub market: MarketPreference,
    /// How the forecasts are summed up.
    pub summary: SummaryOptions,
}

impl Plan {
    /// Weekly refits on everything known, at least 100 matches to learn from, the usual market and intervals.
    pub fn new(competition: CompetitionId, period: Period, models: Vec<Box<dyn Model>>) -> Self {
        Self {
            competition,
            period,
            models,
            schedule: Schedule::weekly(),
            briefed: Briefed::AtFit,
            min_training: 100,
            recorded_by: RecordedBy::Now,
            market: MarketPreference::default(),
            summary: SummaryOptions::default(),
        }
    }

    /// The same with another seed for its intervals.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.summary.bootstrap = Bootstrap { seed, ..self.summary.bootstrap };
        self
    }
}

/// Up to which moment the news about a match itself counts. Strengths are always those of the fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Briefed {
    /// Up to the fit, as everything else.
    #[default]
    AtFit,
    /// Up to its kick-off: opening and pre-match prices are in, closing ones are not.
    AtKickoff,
    /// Its closing prices are in: what could have been said in the last instant, for comparison with the close only.
    AtClose,
}

/// Which matches to forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Those of these seasons.
    Seasons(Vec<Season>),
    /// Those whose earliest kick-off lies in `from..to`.
    Between {
        /// First instant.
        from: Timestamp,
        /// First instant after.
        to: Timestamp,
    },
}

/// How far a walk has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Where.
    pub competition: CompetitionId,
    /// Matches done, forecast or not.
    pub done: usize,
    /// Matches in the period.
    pub total: usize,
    /// The grid instant just finished.
    pub as_of: Timestamp,
}

/// A finished walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// Where.
    pub competition: CompetitionId,
    /// What is played.
    pub sport: Sport,
    /// Which matches.
    pub period: Period,
    /// When models were refitted and on how much.
    pub schedule: Schedule,
    /// What models could know about each match itself.
    pub briefed: Briefed,
    /// Fewest matches to learn from.
    pub min_training: usize,
    /// Forecasters, models in the plan's order and then the market: the order of [`MatchForecasts::probabilities`].
    pub names: Vec<String>,
    /// Every forecast match, by kick-off.
    pub matches: Vec<MatchForecasts>,
    /// Matches of the period that were not forecast, and why.
    pub left_out: LeftOut,
    /// Every forecaster over all matches it forecast.
    pub forecasters: Vec<Summary>,
    /// The same over the matches that all of them forecast. A forecaster without any forecast is left out of both the
    /// condition and the list.
    pub on_common: Vec<Summary>,
    /// Where the market's forecasts came from.
    pub market_use: Vec<MarketUse>,
}

/// What was said about one match, and what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchForecasts {
    /// Which match.
    pub fixture: FixtureId,
    /// Its season.
    pub season: Season,
    /// Home side.
    pub home: TeamId,
    /// Away side.
    pub away: TeamId,
    /// Its earliest kick-off.
    pub kickoff: Timestamp,
    /// Nothing known at or after this moment was used by a model.
    pub as_of: Timestamp,
    /// The moment of the fit; what happened since in other matches was not used.
    pub fitted_at: Timestamp,
    /// Played matches the models could learn from.
    pub training_matches: usize,
    /// How it ended, in the sport's settlement period.
    pub score: Score,
    /// Who won.
    pub outcome: OutcomeClass,
    /// Per forecaster, in the order of [`Backtest::names`]; none where it could not answer.
    pub probabilities: Vec<Option<OutcomeProbabilities>>,
    /// How good each score distribution was, in the same order; none for the market.
    pub crps: Vec<Option<ScoreCrps>>,
}

/// Matches of the period without a forecast.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Fewer than the least number of matches to learn from.
    pub too_early: usize,
    /// Not known to be coming before they started.
    pub unannounced: usize,
    /// Without a completed result.
    pub without_result: usize,
    /// Whose result was known when it should have been forecast.
    pub known_already: usize,
}

/// How often the market's forecast came from one book and phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketUse {
    /// Whose prices.
    pub book: BookId,
    /// When in the market's life.
    pub phase: Phase,
    /// Matches.
    pub n: usize,
    /// Of which the book summed to less than 1 and was normalised in proportion.
    pub arbitrage: usize,
}

#[cfg(test)]
mod tests;
