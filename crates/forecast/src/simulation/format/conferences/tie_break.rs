//! One team out of several that are level: step by step, from the beginning again whenever some drop out.

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

use super::standings::{Record, Standings};

/// One step of a tie-break; the team with most of it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulation::format) enum Step {
    /// Record in games among the level teams.
    HeadToHead,
    /// Among three or more: having beaten all others, or not having lost to all others; among two their own games.
    Sweep,
    /// Being the winner of a division.
    DivisionWinner,
    /// Record within the division.
    Division,
    /// As `Division`, only where all level teams are of one division.
    DivisionIfShared,
    /// Record within the conference.
    Conference,
    /// Record against opponents that all level teams met, where each has at least so many such games.
    CommonGames(u32),
    /// Record of the opponents beaten.
    StrengthOfVictory,
    /// Record of all opponents.
    StrengthOfSchedule,
    /// Rank in points scored and rank in points allowed, added, within the conference.
    ConferenceRanks,
    /// The same among all teams.
    LeagueRanks,
    /// Net points in games against opponents that all level teams met.
    NetPointsInCommonGames,
    /// Net points within the conference.
    NetPointsInConference,
    /// Net points in all games.
    NetPoints,
}

/// Who wins ties of one season.
pub(in crate::simulation::format) struct TieBreaker<'a> {
    pub(in crate::simulation::format) standings: &'a Standings<'a>,
    /// Winners of divisions, once they are known.
    pub(in crate::simulation::format) division_winners: Vec<u8>,
    /// For the coin at the end.
    pub(in crate::simulation::format) generator: &'a mut Xoshiro256PlusPlus,
}

impl TieBreaker<'_> {
    /// The best of some teams: by record, then by steps, which may depend on how many are level; the coin at the end.
    pub(in crate::simulation::format) fn best(
        &mut self,
        teams: &[u8],
        steps: fn(usize) -> &'static [Step],
    ) -> Option<u8> {
        let mut level = most(teams, |team| self.standings.overall(team).share());
        'restart: loop {
            if level.len() < 2 {
                return level.first().copied();
            }
            for step in steps(level.len()) {
                let left = self.after(*step, &level);
                if left.len() < level.len() {
                    level = left;
                    continue 'restart;
                }
            }
            let chosen = ((self.generator.next_u64() >> 32) * level.len() as u64) >> 32;
            return level.get(chosen as usize).copied();
        }
    }

    /// All teams in order, best first.
    pub(in crate::simulation::format) fn order(
        &mut self,
        teams: &[u8],
        steps: fn(usize) -> &'static [Step],
    ) -> Vec<u8> {
        let mut left = teams.to_vec();
        let mut order = Vec::with_capacity(teams.len());
        while let Some(best) = self.best(&left, steps) {
            left.retain(|team| *team != best);
            order.push(best);
        }
        order
    }

    /// Those of the level teams that a step leaves.
    fn after(&self, step: Step, level: &[u8]) -> Vec<u8> {
        let table = self.standings;
        let (seat, is_level) = (|team| table.schedule.seat(team), |team| level.contains(&team));
        let division = |team: u8| {
            let own = seat(team).division;
            table.against(team, |other| seat(other).division == own).share()
        };
        let in_conference = |team: u8| {
            let own = seat(team).conference;
            move |other: u8| seat(other).conference == own
        };
        match step {
            Step::HeadToHead => most(level, |team| table.against(team, is_level).share()),
            Step::Sweep if level.len() == 2 => most(level, |team| table.against(team, is_level).share()),
            Step::Sweep => most(level, |team| self.sweep(team, level)),
            Step::DivisionWinner => {
                most(level, |team| f64::from(u8::from(self.division_winners.contains(&team))))
            }
            Step::Division => most(level, division),
            Step::DivisionIfShared => {
                let shared = level.windows(2).all(|two| seat(two[0]).division == seat(two[1]).division);
                if shared { most(level, division) } else { level.to_vec() }
            }
            Step::Conference => most(level, |team| table.against(team, in_conference(team)).share()),
            Step::CommonGames(least) => self.common_games(least, level),
            Step::StrengthOfVictory => most(level, |team| table.strength(team, true)),
            Step::StrengthOfSchedule => most(level, |team| table.strength(team, false)),
            Step::ConferenceRanks => most(level, |team| -self.ranks(team, in_conference(team))),
            Step::LeagueRanks => most(level, |team| -self.ranks(team, |_| true)),
            Step::NetPointsInCommonGames => {
                let common = self.common_opponents(level);
                most(level, |team| table.net_points(team, |other| common.contains(&other)).into())
            }
            Step::NetPointsInConference => {
                most(level, |team| table.net_points(team, in_conference(team)).into())
            }
            Step::NetPoints => most(level, |team| table.net_points(team, |_| true).into()),
        }
    }

    /// 2 for a team that beat all others every time, 0 for one that lost to all others every time, 1 for the rest.
    fn sweep(&self, team: u8, level: &[u8]) -> f64 {
        let against = |other: u8| self.standings.against(team, |opponent| opponent == other);
        let records: Vec<Record> =
            level.iter().filter(|other| **other != team).map(|o| against(*o)).collect();
        let all = |half_wins: fn(Record) -> u32| {
            records.iter().all(|record| record.games > 0 && record.half_wins == half_wins(*record))
        };
        if all(|record| 2 * record.games) {
            2.0
        } else if all(|_| 0) {
            0.0
        } else {
            1.0
        }
    }

    fn common_opponents(&self, level: &[u8]) -> Vec<u8> {
        let met = |team: u8, other: u8| self.standings.lines(team).any(|line| line.opponent == other);
        let teams = 0..self.standings.schedule.n_teams() as u8;
        teams.filter(|other| level.iter().all(|team| met(*team, *other))).collect()
    }

    fn common_games(&self, least: u32, level: &[u8]) -> Vec<u8> {
        let common = self.common_opponents(level);
        let record = |team: u8| self.standings.against(team, |other| common.contains(&other));
        if level.iter().any(|team| record(*team).games < least) {
            return level.to_vec();
        }
        most(level, |team| record(team).share())
    }

    /// Ranks in points scored and in points allowed, 1 the best each, added.
    fn ranks(&self, team: u8, among: impl Fn(u8) -> bool) -> f64 {
        let points = |team: u8| {
            let lines = self.standings.lines(team);
            lines.fold((0, 0), |(own, other), line| (own + line.points_for, other + line.points_against))
        };
        let (own_for, own_against) = points(team);
        let better =
            (0..self.standings.schedule.n_teams() as u8).filter(|other| among(*other)).map(|other| {
                let (scored, allowed) = points(other);
                u32::from(scored > own_for) + u32::from(allowed < own_against)
            });
        f64::from(better.sum::<u32>() + 2)
    }
}

/// The teams with most of something.
fn most(teams: &[u8], value: impl Fn(u8) -> f64) -> Vec<u8> {
    let values: Vec<f64> = teams.iter().map(|team| value(*team)).collect();
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    teams.iter().zip(values).filter(|(_, value)| *value == most).map(|(team, _)| *team).collect()
}
