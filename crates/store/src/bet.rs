//! Bets: struck once, whatever is retried.

use domain::{
    BookId, CompetitionId, DecimalOdds, FixtureId, Grade, Kickoff, Market, Money, Probability, Selection,
    Sequence,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ForecastId, Settlement, Store, StoreError, column,
    engine::{Connection, Durability, Row, query, query_scalar},
    ledger::{self, EntryKind, Posting},
    settlement,
    statement::money as sql,
    store::outlasting,
};

/// A stored bet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BetId(pub i64);

/// A bet to strike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewBet {
    /// Names the decision: a second bet of the same key is not struck.
    pub idempotency_key: String,
    /// Whose bankroll it is, e.g. `paper` or `demo`.
    pub run: String,
    /// On which fixture.
    pub fixture: FixtureId,
    /// At which book.
    pub book: BookId,
    /// On which market.
    pub market: Market,
    /// On what.
    pub selection: Selection,
    /// At what price.
    pub odds: DecimalOdds,
    /// How likely it was thought to win, refunds apart.
    pub probability: Probability,
    /// Expected profit per unit staked.
    pub edge: f64,
    /// How much.
    pub stake: Money,
    /// When it was struck.
    pub placed_at: Timestamp,
    /// The kick-off as it was announced then; a match that starts much later voids the bet.
    pub kickoff: Kickoff,
    /// The forecast it rests on.
    pub forecast: Option<ForecastId>,
}

/// A bet on record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bet {
    /// Its number.
    pub id: BetId,
    /// What was struck.
    #[serde(flatten)]
    pub terms: NewBet,
    /// Where the match counts.
    pub competition: CompetitionId,
    /// The home side's name.
    pub home: String,
    /// The away side's.
    pub away: String,
    /// The model whose forecast it rests on, where it rests on one.
    pub model: Option<String>,
    /// How it was settled last; none while open.
    pub settlement: Option<Settlement>,
}

/// What became of a bet to strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedBet {
    /// Its number.
    pub id: BetId,
    /// Whether it was struck now; otherwise its key was known and the earlier bet stands, with its own terms.
    pub inserted: bool,
}

/// Which bets to list.
#[derive(Debug, Clone, Default)]
pub struct BetFilter {
    /// Of one run; of all when none.
    pub run: Option<String>,
    /// On one fixture; on all when none.
    pub fixture: Option<FixtureId>,
    /// Only those never settled.
    pub open_only: bool,
}

impl Store {
    /// Strikes bets and takes their stakes from the run's balance, all of them or none.
    ///
    /// # Errors
    /// When a fixture or forecast does not exist or the store cannot be written; nothing is stored then.
    pub async fn place_bets(&self, bets: &[NewBet]) -> Result<Vec<PlacedBet>, StoreError> {
        outlasting!(self.try_place_bets(bets))
    }

    async fn try_place_bets(&self, bets: &[NewBet]) -> Result<Vec<PlacedBet>, StoreError> {
        let writer = self.writer().await?;
        let mut transaction = writer.begin(Durability::Power).await?;
        let mut placed = Vec::with_capacity(bets.len());
        for bet in bets {
            placed.push(place(&mut transaction, bet).await?);
        }
        transaction.commit().await?;
        Ok(placed)
    }

    /// Bets in the order they were struck.
    ///
    /// # Errors
    /// When the store cannot be read, or a later version wrote into it.
    pub async fn bets(&self, filter: &BetFilter) -> Result<Vec<Bet>, StoreError> {
        let (first, last) = filter.fixture.map_or((0, i64::MAX), |fixture| (fixture.0, fixture.0));
        let rows = query(sql::BETS)
            .bind(filter.run.as_deref().unwrap_or_default())
            .bind(first)
            .bind(last)
            .bind(i64::from(filter.open_only))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(stored).collect()
    }

