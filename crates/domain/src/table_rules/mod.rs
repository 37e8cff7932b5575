//! How final tables are ordered and what their places are worth: the rules of competitions as values.
//!
//! [`soccer`] is the visible table of the leagues; [`nfl`] and [`nba`] say who plays in which conference and division.

pub mod nba;
pub mod nfl;
pub mod soccer;

use serde::{Deserialize, Serialize};

use crate::{competition::CompetitionId, season::Season};

/// What separates teams that are level on points, one step after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// Matches won.
    Wins,
    /// Goals for less goals against, over all matches.
    GoalDifference,
    /// Goals for, over all matches.
    GoalsFor,
    /// Points in the matches among the level teams.
    HeadToHeadPoints,
    /// Goal difference in the matches among the level teams.
    HeadToHeadGoalDifference,
    /// Goals for in the matches among the level teams.
    HeadToHeadGoals,
    /// Goals for on the other's ground in the matches among the level teams.
    HeadToHeadAwayGoals,
}

impl TieBreak {
    /// Whether only the matches among the level teams count.
    pub fn is_head_to_head(self) -> bool {
        !matches!(self, Self::Wins | Self::GoalDifference | Self::GoalsFor)
    }
}

/// How the pairings of a season come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairings {
    /// Every team meets every other so often on each ground: who meets whom is known before the season.
    RoundRobin {
        /// Meetings of a pair on one ground.
        meetings: u8,
    },
    /// Pairings follow from a plan, or from the table at half-time, and are known when they are listed.
    Listed,
}

/// What the places at both ends of a table are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Teams at the top that gain something.
    pub top: u8,
    /// What they gain.
    pub top_prize: Prize,
    /// Teams at the bottom that go down without a play-off.
    pub relegated: u8,
}

/// What the top of a table gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prize {
    /// A place in the UEFA Champions League, qualifying rounds included.
    ChampionsLeague,
    /// Promotion without a play-off.
    Promotion,
    /// Nothing on record: the first four are counted because everybody asks for them.
    TopFour,
}

impl Prize {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::ChampionsLeague => "Champions League",
            Self::Promotion => "promoted",
            Self::TopFour => "top four",
        }
    }
}

/// Taken where nothing is on record; [`LeagueRules::places`] says when that is so.
pub const ASSUMED_PLACES: Places = Places { top: 4, top_prize: Prize::TopFour, relegated: 3 };

/// How one league's table is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeagueRules {
    /// Which league.
    pub competition: CompetitionId,
    /// Its first season with three points for a win, by its start year; two before.
    pub three_points_since: i16,
    /// What separates level teams; lots at the end.
    pub tie_breaks: &'static [TieBreak],
    /// How pairings come about.
    pub pairings: Pairings,
    /// By first season (start year), the latest first.
    pub places: &'static [(i16, Places)],
    /// What the simulation of a regular season leaves out here.
    pub left_out: &'static str,
}

/// Goal difference, then goals: what is taken for leagues nobody wrote rules for.
pub const USUAL_TIE_BREAKS: &[TieBreak] = &[TieBreak::GoalDifference, TieBreak::GoalsFor];

impl LeagueRules {
    /// The rules of a league; of one that is not on the table the usual ones, under its own name.
    pub fn of(competition: CompetitionId) -> Self {
        let on_table = soccer::LEAGUES.iter().find(|rules| rules.competition == competition);
        on_table.copied().unwrap_or(Self {
            competition,
            three_points_since: 1995,
            tie_breaks: USUAL_TIE_BREAKS,
            pairings: Pairings::Listed,
            places: &[],
            left_out: "its rules are not on record: goal difference and goals separate level teams",
        })
    }

    /// Points for a win in a season.
    pub fn points_for_win(&self, season: Season) -> u8 {
        if season.start_year >= self.three_points_since { 3 } else { 2 }
    }

    /// What the places are worth in a season; none on record for that season says that [`ASSUMED_PLACES`] is a guess.
    pub fn places(&self, season: Season) -> Option<Places> {
        self.places.iter().find(|(since, _)| season.start_year >= *since).map(|(_, places)| *places)
    }
}

/// Where a team of a North American league plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alignment {
    /// Its conference.
    pub conference: &'static str,
    /// Its division.
    pub division: &'static str,
    /// The four or five teams of the division, by the names of the roster. A club that moves keeps its name of today.
    pub teams: &'static [&'static str],
}
