//! What a selection is worth under a forecast.

use serde::Serialize;

use super::{Market, MarketError, Selection, Shares};
use crate::{
    forecast::{ScoreDistribution, Uncertainty},
    interval::Level,
    odds::DecimalOdds,
};

/// Expected shares of a unit stake, conditional on the bet not being void. They sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Price {
    /// Share won.
    pub won: f64,
    /// Share refunded.
    pub refunded: f64,
    /// Share lost.
    pub lost: f64,
}

/// Every grade that a selection can get under a forecast, with its probability.
pub(super) fn grade_probabilities(
    market: Market,
    selection: Selection,
    forecast: &ScoreDistribution,
) -> Result<Vec<(Shares, f64)>, MarketError> {
    // A market has five grades at the most, so a search through those seen is faster than any map.
    let mut grades: Vec<(Shares, f64)> = Vec::with_capacity(5);
    for (score, p) in forecast.iter() {
        let shares = market.shares(selection, score)?;
        match grades.iter_mut().find(|(seen, _)| *seen == shares) {
            Some((_, sum)) => *sum += p,
            None => grades.push((shares, p)),
        }
    }
    Ok(grades)
}

impl Price {
    /// The expected shares of a stake that gets these grades with these probabilities.
    pub fn of_grades(grades: impl IntoIterator<Item = (Shares, f64)>) -> Self {
        let mut price = Self { won: 0.0, refunded: 0.0, lost: 0.0 };
        for (shares, p) in grades {
            let part = p / f64::from(shares.total().max(1));
            price.won += part * f64::from(shares.won);
            price.refunded += part * f64::from(shares.refunded);
            price.lost += part * f64::from(shares.lost);
        }
        price
    }

    /// The odds at which the bet neither gains nor loses: 1 + lost / won. None when it cannot win or cannot lose.
    pub fn fair_odds(self) -> Option<DecimalOdds> {
        DecimalOdds::new(1.0 + self.lost / self.won).ok()
    }

    /// Expected profit per unit staked at `odds`: the edge.
    pub fn expected_value(self, odds: DecimalOdds) -> f64 {
        self.won * (odds.value() - 1.0) - self.lost
    }

    /// The probability of winning among the stakes that are not refunded.
    pub fn win_probability(self) -> f64 {
        if self.won + self.lost > 0.0 { self.won / (self.won + self.lost) } else { 0.0 }
    }
}

/// Between which win probabilities a selection lies, by the doubt of the forecast about its expected scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PriceInterval {
    /// Lower win probability; the longer fair odds.
    pub low: f64,
    /// Upper win probability; the shorter fair odds.
    pub high: f64,
}

impl PriceInterval {
    /// The shortest and the longest fair odds.
    pub fn fair_odds(self) -> (Option<DecimalOdds>, Option<DecimalOdds>) {
        let odds = |p: f64| DecimalOdds::new(1.0 / p).ok();
        (odds(self.high), odds(self.low))
    }
}

/// An interval on the logit of the win probability, so that it stays within 0 and 1.
pub(super) fn interval(
    market: Market,
    selection: Selection,
    forecast: &ScoreDistribution,
    uncertainty: Uncertainty,
    level: Level,
) -> Result<PriceInterval, MarketError> {
    let price = Price::of_grades(grade_probabilities(market, selection, forecast)?);
    let decided = price.won + price.lost;
    let p = price.win_probability();
    if p <= 0.0 || p >= 1.0 {
        return Ok(PriceInterval { low: p, high: p });
    }
    // The ratio won / (won + lost) moves as ((1 - p) won - p lost) / (won + lost) does.
    let error = forecast.standard_error(uncertainty, |score| {
        // Every selection of this market was graded above.
        let shares = market.shares(selection, score).unwrap_or(Shares::PUSHED);
        let part = 1.0 / f64::from(shares.total().max(1));
        part * ((1.0 - p) * f64::from(shares.won) - p * f64::from(shares.lost)) / decided
    });
    let (logit, width) = ((p / (1.0 - p)).ln(), level.z() * error / (p * (1.0 - p)));
    let probability = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    Ok(PriceInterval { low: probability(logit - width), high: probability(logit + width) })
}
