//! Mean scores of some forecasts, and of several such groups together.

use serde::{Deserialize, Serialize};

use crate::scoring_rule::{Accuracy, BrierSum, LogLoss, RankedProbability, Scored, ScoringRule};

/// How good some forecasts were on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanScores {
    /// Forecasts.
    pub n: usize,
    /// Natural log loss.
    pub log_loss: f64,
    /// Ranked probability score.
    pub rps: f64,
    /// Brier score, summed over the classes.
    pub brier: f64,
    /// Share of forecasts whose likeliest class came true.
    pub accuracy: f64,
}

impl MeanScores {
    /// Of these forecasts; none of none.
    pub fn of(scored: &[Scored]) -> Option<Self> {
        let mean =
            |rule: &dyn ScoringRule| scored.iter().map(|s| rule.score(s)).sum::<f64>() / scored.len() as f64;
        (!scored.is_empty()).then(|| Self {
            n: scored.len(),
            log_loss: mean(&LogLoss),
            rps: mean(&RankedProbability),
            brier: mean(&BrierSum),
            accuracy: mean(&Accuracy),
        })
    }

    /// Of all forecasts of these groups together; none of none.
    pub fn pooled(groups: &[Self]) -> Option<Self> {
        let n: usize = groups.iter().map(|group| group.n).sum();
        let mean = |score: fn(&Self) -> f64| {
            groups.iter().map(|group| group.n as f64 * score(group)).sum::<f64>() / n as f64
        };
        (n > 0).then(|| Self {
            n,
            log_loss: mean(|g| g.log_loss),
            rps: mean(|g| g.rps),
            brier: mean(|g| g.brier),
            accuracy: mean(|g| g.accuracy),
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::{OutcomeClass, OutcomeProbabilities};

    use super::*;

    fn scored(p: [f64; 3], outcome: OutcomeClass) -> Scored {
        Scored::three_way(OutcomeProbabilities { home: p[0], draw: p[1], away: p[2] }, outcome)
    }

    fn close(one: MeanScores, other: MeanScores) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        one.n == other.n
            && near(one.log_loss, other.log_loss)
            && near(one.rps, other.rps)
            && near(one.brier, other.brier)
            && near(one.accuracy, other.accuracy)
    }

    #[test]
    fn means_and_means_of_groups() {
        let all = [
            scored([0.5, 0.3, 0.2], OutcomeClass::Home),
            scored([0.5, 0.3, 0.2], OutcomeClass::Draw),
            scored([0.5, 0.3, 0.2], OutcomeClass::Away),
        ];
        // reference/betting/scoring.json: RPS .145, .145, .445; summed Brier .38, .78, .98.
        let expected = MeanScores {
            n: 3,
            log_loss: (std::f64::consts::LN_2 + 1.2039728043259361 + 1.6094379124341003) / 3.0,
            rps: 0.735 / 3.0,
            brier: 2.14 / 3.0,
            accuracy: 1.0 / 3.0,
        };
        let together = MeanScores::of(&all).unwrap();
        assert!(close(together, expected), "{together:?}");
        let parts = [MeanScores::of(&all[..1]).unwrap(), MeanScores::of(&all[1..]).unwrap()];
        assert!(close(MeanScores::pooled(&parts).unwrap(), expected), "groups count by their size");
        assert_eq!((MeanScores::of(&[]), MeanScores::pooled(&[])), (None, None));
    }
}
