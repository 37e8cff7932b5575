//! What the model learns from: weighted rows of one competition, and what is believed about teams without a record in it.
//!
//! A team that was absent from last season starts from what such teams did before in this competition: their goals for and
//! against per match over the league's mean, as log ratios. Until enough of them were seen, from what promoted teams do
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CompetitionId, PlayedMatch, Season, Snapshot, Sport, TeamId};

use super::{
    DixonColes,
    fit::{Normal, Prior},
    pairs::MatchRow,
};
use crate::{ForecastError, model::Model};

const SECONDS_PER_DAY: f64 = 86_400.0;

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

/// Home advantage and rho before anything was seen; wide enough to give way to one season.
const HOME_ADVANTAGE: Normal = Normal { mean: 0.25, sd: 0.25 };
const RHO: Normal = Normal { mean: -0.05, sd: 0.1 };

#[derive(Debug)]
pub(super) struct Training {
    /// Sorted; a team's index in the rows is its position here.
    pub(super) teams: Vec<TeamId>,
    pub(super) rows: Vec<MatchRow>,
    pub(super) newcomer: Newcomer,
    /// By team: whether it was absent from last season.
    pub(super) is_newcomer: Vec<bool>,
}

impl Training {
    pub(super) fn of(
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        model: &DixonColes,
    ) -> Result<Self, ForecastError> {
        let age = |played: &PlayedMatch<'_>| {
            snapshot.at().duration_since(played.fixture.kickoff.earliest()).as_secs_f64() / SECONDS_PER_DAY
        };
        let matches: Vec<PlayedMatch<'_>> = snapshot.played_in(competition).collect();
        if let Some(other) = matches.iter().find(|m| m.fixture.sport != Sport::Soccer) {
            return Err(ForecastError::UnsupportedSport { model: model.name(), sport: other.fixture.sport });
        }
        let recent = |m: &&PlayedMatch<'_>| model.window_days.is_none_or(|window| age(m) <= window);
        let window: Vec<&PlayedMatch<'_>> = matches.iter().filter(recent).collect();
        if window.len() < model.minimum_matches.max(1) {
            let (have, need) = (window.len(), model.minimum_matches.max(1));
            return Err(ForecastError::TooFewMatches { model: model.name(), have, need });
        }
        let teams: BTreeSet<TeamId> = window.iter().flat_map(|m| [m.fixture.home, m.fixture.away]).collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let index = |team: TeamId| teams.binary_search(&team).unwrap_or_default() as u32;
        let xi = model.half_life_days.map_or(0.0, |days| std::f64::consts::LN_2 / days);
        let rows = window
            .iter()
            .map(|m| MatchRow {
                home: index(m.fixture.home),
                away: index(m.fixture.away),
                home_goals: m.score().home,
                away_goals: m.score().away,
                weight: (-xi * age(m)).exp(),
                neutral: m.fixture.neutral,
                credited: credited(m, model.expected_goals_share),
            })
            .collect();
        let seasons = Seasons::of(&matches);
        let current = snapshot.fixtures().filter(|f| f.competition == competition).map(|f| f.season).max();
        let is_newcomer = teams.iter().map(|team| seasons.is_newcomer(*team, current)).collect();
        Ok(Self { is_newcomer, newcomer: seasons.newcomer(), teams, rows })
    }

    pub(super) fn prior(&self, strength_sd: Option<f64>) -> Option<Prior> {
        let means = |mean: f64| self.is_newcomer.iter().map(|new| if *new { mean } else { 0.0 }).collect();
        strength_sd.map(|strength_sd| Prior {
            strength_sd,
            attack: means(self.newcomer.attack),
            defence: means(self.newcomer.defence),
            home_advantage: Some(HOME_ADVANTAGE),
            rho: Some(RHO),
        })
    }
}

/// A mixture of the score and the expected goals, where those are known and wanted.
fn credited(played: &PlayedMatch<'_>, share: f64) -> Option<[f64; 2]> {
    let chances = played.statistics?.expected_goals.filter(|_| share > 0.0)?;
    let score = played.score();
    let mix = |goals: u16, chances: f64| (1.0 - share) * f64::from(goals) + share * chances.max(0.0);
    Some([mix(score.home, chances.home), mix(score.away, chances.away)])
}

/// Matches, goals for and goals against.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    matches: f64,
    scored: f64,
    conceded: f64,
}

/// What each team did in each season.
struct Seasons(BTreeMap<Season, BTreeMap<TeamId, Record>>);

impl Seasons {
    fn of(matches: &[PlayedMatch<'_>]) -> Self {
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
    fn is_newcomer(&self, team: TeamId, season: Option<Season>) -> bool {
        season.and_then(|s| self.0.get(&s.previous())).is_some_and(|before| !before.contains_key(&team))
    }

    /// What newcomers did, relative to the mean of the same seasons.
    fn newcomer(&self) -> Newcomer {
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
