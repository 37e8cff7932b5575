//! Kelly's stake for one bet: the share of the bankroll that maximises the expected growth of its logarithm.
//!
//! | symbol | meaning |
//! |---|---|
//! | f | share of the bankroll staked, 0..=1 |
//! | r_k | profit of a unit stake under grade k: -1 lost, odds - 1 won, halves between |
//! | q_k | probability of grade k |
//! | b | odds - 1 |
//! | w, l | probability of a whole win, of a whole loss |
//!
//! f maximises G(f) = sum_k q_k ln(1 + f r_k). G is concave, so f is 0 where G'(0) = sum_k q_k r_k <= 0 and otherwise the
//! root of G'. With whole wins, losses and refunds only, f = (b w - l) / (b (w + l)).
//!
//! Reference: Kelly (1956), A new interpretation of information rate.

use domain::{DecimalOdds, Shares};

use crate::grades::GradeDistribution;

/// The full Kelly stake, 0..=1. A bet that cannot lose is worth everything: the caps of the policy hold it back.
pub fn kelly(grades: &GradeDistribution, odds: DecimalOdds) -> f64 {
    if grades.expected_value(odds) <= 0.0 {
        return 0.0;
    }
    if grades.profits(odds).all(|(profit, _)| profit >= 0.0) {
        return 1.0;
    }
    closed_form(grades, odds).unwrap_or_else(|| numerical(grades, odds)).clamp(0.0, 1.0)
}

fn closed_form(grades: &GradeDistribution, odds: DecimalOdds) -> Option<f64> {
    let (mut won, mut lost) = (0.0, 0.0);
    for (shares, p) in grades.iter() {
        match shares {
            Shares::WON => won += p,
            Shares::LOST => lost += p,
            Shares::PUSHED => {}
            _ => return None,
        }
    }
    let profit = odds.value() - 1.0;
    Some((profit * won - lost) / (profit * (won + lost)))
}

/// Bisection on G', which falls from a positive value at 0; it ends when the midpoint stops moving.
fn numerical(grades: &GradeDistribution, odds: DecimalOdds) -> f64 {
    let terms: Vec<(f64, f64)> = grades.profits(odds).collect();
    let slope = |f: f64| terms.iter().map(|(r, q)| q * r / (1.0 + f * r)).sum::<f64>();
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use domain::{
        Market, Probability, ScoreDistribution, Selection,
        market::{Line, MarketKind},
    };

    use super::*;

    fn odds(value: f64) -> DecimalOdds {
        DecimalOdds::new(value).unwrap()
    }

    #[test]
    fn the_coin_of_the_reference() {
        // reference/betting/kelly.json, single.
        for (p, price, stake) in [
            (0.55, 2.0, 0.10000000000000009),
            (0.6, 1.91, 0.16043956043956034),
            (0.25, 5.0, 0.0625),
            (0.5, 1.9, 0.0),
            (0.7, 1.5, 0.09999999999999964),
        ] {
            let grades = GradeDistribution::win_or_lose(Probability::new(p).unwrap());
            assert!((kelly(&grades, odds(price)) - stake).abs() < 1e-12, "{p} at {price}");
        }
    }

    #[test]
    fn both_ways_agree_where_both_apply() {
        let forecast =
            ScoreDistribution::from_fn(6, 6, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
        let market = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(-4))).unwrap();
        let grades = GradeDistribution::of(market, Selection::Home, &forecast).unwrap();
        assert!(grades.iter().any(|(shares, _)| shares == Shares::PUSHED));
        for price in [1.9, 2.5, 4.0, 9.0] {
            let exact = closed_form(&grades, odds(price)).unwrap();
            if exact > 0.0 {
                assert!((exact - numerical(&grades, odds(price))).abs() < 1e-12, "{price}");
            }
        }
    }

    #[test]
    fn a_quarter_line_is_staked_at_the_top_of_its_growth() {
        let forecast =
            ScoreDistribution::from_fn(6, 6, |s| 1.0 / f64::from(1 + s.home + 2 * s.away)).unwrap();
        for quarters in [-5, -3, -1, 1, 3] {
            let market = Market::new(MarketKind::AsianHandicap, Some(Line::from_quarters(quarters))).unwrap();
            let grades = GradeDistribution::of(market, Selection::Home, &forecast).unwrap();
            let fair = grades.price().fair_odds().unwrap();
            let good = odds(fair.value() * 1.1);
            let stake = kelly(&grades, good);
            let growth = |f: f64| grades.log_growth(good, f);
            assert!(stake > 0.0 && growth(stake) > 0.0);
            for step in [-1e-4, 1e-4] {
                assert!(growth(stake) > growth(stake + step), "{market} at {stake}");
            }
            assert!(kelly(&grades, fair) < 1e-9, "nothing to gain at fair odds");
        }
    }

    #[test]
    fn a_bet_that_cannot_lose_is_worth_everything() {
        let sure = GradeDistribution::win_or_lose(Probability::new(1.0).unwrap());
        assert_eq!(kelly(&sure, odds(1.01)), 1.0);
    }
}
