//! Finds bets at quoted prices and places them on paper: forecast, edge, stake, ledger.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use betting::{Account, Books, Candidate, Decision, Exposure, QuoteRules, candidates, decide};
use domain::{BookId, Fixture, FixtureId, Money, Snapshot};
use jiff::Timestamp;
use store::{Bet, BetFilter, EntryKind, ForecastId, NewBet, Store};

use super::{forecast_fixtures::Fitted, load_history::Loaded};
use crate::config::Betting;

/// Candidates with the forecasts they rest on.
pub(crate) struct Offers {
    /// When the forecasts are made.
    made_at: Timestamp,
    pub(crate) candidates: Vec<Candidate>,
    forecasts: BTreeMap<FixtureId, ForecastId>,
}

impl Offers {
    /// None yet.
    pub(crate) fn made_at(made_at: Timestamp) -> Self {
        Self { made_at, candidates: Vec::new(), forecasts: BTreeMap::new() }
    }

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
        let recorded = fitted.record(store, loaded, fixtures, self.made_at).await?;
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
    pub(crate) async fn place(
        &self,
        store: &Store,
        config: &Betting,
        run: &str,
        decisions: &[Decision],
    ) -> Result<usize> {
        let Some(first) = decisions.first() else { return Ok(0) };
        let bankroll = Money::new(config.bankroll_minor, config.currency);
        store.deposit(run, bankroll, &format!("{run}:bankroll"), first.at).await?;
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
            kickoff: decision.kickoff,
            forecast: self.forecasts.get(&decision.fixture).copied(),
        };
        let bets: Vec<NewBet> = decisions.iter().map(new_bet).collect();
        let placed = store.place_bets(&bets).await?;
        let new = placed.iter().filter(|bet| bet.inserted).count();
        tracing::info!(run, decided = decisions.len(), new, "placed bets");
        Ok(new)
    }
}

/// The account of a run as it stood at `at`: what was settled or struck later is not in it. A run without a deposit has the
/// configured bankroll, which its first bet pays in.
pub(crate) async fn account(store: &Store, config: &Betting, run: &str, at: Timestamp) -> Result<Account> {
    let entries = store.ledger(run).await?;
    let known = entries.iter().filter(|e| e.at <= at || e.kind == EntryKind::Deposit);
    let has_deposit = entries.iter().any(|e| e.kind == EntryKind::Deposit);
    let start = if has_deposit { 0 } else { config.bankroll_minor };
    let mut bankroll = Money::new(start, config.currency);
    for entry in known {
        bankroll = bankroll.checked_add(entry.amount).with_context(|| {
            format!("run {run} is kept in {}: set betting.currency back", entry.amount.currency)
        })?;
    }
    let mut exposure = Exposure::default();
    for bet in store.bets(&BetFilter { run: Some(run.to_owned()), ..BetFilter::default() }).await? {
        if is_open(&bet, at) {
            exposure.add(bet.terms.fixture, bet.terms.kickoff, bet.terms.stake)?;
            bankroll = bankroll.checked_add(bet.terms.stake)?;
        }
    }
    Ok(Account::new(run, bankroll, exposure)?)
}

/// Whether a bet had been struck and not been settled by then. A later revision means that it had been settled before.
fn is_open(bet: &Bet, at: Timestamp) -> bool {
    let unsettled = bet.settlement.as_ref().is_none_or(|s| s.revision == 1 && s.settled_at > at);
    bet.terms.placed_at <= at && unsettled
}
