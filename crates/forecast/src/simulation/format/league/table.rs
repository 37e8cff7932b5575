//! A team's line of the table as one integer, and what separates lines that are level.
//!
//! Points, then what the league's rules put next, are packed from the highest bits down, the team's position in the lowest
//! eight. A match adds one number to each side, and sorting integers sorts the table. Only teams that are level there need the
//! matches among them looked up.

use domain::{
    Score,
    table_rules::TieBreak::{self, GoalDifference, GoalsFor, Wins},
};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

use crate::simulation::state::MAX_TEAMS;

const TEAM_BITS: u32 = 8;
const POINTS_SHIFT: u32 = 42;
/// Added to goal differences, so that they are never negative and do not borrow from what stands above.
const DIFFERENCE_BIAS: i64 = 1 << 13;

/// How lines are packed for one league.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packing {
    points_for_win: i64,
    wins: u32,
    difference: u32,
    goals: u32,
    /// Lines equal above this bit are level.
    level: u32,
}

impl Packing {
    pub(super) fn of(points_for_win: u8, steps: &[TieBreak]) -> Self {
        let mut packing = Self {
            points_for_win: points_for_win.into(),
            wins: 0,
            difference: 0,
            goals: 0,
            level: POINTS_SHIFT,
        };
        let leading = steps.iter().take_while(|step| !step.is_head_to_head());
        let mut shift = POINTS_SHIFT;
        for (position, step) in leading.clone().chain(&[Wins, GoalDifference, GoalsFor]).enumerate() {
            let (field, width) = match step {
                Wins => (&mut packing.wins, 8),
                GoalDifference => (&mut packing.difference, 14),
                _ => (&mut packing.goals, 12),
            };
            if *field == 0 {
                shift -= width;
                *field = shift;
            }
            if position < leading.clone().count() {
                packing.level = shift;
            }
        }
        packing
    }

    /// A team before its first match.
    pub(super) fn start(&self, team: u8, points: i32) -> i64 {
        (i64::from(points) << POINTS_SHIFT) + (DIFFERENCE_BIAS << self.difference) + i64::from(team)
    }

    /// What a match adds to the home and the away line.
    pub(super) fn of_match(&self, score: Score) -> [i64; 2] {
        let side = |own: u16, other: u16| {
            let (own, other) = (i64::from(own), i64::from(other));
            let won = i64::from(own > other);
            let points = won * self.points_for_win + i64::from(own == other);
            (points << POINTS_SHIFT)
                + (won << self.wins)
                + ((own - other) << self.difference)
                + (own << self.goals)
        };
        [side(score.home, score.away), side(score.away, score.home)]
    }

    pub(super) fn points(line: i64) -> i32 {
        (line >> POINTS_SHIFT) as i32
    }

    pub(super) fn team(line: i64) -> usize {
        (line & ((1 << TEAM_BITS) - 1)) as usize
    }

    fn is_level(&self, a: i64, b: i64) -> bool {
        a >> self.level == b >> self.level
    }

    /// What a line counts of something, larger when more of it.
    fn count(&self, line: i64, step: TieBreak) -> i32 {
        let (shift, width) = match step {
            Wins => (self.wins, 8),
            GoalDifference => (self.difference, 14),
            _ => (self.goals, 12),
        };
        ((line >> shift) & ((1 << width) - 1)) as i32
    }
}

/// One match between two teams, to be looked up when they are level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    pub(super) home: u8,
    pub(super) how: How,
}

/// How a meeting ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    /// As it did.
    Played(Score),
    /// As the simulation says of this remaining match.
    Simulated(u32),
}

/// All meetings by pair of teams.
#[derive(Debug)]
pub(super) struct Meetings {
    n_teams: usize,
    by_pair: Vec<Vec<Meeting>>,
}

impl Meetings {
    pub(super) fn new(n_teams: usize) -> Self {
        Self { n_teams, by_pair: vec![Vec::new(); n_teams * n_teams] }
    }

    pub(super) fn push(&mut self, home: u8, away: u8, how: How) {
        let (low, high) = (home.min(away), home.max(away));
        self.by_pair[usize::from(low) * self.n_teams + usize::from(high)].push(Meeting { home, how });
    }

