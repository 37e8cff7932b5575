//! What a model learns from: weighted rows of one competition, and what is believed about its teams beforehand.

use std::collections::BTreeSet;

use domain::{CompetitionId, PlayedMatch, Snapshot, Sport, TeamId};

use super::{
    Settings,
    covariate::LearntCovariate,
    law::ScoreLaw,
    newcomers::{Newcomer, Seasons},
    pairs::{Column, MatchRow},
    prior::{Normal, Prior},
};
use crate::ForecastError;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Home advantage before anything was seen; wide enough to give way to one season.
const HOME_ADVANTAGE: Normal = Normal { mean: 0.25, sd: 0.25 };

#[derive(Debug)]
pub(super) struct Training {
    /// Sorted; a team's index in the rows is its position here.
    pub(super) teams: Vec<TeamId>,
    pub(super) rows: Vec<MatchRow>,
    /// Days from each row to the last one. Age counts from the last match and not from now: after a long break the matches
    /// are worth no less, neither to each other nor beside the prior.
    ages: Vec<f64>,
    pub(super) newcomer: Newcomer,
    /// By team: whether it was absent from last season.
    pub(super) is_newcomer: Vec<bool>,
    pub(super) covariates: Vec<LearntCovariate>,
    pub(super) columns: Vec<Column>,
}

impl Training {
    /// Rows that all weigh alike; see [`Training::weigh`].
    pub(super) fn of(
        snapshot: &Snapshot<'_>,
        competition: CompetitionId,
        model: &'static str,
        settings: &Settings,
    ) -> Result<Self, ForecastError> {
        let matches: Vec<PlayedMatch<'_>> = snapshot.played_in(competition).collect();
        if let Some(other) = matches.iter().find(|m| m.fixture.sport != Sport::Soccer) {
            return Err(ForecastError::UnsupportedSport { model, sport: other.fixture.sport });
        }
        let days_to = |later: jiff::Timestamp, m: &PlayedMatch<'_>| {
            later.duration_since(m.fixture.kickoff.earliest()).as_secs_f64() / SECONDS_PER_DAY
        };
        let recent = |m: &&PlayedMatch<'_>| {
            settings.window_days.is_none_or(|window| days_to(snapshot.at(), m) <= window)
        };
        let window: Vec<&PlayedMatch<'_>> = matches.iter().filter(recent).collect();
        let (have, need) = (window.len(), settings.minimum_matches.max(1));
        if have < need {
            return Err(ForecastError::TooFewMatches { model, have, need });
        }
        let teams: BTreeSet<TeamId> = window.iter().flat_map(|m| [m.fixture.home, m.fixture.away]).collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let row = |m: &&PlayedMatch<'_>| row(m, &teams, settings.expected_goals_share);
        let last = window.last().map_or(snapshot.at(), |m| m.fixture.kickoff.earliest());
        let covariates: Vec<LearntCovariate> = settings
            .covariates
            .iter()
            .map(|c| LearntCovariate::of(c.as_ref(), snapshot, competition))
            .collect();
        let columns = covariates.iter().map(|c| c.column(window.iter().map(|m| m.fixture))).collect();
        let seasons = Seasons::of(&matches);
        let current = snapshot.fixtures().filter(|f| f.competition == competition).map(|f| f.season).max();
        Ok(Self {
            rows: window.iter().map(row).collect(),
            ages: window.iter().map(|m| days_to(last, m)).collect(),
            is_newcomer: teams.iter().map(|team| seasons.is_newcomer(*team, current)).collect(),
            newcomer: seasons.newcomer(),
            teams,
            covariates,
            columns,
        })
    }

    /// Weighs the rows by age.
    pub(super) fn weigh(&mut self, half_life_days: Option<f64>) {
        let xi = half_life_days.map_or(0.0, |days| std::f64::consts::LN_2 / days);
        for (row, age) in self.rows.iter_mut().zip(&self.ages) {
            row.weight = (-xi * age).exp();
        }
    }

    pub(super) fn prior<L: ScoreLaw>(&self, strength_sd: Option<f64>) -> Option<Prior> {
        let means = |mean: f64| self.is_newcomer.iter().map(|new| if *new { mean } else { 0.0 }).collect();
        strength_sd.map(|strength_sd| Prior {
            strength_sd,
            attack: means(self.newcomer.attack),
            defence: means(self.newcomer.defence),
            home_advantage: Some(HOME_ADVANTAGE),
            covariates: self.covariates.iter().map(|c| c.prior).collect(),
            own: L::OWN.iter().map(|own| Some(own.prior)).collect(),
        })
    }
}

fn row(played: &PlayedMatch<'_>, teams: &[TeamId], expected_goals_share: f64) -> MatchRow {
    let index = |team: TeamId| teams.binary_search(&team).unwrap_or_default() as u32;
    let score = played.score();
    MatchRow {
        home: index(played.fixture.home),
        away: index(played.fixture.away),
        home_goals: score.home,
        away_goals: score.away,
        weight: 1.0,
        neutral: played.fixture.neutral,
        credited: credited(played, expected_goals_share),
    }
}

/// A mixture of the score and the expected goals, where those are known and wanted.
fn credited(played: &PlayedMatch<'_>, share: f64) -> Option<[f64; 2]> {
    let chances = played.statistics?.expected_goals.filter(|_| share > 0.0)?;
    let score = played.score();
    let mix = |goals: u16, chances: f64| (1.0 - share) * f64::from(goals) + share * chances.max(0.0);
    Some([mix(score.home, chances.home), mix(score.away, chances.away)])
}
