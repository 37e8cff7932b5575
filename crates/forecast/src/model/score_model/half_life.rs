//! How fast matches lose weight, and a half-life chosen inside the training window.
//!
//! Time is cut at multiples of eight weeks since 1970, whatever the moment of the fit. At each cut within the last two
//! years the snapshot is rewound, every candidate is fitted there, and the matches up to the next cut are scored by the
//! logarithm of the probability each candidate gave to the score. The candidate with the highest sum is chosen. Folds depend
//! on the history and the cut alone, so a later fit takes over those of an earlier one and the choice changes only when
//! another eight weeks are complete.

use std::collections::BTreeMap;

use domain::{
    CompetitionId, FixtureId, PlayedMatch, RecordedBy, Score, Snapshot, TeamId, history::HistoryIdentity,
};
use jiff::Timestamp;
use rayon::prelude::*;

use super::{
    ScoreModel,
    fit::fit,
    fitted::Strengths,
    law::{Meetings, ScoreLaw, WeightedScore},
    training::Training,
};
use crate::ForecastError;

/// After how many days a match counts half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfLife {
    /// All matches count alike.
    None,
    /// After so many.
    Days(f64),
    /// After as many as forecast the matches of the last two years best, each from what was known before it.
    Chosen,
}

/// What is chosen from: steps of about the square root of two; the longest is next to no decay.
const CANDIDATES: [f64; 8] = [120.0, 170.0, 240.0, 340.0, 480.0, 680.0, 960.0, 1920.0];
/// What is taken while no fold is complete.
const UNTIL_CHOSEN: f64 = 300.0;
const STEP_SECS: i64 = 56 * 86_400;
const REACH_SECS: i64 = 730 * 86_400;

/// What a choice was made from.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) days: f64,
    folds: Folds,
}

#[derive(Debug, Clone)]
struct Folds {
    identity: HistoryIdentity,
    recorded_by: RecordedBy,
    competition: CompetitionId,
    since: Option<Timestamp>,
    by_cut: BTreeMap<Timestamp, Fold>,
}

/// The matches of eight weeks, and the log-probability each candidate gave to their scores in sum; none where there was too
/// little to learn from at its cut.
#[derive(Debug, Clone, PartialEq)]
struct Fold {
    matches: Vec<(FixtureId, Score)>,
    sums: Option<[f64; CANDIDATES.len()]>,
}

impl Choice {
    /// `last` is the choice of an earlier fit of the same model, whose folds are taken over where they are of the same
    /// facts.
    pub(super) fn of<L: ScoreLaw>(
        model: &ScoreModel<L>,
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        last: Option<&Self>,
    ) -> Result<Self, ForecastError> {
        let mut folds = Folds {
            identity: snapshot.history_identity().clone(),
            recorded_by: snapshot.recorded_by(),
            competition,
            since: snapshot.window_start(),
            by_cut: BTreeMap::new(),
        };
        let last = last.map(|last| &last.folds).filter(|last| last.is_of_same_facts(&folds));
        let wanted: Vec<(Timestamp, Vec<PlayedMatch<'_>>)> =
            complete(snapshot, competition).into_iter().collect();
        let made: Result<Vec<(Timestamp, Fold)>, ForecastError> = wanted
            .par_iter()
            .map(|(cut, played)| {
                let matches: Vec<_> = played.iter().map(|m| (m.fixture.id, m.score())).collect();
                let known = last.and_then(|last| last.by_cut.get(cut)).filter(|f| f.matches == matches);
                let fold = match known {
                    Some(fold) => fold.clone(),
                    None => {
                        Fold { sums: sums(model, &snapshot.rewound(*cut), competition, played)?, matches }
                    }
                };
                Ok((*cut, fold))
            })
            .collect();
        folds.by_cut = made?.into_iter().collect();
        Ok(Self { days: folds.best(), folds })
    }

    /// Candidates with the log-probability they gave to all matches scored.
    pub(super) fn by_candidate(&self) -> BTreeMap<String, f64> {
        let totals = self.folds.totals().unwrap_or_default();
        CANDIDATES.iter().zip(totals).map(|(days, sum)| (format!("{days:04.0}"), sum)).collect()
    }
}

impl Folds {
    fn is_of_same_facts(&self, other: &Self) -> bool {
        self.identity == other.identity
            && self.recorded_by == other.recorded_by
            && self.competition == other.competition
            && self.since == other.since
    }