    /// The competitions that a run has bets on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn competitions_bet_on(&self, run: &str) -> Result<Vec<CompetitionId>, StoreError> {
        let query = query_scalar(sql::COMPETITIONS_BET_ON).bind(run);
        let ids: Vec<String> = query.fetch_all(self.readers()).await?;
        ids.iter().map(|id| column::parsed("competition", id)).collect()
    }
}

async fn place(connection: &mut Connection, bet: &NewBet) -> Result<PlacedBet, StoreError> {
    let (kind, quarters) = column::market_columns(bet.market);
    let (kickoff_start, kickoff_end) = column::kickoff_columns(bet.kickoff);
    let inserted: Option<i64> = query_scalar(sql::INSERT_BET)
        .bind(&bet.idempotency_key)
        .bind(&bet.run)
        .bind(bet.fixture.0)
        .bind(bet.book.as_str())
        .bind(kind)
        .bind(quarters)
        .bind(bet.selection.to_string())
        .bind(bet.odds.to_micros())
        .bind(bet.probability.value())
        .bind(bet.edge)
        .bind(bet.stake.minor)
        .bind(bet.stake.currency.as_str())
        .bind(column::micros(bet.placed_at))
        .bind(kickoff_start)
        .bind(kickoff_end)
        .bind(bet.forecast.map(|id| id.0))
        .fetch_optional(&mut *connection)
        .await?;
    let Some(id) = inserted else {
        let query = query_scalar(sql::BET_OF_KEY).bind(&bet.idempotency_key);
        return Ok(PlacedBet { id: BetId(query.fetch_one(connection).await?), inserted: false });
    };
    let stake = Posting {
        key: format!("bet:{id}:stake"),
        run: &bet.run,
        bet: Some(BetId(id)),
        kind: EntryKind::Stake,
        amount: Money::new(-bet.stake.minor, bet.stake.currency),
        at: bet.placed_at,
    };
    ledger::post(connection, &stake).await?;
    Ok(PlacedBet { id: BetId(id), inserted: true })
}

fn stored(row: &Row) -> Result<Bet, StoreError> {
    let terms = NewBet {
        idempotency_key: row.try_get(1)?,
        run: row.try_get(2)?,
        fixture: FixtureId(row.try_get(3)?),
        book: column::parsed("book", row.try_get(4)?)?,
        market: column::market(row.try_get(5)?, row.try_get(6)?)?,
        selection: column::selection(row.try_get(7)?)?,
        odds: column::odds(row.try_get(8)?)?,
        probability: probability(row.try_get(9)?)?,
        edge: row.try_get(10)?,
        stake: Money::new(row.try_get(11)?, column::parsed("currency", row.try_get(12)?)?),
        placed_at: column::instant(row.try_get(13)?)?,
        kickoff: column::kickoff(row.try_get(14)?, row.try_get(15)?)?,
        forecast: row.try_get::<Option<i64>>(16)?.map(ForecastId),
    };
    let settlement = match row.try_get::<Option<i64>>(17)? {
        None => None,
        Some(revision) => Some(Settlement {
            revision: column::small("revision", revision)?,
            result: row.try_get::<Option<i64>>(18)?.map(Sequence),
            grade: grade(row, 19)?,
            payout: Money::new(row.try_get(23)?, terms.stake.currency),
            settled_at: column::instant(row.try_get(24)?)?,
        }),
    };
    Ok(Bet {
        id: BetId(row.try_get(0)?),
        competition: column::parsed("competition", row.try_get(28)?)?,
        home: row.try_get(26)?,
        away: row.try_get(27)?,
        terms,
        model: row.try_get(25)?,
        settlement,
    })
}

fn probability(value: f64) -> Result<Probability, StoreError> {
    Probability::new(value).map_err(|_| column::not_understood("probability", value))
}

/// Columns grade, won, refunded, lost from `first` on.
fn grade(row: &Row, first: usize) -> Result<Grade, StoreError> {
    settlement::grade(
        row.try_get(first)?,
        [row.try_get(first + 1)?, row.try_get(first + 2)?, row.try_get(first + 3)?],
    )
}
