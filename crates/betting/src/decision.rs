//! Decisions: which candidates are bet on, and with how much.
//!
//! Candidates judged together are one batch: they share the room that the caps leave, in proportion to what each is worth,
//! and the order in which they are given changes nothing.

use std::collections::BTreeMap;

use domain::{BookId, DecimalOdds, FixtureId, Kickoff, Market, Money, Probability, Selection};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    BettingError,
    edge::Candidate,
    exposure::{Cap, Exposure, Limits, whole_minor},
    sizing::{Slip, choose, fit, size},
    staking::Staking,
};

/// How many bets one match may carry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PerFixture {
    /// One side of one market: the bets of a match hang together, and the best of them says most of it.
    #[default]
    OneSide,
    /// Several sides of one market; where they exclude each other, Kelly sizes them together.
    SidesOfOneMarket,
    /// Whatever has an edge, each sized alone. The cap per match is then the only guard against counting one opinion twice.
    AllMarkets,
}

/// What is bet on and how much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The staking rule.
    pub staking: Staking,
    /// Caps and bounds.
    pub limits: Limits,
    /// How many bets one match may carry.
    pub per_fixture: PerFixture,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            staking: Staking::Kelly { fraction: 0.25 },
            limits: Limits::default(),
            per_fixture: PerFixture::OneSide,
        }
    }
}

impl Policy {
    /// Whether every setting is within its range.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), BettingError> {
        self.staking.check()?;
        self.limits.check()
    }
}

/// Whose money is bet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    run: String,
    bankroll: Money,
    open: Exposure,
}

/// 10,000.00 EUR, the bankroll of paper bets unless another is given.
pub const PAPER_BANKROLL: Money = Money::new(1_000_000, domain::Currency::EUR);

impl Account {
    /// The account of a run. `bankroll` is all the money there is, open stakes included; `open` is the part at stake.
    ///
    /// # Errors
    /// When the open stakes are in another currency.
    pub fn new(run: impl Into<String>, bankroll: Money, open: Exposure) -> Result<Self, BettingError> {
        if let Some(total) = open.total() {
            total.checked_add(Money::new(0, bankroll.currency))?;
        }
        Ok(Self { run: run.into(), bankroll, open })
    }

    /// An account without open bets.
    pub fn fresh(run: impl Into<String>, bankroll: Money) -> Self {
        Self { run: run.into(), bankroll, open: Exposure::default() }
    }

    /// All the money there is.
    pub fn bankroll(&self) -> Money {
        self.bankroll
    }
}

/// A bet to place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The same for the same bet of the same run, however often it is decided: placing it twice places it once.
    pub idempotency_key: String,
    /// On which fixture.
    pub fixture: FixtureId,
    /// When it starts, as announced.
    pub kickoff: Kickoff,
    /// With whom.
    pub book: BookId,
    /// On what market.
    pub market: Market,
    /// Which selection.
    pub selection: Selection,
    /// At what price.
    pub odds: DecimalOdds,
    /// The forecast's probability of winning among stakes that are not refunded.
    pub probability: Probability,
    /// Expected profit of a unit stake at the price.
    pub edge: f64,
    /// The same against the price without its margin, where that is known.
    pub edge_devigged: Option<f64>,
    /// The forecast's model.
    pub model: String,
    /// The moment of the decision.
    pub at: Timestamp,
    /// How much.
    pub stake: Money,
    /// What the staking rule wanted before caps.
    pub wanted: Money,
    /// The last cap that held the stake down, if one did.
    pub limited_by: Option<Cap>,
}

/// Why a candidate is not bet on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Its edge is under the minimum.
    EdgeTooSmall,
    /// Its edge is too good to be true.
    EdgeTooGood,
    /// Its odds are over the maximum.
    OddsTooLong,
    /// Another candidate of its match is better, and the policy takes no more.
    BetterOnFixture,
    /// A bet on its match is open already, and the policy takes no more.
    AlreadyOnFixture,
    /// The staking rule wants nothing.
    NothingWanted,
    /// What the caps leave is under the minimum stake.
    BelowMinimumStake,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is bet on.
    Bet(Box<Decision>),
    /// It is not.
    Refused(Refusal),
}

/// The bets to place, by fixture, market and selection.
///
/// # Errors
/// When a setting of the policy is out of range.
pub fn decide(
    policy: &Policy,
    account: &Account,
    candidates: &[Candidate],
) -> Result<Vec<Decision>, BettingError> {
    let mut order: Vec<(&Candidate, Verdict)> =
        candidates.iter().zip(judge(policy, account, candidates)?).collect();
    order.sort_by(|(a, _), (b, _)| identity(a).cmp(&identity(b)));
    let bets = order.into_iter().filter_map(|(_, verdict)| match verdict {
        Verdict::Bet(decision) => Some(*decision),
        Verdict::Refused(_) => None,
    });
    Ok(bets.collect())
}

