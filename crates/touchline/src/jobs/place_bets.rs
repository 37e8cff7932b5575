//! Finds bets at quoted prices and places them on paper: forecast, edge, stake, ledger.

use std::collections::BTreeMap;

use anyhow::Result;
use betting::{Account, Books, Candidate, Decision, Exposure, QuoteRules, candidates, decide};
use domain::{BookId, Fixture, FixtureId, Money, Snapshot};
use jiff::Timestamp;
use store::{BetFilter, ForecastId, NewBet, Store};

use super::{forecast_fixtures::Fitted, load_history::Loaded};
use crate::config::Betting;

/// Candidates with the forecasts they rest on.
#[derive(Default)]
pub(crate) struct Offers {
    pub(crate) candidates: Vec<Candidate>,
    forecasts: BTreeMap<FixtureId, ForecastId>,
}

impl Offers {
    /// Forecasts fixtures, keeps the forecasts, and compares them with the prices of one book.
    pub(crate) async fn add(
        &mut self,
        store: &Store,
        loaded: &Loaded,
        fitted: &Fitted,
        snapshot: &Snapshot<'_>,
        fixtures: &[&Fixture],
        book: BookId,
    ) -> Result<()> {
        let rules = QuoteRules { books: Books::Only(vec![book]), ..QuoteRules::default() };
        let recorded = fitted.record(store, fixtures, loaded.sequence, snapshot.at()).await?;
        for (fixture, (id, forecast)) in fixtures.iter().zip(recorded) {
            self.forecasts.insert(fixture.id, id);
            let quotes = snapshot.quotes(fixture.id);
            self.candidates.extend(candidates(fixture, &forecast, quotes, snapshot.at(), &rules)?);
        }
        Ok(())
    }

    /// The bets worth placing for an account.
    pub(crate) fn decide(&self, config: &Betting, account: &Account) -> Result<Vec<Decision>> {
        Ok(decide(&config.policy, account, &self.candidates)?)
    }

    /// Places bets; a bet that was placed before stays as it is. Returns how many were new.
    pub(crate) async fn place(&self, store: &Store, run: &str, decisions: &[Decision]) -> Result<usize> {
        let new_bet = |decision: &Decision| NewBet {
            idempotency_key: decision.idempotency_key.clone(),
            run: run.to_owned(),
            fixture: decision.fixture,
            book: decision.book,
            market: decision.market,
            selection: decision.selection,
            odds: decision.odds,
            probability: decision.probability,
            edge: decision.edge,
            stake: decision.stake,
            placed_at: decision.at,
            kickoff_at: decision.kickoff.earliest(),
            forecast: self.forecasts.get(&decision.fixture).copied(),
        };
        let bets: Vec<NewBet> = decisions.iter().map(new_bet).collect();
        let placed = store.place_bets(&bets).await?;
        let new = placed.iter().filter(|bet| bet.inserted).count();
        tracing::info!(run, decided = decisions.len(), new, "placed bets");
        Ok(new)
    }
}

/// The account of a run as its ledger says, opened with the configured bankroll.
pub(crate) async fn account(store: &Store, config: &Betting, run: &str, at: Timestamp) -> Result<Account> {
    let deposit = Money::new(config.bankroll_minor, config.currency);
    store.deposit(run, deposit, &format!("{run}:bankroll"), at).await?;
    let open =
        store.bets(&BetFilter { run: Some(run.to_owned()), open_only: true, ..BetFilter::default() }).await?;
    let mut exposure = Exposure::default();
    let balances = store.balance(run).await?;
    let mut bankroll = balances
        .into_iter()
        .find(|b| b.currency == config.currency)
        .unwrap_or(Money::new(0, config.currency));
    for bet in open.iter().map(|bet| &bet.terms) {
        exposure.add(bet.fixture, domain::Kickoff::At(bet.kickoff_at), bet.stake)?;
        bankroll = bankroll.checked_add(bet.stake)?;
    }
    Ok(Account::new(run, bankroll, exposure)?)
}
