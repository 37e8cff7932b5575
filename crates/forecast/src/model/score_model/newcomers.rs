//! What is believed about teams without a record.
//!
//! A team that was absent from last season starts from what such teams did before in this competition: their goals for and
//! against per match over the league's mean, as log ratios. Until enough of them were seen, from what promoted teams do
//! elsewhere.

use std::collections::BTreeMap;

use domain::{PlayedMatch, Season, TeamId};

/// Strength of a newcomer relative to the league, in log goals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Newcomer {
    pub(super) attack: f64,
    pub(super) defence: f64,
}

/// Promoted teams of five big leagues score about a fifth less and concede about a fifth more than the mean.
const NEWCOMER_ELSEWHERE: Newcomer = Newcomer { attack: -0.2, defence: 0.2 };
/// How many matches that belief is worth: one season of one team.
const NEWCOMER_MATCHES: f64 = 38.0;

/// Matches, goals for and goals against.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    matches: f64,
    scored: f64,
    conceded: f64,
}

/// What each team did in each season.
pub(super) struct Seasons(BTreeMap<Season, BTreeMap<TeamId, Record>>);

impl Seasons {
    pub(super) fn of(matches: &[PlayedMatch<'_>]) -> Self {
        let mut seasons: BTreeMap<Season, BTreeMap<TeamId, Record>> = BTreeMap::new();
        for played in matches {
            let season = seasons.entry(played.fixture.season).or_default();
            let score = played.score();
            let sides = [
                (played.fixture.home, score.home, score.away),
                (played.fixture.away, score.away, score.home),
            ];
            for (team, scored, conceded) in sides {
                let record = season.entry(team).or_default();
                record.matches += 1.0;
                record.scored += f64::from(scored);
                record.conceded += f64::from(conceded);
            }
        }
        Self(seasons)
    }

    /// Whether the team was absent from the season before `season`. Nobody is new where that season is not on record.
    pub(super) fn is_newcomer(&self, team: TeamId, season: Option<Season>) -> bool {
        season.and_then(|s| self.0.get(&s.previous())).is_some_and(|before| !before.contains_key(&team))
    }

    /// What newcomers did, relative to the mean of the same seasons.
    pub(super) fn newcomer(&self) -> Newcomer {
        let (mut league, mut new) = (Record::default(), Record::default());
        for (season, teams) in &self.0 {
            let newcomers: Vec<&Record> =
                teams.iter().filter(|(t, _)| self.is_newcomer(**t, Some(*season))).map(|(_, r)| r).collect();
            if newcomers.is_empty() {
                continue;
            }
            for (sum, records) in [(&mut league, teams.values().collect()), (&mut new, newcomers)] {
                for record in records {
                    sum.matches += record.matches;
                    sum.scored += record.scored;
                    sum.conceded += record.conceded;
                }
            }
        }
        let log_ratio = |goals: f64, mean: f64, elsewhere: f64| {
            let believed = NEWCOMER_MATCHES * mean * elsewhere.exp();
            ((goals + believed) / ((new.matches + NEWCOMER_MATCHES) * mean)).ln()
        };
        if league.scored <= 0.0 {
            return NEWCOMER_ELSEWHERE;
        }
        let mean = league.scored / league.matches;
        Newcomer {
            attack: log_ratio(new.scored, mean, NEWCOMER_ELSEWHERE.attack),
            defence: log_ratio(new.conceded, mean, NEWCOMER_ELSEWHERE.defence),
        }
    }
}
