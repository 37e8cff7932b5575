//! One match and one season of 380 matches played ten thousand times, from forecasts in memory to shares.

use std::{hint::black_box, time::Instant};

use anyhow::Result;
use domain::{
    CompetitionId, Fixture, FixtureId, FixtureStatus, Kickoff, Season, Sport, Stage, TeamId,
    forecast::Uncertainty, table_rules::LeagueRules,
};
use forecast::{
    model::{Predicted, dixon_coles::score_grid},
    simulation::{Runs, SeasonState, format::league::League, simulate_match},
};
use jiff::Timestamp;
use serde_json::{Value, json};

const N: u32 = 10_000;
const N_TEAMS: i64 = 20;
const SEASON: Season = Season::starting(2023);

/// Seconds of each repetition, of computing where the kernel tells: on a busy machine waiting is no part of the work. One
/// thread does it all. Another seed each time, so that no repetition profits from the one before.
pub(crate) fn run(repeats: usize) -> Result<Value> {
    let distribution = score_grid(1.53, 1.21, -0.05, 15)?;
    let match_seconds = timed(
        repeats * 20,
        || None,
        |seed| {
            black_box(simulate_match(black_box(&distribution), N, seed));
            Ok(())
        },
    )?;
    let (state, forecasts) = season()?;
    let simulate = |carry_doubt, seed| {
        let league = League {
            state: &state,
            season: SEASON,
            rules: LeagueRules::of(CompetitionId::literal("eng.1")),
            forecasts: black_box(&forecasts),
            adjustments: &[],
            carry_doubt,
        };
        league.simulate(Runs { n: N, seed })
    };
    let seasons = |carry_doubt| {
        timed(repeats, computed, |seed| {
            black_box(simulate(carry_doubt, seed)?);
            Ok(())
        })
    };
    let strongest = state.teams.len() - 1;
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok(json!({
        "matches": state.remaining.len(),
        "champion_share": simulate(false, 0)?.within(strongest, 1..=1).value,
        "match_seconds": match_seconds,
        "season_seconds": one_thread.install(|| seasons(false))?,
        "season_with_doubt_seconds": one_thread.install(|| seasons(true))?,
    }))
}

fn timed(
    repeats: usize,
    computed: impl Fn() -> Option<f64>,
    mut once: impl FnMut(u64) -> Result<()>,
) -> Result<Vec<f64>> {
    let mut seconds = Vec::with_capacity(repeats);
    for seed in 0..repeats as u64 {
        let (start, before) = (Instant::now(), computed());
        once(seed)?;
        let passed = start.elapsed().as_secs_f64();
        seconds.push(computed().zip(before).map_or(passed, |(after, before)| after - before));
    }
    Ok(seconds)
}

/// Seconds that this thread has computed so far. Counted by ticks of some milliseconds: too coarse for a single match.
fn computed() -> Option<f64> {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    counted.split_whitespace().next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds * 1e-9)
}

/// A double round robin of twenty teams before its first match.
fn season() -> Result<(SeasonState, Vec<Predicted>)> {
    let strength = |team: i64| 0.06 * (team - N_TEAMS / 2) as f64;
    let (mut remaining, mut forecasts) = (Vec::new(), Vec::new());
    for home in 0..N_TEAMS {
        for away in (0..N_TEAMS).filter(|away| *away != home) {
            remaining.push(Fixture {
                id: FixtureId(0),
                competition: CompetitionId::literal("eng.1"),
                sport: Sport::Soccer,
                season: SEASON,
                home: TeamId(home),
                away: TeamId(away),
                kickoff: Kickoff::At(Timestamp::UNIX_EPOCH),
                neutral: false,
                stage: Stage::Regular,
                status: FixtureStatus::Scheduled,
            });
            let difference = 0.5 * (strength(home) - strength(away));
            let distribution = score_grid(1.5 * difference.exp(), 1.2 * (-difference).exp(), -0.05, 15)?;
            let uncertainty = Some(Uncertainty { home_log_se: 0.1, away_log_se: 0.11, correlation: 0.05 });
            forecasts.push(Predicted { distribution, uncertainty });
        }
    }
    let teams = (0..N_TEAMS).map(TeamId).collect();
    let n_listed = remaining.len();
    Ok((SeasonState { teams, played: Vec::new(), remaining, n_listed, playoffs: Vec::new() }, forecasts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_repetition_is_timed() {
        let result = run(1).unwrap();
        assert_eq!(result["matches"], 380);
        assert_eq!(result["match_seconds"].as_array().unwrap().len(), 20);
        assert!(result["season_seconds"][0].as_f64().unwrap() > 0.0);
    }
}
