//! Scores forecasts that were made, by competition and week, where results, prices or forecasts are new.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::{CompetitionId, FixtureId, RecordedBy};
use forecast::{
    mean_scores::MeanScores,
    track_record::{self, Made, Week, weeks_of},
};
use jiff::civil::Date;
use store::{MadeForecast, MeanScoresRow, ModelWeek, PricedRow, Store};

use super::refresh_aggregates::Histories;

/// Returns how many rows were written.
pub(crate) async fn run(store: &Store, histories: &mut Histories<'_>, rebuild: bool) -> Result<usize> {
    loop {
        let Some(plan) = store.plan_scoring(rebuild).await? else { return Ok(0) };
        let (weeks, rows) = scored(store, histories, &plan.changed).await?;
        if store.save_model_performance(&plan, &weeks, &rows).await? {
            return Ok(rows.len());
        }
        // Another process was faster: what is left to do may be less.
    }
}

type Changed = BTreeMap<CompetitionId, Option<BTreeSet<FixtureId>>>;

/// The weeks that were scored, and their rows.
async fn scored(
    store: &Store,
    histories: &mut Histories<'_>,
    changed: &Changed,
) -> Result<(BTreeSet<(CompetitionId, Date)>, Vec<ModelWeek>)> {
    let (mut weeks, mut rows) = (BTreeSet::new(), Vec::new());
    for (id, fixtures) in changed {
        let made: Vec<Made> = store.made_forecasts(*id).await?.into_iter().map(made).collect();
        let loaded = histories.get(*id).await?;
        let (history, competition) = (&loaded.history, &loaded.competition);
        let only = fixtures.as_ref().map(|fixtures| weeks_of(history, competition, fixtures));
        weeks.extend(only.iter().flatten().map(|week| (*id, *week)));
        let told = track_record::weeks(history, competition, &made, only.as_ref())?;
        rows.extend(told.into_iter().map(|week| row(*id, week)));
    }
    Ok((weeks, rows))
}

fn made(stored: MadeForecast) -> Made {
    Made {
        fixture: stored.fixture,
        model: stored.model,
        as_of: stored.as_of,
        recorded_by: RecordedBy::Import(stored.data_sequence),
        probabilities: stored.probabilities,
    }
}

fn row(competition: CompetitionId, week: Week) -> ModelWeek {
    let scores = |mean: MeanScores| {
        let MeanScores { log_loss, rps, brier, accuracy, .. } = mean;
        MeanScoresRow { log_loss, rps, brier, accuracy }
    };
    ModelWeek {
        competition,
        week: week.monday,
        model: week.model,
        matches: week.scores.n,
        scores: scores(week.scores),
        base_rate: scores(week.base_rate),
        priced: week.priced.map(|priced| PricedRow {
            matches: priced.model.n,
            closing_matches: priced.n_closing,
            model: scores(priced.model),
            market: scores(priced.market),
        }),
    }
}
