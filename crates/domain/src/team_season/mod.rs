//! What teams did in a season, counted match by match in the order of kick-off.
//!
//! Only completed matches count, by the score that markets settle on. League play makes the record; play-offs are counted apart.
//! At a neutral venue nobody is at home: such a match is in the whole record and in neither half of it. Points are those won
//! on the field by the rules of [`table_rules`](crate::table_rules): what a league deducts or awards afterwards is on no record.
//!
//! [`seasons`] says how things stand in a snapshot, [`days`] how they stood after every match day, and since when the world
//! could know that.

mod days;

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use serde::{Deserialize, Serialize};

pub use self::days::{TeamDay, days};
use crate::{
    competition::CompetitionId,
    fixture::{Fixture, FixtureStatus, Stage},
    outcome::OutcomeStatus,
    season::Season,
    snapshot::{PlayedMatch, Snapshot},
    sport::{SettlementPeriod, Sport},
    statistics::Pair,
    table_rules::LeagueRules,
    team::TeamId,
};

/// How a match ended for one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It scored more.
    Won,
    /// Both scored the same: a draw, or a tie.
    Drawn,
    /// It scored less.
    Lost,
}

impl Ended {
    fn of(own: u16, other: u16) -> Self {
        match own.cmp(&other) {
            std::cmp::Ordering::Greater => Self::Won,
            std::cmp::Ordering::Equal => Self::Drawn,
            std::cmp::Ordering::Less => Self::Lost,
        }
    }

    /// `W`, `D` or `L`.
    pub fn letter(self) -> char {
        match self {
            Self::Won => 'W',
            Self::Drawn => 'D',
            Self::Lost => 'L',
        }
    }
}

/// Matches by how they ended, and the goals or points in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Matches won.
    pub won: u32,
    /// Matches drawn or tied.
    pub drawn: u32,
    /// Matches lost.
    pub lost: u32,
    /// Goals or points for.
    pub scored: u32,
    /// Goals or points against.
    pub conceded: u32,
}

impl Tally {
    /// Matches played.
    pub fn played(&self) -> u32 {
        self.won + self.drawn + self.lost
    }

    /// Goals or points for less those against.
    pub fn difference(&self) -> i64 {
        i64::from(self.scored) - i64::from(self.conceded)
    }

    /// Share of matches won, a draw or tie counting half; none before the first match.
    pub fn win_share(&self) -> Option<f64> {
        (self.played() > 0)
            .then(|| (f64::from(self.won) + f64::from(self.drawn) / 2.0) / f64::from(self.played()))
    }

    fn add(&mut self, own: u16, other: u16) {
        match Ended::of(own, other) {
            Ended::Won => self.won += 1,
            Ended::Drawn => self.drawn += 1,
            Ended::Lost => self.lost += 1,
        }
        self.scored += u32::from(own);
        self.conceded += u32::from(other);
    }
}

/// Matches of the record that went beyond regulation, in sports whose record includes it. Every tie is one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overtime {
    /// Won in overtime.
    pub won: u32,
    /// Lost in overtime.
    pub lost: u32,
    /// Decided matches of which the source gives only the end, so that nobody can say.
    pub unknown: u32,
}

/// Matches after league play.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playoffs {
    /// Played.
    pub played: u32,
    /// Won.
    pub won: u32,
}

/// Something counted in some matches of the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Matches in which it was counted.
    pub matches: u32,
    /// By the team, in all of them.
    pub own: f64,
    /// By its opponents.
    pub other: f64,
}

impl Counted {
    fn add(&mut self, pair: Option<Pair>, is_home: bool) {
        let Some(Pair { home, away }) = pair else { return };
        let (own, other) = if is_home { (home, away) } else { (away, home) };
        self.matches += 1;
        self.own += own;
        self.other += other;
    }
}

/// The last five matches of the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Form([Option<Ended>; 5]);

impl Form {
    fn push(&mut self, ended: Ended) {
        if self.0.iter().all(Option::is_some) {
            self.0.rotate_left(1);
            self.0[4] = None;
        }
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(ended);
        }
    }
}

/// The oldest first, e.g. `WWDLW`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().flatten().try_for_each(|ended| f.write_char(ended.letter()))
    }
}

/// Matches in a row that ended the same way, the last of the record among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// How they ended.
    pub ended: Ended,
    /// How many.
    pub length: u32,
}

/// E.g. `W3`.
impl fmt::Display for Streak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ended.letter(), self.length)
    }
}

