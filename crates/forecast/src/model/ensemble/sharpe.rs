//! Weights by what bets on a member's word would have returned for their risk.
//!
//! | symbol | meaning |
//! |---|---|
//! | r_i | return of a unit stake on the class of match i where the member saw the largest edge at the prices then on offer; 0 without a bet |
//! | S | Sharpe ratio: mean of r over its standard deviation |
//! | n | matches with prices |
//!
//! ```text
//! w_m in the ratio of exp(S_m sqrt(n))
//! ```
//!
//! S sqrt(n) is the t statistic of the returns, so a lead counts as far as it exceeds luck. Only prices of matches already
//! played are read. W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994), 49-58.

use domain::{OutcomeProbabilities, Snapshot};

use super::linear::LinearPool;
use crate::{
    market_baseline::{MarketPreference, quoted_classes},
    model::folds::Observation,
};

/// The weights from every past match that has prices; equal ones when none has.
pub(super) fn weigh(
    members: usize,
    observations: &[Observation],
    snapshot: &Snapshot<'_>,
    prices: &MarketPreference,
) -> LinearPool {
    let mut returns: Vec<Moments> = vec![Moments::default(); members];
    let mut n = 0;
    for Observation { fixture, said, target } in observations {
        let Some(odds) = quoted_classes(snapshot.quotes(fixture.id), fixture, prices) else { continue };
        n += 1;
        for (moments, said) in returns.iter_mut().zip(said) {
            moments.add(unit_return(*said, odds, *target));
        }
    }
    let statistics: Vec<f64> = returns.iter().map(Moments::t_statistic).collect();
    LinearPool::of_logs(&statistics, n)
}

/// Return of one unit on the class with the largest edge; a two-way tie refunds.
fn unit_return(said: OutcomeProbabilities, odds: [Option<f64>; 3], target: [f64; 3]) -> f64 {
    let edges = said.as_array().into_iter().zip(odds).enumerate();
    let edges = edges.filter_map(|(class, (p, odds))| odds.map(|odds| (class, odds, p * odds - 1.0)));
    let best = edges.max_by(|a, b| a.2.total_cmp(&b.2)).filter(|(_, _, edge)| *edge > 0.0);
    let tied = target.iter().all(|t| *t < 1.0);
    match best {
        Some((class, odds, _)) if !tied => target[class] * odds - 1.0,
        _ => 0.0,
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    /// Mean over its standard error; 0 where nothing was ever staked.
    fn t_statistic(&self) -> f64 {
        if self.n < 2.0 {
            return 0.0;
        }
        let mean = self.sum / self.n;
        let variance = (self.squares - self.n * mean * mean) / (self.n - 1.0);
        if variance > 1e-12 { mean / (variance / self.n).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_and_their_t_statistic() {
        let said = OutcomeProbabilities::new(0.5, 0.3, 0.2).unwrap();
        let odds = [Some(2.2), Some(3.2), Some(4.0)];
        // Edges .1, -.04 and -.2: the home win is backed.
        assert!((unit_return(said, odds, [1.0, 0.0, 0.0]) - 1.2).abs() < 1e-12);
        assert_eq!(unit_return(said, odds, [0.0, 1.0, 0.0]), -1.0);
        assert_eq!(unit_return(said, odds, [0.5, 0.0, 0.5]), 0.0, "a tie refunds");
        assert_eq!(unit_return(said, [Some(1.9), None, Some(4.0)], [1.0, 0.0, 0.0]), 0.0, "no edge, no bet");
        // Returns 1.2, -1, 1.2, -1: mean .1, standard deviation 1.27017, t = .1 / (1.27017 / 2).
        let mut moments = Moments::default();
        for r in [1.2, -1.0, 1.2, -1.0] {
            moments.add(r);
        }
        assert!((moments.t_statistic() - 0.157_459).abs() < 1e-6, "{}", moments.t_statistic());
    }
}
