//! The NBA: records decide seeds by conference, places seven to ten play in, then series of seven games.
//!
//! Simplified against the league's rules: records against teams that reach the play-offs, two late steps of its tie-breaks, are passed
//! over for net points; the play-in of 2019-20 with its own rules is not played. A series is at the better seed's home for
//! games 1, 2, 5 and 7, in the final that of the better record; games of a series are independent.

use domain::{Score, ScoreDistribution, Season, table_rules::nba::has_play_in};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{
    conferences::{
        MilestoneShares, PairingOdds, Seat,
        games::Games,
        milestones::Milestones,
        season::play_out,
        standings::{Schedule, Standings},
        tie_break::{Step, TieBreaker},
    },
    nfl::chance,
};
use crate::{
    ForecastError,
    simulation::{blocks::Runs, state::SeasonState},
};

const DIVISION_STEPS: &[Step] = &[Step::HeadToHead, Step::Division, Step::Conference, Step::NetPoints];
const TWO_LEVEL: &[Step] =
    &[Step::HeadToHead, Step::DivisionWinner, Step::DivisionIfShared, Step::Conference, Step::NetPoints];
const MORE_LEVEL: &[Step] =
    &[Step::DivisionWinner, Step::HeadToHead, Step::DivisionIfShared, Step::Conference, Step::NetPoints];

const N_DIVISIONS: u8 = 6;
const N_SEEDS: usize = 8;
const N_PLAY_IN: usize = 10;
const WINS_OF_A_SERIES: u8 = 4;
/// Games of a series at the better seed's home.
const AT_HOME: [bool; 7] = [true, true, false, false, true, false, true];

/// What a team can reach.
const NAMES: &[&str] = &["division", "play-in", "play-offs", "last four", "conference", "champion"];

/// By how much a game is won: all that a table of wins and net points needs of a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginForecast {
    /// Margins as a score of which one side is 0.
    scores: Vec<Score>,
    weights: Vec<f64>,
}

impl MarginForecast {
    /// The margins of a score distribution. Level scores, which the sport does not know, are left out.
    pub fn of(distribution: &ScoreDistribution) -> Self {
        let (home_max, away_max) = (distribution.home_max(), distribution.away_max());
        let mut weights = vec![0.0; usize::from(home_max) + usize::from(away_max) + 1];
        for (score, p) in distribution.iter().filter(|(score, _)| score.home != score.away) {
            weights[usize::from(score.home + away_max - score.away)] += p;
        }
        let score =
            |margin: u16| Score::new(margin.saturating_sub(away_max), away_max.saturating_sub(margin));
        Self { scores: (0..=home_max + away_max).map(score).collect(), weights }
    }
}

/// A season of the NBA to be played out.
#[derive(Debug, Clone, Copy)]
pub struct Nba<'a> {
    /// How it stands.
    pub state: &'a SeasonState,
    /// Which season it is: the play-in came later.
    pub season: Season,
    /// The place of each team of the state.
    pub seats: &'a [Seat],
    /// One forecast per remaining game of the regular season, in the same order.
    pub forecasts: &'a [MarginForecast],
    /// Play-off games at the first side's home.
    pub play_offs: &'a PairingOdds,
}

impl Nba<'_> {
    /// Plays the rest of the season and the play-offs `runs.n` times.
    ///
    /// # Errors
    /// When there is not one forecast per remaining game.
    pub fn simulate(&self, runs: Runs) -> Result<MilestoneShares, ForecastError> {
        let schedule = Schedule::of(self.state, self.seats);
        let mut games = Games::default();
        for forecast in self.forecasts {
            games.push_cells(forecast.scores.clone(), &forecast.weights);
        }
        let bracket = Bracket::of(self, &schedule);
        play_out(self.state, &schedule, &games, NAMES, runs, |standings, counts, generator| {
            bracket.finish(standings, counts, generator);
        })
    }
}

/// Series probabilities, worked out once: all games of a series are known but for who plays.
struct Bracket<'a> {
    season: &'a Nba<'a>,
    n_teams: usize,
    /// Better seed by worse seed.
    series: Vec<f64>,
}

impl<'a> Bracket<'a> {
    fn of(season: &'a Nba<'a>, schedule: &Schedule) -> Self {
        let n_teams = schedule.n_teams();
        let pairs =
            (0..n_teams as u8).flat_map(|better| (0..n_teams as u8).map(move |worse| (better, worse)));
        let series = pairs
            .map(|(better, worse)| {
                let odds = |first, second| season.play_offs.first_wins(first, second);
                let (at_home, away) = (odds(better, worse), 1.0 - odds(worse, better));
                let wins = |team: u8, other: u8| {
                    let won = |p: &&crate::simulation::Played| {
                        let margin = p.score.margin();
                        (p.home, p.away) == (team, other) && margin > 0
                            || (p.home, p.away) == (other, team) && margin < 0
                    };
                    season.state.playoffs.iter().filter(won).count().min(usize::from(WINS_OF_A_SERIES)) as u8
                };
                if better == worse {
                    f64::NAN
                } else {
                    series_won(at_home, away, wins(better, worse), wins(worse, better))
                }
            })
            .collect();
        Self { season, n_teams, series }
    }

