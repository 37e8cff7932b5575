//! The rest of a season played out many times: games are drawn, tables made, and the format says what follows from them.

use domain::Score;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{
    games::Games,
    milestones::{MilestoneShares, Milestones},
    standings::{Schedule, Standings},
};
use crate::{
    ForecastError,
    simulation::{
        blocks::{self, BLOCK, Runs},
        state::SeasonState,
    },
};

/// Plays `games`, which must be the remaining ones of the season in their order. `finish` counts what a final table leads to.
pub(in crate::simulation::format) fn play_out(
    state: &SeasonState,
    schedule: &Schedule,
    games: &Games,
    names: &'static [&'static str],
    runs: Runs,
    finish: impl Fn(&Standings<'_>, &mut Milestones, &mut Xoshiro256PlusPlus) + Sync + Send,
) -> Result<MilestoneShares, ForecastError> {
    if games.len() != state.remaining.len() {
        let detail = format!("{} forecasts of {} games", games.len(), state.remaining.len());
        return Err(ForecastError::Season { detail });
    }
    let empty = || Milestones::new(schedule.n_teams(), names.len(), schedule.longest());
    let counts = blocks::tally(
        runs,
        || (empty(), Vec::new()),
        |(counts, drawn), generator, n| {
            games.play(drawn, generator);
            let mut scores: Vec<Score> = state.played.iter().map(|played| played.score).collect();
            for season in 0..n {
                scores.truncate(state.played.len());
                scores.extend((0..games.len()).map(|game| drawn[game * BLOCK + season]));
                finish(&Standings::of(schedule, &scores), counts, generator);
            }
        },
        |(sum, drawn), (other, _)| (sum.merged(&other), drawn),
    );
    Ok(MilestoneShares::of(state.teams.clone(), names, runs.n, counts.0))
}