/// The record of one team in one season so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TeamStatistics {
    /// League play.
    pub all: Tally,
    /// Of it, at home.
    pub home: Tally,
    /// Of it, away.
    pub away: Tally,
    /// Of it, beyond regulation; none in a sport whose record ends there.
    pub overtime: Option<Overtime>,
    /// League points; none in a sport whose tables go by shares of matches won.
    pub points: Option<u32>,
    /// The last matches of it.
    pub form: Form,
    /// How they run on.
    pub streak: Option<Streak>,
    /// Expected goals in it.
    pub expected_goals: Counted,
    /// Shots in it.
    pub shots: Counted,
    /// What came after it.
    pub playoffs: Playoffs,
}

impl TeamStatistics {
    /// Before the first match.
    fn start(sport: Sport) -> Self {
        let counts_overtime = sport.rules().settlement_period == SettlementPeriod::IncludingOvertime;
        Self {
            overtime: counts_overtime.then(Overtime::default),
            points: sport.is_three_way().then_some(0),
            ..Self::default()
        }
    }

    /// Adds the team's next match.
    fn add(&mut self, played: &PlayedMatch<'_>, is_home: bool) {
        let score = played.score();
        let (own, other) = if is_home { (score.home, score.away) } else { (score.away, score.home) };
        let ended = Ended::of(own, other);
        if played.fixture.stage == Stage::Playoff {
            self.playoffs.played += 1;
            self.playoffs.won += u32::from(ended == Ended::Won);
            return;
        }
        self.all.add(own, other);
        if !played.fixture.neutral {
            let half = if is_home { &mut self.home } else { &mut self.away };
            half.add(own, other);
        }
        self.add_overtime(played, ended);
        if let Some(points) = &mut self.points {
            let for_win = LeagueRules::of(played.fixture.competition).points_for_win(played.fixture.season);
            *points += match ended {
                Ended::Won => u32::from(for_win),
                Ended::Drawn => 1,
                Ended::Lost => 0,
            };
        }
        self.form.push(ended);
        self.streak = Some(match self.streak {
            Some(streak) if streak.ended == ended => Streak { ended, length: streak.length + 1 },
            _ => Streak { ended, length: 1 },
        });
        self.expected_goals.add(played.statistics.and_then(|s| s.expected_goals), is_home);
        self.shots.add(played.statistics.and_then(|s| s.shots), is_home);
    }

    fn add_overtime(&mut self, played: &PlayedMatch<'_>, ended: Ended) {
        let Some(overtime) = &mut self.overtime else { return };
        match (ended, played.outcome.went_to_overtime()) {
            (Ended::Drawn, _) | (_, Some(false)) => {}
            (Ended::Won, Some(true)) => overtime.won += 1,
            (Ended::Lost, Some(true)) => overtime.lost += 1,
            (Ended::Won | Ended::Lost, None) => overtime.unknown += 1,
        }
    }
}

/// How one team stands in one season.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TeamSeason {
    /// The season.
    pub season: Season,
    /// The team.
    pub team: TeamId,
    /// Its record.
    pub statistics: TeamStatistics,
    /// Matches of league play that have no result and are not called off: still to come, put off, or broken off.
    pub unplayed: u32,
}

/// Every team of every season of a competition as a snapshot shows it, by season and team; teams that have not played yet
/// are among them.
pub fn seasons(snapshot: &Snapshot<'_>, competition: CompetitionId) -> Vec<TeamSeason> {
    let mut teams: BTreeMap<(Season, TeamId), TeamSeason> = BTreeMap::new();
    for fixture in snapshot.fixtures().filter(|f| f.competition == competition) {
        let unplayed = u32::from(is_unplayed(snapshot, fixture));
        for team in [fixture.home, fixture.away] {
            let entry = teams.entry((fixture.season, team)).or_insert_with(|| TeamSeason {
                season: fixture.season,
                team,
                statistics: TeamStatistics::start(fixture.sport),
                unplayed: 0,
            });
            entry.unplayed += unplayed;
        }
    }
    for played in snapshot.played_in(competition) {
        for (team, is_home) in [(played.fixture.home, true), (played.fixture.away, false)] {
            if let Some(entry) = teams.get_mut(&(played.fixture.season, team)) {
                entry.statistics.add(&played, is_home);
            }
        }
    }
    teams.into_values().collect()
}

fn is_unplayed(snapshot: &Snapshot<'_>, fixture: &Fixture) -> bool {
    let completed =
        snapshot.result(fixture.id).is_some_and(|r| r.value.outcome.status == OutcomeStatus::Completed);
    fixture.stage == Stage::Regular && fixture.status != FixtureStatus::Cancelled && !completed
}

#[cfg(test)]
mod tests;