    fn finish(&self, standings: &Standings<'_>, counts: &mut Milestones, generator: &mut Xoshiro256PlusPlus) {
        for team in 0..standings.schedule.n_teams() as u8 {
            counts.record(team, standings.overall(team).half_wins);
        }
        let finalists = [0, 1].map(|conference| {
            let order = conference_order(standings, conference, counts, generator);
            let seeded = self.play_in(&order, counts, generator);
            for team in &seeded {
                counts.reach(*team, 2);
            }
            self.rounds(&seeded, counts, generator)
        });
        let [Some(first), Some(second)] = finalists else { return };
        let share = |team| standings.overall(team).share();
        let champion = if share(first) >= share(second) {
            self.play_series(first, second, generator)
        } else {
            self.play_series(second, first, generator)
        };
        counts.reach(champion, 5);
    }

    /// Eight seeds: the loser of 7 against 8 has a second chance, against the winner of 9 against 10.
    fn play_in(&self, order: &[u8], counts: &mut Milestones, generator: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let (Some(ten), true) = (order.get(..N_PLAY_IN), has_play_in(self.season.season)) else {
            return order.iter().take(N_SEEDS).copied().collect();
        };
        for team in &ten[6..] {
            counts.reach(*team, 1);
        }
        let mut game = |first: u8, second: u8| {
            let first_won = chance(generator) < self.season.play_offs.first_wins(first, second);
            if first_won { (first, second) } else { (second, first) }
        };
        let (seventh, loser) = game(ten[6], ten[7]);
        let (challenger, _) = game(ten[8], ten[9]);
        let (eighth, _) = game(loser, challenger);
        ten[..6].iter().copied().chain([seventh, eighth]).collect()
    }

    /// 1 against 8 meets 4 against 5, 3 against 6 meets 2 against 7.
    fn rounds(
        &self,
        seeded: &[u8],
        counts: &mut Milestones,
        generator: &mut Xoshiro256PlusPlus,
    ) -> Option<u8> {
        let seed = |team: u8| seeded.iter().position(|other| *other == team);
        let mut left: Vec<u8> =
            [0, 7, 3, 4, 2, 5, 1, 6].iter().filter_map(|place| seeded.get(*place).copied()).collect();
        while left.len() > 1 {
            left = left
                .chunks(2)
                .map(|pair| match *pair {
                    [a, b] if seed(a) < seed(b) => self.play_series(a, b, generator),
                    [a, b] => self.play_series(b, a, generator),
                    _ => pair[0],
                })
                .collect();
            let milestone = match left.len() {
                2 => 3,
                1 => 4,
                _ => continue,
            };
            for team in &left {
                counts.reach(*team, milestone);
            }
        }
        left.first().copied()
    }

    fn play_series(&self, better: u8, worse: u8, generator: &mut Xoshiro256PlusPlus) -> u8 {
        let p = self.series[usize::from(better) * self.n_teams + usize::from(worse)];
        if chance(generator) < p { better } else { worse }
    }
}

/// That the better seed wins a series that stands at `won` to `lost`, game by game.
fn series_won(at_home: f64, away: f64, won: u8, lost: u8) -> f64 {
    if won >= WINS_OF_A_SERIES {
        return 1.0;
    }
    if lost >= WINS_OF_A_SERIES {
        return 0.0;
    }
    let p = if AT_HOME[usize::from(won + lost)] { at_home } else { away };
    p * series_won(at_home, away, won + 1, lost) + (1.0 - p) * series_won(at_home, away, won, lost + 1)
}

/// A conference in order, best first. Division winners are found first: they win ties with others.
fn conference_order(
    standings: &Standings<'_>,
    conference: u8,
    counts: &mut Milestones,
    generator: &mut Xoshiro256PlusPlus,
) -> Vec<u8> {
    let teams = 0..standings.schedule.n_teams() as u8;
    let teams: Vec<u8> =
        teams.filter(|team| standings.schedule.seat(*team).conference == conference).collect();
    let mut ties = TieBreaker { standings, division_winners: Vec::new(), generator };
    for division in 0..N_DIVISIONS {
        let of_division = |team: &&u8| standings.schedule.seat(**team).division == division;
        let members: Vec<u8> = teams.iter().filter(of_division).copied().collect();
        if let Some(winner) = ties.best(&members, |_| DIVISION_STEPS) {
            counts.reach(winner, 0);
            ties.division_winners.push(winner);
        }
    }
    ties.order(&teams, |n_level| if n_level == 2 { TWO_LEVEL } else { MORE_LEVEL })
}

#[cfg(test)]
mod tests;
