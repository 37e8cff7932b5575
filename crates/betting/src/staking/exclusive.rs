//! Kelly's stakes on mutually exclusive selections, such as home, draw and away: at most one of them wins.
//!
//! | symbol | meaning |
//! |---|---|
//! | p_i, o_i | probability and odds of selection i |
//! | s_i | share of the bankroll staked on it |
//! | c | share kept back, 1 - sum s_i |
//! | R | reserve rate: the marginal worth of a unit kept back, (1 - sum p_i) / (1 - sum 1/o_i) over the selections staked |
//!
//! The stakes maximise sum_i p_i ln(c + s_i o_i) + (1 - sum p_i) ln c. Taken in the order of p_i o_i, selection i is staked
//! while p_i o_i > R, with s_i = p_i - R / o_i. Where the sum of stakes would exceed a cap, c is held at 1 - cap and the
//! stakes are s_i = max(0, m p_i - c / o_i) with the m at which they sum to the cap. In an arbitrage book nothing is kept
//! back, so the stakes always run to the cap.
//!
//! Reference: Smoczynski and Tomkins (2010), An explicit solution to the problem of optimizing the allocations of a
//! bettor's wealth when wagering on horse races.

use domain::{DecimalOdds, Probability};

use crate::BettingError;

/// One of the selections that exclude each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExclusiveLeg {
    /// How likely it wins.
    pub probability: Probability,
    /// Its price.
    pub odds: DecimalOdds,
}

/// The full Kelly stakes in the order of `legs`, as shares of the bankroll that sum to at most `cap`.
///
/// # Errors
/// When the probabilities sum to more than 1, or the cap is not above 0 and at most 1.
pub fn kelly_exclusive(legs: &[ExclusiveLeg], cap: f64) -> Result<Vec<f64>, BettingError> {
    crate::error::check_share("cap", cap)?;
    let sum: f64 = legs.iter().map(|leg| leg.probability.value()).sum();
    if sum > 1.0 + domain::probability::SUM_TOLERANCE {
        return Err(BettingError::MoreThanCertain { sum: sum.to_string() });
    }
    let stakes = uncapped(legs);
    if stakes.iter().sum::<f64>() <= cap { Ok(stakes) } else { Ok(capped(legs, cap)) }
}

fn uncapped(legs: &[ExclusiveLeg]) -> Vec<f64> {
    let mut order: Vec<&ExclusiveLeg> = legs.iter().collect();
    order.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let (mut kept_p, mut kept_implied, mut reserve) = (1.0, 1.0, 1.0);
    for leg in order {
        if worth(leg) <= reserve {
            break;
        }
        kept_p -= leg.probability.value();
        kept_implied -= leg.odds.implied_probability();
        // Nothing is left over when the selections are exhaustive; rounding must not make the reserve negative.
        reserve = if kept_p <= domain::probability::SUM_TOLERANCE { 0.0 } else { kept_p / kept_implied };
    }
    let stake = |leg: &ExclusiveLeg| {
        if worth(leg) > reserve {
            (leg.probability.value() - reserve * leg.odds.implied_probability()).max(0.0)
        } else {
            0.0
        }
    };
    legs.iter().map(stake).collect()
}

fn capped(legs: &[ExclusiveLeg], cap: f64) -> Vec<f64> {
    let kept = 1.0 - cap;
    let mut order: Vec<&ExclusiveLeg> = legs.iter().collect();
    order.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    // Selection i is staked while m p_i o_i > c; m falls as selections join.
    let (mut p, mut implied, mut multiplier) = (0.0, 0.0, f64::INFINITY);
    for leg in order {
        if multiplier * worth(leg) <= kept || leg.probability.value() <= 0.0 {
            break;
        }
        p += leg.probability.value();
        implied += leg.odds.implied_probability();
        multiplier = (cap + kept * implied) / p;
    }
    let stake = |leg: &ExclusiveLeg| {
        (multiplier * leg.probability.value() - kept * leg.odds.implied_probability()).max(0.0)
    };
    legs.iter().map(stake).collect()
}

