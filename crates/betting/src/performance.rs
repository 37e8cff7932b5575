//! What bets came to: profit, return on investment with an interval, drawdown, closing line value.
//!
//! Days, not bets, are resampled for the interval: the bets of a day share a forecast, a weather and often a match.

use std::collections::BTreeMap;

use domain::{BookId, Currency, DecimalOdds, FixtureId, Grade, Market, Money, Selection, money::MoneyError};
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use crate::{
    BettingError,
    closing_line::{ClosingLineValue, Coverage},
    totals::Totals,
};

/// A bet with its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettledBet {
    /// On which fixture.
    pub fixture: FixtureId,
    /// The day of the match, by [`day_of`](crate::exposure::day_of).
    pub day: Date,
    /// With whom.
    pub book: BookId,
    /// On what market.
    pub market: Market,
    /// Which selection.
    pub selection: Selection,
    /// The model behind it.
    pub model: String,
    /// At what price.
    pub odds: DecimalOdds,
    /// How much.
    pub stake: Money,
    /// What came back.
    pub returned: Money,
    /// How it was graded.
    pub grade: Grade,
    /// How much better than the closing line it was, where there is one.
    pub closing: Option<ClosingLineValue>,
}

impl SettledBet {
    /// Returned less staked.
    pub(crate) fn profit(&self) -> Result<Money, MoneyError> {
        let minor = self.returned.minor.checked_sub(self.stake.minor).ok_or(MoneyError::Overflow)?;
        Ok(Money::new(minor, self.returned.currency))
    }
}

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// Resamples; none means no intervals.
    pub resamples: u32,
    /// Share of resamples inside the interval, between 0 and 1.
    pub level: f64,
    /// The same seed draws the same interval.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2_000, level: 0.95, seed: 20_240_811 }
    }
}

/// Two ends with what the level puts between them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The deepest fall of the bankroll from a peak.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawdown {
    /// How much was lost from the peak.
    pub depth: Money,
    /// The same as a share of the peak; absent when the peak was not above 0.
    pub share: Option<f64>,
    /// The last day of the peak; absent when it was the start.
    pub peak_on: Option<Date>,
    /// The day of the trough.
    pub trough_on: Date,
}

/// The bankroll at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The day.
    pub day: Date,
    /// Bets settled on it.
    pub n_bets: usize,
    /// Their profit.
    pub profit: Money,
    /// What there was afterwards.
    pub bankroll: Money,
}

/// What some bets came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Performance {
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
    /// Profit over turnover; absent without turnover.
    pub roi: Option<f64>,
    /// Its bootstrap interval over days; absent with fewer than two days.
    pub roi_interval: Option<Interval>,
    /// Won bets among those won or lost.
    pub hit_rate: Option<f64>,
    /// Mean odds taken.
    pub mean_odds: Option<f64>,
    /// Mean closing line value against the raw closing price, of the bets that have one.
    pub mean_closing_raw: Option<f64>,
    /// The same without the margin, by Shin's method.
    pub mean_closing_shin: Option<f64>,
    /// How many bets have a closing line.
    pub closing_coverage: Coverage,
}

/// What performance is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// The kind of market.
    Market,
    /// The book.
    Book,
    /// The model.
    Model,
}

impl Grouping {
    /// The visible list.
    pub const ALL: [Self; 3] = [Self::Market, Self::Book, Self::Model];

    fn key(self, bet: &SettledBet) -> String {
        match self {
            Self::Market => bet.market.kind().code().to_owned(),
            Self::Book => bet.book.to_string(),
            Self::Model => bet.model.clone(),
        }
    }
}

/// What these bets came to, in `currency`.
///
/// # Errors
/// When a bet is in another currency, a sum does not fit in 64 bits, or the level is not between 0 and 1.
pub fn performance<'b>(
    bets: impl IntoIterator<Item = &'b SettledBet>,
    currency: Currency,
    bootstrap: Bootstrap,
) -> Result<Performance, BettingError> {
    let all: Vec<&SettledBet> = bets.into_iter().collect();
    let totals = Totals::of(all.iter().copied(), currency)?;
    let bets: Vec<&SettledBet> = all.into_iter().filter(|bet| bet.grade != Grade::Void).collect();
    let days = by_day(&bets, currency)?;
    Ok(Performance {
        n_bets: totals.n_bets,
        n_void: totals.n_void,
        n_won: totals.n_won,
        n_level: totals.n_level,
        n_lost: totals.n_lost,
        turnover: totals.turnover,
        profit: totals.profit,
        roi: totals.roi(),
        roi_interval: roi_interval(&days.values().copied().collect::<Vec<_>>(), bootstrap)?,
        hit_rate: totals.hit_rate(),
        mean_odds: mean(bets.iter().map(|bet| bet.odds.value())),
        mean_closing_raw: totals.mean_closing_raw,
        mean_closing_shin: totals.mean_closing_shin,
        closing_coverage: Coverage::of(bets.iter().map(|bet| bet.closing.as_ref())),
    })
}

