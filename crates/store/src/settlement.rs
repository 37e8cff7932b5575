//! Settlement: what a bet paid, and what is put right when a result is corrected.

use domain::{Currency, Grade, Money, Sequence, Shares};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    BetId, Store, StoreError, column,
    engine::{Connection, Durability, query, query_as},
    ledger::{self, EntryKind, Posting},
    statement::money as sql,
    store::outlasting,
};

/// How a bet is to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSettlement {
    /// Which bet.
    pub bet: BetId,
    /// What became of the stake.
    pub grade: Grade,
    /// What is returned, the stake included.
    pub payout: Money,
    /// The import that brought the result; none for a bet that is void without one.
    pub result: Option<Sequence>,
    /// Now.
    pub settled_at: Timestamp,
}

/// How a bet was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Settlement {
    /// 1 for the first settlement, one more after each correction.
    pub revision: u32,
    /// What became of the stake.
    pub grade: Grade,
    /// What was returned, the stake included.
    pub payout: Money,
    /// The import that brought the result.
    pub result: Option<Sequence>,
    /// When.
    pub settled_at: Timestamp,
}

/// What settling changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// The bet was open and is paid.
    Paid,
    /// It was settled so already.
    Unchanged,
    /// It had been settled otherwise: that payout is taken back and the new one paid.
    Corrected,
}

impl Store {
    /// Settles bets, all of them or none. Settling again in the same way changes nothing.
    ///
    /// # Errors
    /// When a bet does not exist, a payout is in another currency than its stake, or the store cannot be written; nothing is
    /// stored then.
    pub async fn settle(&self, settlements: &[NewSettlement]) -> Result<Vec<Settled>, StoreError> {
        outlasting!(self.try_settle(settlements))
    }

    async fn try_settle(&self, settlements: &[NewSettlement]) -> Result<Vec<Settled>, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let mut settled = Vec::with_capacity(settlements.len());
        for settlement in settlements {
            settled.push(settle(&mut transaction, settlement).await?);
        }
        transaction.commit().await?;
        Ok(settled)
    }
}

async fn settle(connection: &mut Connection, new: &NewSettlement) -> Result<Settled, StoreError> {
    let run = run_of(connection, new).await?;
    let last = last_settlement(connection, new.bet).await?;
    let revision = match last {
        Some((_, grade, payout)) if grade == new.grade && payout == new.payout.minor => {
            return Ok(Settled::Unchanged);
        }
        Some((revision, ..)) => revision + 1,
        None => 1,
    };
    insert(connection, new, revision).await?;
    let posting = |kind: EntryKind, name: &str, minor: i64| Posting {
        key: format!("bet:{}:{name}:{revision}", new.bet.0),
        run: &run,
        bet: Some(new.bet),
        kind,
        amount: Money::new(minor, new.payout.currency),
        at: new.settled_at,
    };
    if let Some((.., paid)) = last.filter(|(.., paid)| *paid != 0) {
        ledger::post(connection, &posting(EntryKind::Reversal, "reversal", -paid)).await?;
    }
    if new.payout.minor != 0 {
        ledger::post(connection, &posting(EntryKind::Payout, "payout", new.payout.minor)).await?;
    }
    Ok(if last.is_some() { Settled::Corrected } else { Settled::Paid })
}

/// The run a bet belongs to, once its currency is checked.
async fn run_of(connection: &mut Connection, new: &NewSettlement) -> Result<String, StoreError> {
    let terms: Option<(String, String)> =
        query_as(sql::BET_TERMS).bind(new.bet.0).fetch_optional(connection).await?;
    let (run, currency) =
        terms.ok_or_else(|| StoreError::NotFound { what: "bet", id: new.bet.0.to_string() })?;
    let currency: Currency = column::parsed("currency", &currency)?;
    if currency != new.payout.currency {
        let (stake, payout) = (currency.to_string(), new.payout.currency.to_string());
        return Err(StoreError::Currency { bet: new.bet.0, stake, payout });
    }
    Ok(run)
}

/// Revision, grade and payout.
async fn last_settlement(
    connection: &mut Connection,
    bet: BetId,
) -> Result<Option<(i64, Grade, i64)>, StoreError> {
    let last: Option<(i64, String, i64, i64, i64, i64)> =
        query_as(sql::LAST_SETTLEMENT).bind(bet.0).fetch_optional(connection).await?;
    last.map(|(revision, name, won, refunded, lost, payout)| {
        Ok((revision, grade(&name, [won, refunded, lost])?, payout))
    })
    .transpose()
}

async fn insert(connection: &mut Connection, new: &NewSettlement, revision: i64) -> Result<(), StoreError> {
    let shares = match new.grade {
        Grade::Settled(shares) => [shares.won, shares.refunded, shares.lost],
        Grade::Void => [0; 3],
    };
    let query = query(sql::INSERT_SETTLEMENT)
        .bind(new.bet.0)
        .bind(revision)
        .bind(new.result.map(|sequence| sequence.0))
        .bind(new.grade.name());
    shares
        .into_iter()
        .fold(query, |query, share| query.bind(i64::from(share)))
        .bind(new.payout.minor)
        .bind(column::micros(new.settled_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// A grade from its name and its shares won, refunded and lost. The name is for people; only void has no shares.
pub(crate) fn grade(name: &str, shares: [i64; 3]) -> Result<Grade, StoreError> {
    if name == Grade::Void.name() {
        return Ok(Grade::Void);
    }
    let [won, refunded, lost] = shares;
    Ok(Grade::Settled(Shares {
        won: column::small("shares", won)?,
        refunded: column::small("shares", refunded)?,
        lost: column::small("shares", lost)?,
    }))
}