/// p_i o_i: the expected return of a unit stake.
fn worth(leg: &ExclusiveLeg) -> f64 {
    leg.probability.value() * leg.odds.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legs(probabilities: &[f64], odds: &[f64]) -> Vec<ExclusiveLeg> {
        let leg = |(p, o): (&f64, &f64)| ExclusiveLeg {
            probability: Probability::new(*p).unwrap(),
            odds: DecimalOdds::new(*o).unwrap(),
        };
        probabilities.iter().zip(odds).map(leg).collect()
    }

    /// Expected log growth, with the probability that nothing staked on wins.
    fn growth(legs: &[ExclusiveLeg], stakes: &[f64]) -> f64 {
        let kept = 1.0 - stakes.iter().sum::<f64>();
        let mut rest = 1.0;
        let mut sum = 0.0;
        for (leg, stake) in legs.iter().zip(stakes) {
            let p = leg.probability.value();
            rest -= p;
            sum += p * (kept + stake * leg.odds.value()).ln();
        }
        if rest > 1e-12 { sum + rest * kept.ln() } else { sum }
    }

    #[test]
    fn one_leg_is_the_plain_kelly_stake() {
        let stakes = kelly_exclusive(&legs(&[0.55], &[2.0]), 1.0).unwrap();
        assert!((stakes[0] - 0.1).abs() < 1e-12);
        assert_eq!(kelly_exclusive(&legs(&[0.5], &[1.9]), 1.0).unwrap(), [0.0]);
        assert!(kelly_exclusive(&[], 1.0).unwrap().is_empty());
    }

    #[test]
    fn an_unfavourable_side_may_insure_the_others() {
        // reference/betting/kelly.json, mutually_exclusive, second case.
        let stakes = kelly_exclusive(&legs(&[0.45, 0.3, 0.25], &[2.4, 3.6, 3.1]), 1.0).unwrap();
        for (got, expected) in stakes.iter().zip([0.10909090909090913, 0.07272727272727275, 0.0]) {
            assert!((got - expected).abs() < 1e-12);
        }
        // The draw loses on its own (0.28 x 3.5 < 1) but is staked beside the others.
        let stakes = kelly_exclusive(&legs(&[0.5, 0.28, 0.2], &[2.3, 3.5, 4.0]), 1.0).unwrap();
        assert!(stakes[1] > 0.0, "{stakes:?}");
    }

    #[test]
    fn no_small_move_of_money_grows_more() {
        for (p, o, cap) in [
            (vec![0.45, 0.3, 0.25], vec![2.4, 3.6, 3.1], 1.0),
            (vec![0.45, 0.27, 0.28], vec![2.5, 3.6, 3.1], 0.05),
            (vec![0.5, 0.27, 0.23], vec![1.9, 4.2, 5.0], 0.5),
            (vec![0.3, 0.3], vec![3.9, 4.1], 0.2),
            (vec![0.2, 0.3, 0.1, 0.05], vec![6.0, 3.9, 9.0, 40.0], 1.0),
        ] {
            let legs = legs(&p, &o);
            let stakes = kelly_exclusive(&legs, cap).unwrap();
            let best = growth(&legs, &stakes);
            assert!(stakes.iter().all(|s| *s >= 0.0) && stakes.iter().sum::<f64>() <= cap + 1e-12);
            for from in 0..=legs.len() {
                for to in (0..=legs.len()).filter(|to| *to != from) {
                    // The last position stands for the money kept back.
                    let mut moved = stakes.clone();
                    moved.push(cap - stakes.iter().sum::<f64>());
                    let step = moved[from].clamp(0.0, 1e-4);
                    moved[from] -= step;
                    moved[to] += step;
                    assert!(
                        growth(&legs, &moved[..legs.len()]) <= best + 1e-12,
                        "{p:?} {o:?} {from} to {to}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_probability_or_cap_is_refused() {
        assert!(kelly_exclusive(&legs(&[0.6, 0.6], &[2.0, 2.0]), 1.0).is_err());
        for cap in [0.0, 1.1, f64::NAN] {
            assert!(kelly_exclusive(&legs(&[0.6], &[2.0]), cap).is_err());
        }
    }
}
