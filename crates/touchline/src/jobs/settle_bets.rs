//! Settles open bets whose results are known, and settles again those whose results were corrected.

use anyhow::Result;
use betting::{BetTerms, grade_bet, settle, settlement::void_from};
use domain::{Fixture, FixtureStatus, Outcome, Score, Snapshot, market::Terms, outcome::OutcomeStatus};
use jiff::Timestamp;
use serde::Serialize;
use store::{Bet, BetFilter, NewSettlement, Store};

use super::load_history::Loaded;

/// What one settlement run did.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Settled {
    /// Bets settled for the first time.
    pub(crate) settled: usize,
    /// Bets settled again after a correction.
    pub(crate) resettled: usize,
    /// Bets still open.
    pub(crate) open: usize,
}

/// Settles the bets of a run on one competition by what was known at `at`.
pub(crate) async fn run(store: &Store, loaded: &Loaded, run: &str, at: Timestamp) -> Result<Settled> {
    let bets = store.bets(&BetFilter { run: Some(run.to_owned()), ..BetFilter::default() }).await?;
    let snapshot = loaded.history.as_of(at, domain::RecordedBy::Now);
    let mut done = Settled::default();
    let mut due_now = Vec::new();
    for bet in bets.iter().filter(|b| loaded.history.knows(b.terms.fixture)) {
        match due(&snapshot, bet) {
            Ok(Some(settlement)) => due_now.push(settlement),
            Ok(None) => done.open += usize::from(bet.settlement.is_none()),
            // One result that cannot be graded must not hold up the others.
            Err(error) => {
                tracing::warn!(bet = bet.id.0, %error, "a bet cannot be graded and stays open");
                done.open += usize::from(bet.settlement.is_none());
            }
        }
    }
    for settled in store.settle(&due_now).await? {
        match settled {
            store::Settled::Paid => done.settled += 1,
            store::Settled::Corrected => done.resettled += 1,
            store::Settled::Unchanged => {}
        }
    }
    tracing::info!(run, %at, settled = done.settled, resettled = done.resettled, open = done.open, "settled bets");
    Ok(done)
}

/// The settlement that a bet is due by now; none while its match is open or when the last settlement still stands.
fn due(snapshot: &Snapshot<'_>, bet: &Bet) -> Result<Option<NewSettlement>> {
    let (id, settlement, bet) = (bet.id, &bet.settlement, &bet.terms);
    let Some(fixture) = snapshot.fixture(bet.fixture) else { return Ok(None) };
    // What was settled later knew more than this moment does.
    if settlement.as_ref().is_some_and(|s| s.settled_at > snapshot.at()) {
        return Ok(None);
    }
    let terms = BetTerms {
        market: bet.market,
        selection: bet.selection,
        terms: Terms::of(fixture.sport),
        announced: bet.kickoff,
    };
    let (outcome, sequence) = match snapshot.result(bet.fixture) {
        Some(result) => (result.value.outcome.clone(), Some(result.times.sequence)),
        None if will_not_count(snapshot, fixture, &terms) => {
            let unplayed =
                Outcome { status: OutcomeStatus::Postponed, ..Outcome::completed(Score::new(0, 0)) };
            (unplayed, None)
        }
        None => return Ok(None),
    };
    let grade = grade_bet(&terms, fixture.kickoff, &outcome)?;
    let payout = settle(bet.stake, bet.odds, grade)?;
    let stands = settlement.as_ref().is_some_and(|s| s.grade == grade && s.payout == payout.returned);
    Ok((!stands).then_some(NewSettlement {
        bet: id,
        grade,
        payout: payout.returned,
        result: sequence,
        settled_at: snapshot.at(),
    }))
}

/// Whether a match without a result voids its bets: called off, or not played within the limit of the terms.
fn will_not_count(snapshot: &Snapshot<'_>, fixture: &Fixture, terms: &BetTerms) -> bool {
    let over_limit = snapshot.at() > void_from(terms);
    let unplayed = fixture.kickoff.earliest() >= snapshot.at()
        || matches!(fixture.status, FixtureStatus::Postponed | FixtureStatus::Abandoned);
    fixture.status == FixtureStatus::Cancelled || (over_limit && unplayed)
}
