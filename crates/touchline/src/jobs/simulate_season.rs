//! Plays out the rest of a season as it stood at a moment: what was played counts, what remains is forecast by one fitted
//! model and drawn many times, and the competition's rules make tables of it.

use std::cmp::Reverse;

use anyhow::Result;
use domain::{
    Season, Snapshot, TeamId,
    table_rules::{self, ASSUMED_PLACES, Alignment, LeagueRules, nba, nfl},
};
use forecast::{
    FittedModel,
    model::Predicted,
    simulation::{
        Estimate, Format, MilestoneShares, PairingOdds, Pairings, Runs, SeasonState,
        format::{
            Seat,
            league::League,
            nba::{MarginForecast, Nba},
            nfl::Nfl,
            seats,
        },
        publishes_schedule,
    },
};
use jiff::Timestamp;
use serde::Serialize;

use super::load_history::Loaded;
use crate::{exit::Stop, output::Output};

/// What to play out, and how.
pub(crate) struct Request<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) season: Season,
    pub(crate) snapshot: &'a Snapshot<'a>,
    pub(crate) model: &'a dyn FittedModel,
    pub(crate) runs: Runs,
    /// Only fixtures that are listed.
    pub(crate) listed_only: bool,
    /// Complete a double round robin where the competition is not known to be one.
    pub(crate) complete: bool,
    /// Strengths as estimated, the same in every season.
    pub(crate) fixed_strengths: bool,
    /// Points given or taken.
    pub(crate) adjustments: Vec<(TeamId, i32)>,
}

/// The answer, for programs and for people.
#[derive(Debug, Serialize)]
pub(crate) struct SimulatedSeason {
    pub(crate) competition: String,
    pub(crate) name: String,
    pub(crate) season: String,
    pub(crate) as_of: Timestamp,
    pub(crate) model: String,
    pub(crate) simulations: u32,
    pub(crate) seed: u64,
    /// Matches that count as they ended.
    pub(crate) played: usize,
    /// Matches to come that are listed, or on the published schedule.
    pub(crate) listed: usize,
    /// Matches to come that follow from the round robin.
    pub(crate) derived: usize,
    /// What is counted: `points` or `wins`.
    pub(crate) counted: &'static str,
    /// What the shares of each team are of.
    pub(crate) columns: Vec<String>,
    pub(crate) teams: Vec<TeamLine>,
    /// What somebody reading the shares should know.
    pub(crate) notes: Vec<String>,
}

/// One team's prospects.
#[derive(Debug, Serialize)]
pub(crate) struct TeamLine {
    pub(crate) team: String,
    /// Its conference, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) conference: Option<String>,
    pub(crate) expected: Estimate,
    /// Quantiles .1, .5 and .9.
    pub(crate) quantiles: [f64; 3],
    /// In the order of the columns.
    pub(crate) shares: Vec<Estimate>,
    /// Share of each final position, first to last; for leagues with one table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) positions: Vec<f64>,
}

const QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];

/// Plays it out.
pub(crate) fn run(request: &Request<'_>, out: Output) -> Result<SimulatedSeason> {
    let competition = &request.loaded.competition;
    let format = Format::of(competition.sport);
    let rules = LeagueRules::of(competition.id);
    let pairings = pairings(request, &rules);
    let state = SeasonState::of(request.snapshot, competition.id, request.season, pairings)
        .map_err(|error| Stop::Usage(error.to_string()))?;
    let mut answer = SimulatedSeason {
        competition: competition.id.to_string(),
        name: competition.name.to_string(),
        season: request.season.to_string(),
        as_of: request.snapshot.at(),
        model: request.model.report().model.clone(),
        simulations: request.runs.n,
        seed: request.runs.seed,
        played: state.played.len(),
        listed: state.n_listed,
        derived: state.remaining.len() - state.n_listed,
        counted: if format == Format::League { "points" } else { "wins" },
        columns: Vec::new(),
        teams: Vec::new(),
        notes: Vec::new(),
    };
    match format {
        Format::League => league(request, &state, rules, &mut answer, out)?,
        Format::Nfl | Format::Nba if !request.adjustments.is_empty() => {
            return Err(Stop::Usage(format!("{} has no points to adjust", competition.id)).into());
        }
        Format::Nfl => nfl(request, &state, &mut answer, out)?,
        Format::Nba => nba(request, &state, &mut answer, out)?,
    }
    note_pairings(request, &state, pairings, &mut answer);
    Ok(answer)
}