    fn totals(&self) -> Option<[f64; CANDIDATES.len()]> {
        let folds = self.by_cut.values().filter_map(|fold| fold.sums);
        folds.reduce(|a, b| std::array::from_fn(|i| a[i] + b[i]))
    }

    /// Of equals the first, which forgets fastest.
    fn best(&self) -> f64 {
        let Some(totals) = self.totals() else { return UNTIL_CHOSEN };
        let mut best = 0;
        for i in 1..CANDIDATES.len() {
            if totals[i] > totals[best] {
                best = i;
            }
        }
        CANDIDATES[best]
    }
}

/// Played matches of the last two years by the cut before them, as far as the next cut has passed.
fn complete<'h>(
    snapshot: &Snapshot<'h>,
    competition: CompetitionId,
) -> BTreeMap<Timestamp, Vec<PlayedMatch<'h>>> {
    let now = snapshot.at().as_second();
    let mut by_cut: BTreeMap<Timestamp, Vec<PlayedMatch<'h>>> = BTreeMap::new();
    for played in snapshot.played_in(competition) {
        let cut = played.fixture.kickoff.earliest().as_second().div_euclid(STEP_SECS) * STEP_SECS;
        if cut + STEP_SECS <= now && now - cut <= REACH_SECS {
            let cut = Timestamp::from_second(cut).unwrap_or(Timestamp::MIN);
            by_cut.entry(cut).or_default().push(played);
        }
    }
    by_cut
}

/// What each candidate, fitted on this snapshot, gives to the scores of later matches.
fn sums<L: ScoreLaw>(
    model: &ScoreModel<L>,
    snapshot: &Snapshot<'_>,
    competition: CompetitionId,
    later: &[PlayedMatch<'_>],
) -> Result<Option<[f64; CANDIDATES.len()]>, ForecastError> {
    let mut training = match Training::of(snapshot, competition, model.name, &model.settings) {
        Ok(training) => training,
        Err(ForecastError::TooFewMatches { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let teams: Vec<TeamId> = training.teams.clone();
    let options = model.options(&training);
    let mut sums = [0.0; CANDIDATES.len()];
    let mut last = None;
    for (days, sum) in CANDIDATES.iter().zip(&mut sums) {
        training.weigh(Some(*days));
        let fit = fit::<L>(&training.rows, teams.len(), &options, last.as_ref())?;
        let highest = later.iter().map(|m| m.score().home.max(m.score().away)).max().unwrap_or(0);
        let law = L::at(&fit.parameters.own, highest).ok_or_else(|| ForecastError::Numerics {
            model: model.name,
            detail: format!("no law at {:?}", fit.parameters.own),
        })?;
        let strengths = Strengths::of(&training, &fit.parameters);
        *sum = later.iter().map(|m| log_probability(&law, &strengths, &training, m)).sum();
        last = Some(fit.parameters);
    }
    Ok(Some(sums))
}

/// As small as the probability of a score can be taken: one absurd result must not decide.
const LEAST: f64 = -30.0;

fn log_probability<L: ScoreLaw>(
    law: &L,
    strengths: &Strengths,
    training: &Training,
    played: &PlayedMatch<'_>,
) -> f64 {
    let score = played.score();
    let rates = strengths.rates(played.fixture, &training.covariates);
    let one = WeightedScore { home: score.home, away: score.away, weight: 1.0 };
    let part = law.part(&Meetings::single(&one), rates);
    part.map_or(LEAST, |part| part.value.max(LEAST))
}
