//! Records of one regular season, played or simulated.

use domain::Score;

use super::Seat;
use crate::simulation::state::SeasonState;

/// Who meets whom in a season.
#[derive(Debug, Clone)]
pub(in crate::simulation::format) struct Schedule {
    pub(in crate::simulation::format) seats: Vec<Seat>,
    games: Vec<(u8, u8)>,
    by_team: Vec<Vec<GameOf>>,
}

/// A game as one of its teams sees it.
#[derive(Debug, Clone, Copy)]
struct GameOf {
    game: u32,
    opponent: u8,
    at_home: bool,
}

impl Schedule {
    /// Played games first, then those to come.
    pub(in crate::simulation::format) fn of(state: &SeasonState, seats: &[Seat]) -> Self {
        let to_come =
            state.remaining.iter().filter_map(|f| Some((state.index(f.home)?, state.index(f.away)?)));
        let games: Vec<(u8, u8)> = state.played.iter().map(|p| (p.home, p.away)).chain(to_come).collect();
        let seats = seats.to_vec();
        let mut by_team = vec![Vec::new(); state.teams.len()];
        for (game, (home, away)) in (0..).zip(&games) {
            by_team[usize::from(*home)].push(GameOf { game, opponent: *away, at_home: true });
            by_team[usize::from(*away)].push(GameOf { game, opponent: *home, at_home: false });
        }
        Self { seats, games, by_team }
    }

    pub(in crate::simulation::format) fn n_teams(&self) -> usize {
        self.seats.len()
    }

    pub(in crate::simulation::format) fn seat(&self, team: u8) -> Seat {
        self.seats[usize::from(team)]
    }

    /// Most games of a team.
    pub(in crate::simulation::format) fn longest(&self) -> usize {
        self.by_team.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// Wins and ties over some games; a tie is half a win.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::simulation::format) struct Record {
    pub(in crate::simulation::format) half_wins: u32,
    pub(in crate::simulation::format) games: u32,
}

impl Record {
    fn add(&mut self, other: Self) {
        self.half_wins += other.half_wins;
        self.games += other.games;
    }

    /// Equal shares are equal to the bit: a quotient of small integers is rounded once.
    pub(in crate::simulation::format) fn share(self) -> f64 {
        if self.games == 0 { 0.0 } else { f64::from(self.half_wins) / f64::from(2 * self.games) }
    }
}

/// What one team did in one game.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) opponent: u8,
    pub(super) points_for: i32,
    pub(super) points_against: i32,
}

impl Line {
    pub(super) fn won(self) -> bool {
        self.points_for > self.points_against
    }

    fn record(self) -> Record {
        let half_wins = if self.won() { 2 } else { u32::from(self.points_for == self.points_against) };
        Record { half_wins, games: 1 }
    }
}

/// Everybody's record.
#[derive(Debug)]
pub(in crate::simulation::format) struct Standings<'a> {
    pub(in crate::simulation::format) schedule: &'a Schedule,
    scores: &'a [Score],
    overall: Vec<Record>,
}

impl<'a> Standings<'a> {
    /// `scores` in the order of the schedule's games.
    pub(in crate::simulation::format) fn of(schedule: &'a Schedule, scores: &'a [Score]) -> Self {
        let mut overall = vec![Record::default(); schedule.n_teams()];
        for ((home, away), score) in schedule.games.iter().zip(scores) {
            let (home, away) = (usize::from(*home), usize::from(*away));
            overall[home].games += 1;
            overall[away].games += 1;
            overall[home].half_wins +=
                u32::from(score.home > score.away) + u32::from(score.home >= score.away);
            overall[away].half_wins +=
                u32::from(score.away > score.home) + u32::from(score.away >= score.home);
        }
        Self { schedule, scores, overall }
    }

    pub(in crate::simulation::format) fn overall(&self, team: u8) -> Record {
        self.overall[usize::from(team)]
    }

    pub(super) fn lines(&self, team: u8) -> impl Iterator<Item = Line> + '_ {
        self.schedule.by_team[usize::from(team)].iter().filter_map(|game| {
            let score = self.scores.get(game.game as usize)?;
            let (own, other) = if game.at_home { (score.home, score.away) } else { (score.away, score.home) };
            Some(Line { opponent: game.opponent, points_for: own.into(), points_against: other.into() })
        })
    }

    /// A team's record against some opponents.
    pub(super) fn against(&self, team: u8, counts: impl Fn(u8) -> bool) -> Record {
        let mut record = Record::default();
        for line in self.lines(team).filter(|line| counts(line.opponent)) {
            record.add(line.record());
        }
        record
    }

    /// Points for less points against, over games with some opponents.
    pub(super) fn net_points(&self, team: u8, counts: impl Fn(u8) -> bool) -> i32 {
        let lines = self.lines(team).filter(|line| counts(line.opponent));
        lines.map(|line| line.points_for - line.points_against).sum()
    }

    /// The record of all opponents together, of those beaten or of all, once per game.
    pub(super) fn strength(&self, team: u8, beaten_only: bool) -> f64 {
        let mut record = Record::default();
        for line in self.lines(team).filter(|line| !beaten_only || line.won()) {
            record.add(self.overall(line.opponent));
        }
        record.share()
    }
}