/// The verdict on every candidate, in their order.
///
/// # Errors
/// When a setting of the policy is out of range.
pub fn judge(
    policy: &Policy,
    account: &Account,
    candidates: &[Candidate],
) -> Result<Vec<Verdict>, BettingError> {
    policy.check()?;
    let mut refusals: Vec<Option<Refusal>> = candidates.iter().map(|c| screen(&policy.limits, c)).collect();
    let mut slips = Vec::new();
    for (fixture, listed) in by_fixture(candidates, &refusals) {
        let full = account.open.on_fixture(fixture) > 0 && policy.per_fixture != PerFixture::AllMarkets;
        let chosen = if full { Vec::new() } else { choose(policy.per_fixture, candidates, &listed) };
        let refusal = if full { Refusal::AlreadyOnFixture } else { Refusal::BetterOnFixture };
        for index in listed.into_iter().filter(|index| !chosen.contains(index)) {
            refusals[index] = Some(refusal);
        }
        slips.extend(size(policy.staking, account.bankroll.minor, candidates, &chosen)?);
    }
    fit(&policy.limits, account.bankroll.minor, &account.open, candidates, &mut slips);
    let mut verdicts: Vec<Verdict> =
        refusals.iter().map(|r| Verdict::Refused(r.unwrap_or(Refusal::NothingWanted))).collect();
    for slip in slips {
        verdicts[slip.index] = conclude(policy, account, &candidates[slip.index], &slip);
    }
    Ok(verdicts)
}

fn screen(limits: &Limits, candidate: &Candidate) -> Option<Refusal> {
    if candidate.edge.is_nan() || candidate.edge < limits.min_edge {
        Some(Refusal::EdgeTooSmall)
    } else if candidate.edge > limits.max_edge {
        Some(Refusal::EdgeTooGood)
    } else if candidate.odds.value() > limits.max_odds {
        Some(Refusal::OddsTooLong)
    } else {
        None
    }
}

/// Positions of the candidates that passed, per match, in an order that does not depend on how they were given.
fn by_fixture(candidates: &[Candidate], refusals: &[Option<Refusal>]) -> BTreeMap<FixtureId, Vec<usize>> {
    let mut fixtures: BTreeMap<FixtureId, Vec<usize>> = BTreeMap::new();
    for (index, (candidate, refusal)) in candidates.iter().zip(refusals).enumerate() {
        if refusal.is_none() {
            fixtures.entry(candidate.fixture).or_default().push(index);
        }
    }
    for listed in fixtures.values_mut() {
        listed.sort_by(|a, b| identity(&candidates[*a]).cmp(&identity(&candidates[*b])));
    }
    fixtures
}

fn identity(c: &Candidate) -> (FixtureId, Market, Selection, Timestamp, BookId, &str, i64) {
    (c.fixture, c.market, c.selection, c.at, c.book, &c.model, c.odds.to_micros())
}

fn conclude(policy: &Policy, account: &Account, candidate: &Candidate, slip: &Slip) -> Verdict {
    let money = |minor: f64| Money::new(whole_minor(minor), account.bankroll.currency);
    let stake = money(slip.stake);
    if slip.wanted <= 0.0 {
        return Verdict::Refused(Refusal::NothingWanted);
    }
    // Rounding cannot take the win probability of shares that sum to 1 out of its range by more than the last bit.
    let Ok(probability) = Probability::new(candidate.grades.price().win_probability().clamp(0.0, 1.0)) else {
        return Verdict::Refused(Refusal::NothingWanted);
    };
    if stake.minor < policy.limits.min_stake_minor {
        return Verdict::Refused(Refusal::BelowMinimumStake);
    }
    Verdict::Bet(Box::new(Decision {
        idempotency_key: idempotency_key(&account.run, candidate),
        fixture: candidate.fixture,
        kickoff: candidate.kickoff,
        book: candidate.book,
        market: candidate.market,
        selection: candidate.selection,
        odds: candidate.odds,
        probability,
        edge: candidate.edge,
        edge_devigged: candidate.edge_devigged,
        model: candidate.model.clone(),
        at: candidate.at,
        stake,
        wanted: money(slip.wanted),
        limited_by: slip.limited_by,
    }))
}

/// `run/fixture/market/line/selection/moment`, the moment being that of the quote in microseconds: a decision made again on
/// the same price is the same decision, whenever it is made. The book and the price are left out on purpose: it must not bet
/// again because another book turned up at the same moment.
fn idempotency_key(run: &str, candidate: &Candidate) -> String {
    let Candidate { fixture, market, selection, quoted_at, .. } = candidate;
    let line = market.line().map_or_else(|| "-".to_owned(), |line| line.to_string());
    format!("{run}/{}/{}/{line}/{selection}/{}", fixture.0, market.kind().code(), quoted_at.as_microsecond())
}

#[cfg(test)]
mod tests;
