//! What the prices of a match say about its margin and total, in points.
//!
//! | symbol | meaning |
//! |---|---|
//! | p | probability of the home side or of over, margin removed |
//! | s | standard deviation of margin or total about its expectation |
//! | l | the points the home side starts with, or the total line |
//!
//! Moneyline: s probit(p). Spread: -l + s probit(p). Total: l + s probit(p). A margin is the mean of the first two where both
//! are quoted: moneylines are finer near even, spreads far from it.
//!
//! References: Stern (1991), On the probability of winning a football game; Wichura (1988), Algorithm AS 241, for the probit.

use std::collections::BTreeMap;

use domain::{
    BookId, DecimalOdds, Fact, Market, Phase, Quote, Selection,
    margin::MarginRemoval,
    market::{Line, MarketKind},
};

use super::settings::Spreads;

/// Expected margin and total as the market has them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Implied {
    pub(super) margin: Option<f64>,
    pub(super) total: Option<f64>,
}

/// A two-way price and its line.
type Pair = (f64, [DecimalOdds; 2]);

/// Kind, place of phase and book in order of preference, book, market with its line.
type Rank = (MarketKind, usize, usize, BookId, Market);

/// The main prices of a match: the quotes they came from decide nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lines {
    moneyline: Option<Pair>,
    spread: Option<Pair>,
    total: Option<Pair>,
}

/// Later phases first. Opening prices are left out: their moment is unknown.
const PHASES: [Phase; 3] = [Phase::Closing, Phase::Observed, Phase::PreMatch];
const BOOKS: [BookId; 2] = [BookId::MARKET_AVERAGE, BookId::PINNACLE];

impl Lines {
    /// The latest prices per kind of market by the first phase and book that has both sides, in the order they became known.
    /// The maximum over books is never taken: it is no book's price.
    pub(super) fn of(quotes: impl Iterator<Item = Fact<Quote>>) -> Self {
        let mut found: BTreeMap<Rank, [Option<DecimalOdds>; 2]> = BTreeMap::new();
        for Quote { series, odds, .. } in quotes.map(|q| q.value) {
            let Some(phase) = PHASES.iter().position(|p| *p == series.phase) else { continue };
            let side = match (series.market.kind(), series.selection) {
                (MarketKind::Moneyline | MarketKind::Spread, Selection::Home)
                | (MarketKind::Total, Selection::Over) => 0,
                (MarketKind::Moneyline | MarketKind::Spread, Selection::Away)
                | (MarketKind::Total, Selection::Under) => 1,
                _ => continue,
            };
            if series.book == BookId::MARKET_MAXIMUM {
                continue;
            }
            let book = BOOKS.iter().position(|b| *b == series.book).unwrap_or(BOOKS.len());
            let key = (series.market.kind(), phase, book, series.book, series.market);
            found.entry(key).or_default()[side] = Some(odds);
        }
        let mut lines = Self::default();
        let mut taken: BTreeMap<MarketKind, (usize, BookId)> = BTreeMap::new();
        for ((kind, phase, _, book, market), prices) in found {
            let [Some(first), Some(second)] = prices else { continue };
            if *taken.entry(kind).or_insert((phase, book)) != (phase, book) {
                continue;
            }
            let pair = (market.line().map_or(0.0, Line::value), [first, second]);
            let place = match kind {
                MarketKind::Moneyline => &mut lines.moneyline,
                MarketKind::Spread => &mut lines.spread,
                _ => &mut lines.total,
            };
            // Of alternative lines the main one is nearest to even.
            if place.is_none_or(|had| imbalance(&pair) < imbalance(&had)) {
                *place = Some(pair);
            }
        }
        lines
    }

    /// What they say in points.
    pub(super) fn implied(&self, spreads: &Spreads) -> Implied {
        let shift = |(_, odds): &Pair, sd: f64| fair(odds).map(|p| sd * probit(p));
        let by_moneyline = self.moneyline.and_then(|pair| shift(&pair, spreads.margin));
        let by_spread = self.spread.and_then(|pair| Some(shift(&pair, spreads.margin)? - pair.0));
        let margin = match (by_moneyline, by_spread) {
            (Some(one), Some(other)) => Some(f64::midpoint(one, other)),
            (one, other) => one.or(other),
        };
        let total = self.total.and_then(|pair| Some(shift(&pair, spreads.total)? + pair.0));
        Implied { margin, total }
    }
}

fn imbalance((_, [first, second]): &Pair) -> f64 {
    (first.value() / second.value()).ln().abs()
}

/// Probability of the first side. A book that sums to less than 1 has no margin to remove and is taken in proportion.
fn fair(odds: &[DecimalOdds; 2]) -> Option<f64> {
    let proportional = || {
        let [first, second] = odds.map(DecimalOdds::implied_probability);
        first / (first + second)
    };
    let removed = MarginRemoval::Shin.remove(odds).ok();
    let p = removed.and_then(|d| d.probabilities.first().copied()).unwrap_or_else(proportional);
    (p > 0.0 && p < 1.0).then_some(p)
}

/// The inverse of the standard normal distribution function, to 1e-7 relative: PPND7 of AS 241.
fn probit(p: f64) -> f64 {
    let ratio = |r: f64, above: [f64; 4], below: [f64; 4]| {
        let at = |c: [f64; 4]| ((c[3] * r + c[2]) * r + c[1]) * r + c[0];
        at(above) / at(below)
    };
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let above = [3.387_132_717_9, 5.043_427_193_8e1, 1.592_911_320_2e2, 5.910_937_472_0e1];
        let below = [1.0, 1.789_516_946_9e1, 7.875_775_766_4e1, 6.718_756_360_0e1];
        return q * ratio(0.180_625 - q * q, above, below);
    }
    let tail = (-p.min(1.0 - p).ln()).sqrt();
    let size = if tail <= 5.0 {
        let above = [1.423_437_277_7, 2.756_815_390_0, 1.306_728_481_6, 1.702_382_110_3e-1];
        ratio(tail - 1.6, above, [1.0, 7.370_016_425_0e-1, 1.202_113_297_5e-1, 0.0])
    } else {
        let above = [6.657_905_115_0, 3.081_226_386_0, 4.286_829_433_7e-1, 1.733_720_399_7e-2];
        ratio(tail - 5.0, above, [1.0, 2.419_789_422_5e-1, 1.225_820_263_5e-2, 0.0])
    };
    size.copysign(q)
}

#[cfg(test)]
mod tests {
    use super::probit;

    #[test]
    fn probits_of_the_normal_table() {
        let table = [
            (0.5, 0.0),
            (0.75, 0.674_489_75),
            (0.9, 1.281_551_57),
            (0.975, 1.959_963_98),
            (0.999, 3.090_232_31),
        ];
        for (p, z) in table {
            assert!((probit(p) - z).abs() < 1e-6 && (probit(1.0 - p) + z).abs() < 1e-6, "{p}");
        }
        assert!((probit(1e-12) + 7.034_483_8).abs() < 1e-6);
    }
}
