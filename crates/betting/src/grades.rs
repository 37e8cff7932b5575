//! What a stake can become under a forecast: every grade with its probability.
//!
//! [`domain::market::Price`] holds the expected shares, which is all that fair odds and expected value need. The best stake
//! also depends on how the shares come together: half a win for certain is not a coin toss between a win and a refund.

use domain::{DecimalOdds, Market, Probability, ScoreDistribution, Selection, Shares, market::Price};
use serde::Serialize;

use crate::BettingError;

/// Grades with their probabilities, which sum to 1; conditional on the bet not being void.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GradeDistribution {
    parts: Vec<(Shares, f64)>,
}

impl GradeDistribution {
    /// The grades of a bet on `selection` under a forecast.
    ///
    /// # Errors
    /// When the selection does not belong to the market.
    pub fn of(
        market: Market,
        selection: Selection,
        forecast: &ScoreDistribution,
    ) -> Result<Self, BettingError> {
        Ok(Self { parts: market.grade_probabilities(selection, forecast)? })
    }

    /// A bet that wins with this probability and loses otherwise.
    pub fn win_or_lose(probability: Probability) -> Self {
        let p = probability.value();
        Self { parts: vec![(Shares::WON, p), (Shares::LOST, 1.0 - p)] }
    }

    /// The grades that have mass, with their probabilities.
    pub fn iter(&self) -> impl Iterator<Item = (Shares, f64)> + '_ {
        self.parts.iter().copied().filter(|(_, p)| *p > 0.0)
    }

    /// Expected shares, from which fair odds follow.
    pub fn price(&self) -> Price {
        Price::of_grades(self.iter())
    }

    /// Expected profit of a unit stake: the edge.
    pub fn expected_value(&self, odds: DecimalOdds) -> f64 {
        self.price().expected_value(odds)
    }

    /// Profit of a unit stake, with its probability, for every grade that has mass.
    pub fn profits(&self, odds: DecimalOdds) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.iter().map(move |(shares, p)| (unit_return(shares, odds) - 1.0, p))
    }

    /// Expected growth of ln(bankroll) when `fraction` of it is staked; minus infinity when that can ruin.
    pub fn log_growth(&self, odds: DecimalOdds, fraction: f64) -> f64 {
        self.profits(odds).map(|(profit, p)| p * (fraction * profit).ln_1p()).sum()
    }

    /// Whether every grade is a whole win or a whole loss.
    pub fn is_win_or_lose(&self) -> bool {
        self.iter().all(|(shares, _)| matches!(shares, Shares::WON | Shares::LOST))
    }
}

/// What comes back of a unit stake. Statistics only: money is settled in whole minor units by
/// [`settle`](crate::settlement::settle).
pub fn unit_return(shares: Shares, odds: DecimalOdds) -> f64 {
    let back = f64::from(shares.won) * odds.value() + f64::from(shares.refunded);
    back / f64::from(shares.total().max(1))
}

#[cfg(test)]
mod tests {
    use domain::{
        Score,
        market::{Line, MarketKind},
    };

    use super::*;

    #[test]
    fn a_quarter_line_keeps_its_halves_apart() {
        let line = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(-3))).unwrap();
        let certain =
            ScoreDistribution::from_fn(2, 2, |s| f64::from(u8::from(s == Score::new(1, 0)))).unwrap();
        let grades = GradeDistribution::of(line, Selection::Home, &certain).unwrap();
        assert_eq!(grades.iter().collect::<Vec<_>>(), [(Shares::HALF_WON, 1.0)]);
        assert!(!grades.is_win_or_lose());
        let odds = DecimalOdds::new(1.95).unwrap();
        assert!((grades.expected_value(odds) - 0.475).abs() < 1e-15);
    }

    #[test]
    fn growth_of_a_coin_toss() {
        // p = 0.55 at 2.0 with a tenth staked: 0.55 ln 1.1 + 0.45 ln 0.9, as in reference/betting/kelly.json.
        let grades = GradeDistribution::win_or_lose(Probability::new(0.55).unwrap());
        let odds = DecimalOdds::new(2.0).unwrap();
        assert!((grades.log_growth(odds, 0.1) - 0.005008366846356839).abs() < 1e-15);
        assert_eq!(grades.log_growth(odds, 1.0), f64::NEG_INFINITY);
    }
}
