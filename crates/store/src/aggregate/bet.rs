//! What settled bets came to, by run, market, book, model and week. What changed is found here; it is summed up by the caller,
//! who knows void bets and closing lines.

use std::collections::BTreeSet;

use domain::{BookId, Currency, Money, market::MarketKind};
use jiff::civil::Date;
use serde::Serialize;

use super::{Aggregate, Step};
use crate::{
    BetId, Store, StoreError, column,
    engine::{Durability, Row, Values, insert_rows, query, query_scalar},
    statement::aggregate as sql,
    store::outlasting,
};

/// What is to be summed up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BettingPlan {
    step: Step,
    /// Bets that were settled, or whose matches were spoken of, since; none when all are to be summed up.
    pub changed: Option<BTreeSet<BetId>>,
}

/// Bets that are summed up together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BetGroup {
    /// Whose bankroll.
    pub run: String,
    /// Its currency.
    pub currency: Currency,
    /// The kind of market, by its code.
    pub kind: String,
    /// The book.
    pub book: BookId,
    /// The model.
    pub model: String,
    /// The Monday of the match's week.
    pub week: Date,
}

/// What a group of bets came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BetWeek {
    /// Which bets.
    #[serde(flatten)]
    pub group: BetGroup,
    /// Bets, void ones included.
    pub bets: usize,
    /// Void bets, which count for nothing below.
    pub void: usize,
    /// Bets that returned more than their stake.
    pub won: usize,
    /// Bets that returned exactly their stake.
    pub level: usize,
    /// Bets that returned less.
    pub lost: usize,
    /// Stakes of all that were not void.
    pub staked: Money,
    /// Returned less staked.
    pub profit: Money,
    /// Profit over stakes; none without stakes.
    pub roi: Option<f64>,
    /// Bets with a closing line.
    pub closing_bets: usize,
    /// Their mean closing line value.
    pub closing_value: Option<f64>,
    /// Bets whose closing line has a margin to remove.
    pub fair_closing_bets: usize,
    /// Their mean closing line value without it.
    pub fair_closing_value: Option<f64>,
}

impl Store {
    /// What is to be summed up again since the last time, or anew; none when nothing is new.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn plan_betting_performance(&self, rebuild: bool) -> Result<Option<BettingPlan>, StoreError> {
        let state = self.aggregate_state(Aggregate::BettingPerformance).await?;
        let Some(step) = Step::of(state, rebuild) else { return Ok(None) };
        let changed = match step.since() {
            None => None,
            Some(mark) => {
                let query = query_scalar(sql::BETS_SINCE).bind(mark.settlement).bind(mark.sequence);
                let bets: Vec<i64> = query.fetch_all(self.readers()).await?;
                Some(bets.into_iter().map(BetId).collect())
            }
        };
        Ok(Some(BettingPlan { step, changed }))
    }

    /// Puts the rows of these groups in place of what was there, and everything when all was planned. Returns whether it was
    /// taken; it is not when another process was faster.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is changed then.
    pub async fn save_betting_performance(
        &self,
        plan: &BettingPlan,
        rows: &[BetWeek],
    ) -> Result<bool, StoreError> {
        outlasting!(self.try_save_betting_performance(plan, rows))
    }

    async fn try_save_betting_performance(
        &self,
        plan: &BettingPlan,
        rows: &[BetWeek],
    ) -> Result<bool, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Process).await?;
        if !plan.step.still_fits(&mut transaction, Aggregate::BettingPerformance).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        if plan.step.anew {
            query(sql::DROP_ALL_BET_WEEKS).execute(&mut *transaction).await?;
        } else {
            for row in rows {
                let BetGroup { run, currency, kind, book, model, week } = &row.group;
                let query = query(sql::DROP_BET_WEEK).bind(run).bind(currency.as_str()).bind(kind);
                let query = query.bind(book.as_str()).bind(model).bind(week.to_string());
                query.execute(&mut *transaction).await?;
            }
        }
        insert_rows(&mut transaction, &sql::BET_WEEK_ROWS, rows, add).await?;
        super::set_mark(&mut transaction, Aggregate::BettingPerformance, plan.step.to).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// What bets came to, by group; of one run or of all.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn betting_performance(&self, run: Option<&str>) -> Result<Vec<BetWeek>, StoreError> {
        let rows = query(sql::BET_WEEKS).bind(run.unwrap_or_default()).fetch_all(self.readers()).await?;
        rows.iter().map(bet_week).collect()
    }
}

fn add(values: &mut Values<'_>, row: &BetWeek) -> Result<(), StoreError> {
    let BetGroup { run, currency, kind, book, model, week } = &row.group;
    values.add(run.as_str())?;
    values.add(currency.as_str())?;
    values.add(kind.as_str())?;
    values.add(book.as_str())?;
    values.add(model.as_str())?;
    values.add(week.to_string())?;
    let counts = [row.bets, row.void, row.won, row.level, row.lost];
    counts.into_iter().try_for_each(|count| values.add(column::count(count)))?;
    values.add(row.staked.minor)?;
    values.add(row.profit.minor)?;
    values.add(row.roi)?;
    values.add(column::count(row.closing_bets))?;
    values.add(row.closing_value)?;
    values.add(column::count(row.fair_closing_bets))?;
    values.add(row.fair_closing_value)
}

fn bet_week(row: &Row) -> Result<BetWeek, StoreError> {
    let kind: String = row.try_get(2)?;
    column::coded("kind", &kind, MarketKind::from_code(&kind))?;
    let currency: Currency = column::parsed("currency", row.try_get(1)?)?;
    let count = |place: usize| -> Result<usize, StoreError> { column::small("count", row.try_get(place)?) };
    let (staked, profit): (i64, i64) = (row.try_get(11)?, row.try_get(12)?);
    Ok(BetWeek {
        group: BetGroup {
            run: row.try_get(0)?,
            currency,
            kind,
            book: column::parsed("book", row.try_get(3)?)?,
            model: row.try_get(4)?,
            week: column::parsed("week", row.try_get(5)?)?,
        },
        bets: count(6)?,
        void: count(7)?,
        won: count(8)?,
        level: count(9)?,
        lost: count(10)?,
        staked: Money::new(staked, currency),
        profit: Money::new(profit, currency),
        roi: row.try_get(13)?,
        closing_bets: count(14)?,
        closing_value: row.try_get(15)?,
        fair_closing_bets: count(16)?,
        fair_closing_value: row.try_get(17)?,
    })
}
