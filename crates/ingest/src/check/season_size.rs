//! Seasons with far more or fewer matches than their neighbours: half a download, or one season stored as two.

use std::collections::BTreeMap;

use domain::Season;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Action, HistoryRule, HistoryView, finding::Hits};

/// Parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonSize {
    /// What follows.
    pub action: Action,
    /// Smallest share of the median season.
    pub min_share: f64,
    /// Largest share of the median season.
    pub max_share: f64,
    /// A season whose last match is no older is still being played and may be short.
    pub running_for_days: u16,
}

#[derive(Default)]
struct Size {
    matches: usize,
    last: Option<Timestamp>,
}

impl HistoryRule for SeasonSize {
    fn name(&self) -> &'static str {
        "season_size"
    }

    fn action(&self) -> Action {
        self.action
    }

    fn hits(&self, view: &HistoryView<'_>, now: Timestamp) -> Hits {
        let mut hits = Hits::default();
        let running_since = now - SignedDuration::from_hours(24 * i64::from(self.running_for_days));
        for (competition, fixtures) in &view.competitions {
            let mut seasons: BTreeMap<Season, Size> = BTreeMap::new();
            for (fixture, _) in fixtures.iter().filter(|(_, outcome)| outcome.is_some()) {
                let size = seasons.entry(fixture.season).or_default();
                size.matches += 1;
                size.last = size.last.max(Some(fixture.kickoff.earliest()));
            }
            let Some(median) = median(seasons.values().map(|s| s.matches).collect()) else { continue };
            for (season, size) in &seasons {
                let share = size.matches as f64 / median;
                let is_running = size.last.is_some_and(|last| last > running_since);
                if share > self.max_share || share < self.min_share && !is_running {
                    hits.add(format!("{competition} {season}"), || {
                        format!("{} matches, where the median season has {median}", size.matches)
                    });
                }
            }
        }
        hits
    }
}

/// None for fewer than three: nobody can say which of two is odd.
fn median(mut sizes: Vec<usize>) -> Option<f64> {
    sizes.sort_unstable();
    let middle = sizes.len() / 2;
    match sizes.len() {
        0..3 => None,
        n if n % 2 == 1 => Some(sizes[middle] as f64),
        _ => Some((sizes[middle - 1] + sizes[middle]) as f64 / 2.0),
    }
}