    fn between(&self, low: usize, high: usize) -> &[Meeting] {
        &self.by_pair[low * self.n_teams + high]
    }
}

/// What sorting one simulated table needs beyond its lines.
pub(super) struct Judge<'a, S: Fn(u32) -> Score> {
    pub(super) packing: &'a Packing,
    pub(super) steps: &'a [TieBreak],
    pub(super) meetings: &'a Meetings,
    /// The simulated score of a remaining match.
    pub(super) score: S,
    pub(super) generator: &'a mut Xoshiro256PlusPlus,
}

impl<S: Fn(u32) -> Score> Judge<'_, S> {
    /// Sorts lines into the final order, best first.
    pub(super) fn sort(&mut self, lines: &mut [i64]) {
        lines.sort_unstable_by(|a, b| b.cmp(a));
        let leading = self.steps.iter().take_while(|step| !step.is_head_to_head()).count();
        let further = &self.steps[leading..];
        let mut first = 0;
        while first < lines.len() {
            let level = |line: &&i64| self.packing.is_level(lines[first], **line);
            let end = first + lines[first..].iter().take_while(level).count();
            if end - first > 1 {
                self.separate(&mut lines[first..end], further, further);
            }
            first = end;
        }
    }

    /// Takes the steps one by one. Teams that a step among themselves leaves level while it parts them from others start over
    /// with their own matches alone; lots at the end.
    fn separate(&mut self, level: &mut [i64], steps: &[TieBreak], all_steps: &[TieBreak]) {
        let Some((step, later)) = steps.split_first() else { return self.draw_lots(level) };
        let mut valued = [(0_i32, 0_i64); MAX_TEAMS];
        let valued = &mut valued[..level.len()];
        for (position, slot) in valued.iter_mut().enumerate() {
            *slot = (self.value(level, position, *step), level[position]);
        }
        valued.sort_unstable_by(|a, b| b.cmp(a));
        for (line, (_, sorted)) in level.iter_mut().zip(valued.iter()) {
            *line = *sorted;
        }
        let mut first = 0;
        while first < level.len() {
            let end = first + valued[first..].iter().take_while(|v| v.0 == valued[first].0).count();
            let is_part = end - first < level.len();
            let next = if is_part && step.is_head_to_head() { all_steps } else { later };
            if end - first > 1 {
                self.separate(&mut level[first..end], next, all_steps);
            }
            first = end;
        }
    }

    fn value(&self, level: &[i64], position: usize, step: TieBreak) -> i32 {
        if !step.is_head_to_head() {
            return self.packing.count(level[position], step);
        }
        let own = Packing::team(level[position]);
        let others = level.iter().map(|line| Packing::team(*line)).filter(|other| *other != own);
        others.map(|other| self.against(own, other, step)).sum()
    }

    /// One team's matches against another, counted.
    fn against(&self, own: usize, other: usize, step: TieBreak) -> i32 {
        let mut sum = 0;
        for meeting in self.meetings.between(own.min(other), own.max(other)) {
            let score = match meeting.how {
                How::Played(score) => score,
                How::Simulated(remaining) => (self.score)(remaining),
            };
            let at_home = usize::from(meeting.home) == own;
            let (mine, theirs) = if at_home { (score.home, score.away) } else { (score.away, score.home) };
            let (mine, theirs) = (i32::from(mine), i32::from(theirs));
            sum += match step {
                TieBreak::HeadToHeadPoints if mine > theirs => self.packing.points_for_win as i32,
                TieBreak::HeadToHeadPoints => i32::from(mine == theirs),
                TieBreak::HeadToHeadGoalDifference => mine - theirs,
                TieBreak::HeadToHeadAwayGoals if at_home => 0,
                _ => mine,
            };
        }
        sum
    }

    fn draw_lots(&mut self, level: &mut [i64]) {
        for last in (1..level.len()).rev() {
            let bound = last as u64 + 1;
            let chosen = ((self.generator.next_u64() >> 32) * bound) >> 32;
            level.swap(last, chosen as usize);
        }
    }
}

#[cfg(test)]
mod tests;
