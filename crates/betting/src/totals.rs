//! Sums over settled bets of one currency. Sums of groups make the sums of all, so that weeks can be kept and added up.

use domain::{Currency, Grade, Money, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::SettledBet;

/// What some bets came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Bets, void ones included.
    pub n_bets: usize,
    /// Void bets, which count for nothing below.
    pub n_void: usize,
    /// Bets that returned more than their stake.
    pub n_won: usize,
    /// Bets that returned exactly their stake.
    pub n_level: usize,
    /// Bets that returned less than their stake.
    pub n_lost: usize,
    /// Stakes of all bets that were not void.
    pub turnover: Money,
    /// Returned less staked.
    pub profit: Money,
    /// Bets with a closing line.
    pub n_closing: usize,
    /// Their mean closing line value against the raw closing price.
    pub mean_closing_raw: Option<f64>,
    /// Bets whose closing line has a margin to remove.
    pub n_closing_shin: usize,
    /// Their mean closing line value without it, by Shin's method.
    pub mean_closing_shin: Option<f64>,
}

impl Totals {
    /// Before the first bet.
    pub fn nothing(currency: Currency) -> Self {
        let zero = Money::new(0, currency);
        Self {
            n_bets: 0,
            n_void: 0,
            n_won: 0,
            n_level: 0,
            n_lost: 0,
            turnover: zero,
            profit: zero,
            n_closing: 0,
            mean_closing_raw: None,
            n_closing_shin: 0,
            mean_closing_shin: None,
        }
    }

    /// Of these bets.
    ///
    /// # Errors
    /// When a bet is in another currency, or a sum does not fit in 64 bits.
    pub fn of<'b>(
        bets: impl IntoIterator<Item = &'b SettledBet>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let mut totals = Self::nothing(currency);
        let (mut raw, mut shin) = (0.0, 0.0);
        for bet in bets {
            totals.n_bets += 1;
            if bet.grade == Grade::Void {
                totals.n_void += 1;
                continue;
            }
            let count = match bet.returned.minor.cmp(&bet.stake.minor) {
                std::cmp::Ordering::Greater => &mut totals.n_won,
                std::cmp::Ordering::Equal => &mut totals.n_level,
                std::cmp::Ordering::Less => &mut totals.n_lost,
            };
            *count += 1;
            totals.turnover = totals.turnover.checked_add(bet.stake)?;
            totals.profit = totals.profit.checked_add(bet.profit()?)?;
            if let Some(value) = bet.closing {
                totals.n_closing += 1;
                raw += value.raw;
                totals.n_closing_shin += usize::from(value.shin.is_some());
                shin += value.shin.unwrap_or(0.0);
            }
        }
        totals.mean_closing_raw = mean(raw, totals.n_closing);
        totals.mean_closing_shin = mean(shin, totals.n_closing_shin);
        Ok(totals)
    }

    /// Of these and those bets together.
    ///
    /// # Errors
    /// As [`Totals::of`].
    pub fn with(self, other: &Self) -> Result<Self, MoneyError> {
        let n_closing = self.n_closing + other.n_closing;
        let n_closing_shin = self.n_closing_shin + other.n_closing_shin;
        let sum = |mean: Option<f64>, n: usize| mean.unwrap_or(0.0) * n as f64;
        let raw = sum(self.mean_closing_raw, self.n_closing) + sum(other.mean_closing_raw, other.n_closing);
        let shin = sum(self.mean_closing_shin, self.n_closing_shin)
            + sum(other.mean_closing_shin, other.n_closing_shin);
        Ok(Self {
            n_bets: self.n_bets + other.n_bets,
            n_void: self.n_void + other.n_void,
            n_won: self.n_won + other.n_won,
            n_level: self.n_level + other.n_level,
            n_lost: self.n_lost + other.n_lost,
            turnover: self.turnover.checked_add(other.turnover)?,
            profit: self.profit.checked_add(other.profit)?,
            n_closing,
            mean_closing_raw: mean(raw, n_closing),
            n_closing_shin,
            mean_closing_shin: mean(shin, n_closing_shin),
        })
    }

    /// Profit over turnover; none without turnover.
    pub fn roi(&self) -> Option<f64> {
        (self.turnover.minor != 0).then(|| self.profit.minor as f64 / self.turnover.minor as f64)
    }

    /// Won bets among those won or lost.
    pub fn hit_rate(&self) -> Option<f64> {
        let decided = self.n_won + self.n_lost;
        (decided > 0).then(|| self.n_won as f64 / decided as f64)
    }
}

fn mean(sum: f64, n: usize) -> Option<f64> {
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests;
