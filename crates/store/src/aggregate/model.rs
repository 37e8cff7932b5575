//! How models did, by competition and week. What changed is found here; it is scored by the caller, who knows the rules.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CompetitionId, FixtureId, OutcomeProbabilities, Sequence};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{Aggregate, Step};
use crate::{
    Store, StoreError, column,
    engine::{Durability, Row, Values, insert_rows, query, query_as},
    statement::aggregate as sql,
    store::outlasting,
};

/// What is to be scored again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoringPlan {
    step: Step,
    /// By competition, the fixtures that changed since; none when all weeks of all fixtures are to be scored.
    pub changed: BTreeMap<CompetitionId, Option<BTreeSet<FixtureId>>>,
}

/// A forecast on record, without its distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeForecast {
    /// Of which fixture.
    pub fixture: FixtureId,
    /// By which model.
    pub model: String,
    /// From what was known before this moment.
    pub as_of: Timestamp,
    /// The last import it could see.
    pub data_sequence: Sequence,
    /// What it said.
    pub probabilities: OutcomeProbabilities,
}

/// Mean scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanScoresRow {
    /// Natural log loss.
    pub log_loss: f64,
    /// Ranked probability score.
    pub rps: f64,
    /// Brier score, summed over the classes.
    pub brier: f64,
    /// Share of forecasts whose likeliest class came true.
    pub accuracy: f64,
}

/// The matches that have prices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PricedRow {
    /// How many.
    pub matches: usize,
    /// Those with closing prices.
    pub closing_matches: usize,
    /// The model on them.
    pub model: MeanScoresRow,
    /// The market on them.
    pub market: MeanScoresRow,
}

/// One model's week in one competition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelWeek {
    /// Where.
    pub competition: CompetitionId,
    /// Its Monday.
    pub week: Date,
    /// The model.
    pub model: String,
    /// Matches.
    pub matches: usize,
    /// The model.
    pub scores: MeanScoresRow,
    /// The base rate on the same matches.
    pub base_rate: MeanScoresRow,
    /// Those with prices; none without any.
    pub priced: Option<PricedRow>,
}

impl Store {
    /// What is to be scored again since the last time, or anew; none when nothing is new.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn plan_scoring(&self, rebuild: bool) -> Result<Option<ScoringPlan>, StoreError> {
        let state = self.aggregate_state(Aggregate::ModelPerformance).await?;
        let Some(step) = Step::of(state, rebuild) else { return Ok(None) };
        let mut changed: BTreeMap<CompetitionId, Option<BTreeSet<FixtureId>>> = BTreeMap::new();
        match step.since() {
            None => {
                for row in query(sql::FORECAST_COMPETITIONS).fetch_all(self.readers()).await? {
                    changed.insert(column::parsed("competition", row.try_get(0)?)?, None);
                }
            }
            Some(mark) => {
                let query = query_as(sql::SCORABLE_SINCE).bind(mark.forecast).bind(mark.sequence);
                let rows: Vec<(String, i64)> = query.fetch_all(self.readers()).await?;
                for (competition, fixture) in rows {
                    let competition = column::parsed("competition", &competition)?;
                    changed
                        .entry(competition)
                        .or_default()
                        .get_or_insert_default()
                        .insert(FixtureId(fixture));
                }
            }
        }
        Ok(Some(ScoringPlan { step, changed }))
    }

    /// Every forecast of a competition, in the order they were stored.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn made_forecasts(&self, competition: CompetitionId) -> Result<Vec<MadeForecast>, StoreError> {
        let rows = query(sql::MADE).bind(competition.as_str()).fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                Ok(MadeForecast {
                    fixture: FixtureId(row.try_get(0)?),
                    model: row.try_get(1)?,
                    as_of: column::instant(row.try_get(2)?)?,
                    data_sequence: Sequence(row.try_get(3)?),
                    // The very bits that were stored; they are not made to sum to 1 again.
                    probabilities: OutcomeProbabilities {
                        home: row.try_get(4)?,
                        draw: row.try_get(5)?,
                        away: row.try_get(6)?,
                    },
                })
            })
            .collect()
    }

    /// Puts the rows of these weeks in place of what was there, and everything when all was planned. Returns whether it was
    /// taken; it is not when another process was faster.
    ///
    /// # Errors
    /// When a competition does not exist or the store cannot be written; nothing is changed then.
    pub async fn save_model_performance(
        &self,
        plan: &ScoringPlan,
        weeks: &BTreeSet<(CompetitionId, Date)>,
        rows: &[ModelWeek],
    ) -> Result<bool, StoreError> {
        outlasting!(self.try_save_model_performance(plan, weeks, rows))
    }

    async fn try_save_model_performance(
        &self,
        plan: &ScoringPlan,
        weeks: &BTreeSet<(CompetitionId, Date)>,
        rows: &[ModelWeek],
    ) -> Result<bool, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        if !plan.step.still_fits(&mut transaction, Aggregate::ModelPerformance).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        if plan.step.anew {
            query(sql::DROP_ALL_MODEL_WEEKS).execute(&mut *transaction).await?;
        } else {
            for (competition, week) in weeks {
                let query = query(sql::DROP_MODEL_WEEK).bind(competition.as_str()).bind(week.to_string());
                query.execute(&mut *transaction).await?;
            }
        }
        insert_rows(&mut transaction, &sql::MODEL_WEEK_ROWS, rows, add).await?;
        super::set_mark(&mut transaction, Aggregate::ModelPerformance, plan.step.to).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// How models did, by model, week and competition; of one competition or model, or of all.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn model_performance(
        &self,
        competition: Option<CompetitionId>,
        model: Option<&str>,
    ) -> Result<Vec<ModelWeek>, StoreError> {
        let query = query(sql::MODEL_WEEKS).bind(competition.as_ref().map_or("", |c| c.as_str()));
        let rows = query.bind(model.unwrap_or_default()).fetch_all(self.readers()).await?;
        rows.iter().map(model_week).collect()
    }
}