fn pairings<'a>(request: &Request<'a>, rules: &LeagueRules) -> Pairings<'a> {
    if request.listed_only {
        return Pairings::Listed;
    }
    if publishes_schedule(request.loaded.competition.sport) {
        return Pairings::Published(&request.loaded.history);
    }
    match rules.pairings {
        table_rules::Pairings::RoundRobin { meetings } => Pairings::RoundRobin { meetings },
        table_rules::Pairings::Listed if request.complete => Pairings::RoundRobin { meetings: 1 },
        table_rules::Pairings::Listed => Pairings::Listed,
    }
}

/// Says where the matches to come are from, and whether teams seem to be missing.
fn note_pairings(
    request: &Request<'_>,
    state: &SeasonState,
    pairings: Pairings<'_>,
    answer: &mut SimulatedSeason,
) {
    let n_teams = state.teams.len();
    match pairings {
        Pairings::RoundRobin { meetings } if answer.derived > 0 => answer.notes.push(format!(
            "{} matches are not announced yet: they follow from {n_teams} teams meeting {} on each ground, and are forecast \
             as of {}; --listed-only leaves them out",
            answer.derived,
            if meetings == 1 { "once".to_owned() } else { format!("{meetings} times") },
            answer.as_of
        )),
        Pairings::Published(_) => answer.notes.push(
            "games to come are those of the schedule on record, which the league publishes before the season; results are \
             read only as far as they were known"
                .into(),
        ),
        Pairings::Listed => answer.notes.push(
            "only listed matches are played, a week ahead at the most: shares are of the table after them; --complete plays \
             a double round robin to its end"
                .into(),
        ),
        Pairings::RoundRobin { .. } => {}
    }
    let before = request.season.previous();
    let mut last: Vec<TeamId> = request
        .snapshot
        .fixtures()
        .filter(|f| f.competition == request.loaded.competition.id && f.season == before)
        .flat_map(|f| [f.home, f.away])
        .collect();
    last.sort_unstable();
    last.dedup();
    if n_teams < last.len() {
        answer.notes.push(format!(
            "{n_teams} teams are known of this season, {} played in the one before: teams whose first match is not \
             listed yet are missing",
            last.len()
        ));
    }
}

/// One forecast per remaining match.
fn forecasts<T>(
    request: &Request<'_>,
    state: &SeasonState,
    out: Output,
    keep: impl Fn(Predicted) -> T,
) -> Result<Vec<T>> {
    let bar = out.progress(state.remaining.len(), "forecasting");
    let forecast = |fixture: &domain::Fixture| {
        let predicted = request.model.forecast(&request.snapshot.briefing(fixture))?;
        bar.inc(1);
        Ok(keep(predicted))
    };
    let all = state.remaining.iter().map(forecast).collect();
    bar.finish_and_clear();
    all
}

fn league(
    request: &Request<'_>,
    state: &SeasonState,
    rules: LeagueRules,
    answer: &mut SimulatedSeason,
    out: Output,
) -> Result<()> {
    let forecasts = forecasts(request, state, out, |predicted| predicted)?;
    let league = League {
        state,
        season: request.season,
        rules,
        forecasts: &forecasts,
        adjustments: &request.adjustments,
        carry_doubt: !request.fixed_strengths,
    };
    let shares = league.simulate(request.runs)?;
    let (places, n) = (rules.places(request.season), state.teams.len());
    let (top, relegated) =
        places.map_or((ASSUMED_PLACES.top, ASSUMED_PLACES.relegated), |p| (p.top, p.relegated));
    let prize = places.unwrap_or(ASSUMED_PLACES).top_prize;
    let (top, last_safe) = (usize::from(top), n.saturating_sub(usize::from(relegated)));
    answer.columns =
        vec!["title".into(), format!("{} ({top})", prize.words()), format!("relegated ({relegated})")];
    for team in 0..n {
        let counts = shares.positions(team).iter();
        answer.teams.push(TeamLine {
            team: request.loaded.name(state.teams[team]),
            conference: None,
            expected: shares.expected_points(team),
            quantiles: QUANTILES.map(|q| shares.points_quantile(team, q).unwrap_or_default().into()),
            shares: [1..=1, 1..=top, last_safe + 1..=n].map(|range| shares.within(team, range)).to_vec(),
            positions: counts.map(|count| f64::from(*count) / f64::from(shares.n())).collect(),
        });
    }
    // As a table reads: by points to be expected, level ones by name.
    answer
        .teams
        .sort_by(|a, b| b.expected.value.total_cmp(&a.expected.value).then_with(|| a.team.cmp(&b.team)));
    if places.is_none() {
        answer.notes.push(
            "places of this season are not on record: four at the top and three at the bottom are counted"
                .into(),
        );
    }
    if !rules.left_out.is_empty() {
        answer.notes.push(rules.left_out.to_owned());
    }
    let doubted = forecasts.iter().filter(|forecast| forecast.uncertainty.is_some()).count();
    if doubted > 0 && !request.fixed_strengths {
        answer.notes.push("strengths are drawn anew in every season, as uncertain as the model says; --fixed-strengths takes them as estimated".into());
    }
    Ok(())
}

