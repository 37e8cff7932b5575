//! The ledger: every movement of money once, in the order it was noted. A balance is a sum, never a stored number.

use domain::Money;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    BetId, Store, StoreError, column,
    engine::{Connection, Durability, query, query_as, query_scalar},
    statement::money as sql,
    store::outlasting,
};

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Money put in.
    Deposit,
    /// Money taken out.
    Withdrawal,
    /// A stake, paid when a bet is struck.
    Stake,
    /// What a settled bet returns, its stake included.
    Payout,
    /// A payout taken back, because a result was corrected.
    Reversal,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// Its number.
    pub id: i64,
    /// Names the movement; a second one of the same key is not noted.
    pub idempotency_key: String,
    /// Whose bankroll.
    pub run: String,
    /// The bet it belongs to.
    pub bet: Option<BetId>,
    /// What it is for.
    pub kind: EntryKind,
    /// In is positive, out is negative.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

/// An entry to note.
pub(crate) struct Posting<'a> {
    pub(crate) key: String,
    pub(crate) run: &'a str,
    pub(crate) bet: Option<BetId>,
    pub(crate) kind: EntryKind,
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
}

impl EntryKind {
    const ALL: [Self; 5] = [Self::Deposit, Self::Withdrawal, Self::Stake, Self::Payout, Self::Reversal];

    fn code(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Stake => "stake",
            Self::Payout => "payout",
            Self::Reversal => "reversal",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Store {
    /// Puts money in (or takes it out, when negative). Returns whether the key was new; a known one changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn deposit(
        &self,
        run: &str,
        amount: Money,
        key: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        outlasting!(self.try_deposit(run, amount, key, at))
    }

    async fn try_deposit(
        &self,
        run: &str,
        amount: Money,
        key: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let kind = if amount.minor < 0 { EntryKind::Withdrawal } else { EntryKind::Deposit };
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let posting = Posting { key: format!("{}:{key}", kind.code()), run, bet: None, kind, amount, at };
        let inserted = post(&mut transaction, &posting).await?;
        transaction.commit().await?;
        Ok(inserted)
    }

    /// The entries of one run in order.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn ledger(&self, run: &str) -> Result<Vec<LedgerEntry>, StoreError> {
        let rows = query(sql::LEDGER).bind(run).fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                let kind: &str = row.try_get(4)?;
                Ok(LedgerEntry {
                    id: row.try_get(0)?,
                    idempotency_key: row.try_get(1)?,
                    run: row.try_get(2)?,
                    bet: row.try_get::<Option<i64>>(3)?.map(BetId),
                    kind: column::coded("entry kind", kind, EntryKind::from_code(kind))?,
                    amount: Money::new(row.try_get(5)?, column::parsed("currency", row.try_get(6)?)?),
                    at: column::instant(row.try_get(7)?)?,
                })
            })
            .collect()
    }

    /// What a run has, by currency.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn balance(&self, run: &str) -> Result<Vec<Money>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(sql::BALANCE).bind(run).fetch_all(self.readers()).await?;
        rows.into_iter()
            .map(|(currency, minor)| Ok(Money::new(minor, column::parsed("currency", &currency)?)))
            .collect()
    }
}

/// Notes an entry, unless its key is known.
pub(crate) async fn post(connection: &mut Connection, posting: &Posting<'_>) -> Result<bool, StoreError> {
    let inserted: Option<i64> = query_scalar(sql::INSERT_ENTRY)
        .bind(&posting.key)
        .bind(posting.run)
        .bind(posting.bet.map(|bet| bet.0))
        .bind(posting.kind.code())
        .bind(posting.amount.minor)
        .bind(posting.amount.currency.as_str())
        .bind(column::micros(posting.at))
        .fetch_optional(connection)
        .await?;
    Ok(inserted.is_some())
}
