//! Totals far from what the competition is used to: a digit too many.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Action, HistoryRule, HistoryView, finding::Hits};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreOutlier {
    /// What follows.
    pub action: Action,
    /// Largest distance from the mean total, in standard deviations of the competition.
    pub max_deviations: f64,
    /// Competitions with fewer results are not judged.
    pub min_matches: usize,
}

impl HistoryRule for ScoreOutlier {
    fn name(&self) -> &'static str {
        "score_outlier"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, view: &HistoryView<'_>, _now: Timestamp) -> Hits {
        let mut hits = Hits::default();
        for (competition, fixtures) in &view.competitions {
            let played: Vec<_> =
                fixtures.iter().filter_map(|(f, o)| Some((f, o.as_ref()?.full_time))).collect();
            if played.len() < self.min_matches {
                continue;
            }
            let count = played.len() as f64;
            let mean = played.iter().map(|(_, score)| f64::from(score.total())).sum::<f64>() / count;
            let squares = played.iter().map(|(_, score)| (f64::from(score.total()) - mean).powi(2));
            let deviation = (squares.sum::<f64>() / count).sqrt();
            for (fixture, score) in played {
                if (f64::from(score.total()) - mean).abs() > self.max_deviations * deviation {
                    hits.add(format!("{competition} {}", fixture.season), || {
                        let id = fixture.id.0;
                        format!(
                            "fixture {id} ended {score}, where the mean total is {mean:.1} ± {deviation:.1}"
                        )
                    });
                }
            }
        }
        hits
    }
}
