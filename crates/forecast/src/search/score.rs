//! How good settings are: walked forward through the seasons they may be chosen on.

use domain::{CompetitionId, History, Season};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ForecastError, Model,
    backtest::{Backtest, Briefed, Period, Plan, Schedule, SummaryOptions, evaluate, walk_all},
    bootstrap::Bootstrap,
};

/// Where and on what settings are tried: everything that must not change between the trials of one search.
#[derive(Debug, Clone)]
pub struct Scene<'h> {
    /// Competitions with their histories.
    pub competitions: Vec<(CompetitionId, &'h History)>,
    /// Whose matches are scored.
    pub seasons: Vec<Season>,
    /// When the model is refitted and on how much.
    pub schedule: Schedule,
    /// What it knows about each match itself.
    pub briefed: Briefed,
    /// Fewest matches to learn from.
    pub min_training: usize,
}

/// How good settings were.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrialScore {
    /// Matches scored.
    pub n: usize,
    /// Natural log loss, which is what is searched on: it judges every probability, and no other proper rule is as sharp.
    pub log_loss: f64,
    /// Ranked probability score, normalised.
    pub rps: f64,
}

impl<'h> Scene<'h> {
    /// Walks a model through the seasons, once per competition.
    ///
    /// # Errors
    /// When the model fails.
    pub fn walk(
        &self,
        model: &(dyn Fn() -> Box<dyn Model> + Sync),
        seasons: &[Season],
    ) -> Result<Vec<Backtest>, ForecastError> {
        let plan = |(competition, history): (CompetitionId, &'h History)| {
            let mut plan = Plan::new(competition, Period::Seasons(seasons.to_vec()), vec![model()]);
            plan.schedule = self.schedule;
            plan.briefed = self.briefed;
            plan.min_training = self.min_training;
            // Trials are ranked by their means; intervals come with the winner.
            plan.summary.bootstrap = Bootstrap { resamples: 0, ..Bootstrap::default() };
            (history, plan)
        };
        walk_all(&self.competitions.iter().copied().map(plan).collect::<Vec<_>>(), &|_| {})
    }

    /// The moment before which everything a trial sees lies: the first kick-off after the seasons scored.
    pub fn ends_before(&self) -> Option<Timestamp> {
        let last = self.seasons.iter().max()?;
        let later = |h: &History| {
            let kickoffs = h.fixtures_for_scoring().into_iter().filter(|f| f.season > *last);
            kickoffs.map(|f| f.kickoff.earliest()).min()
        };
        self.competitions.iter().filter_map(|(_, h)| later(h)).min()
    }
}

/// Scores one trial on the scene's seasons.
///
/// # Errors
/// When the model fails or forecast nothing.
pub fn score(
    scene: &Scene<'_>,
    model: &(dyn Fn() -> Box<dyn Model> + Sync),
) -> Result<TrialScore, ForecastError> {
    let walks = scene.walk(model, &scene.seasons)?;
    let bootstrap = Bootstrap { resamples: 0, ..Bootstrap::default() };
    let options = SummaryOptions { bootstrap, ..SummaryOptions::default() };
    let evaluation = evaluate(&walks, &options)?;
    let name = walks.first().and_then(|w| w.names.first());
    let summary = evaluation.forecasters.iter().find(|s| Some(&s.name) == name);
    let summary = summary.ok_or(ForecastError::NothingToScore)?;
    Ok(TrialScore { n: summary.n, log_loss: summary.log_loss, rps: summary.rps })
}
