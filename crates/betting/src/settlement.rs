//! Settlement: an outcome into money. Grading is the market's own function, the one that prices it; here the grade meets a
//! stake, and lateness meets the terms.

use domain::{
    DecimalOdds, Grade, Kickoff, Market, Money, Outcome, Selection, Shares,
    market::Terms,
    money::{MoneyError, round_half_even},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::BettingError;

const MICROS: i128 = 1_000_000;

/// What came back of a stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The grade it follows from.
    pub grade: Grade,
    /// Paid back, stake included.
    pub returned: Money,
    /// Returned less staked.
    pub profit: Money,
}

/// The money of a bet: stake x (won x odds + refunded) / shares, exact in whole numbers with the odds in millionths, and
/// rounded once, half to even, to minor units. A void bet returns its stake.
///
/// # Errors
/// When the stake is negative, the grade has no shares, or the money does not fit in 64 bits.
pub fn settle(stake: Money, odds: DecimalOdds, grade: Grade) -> Result<Payout, BettingError> {
    if stake.minor < 0 {
        return Err(BettingError::NegativeStake { minor: stake.minor });
    }
    let Shares { won, refunded, .. } = match grade {
        Grade::Void => Shares::PUSHED,
        Grade::Settled(shares) => shares,
    };
    let shares = match grade {
        Grade::Void => 1,
        Grade::Settled(shares) => i128::from(shares.total()),
    };
    if shares == 0 {
        return Err(BettingError::NoShares);
    }
    let micros = i128::from(won) * i128::from(odds.to_micros()) + i128::from(refunded) * MICROS;
    let returned = round_half_even(i128::from(stake.minor) * micros, shares * MICROS);
    let returned = i64::try_from(returned).map_err(|_| MoneyError::Overflow)?;
    Ok(Payout {
        grade,
        returned: Money::new(returned, stake.currency),
        profit: Money::new(returned - stake.minor, stake.currency),
    })
}

/// What was bet on, and under which terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BetTerms {
    /// The market.
    pub market: Market,
    /// The selection.
    pub selection: Selection,
    /// The book's terms.
    pub terms: Terms,
    /// The kick-off announced when the bet was struck.
    pub announced: Kickoff,
}

/// The grade of a bet after a match that started at `actual`. Void when it started later than the terms allow, or was not
/// played to its end.
///
/// # Errors
/// When the selection does not belong to the market, or the outcome lacks the score the terms settle on.
pub fn grade_bet(bet: &BetTerms, actual: Kickoff, outcome: &Outcome) -> Result<Grade, BettingError> {
    if started_too_late(bet, actual) {
        return Ok(Grade::Void);
    }
    Ok(bet.market.grade(bet.selection, outcome, bet.terms)?)
}

/// The latest start at which a bet still stands: a match that has not begun by then voids it.
pub fn void_from(bet: &BetTerms) -> Timestamp {
    // Beyond the last instant there is no settlement to speak of.
    bet.announced.latest().saturating_add(limit(bet.terms)).unwrap_or(Timestamp::MAX)
}

/// Whether the delay is over the limit for certain. Where only a date is known, the match may have started at any moment of
/// it, and doubt keeps a bet alive.
fn started_too_late(bet: &BetTerms, actual: Kickoff) -> bool {
    match bet.announced {
        Kickoff::At(_) => actual.earliest() > void_from(bet),
        // The day's end is no longer part of it, so a start exactly the limit after it is over the limit.
        Kickoff::OnDate { .. } => actual.earliest() >= void_from(bet),
    }
}

fn limit(terms: Terms) -> SignedDuration {
    SignedDuration::from_hours(i64::from(terms.postponement_limit_hours))
}

#[cfg(test)]
mod tests;