/// The same for every group, by its name.
///
/// # Errors
/// As [`performance`].
pub fn performance_by(
    bets: &[SettledBet],
    grouping: Grouping,
    currency: Currency,
    bootstrap: Bootstrap,
) -> Result<BTreeMap<String, Performance>, BettingError> {
    let mut groups: BTreeMap<String, Vec<&SettledBet>> = BTreeMap::new();
    for bet in bets {
        groups.entry(grouping.key(bet)).or_default().push(bet);
    }
    groups.into_iter().map(|(key, bets)| Ok((key, performance(bets, currency, bootstrap)?))).collect()
}

/// The bankroll day by day, from `start`. Void bets are on it as days without profit.
///
/// # Errors
/// When a bet is in another currency than `start`, or a sum does not fit in 64 bits.
pub fn bankroll_curve<'b>(
    start: Money,
    bets: impl IntoIterator<Item = &'b SettledBet>,
) -> Result<Vec<CurvePoint>, BettingError> {
    let bets: Vec<&SettledBet> = bets.into_iter().collect();
    let mut bankroll = start;
    let mut curve = Vec::new();
    for (day, sums) in by_day(&bets, start.currency)? {
        bankroll = bankroll.checked_add(sums.profit)?;
        curve.push(CurvePoint { day, n_bets: sums.n_bets, profit: sums.profit, bankroll });
    }
    Ok(curve)
}

/// The deepest fall from a peak along a curve that began at `start`; none when it never fell.
pub fn max_drawdown(start: Money, curve: &[CurvePoint]) -> Option<Drawdown> {
    let (mut peak, mut peak_on) = (start.minor, None);
    let mut deepest: Option<Drawdown> = None;
    for point in curve {
        if point.bankroll.minor >= peak {
            (peak, peak_on) = (point.bankroll.minor, Some(point.day));
            continue;
        }
        let depth = Money::new(peak.saturating_sub(point.bankroll.minor), start.currency);
        if deepest.is_none_or(|known| depth.minor > known.depth.minor) {
            let share = if peak > 0 { ratio(depth.minor, peak) } else { None };
            deepest = Some(Drawdown { depth, share, peak_on, trough_on: point.day });
        }
    }
    deepest
}

/// The sums of a day.
#[derive(Debug, Clone, Copy)]
struct DaySums {
    n_bets: usize,
    turnover: Money,
    profit: Money,
}

fn by_day(bets: &[&SettledBet], currency: Currency) -> Result<BTreeMap<Date, DaySums>, MoneyError> {
    let zero = Money::new(0, currency);
    let mut days: BTreeMap<Date, DaySums> = BTreeMap::new();
    for bet in bets {
        let day = days.entry(bet.day).or_insert(DaySums { n_bets: 0, turnover: zero, profit: zero });
        day.n_bets += 1;
        day.turnover = day.turnover.checked_add(bet.stake)?;
        day.profit = day.profit.checked_add(bet.profit()?)?;
    }
    Ok(days)
}

/// The percentile interval of total profit over total turnover when days are drawn with replacement.
fn roi_interval(days: &[DaySums], bootstrap: Bootstrap) -> Result<Option<Interval>, BettingError> {
    let Bootstrap { resamples, level, seed } = bootstrap;
    if !(level > 0.0 && level < 1.0) {
        let allowed = "between 0 and 1";
        return Err(BettingError::Setting { setting: "bootstrap.level", value: level.to_string(), allowed });
    }
    if days.len() < 2 {
        return Ok(None);
    }
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut drawn: Vec<f64> = (0..resamples)
        .filter_map(|_| {
            let (mut profit, mut turnover) = (0.0, 0.0);
            for _ in days {
                let day = days[generator.random_range(0..days.len())];
                profit += day.profit.minor as f64;
                turnover += day.turnover.minor as f64;
            }
            (turnover > 0.0).then_some(profit / turnover)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    let interval = quantile(&drawn, tail).zip(quantile(&drawn, 1.0 - tail));
    Ok(interval.map(|(low, high)| Interval { low, high }))
}

/// The quantile of sorted values, interpolated between neighbours (Hyndman and Fan's type 7).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(position.floor() as usize)?;
    let high = sorted.get(position.ceil() as usize)?;
    Some(low + (high - low) * position.fract())
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

fn ratio(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
