//! How the teams of a competition have done in the season of its last match.

use std::collections::BTreeMap;

use domain::{PlayedMatch, Snapshot, TeamId};
use serde::{Deserialize, Serialize};

use super::load_history::Loaded;

/// How many matches the recent form goes back.
const N_RECENT: usize = 5;

/// One team's season so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TeamStatistics {
    /// Its name.
    pub(crate) team: String,
    /// The season, e.g. 2023-24.
    pub(crate) season: String,
    /// Matches.
    pub(crate) played: u32,
    /// Won, drawn, lost.
    pub(crate) record: [u32; 3],
    /// Goals or points of its own and of its opponents.
    pub(crate) score: [u32; 2],
    /// The last matches, `W`, `D` or `L`, the latest last.
    pub(crate) recent: String,
    /// Mean expected goals of its own and of its opponents, over the matches that have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expected_goals: Option<[f64; 2]>,
}

/// Sums over one team's matches.
#[derive(Default)]
struct Sums {
    record: [u32; 3],
    score: [u32; 2],
    results: String,
    expected: [f64; 2],
    n_expected: u32,
}

/// Every team that has played in it, by name.
pub(crate) fn run(loaded: &Loaded, snapshot: &Snapshot<'_>) -> Vec<TeamStatistics> {
    let competition = loaded.competition.id;
    let Some(last) = snapshot.played_in(competition).next_back() else { return Vec::new() };
    let season = last.fixture.season;
    let mut teams: BTreeMap<TeamId, Sums> = BTreeMap::new();
    for played in snapshot.played_in(competition).filter(|m| m.fixture.season == season) {
        teams.entry(played.fixture.home).or_default().add(&played, true);
        teams.entry(played.fixture.away).or_default().add(&played, false);
    }
    let of = |(team, sums): (TeamId, Sums)| sums.of(loaded.name(team), season.to_string());
    let mut all: Vec<TeamStatistics> = teams.into_iter().map(of).collect();
    all.sort_by(|a, b| a.team.cmp(&b.team));
    all
}

impl Sums {
    fn add(&mut self, played: &PlayedMatch<'_>, at_home: bool) {
        let turned = |home, away| if at_home { [home, away] } else { [away, home] };
        let score = played.score();
        let [own, other] = turned(score.home, score.away);
        let (place, letter) = match own.cmp(&other) {
            std::cmp::Ordering::Greater => (0, 'W'),
            std::cmp::Ordering::Equal => (1, 'D'),
            std::cmp::Ordering::Less => (2, 'L'),
        };
        self.record[place] += 1;
        self.results.push(letter);
        self.score[0] += u32::from(own);
        self.score[1] += u32::from(other);
        if let Some(expected) = played.statistics.and_then(|s| s.expected_goals) {
            let [own, other] =
                if at_home { [expected.home, expected.away] } else { [expected.away, expected.home] };
            self.expected[0] += own;
            self.expected[1] += other;
            self.n_expected += 1;
        }
    }

    fn of(self, team: String, season: String) -> TeamStatistics {
        // Letters of one byte.
        let recent = self.results[self.results.len().saturating_sub(N_RECENT)..].to_owned();
        let n = f64::from(self.n_expected);
        TeamStatistics {
            team,
            season,
            played: self.record.iter().sum(),
            record: self.record,
            score: self.score,
            recent,
            expected_goals: (self.n_expected > 0).then(|| self.expected.map(|sum| sum / n)),
        }
    }
}
