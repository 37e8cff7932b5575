//! The NFL: records decide seeds by division and conference, seeds meet in single games, a neutral final.
//!
//! Ties are broken as the league publishes (NFL tie-breaking procedures), division ties first, ties for a wild card among the
//! best of each division, the procedure starting over whenever a team drops out. Net touchdowns, the last step before the coin, are not
//! known from scores and are left to the coin. Play-off games that were played count as they ended; games that were
//! cancelled are not played, and records are shares of games played.

use domain::{
    Season,
    table_rules::nfl::{byes, seeds},
};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

use super::conferences::{
    MilestoneShares, PairingOdds, Seat,
    games::Games,
    milestones::Milestones,
    season::play_out,
    standings::{Schedule, Standings},
    tie_break::{Step, TieBreaker},
};
use crate::{
    ForecastError,
    model::Predicted,
    simulation::{blocks::Runs, state::SeasonState},
};

const DIVISION_STEPS: &[Step] = &[
    Step::HeadToHead,
    Step::Division,
    Step::CommonGames(0),
    Step::Conference,
    Step::StrengthOfVictory,
    Step::StrengthOfSchedule,
    Step::ConferenceRanks,
    Step::LeagueRanks,
    Step::NetPointsInCommonGames,
    Step::NetPoints,
];

const WILD_CARD_STEPS: &[Step] = &[
    Step::Sweep,
    Step::Conference,
    Step::CommonGames(4),
    Step::StrengthOfVictory,
    Step::StrengthOfSchedule,
    Step::ConferenceRanks,
    Step::LeagueRanks,
    Step::NetPointsInConference,
    Step::NetPoints,
];

const N_DIVISIONS: u8 = 8;

/// What a team can reach.
const NAMES: &[&str] = &["division", "play-offs", "bye", "conference", "champion"];

/// A season of the NFL to be played out.
#[derive(Debug, Clone, Copy)]
pub struct Nfl<'a> {
    /// How it stands.
    pub state: &'a SeasonState,
    /// Which season it is: the number of seeds changed.
    pub season: Season,
    /// The place of each team of the state.
    pub seats: &'a [Seat],
    /// One forecast per remaining game of the regular season, in the same order.
    pub forecasts: &'a [Predicted],
    /// Play-off games: at home within a conference, at a neutral venue between them.
    pub play_offs: &'a PairingOdds,
}

impl Nfl<'_> {
    /// Plays the rest of the season and the play-offs `runs.n` times.
    ///
    /// # Errors
    /// When there is not one forecast per remaining game.
    pub fn simulate(&self, runs: Runs) -> Result<MilestoneShares, ForecastError> {
        let schedule = Schedule::of(self.state, self.seats);
        let mut games = Games::default();
        for forecast in self.forecasts {
            games.push(&forecast.distribution);
        }
        play_out(self.state, &schedule, &games, NAMES, runs, |standings, counts, generator| {
            self.finish(standings, counts, generator);
        })
    }

    /// Seeds and play-offs of one season.
    fn finish(&self, standings: &Standings<'_>, counts: &mut Milestones, generator: &mut Xoshiro256PlusPlus) {
        for team in 0..standings.schedule.n_teams() as u8 {
            counts.record(team, standings.overall(team).half_wins);
        }
        let finalists = [0, 1].map(|conference| {
            let seeded = conference_seeds(standings, conference, seeds(self.season), generator);
            for (place, team) in seeded.iter().enumerate() {
                counts.reach(*team, 1);
                if place < 4 {
                    counts.reach(*team, 0);
                }
                if place < byes(self.season) {
                    counts.reach(*team, 2);
                }
            }
            let winner = self.play_down(seeded, byes(self.season), generator);
            if let Some(winner) = winner {
                counts.reach(winner, 3);
            }
            winner
        });
        if let [Some(first), Some(second)] = finalists {
            counts.reach(self.game(first, second, generator), 4);
        }
    }

    /// Rounds of a conference: the best seed left meets the worst, at home; `resting` of them skip the first round.
    fn play_down(
        &self,
        mut left: Vec<u8>,
        mut resting: usize,
        generator: &mut Xoshiro256PlusPlus,
    ) -> Option<u8> {
        while left.len() > 1 {
            let playing = &left[resting..];
            let pairs = playing.len() / 2;
            let winners: Vec<u8> = (0..pairs)
                .map(|i| self.game(playing[i], playing[playing.len() - 1 - i], generator))
                .collect();
            // Everybody keeps their seed, so the order of seeds stays.
            left = left
                .iter()
                .enumerate()
                .filter(|(place, team)| *place < resting || winners.contains(team))
                .map(|(_, team)| *team)
                .collect();
            resting = 0;
        }
        left.first().copied()
    }

    /// The winner of one game, as it was played or by chance.
    fn game(&self, first: u8, second: u8, generator: &mut Xoshiro256PlusPlus) -> u8 {
        let met = |p: &&crate::simulation::Played| {
            (p.home, p.away) == (first, second) || (p.home, p.away) == (second, first)
        };
        let played = self.state.playoffs.iter().rfind(met).filter(|p| p.score.margin() != 0);
        let first_won = match played {
            Some(played) => (played.score.margin() > 0) == (played.home == first),
            None => chance(generator) < self.play_offs.first_wins(first, second),
        };
        if first_won { first } else { second }
    }
}

/// A number from 0 to 1.
pub(super) fn chance(generator: &mut Xoshiro256PlusPlus) -> f64 {
    (generator.next_u64() >> 11) as f64 * 2.0_f64.powi(-53)
}

/// The seeds of one conference, best first: division winners, then wild cards.
fn conference_seeds(
    standings: &Standings<'_>,
    conference: u8,
    n_seeds: usize,
    generator: &mut Xoshiro256PlusPlus,
) -> Vec<u8> {
    let mut ties = TieBreaker { standings, division_winners: Vec::new(), generator };
    let teams = 0..standings.schedule.n_teams() as u8;
    let divisions: Vec<Vec<u8>> = (0..N_DIVISIONS)
        .map(|division| {
            let seat = |team: &u8| standings.schedule.seat(*team);
            teams
                .clone()
                .filter(|t| seat(t).division == division && seat(t).conference == conference)
                .collect()
        })
        .filter(|teams: &Vec<u8>| !teams.is_empty())
        .map(|teams| ties.order(&teams, |_| DIVISION_STEPS))
        .collect();
    let winners: Vec<u8> = divisions.iter().filter_map(|order| order.first().copied()).collect();
    let mut seeded = ties.order(&winners, |_| WILD_CARD_STEPS);
    // The next of each division stands for it: a tie within one is broken before a tie between two.
    let mut next = vec![1; divisions.len()];
    while seeded.len() < n_seeds {
        let candidates: Vec<u8> =
            divisions.iter().zip(&next).filter_map(|(order, next)| order.get(*next).copied()).collect();
        let Some(best) = ties.best(&candidates, |_| WILD_CARD_STEPS) else { break };
        if let Some(position) = divisions.iter().position(|order| order.contains(&best)) {
            next[position] += 1;
        }
        seeded.push(best);
    }
    seeded
}

#[cfg(test)]
mod tests;