fn nfl(request: &Request<'_>, state: &SeasonState, answer: &mut SimulatedSeason, out: Output) -> Result<()> {
    let seats = seats(&names(request, state), &nfl::DIVISIONS)?;
    let forecasts = forecasts(request, state, out, |predicted| predicted)?;
    // At home within a conference, the final on neutral ground.
    let play_offs = play_offs(request, state, out, |first, second| {
        Some(seats[first].conference != seats[second].conference)
    })?;
    let nfl =
        Nfl { state, season: request.season, seats: &seats, forecasts: &forecasts, play_offs: &play_offs };
    show(request, &nfl.simulate(request.runs)?, &seats, &nfl::DIVISIONS, answer);
    answer.notes.push("ties that come down to net touchdowns are left to the coin".into());
    Ok(())
}

fn nba(request: &Request<'_>, state: &SeasonState, answer: &mut SimulatedSeason, out: Output) -> Result<()> {
    let seats = seats(&names(request, state), &nba::DIVISIONS)?;
    let forecasts = forecasts(request, state, out, |predicted| MarginForecast::of(&predicted.distribution))?;
    let play_offs = play_offs(request, state, out, |_, _| Some(false))?;
    let nba =
        Nba { state, season: request.season, seats: &seats, forecasts: &forecasts, play_offs: &play_offs };
    show(request, &nba.simulate(request.runs)?, &seats, &nba::DIVISIONS, answer);
    answer.notes.push(
        "records against play-off teams are no step of the tie-breaks here; games of a series are independent".into(),
    );
    Ok(())
}

fn names(request: &Request<'_>, state: &SeasonState) -> Vec<String> {
    state.teams.iter().map(|team| request.loaded.name(*team)).collect()
}

/// Forecasts of every game that play-offs may need.
fn play_offs(
    request: &Request<'_>,
    state: &SeasonState,
    out: Output,
    venue: impl Fn(usize, usize) -> Option<bool>,
) -> Result<PairingOdds> {
    let known = request.snapshot.fixtures().find(|f| f.competition == request.loaded.competition.id);
    let any =
        known.or(state.remaining.first()).ok_or_else(|| Stop::Usage("no fixture is known yet".into()))?;
    let at_moment = domain::Fixture {
        season: request.season,
        kickoff: domain::Kickoff::At(request.snapshot.at()),
        ..*any
    };
    let n = state.teams.len();
    let bar = out.progress(n * n.saturating_sub(1), "pairing play-offs");
    let odds = PairingOdds::forecast(request.model, &at_moment, &state.teams, venue, || bar.inc(1))?;
    bar.finish_and_clear();
    Ok(odds)
}

fn show(
    request: &Request<'_>,
    shares: &MilestoneShares,
    seats: &[Seat],
    divisions: &[Alignment],
    answer: &mut SimulatedSeason,
) {
    answer.columns = shares.names().iter().map(|name| (*name).to_owned()).collect();
    for (team, (id, seat)) in shares.teams().iter().zip(seats).enumerate() {
        let conference = divisions.get(usize::from(seat.division)).map(|d| d.conference.to_owned());
        answer.teams.push(TeamLine {
            team: request.loaded.name(*id),
            conference,
            expected: shares.expected_wins(team),
            quantiles: QUANTILES.map(|q| shares.wins_quantile(team, q).unwrap_or_default()),
            shares: shares.reached(team),
            positions: Vec::new(),
        });
    }
    let key = |line: &TeamLine| {
        (line.conference.clone(), Reverse((line.expected.value * 1e6) as i64), line.team.clone())
    };
    answer.teams.sort_by_key(key);
}