fn add(values: &mut Values<'_>, row: &ModelWeek) -> Result<(), StoreError> {
    let add_scores = |values: &mut Values<'_>, scores: Option<MeanScoresRow>| -> Result<(), StoreError> {
        let each: [fn(MeanScoresRow) -> f64; 4] = [|s| s.log_loss, |s| s.rps, |s| s.brier, |s| s.accuracy];
        each.into_iter().try_for_each(|score| values.add(scores.map(score)))
    };
    values.add(row.competition.as_str())?;
    values.add(row.week.to_string())?;
    values.add(row.model.as_str())?;
    values.add(column::count(row.matches))?;
    add_scores(values, Some(row.scores))?;
    add_scores(values, Some(row.base_rate))?;
    values.add(column::count(row.priced.map_or(0, |priced| priced.matches)))?;
    values.add(column::count(row.priced.map_or(0, |priced| priced.closing_matches)))?;
    add_scores(values, row.priced.map(|priced| priced.model))?;
    add_scores(values, row.priced.map(|priced| priced.market))
}

fn model_week(row: &Row) -> Result<ModelWeek, StoreError> {
    let matches = column::small("priced_matches", row.try_get(12)?)?;
    Ok(ModelWeek {
        competition: column::parsed("competition", row.try_get(0)?)?,
        week: column::parsed("week", row.try_get(1)?)?,
        model: row.try_get(2)?,
        matches: column::small("matches", row.try_get(3)?)?,
        scores: scores(row, 4)?,
        base_rate: scores(row, 8)?,
        priced: match matches {
            0 => None,
            matches => Some(PricedRow {
                matches,
                closing_matches: column::small("closing_matches", row.try_get(13)?)?,
                model: scores(row, 14)?,
                market: scores(row, 18)?,
            }),
        },
    })
}

fn scores(row: &Row, first: usize) -> Result<MeanScoresRow, StoreError> {
    Ok(MeanScoresRow {
        log_loss: row.try_get(first)?,
        rps: row.try_get(first + 1)?,
        brier: row.try_get(first + 2)?,
        accuracy: row.try_get(first + 3)?,
    })
}
