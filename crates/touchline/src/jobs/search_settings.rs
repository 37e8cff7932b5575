//! Searches a model's settings on the seasons before some season, and tells what the best are worth on the rest.

use anyhow::Result;
use domain::{CompetitionId, FixtureId, Season, Sequence};
use forecast::{
    backtest::{Backtest, Briefed, Comparison, Schedule, Side, SummaryOptions, compare},
    search::{Scene, Settings, Trial, TrialScore, Tunable, best, propose, score},
};
use serde::{Deserialize, Serialize};
use store::{NewSearch, Search, Store};

use super::{backtest_report, forecast_fixtures::CODE_VERSION, load_history::Loaded};
use crate::{app::App, exit::Stop};

/// Everything the trials of a search depend on but facts and code; the budget is not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Specification {
    pub(crate) model: String,
    pub(crate) competitions: Vec<CompetitionId>,
    /// Trials are scored on these.
    pub(crate) seasons: Vec<Season>,
    pub(crate) schedule: Schedule,
    pub(crate) briefed: Briefed,
    pub(crate) min_training: usize,
    pub(crate) seed: u64,
}

/// A trial on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tried {
    /// Counted from 0, which are the settings as they come.
    pub(crate) position: usize,
    /// The settings.
    pub(crate) settings: Settings,
    /// How good they were; none when the model failed with them.
    pub(crate) score: Option<TrialScore>,
    #[serde(flatten)]
    point: Point,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Point {
    values: Vec<f64>,
}

/// What a search came to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Found {
    /// What was searched.
    pub(crate) specification: Specification,
    /// Trials that were made now; the others were on record.
    pub(crate) new_trials: usize,
    /// Every trial, the best first.
    pub(crate) trials: Vec<Tried>,
    /// The best settings as TOML.
    pub(crate) toml: String,
    /// The best less the defaults on seasons that no trial saw; none where there are none.
    pub(crate) held_out: Option<HeldOut>,
    /// How many configurations were ever tried on these matches.
    pub(crate) configurations_tried: usize,
}

/// What the best settings are worth where they were not chosen.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HeldOut {
    /// The seasons.
    pub(crate) seasons: Vec<Season>,
    /// The best settings against the defaults.
    pub(crate) comparison: Comparison,
}

/// Makes trials until there are `budget` of them on record, each stored as soon as it is done.
pub(crate) async fn run(
    app: &App,
    store: &Store,
    loaded: &[Loaded],
    tunable: &Tunable,
    (specification, held_out): (&Specification, &[Season]),
    budget: usize,
) -> Result<Found> {
    let scene = scene(loaded, specification);
    let mut search = begin(app, store, loaded, specification).await?;
    let mut tried: Vec<Tried> =
        search.trials.iter().cloned().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let before = tried.len();
    let bar = app.out.progress(budget, "searching");
    bar.set_position(before.min(budget) as u64);
    while tried.len() < budget {
        let Some(values) = propose(tunable.ranges(), specification.seed, &trials(&tried)) else { break };
        let made = Tried {
            position: tried.len(),
            settings: tunable.settings(&values),
            score: score(&scene, &|| tunable.model(&values)).ok(),
            point: Point { values },
        };
        keep(app, store, &search, specification, &made).await?;
        tried.push(made);
        bar.set_message(best_so_far(&tried));
        bar.inc(1);
    }
    bar.finish_and_clear();
    search.trials.clear();
    let winner = best(&trials(&tried)).cloned().ok_or_else(|| {
        Stop::Usage(format!(
            "no trial could be scored: {} needs {} matches to learn from before the seasons searched",
            specification.model, specification.min_training
        ))
    })?;
    let held_out = held_out_difference(&scene, tunable, &winner.values, held_out, specification.seed)?;
    let settings = tunable.settings(&winner.values);
    tried.sort_by(|a, b| loss(a).total_cmp(&loss(b)));
    Ok(Found {
        specification: specification.clone(),
        new_trials: tried.len() - before,
        trials: tried,
        toml: toml::to_string(&std::collections::BTreeMap::from([(&specification.model, settings)]))?,
        held_out,
        configurations_tried: store.configurations_tried(search.match_set).await?.len(),
    })
}

fn scene<'l>(loaded: &'l [Loaded], specification: &Specification) -> Scene<'l> {
    Scene {
        competitions: loaded.iter().map(|l| (l.competition.id, &*l.history)).collect(),
        seasons: specification.seasons.clone(),
        schedule: specification.schedule,
        briefed: specification.briefed,
        min_training: specification.min_training,
    }
}

async fn begin(app: &App, store: &Store, loaded: &[Loaded], specification: &Specification) -> Result<Search> {
    let scored = |l: &Loaded| -> Vec<FixtureId> {
        let fixtures = l.history.fixtures_for_scoring().into_iter();
        fixtures.filter(|f| specification.seasons.contains(&f.season)).map(|f| f.id).collect()
    };
    let new = NewSearch {
        specification: serde_json::to_value(specification)?,
        code_version: CODE_VERSION.to_owned(),
        data_sequence: loaded.iter().map(|l| l.sequence).max().unwrap_or(Sequence(0)),
        fixtures: loaded.iter().flat_map(scored).collect(),
        begun_at: app.clock.now(),
    };
    Ok(store.begin_search(&new).await?)
}

async fn keep(
    app: &App,
    store: &Store,
    search: &Search,
    specification: &Specification,
    made: &Tried,
) -> Result<()> {
    let Specification { model, schedule, briefed, min_training, .. } = specification;
    // The first trial is the model as it comes, which a plain backtest tries under the same words.
    let settings = if made.position == 0 { &Settings::new() } else { &made.settings };
    let words = backtest_report::tried(model, settings, *schedule, *briefed, *min_training);
    let trial = serde_json::to_value(made)?;
    store.append_trial(search, made.position, &trial, &words, app.clock.now()).await?;
    Ok(())
}

fn loss(tried: &Tried) -> f64 {
    tried.score.map_or(f64::INFINITY, |s| s.log_loss)
}

fn trials(tried: &[Tried]) -> Vec<Trial> {
    let trial = |t: &Tried| Trial { values: t.point.values.clone(), loss: t.score.map(|s| s.log_loss) };
    tried.iter().map(trial).collect()
}

fn best_so_far(tried: &[Tried]) -> String {
    let best = tried.iter().min_by(|a, b| loss(a).total_cmp(&loss(b)));
    best.map_or_else(String::new, |t| format!("best {:.5} (#{})", loss(t), t.position))
}

/// The best settings against the defaults where neither was chosen.
fn held_out_difference(
    scene: &Scene<'_>,
    tunable: &Tunable,
    values: &[f64],
    seasons: &[Season],
    seed: u64,
) -> Result<Option<HeldOut>> {
    if seasons.is_empty() {
        return Ok(None);
    }
    let winner = scene.walk(&|| tunable.model(values), seasons)?;
    let defaults = scene.walk(&|| tunable.model(&tunable.defaults()), seasons)?;
    let mut options = SummaryOptions::default();
    options.bootstrap.seed = seed;
    let comparison = compare(&sides(&winner), &sides(&defaults), &options)?;
    Ok(Some(HeldOut { seasons: seasons.to_vec(), comparison }))
}

fn sides(walks: &[Backtest]) -> Vec<Side<'_>> {
    walks
        .iter()
        .map(|w| Side { competition: w.competition, sport: w.sport, matches: &w.matches, position: 0 })
        .collect()
}
