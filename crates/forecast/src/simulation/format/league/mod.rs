//! A league whose table decides: every match to come is drawn from its forecast, and the table is sorted by the league's rules.
//!
//! Matches are played one after the other for a block of seasons at once, so that one match's table of draws and the columns of
//! its two teams stay in the processor's nearest memory. Matches are drawn independently given the strengths; with `carry_doubt`
//! each season draws the strengths as well (`doubt.rs`).

mod shares;
mod table;

use domain::{Score, Season, TeamId, table_rules::LeagueRules};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::Rng};

pub use self::shares::LeagueShares;
use self::{
    shares::Tally,
    table::{How, Judge, Meetings, Packing},
};
use crate::{
    ForecastError,
    model::Predicted,
    simulation::{
        alias::{Builder, Slot, draw},
        blocks::{self, BLOCK, Runs},
        doubt::{DoubtedMatch, NODES, TeamDoubt, node, tilted},
        state::SeasonState,
    },
};

/// A season of a league to be played out.
#[derive(Debug, Clone, Copy)]
pub struct League<'a> {
    /// How it stands.
    pub state: &'a SeasonState,
    /// Which season it is: rules change.
    pub season: Season,
    /// How its table is made.
    pub rules: LeagueRules,
    /// One forecast per remaining match, in the same order.
    pub forecasts: &'a [Predicted],
    /// Points given or taken by a court.
    pub adjustments: &'a [(TeamId, i32)],
    /// Whether every season draws the strengths anew where forecasts state their uncertainty.
    pub carry_doubt: bool,
}

impl League<'_> {
    /// Plays the rest of the season `runs.n` times.
    ///
    /// # Errors
    /// When there is not one forecast per remaining match, or an adjusted team does not play here.
    pub fn simulate(&self, runs: Runs) -> Result<LeagueShares, ForecastError> {
        let plan = Plan::of(self)?;
        let tally = blocks::tally(
            runs,
            || (plan.tally.clone(), Desk::of(&plan)),
            |(tally, desk), generator, n| plan.play(tally, desk, generator, n),
            |(sum, desk), (other, _)| (sum.merged(&other), desk),
        );
        Ok(LeagueShares::of(self.state.teams.clone(), runs.n, tally.0))
    }
}

/// Everything that is the same in all simulations.
struct Plan<'a> {
    rules: &'a LeagueRules,
    packing: Packing,
    /// Lines after the matches that were played.
    lines: Vec<i64>,
    matches: Vec<Match>,
    slots: Vec<Slot>,
    /// Rectangles of scores: forecasts of one model share one.
    shapes: Vec<Shape>,
    meetings: Meetings,
    doubt: Option<TeamDoubt>,
    /// Nothing counted yet.
    tally: Tally,
}

struct Match {
    home: u8,
    away: u8,
    shape: usize,
    first_slot: usize,
    /// What the two shifts are multiplied with to be in standard errors; none for a forecast without uncertainty.
    scales: Option<[f64; 2]>,
}

/// Every score of a rectangle and what it adds to the lines of both sides.
struct Shape {
    away_len: usize,
    adds: Vec<[i64; 2]>,
}

impl<'a> Plan<'a> {
    fn of(league: &'a League<'_>) -> Result<Self, ForecastError> {
        let state = league.state;
        if league.forecasts.len() != state.remaining.len() {
            let detail = format!("{} forecasts of {} matches", league.forecasts.len(), state.remaining.len());
            return Err(ForecastError::Season { detail });
        }
        let points_for_win = league.rules.points_for_win(league.season);
        let packing = Packing::of(points_for_win, league.rules.tie_breaks);
        let mut lines: Vec<i64> = (0..state.teams.len() as u8).map(|team| packing.start(team, 0)).collect();
        let mut meetings = Meetings::new(state.teams.len());
        for played in &state.played {
            let [home, away] = packing.of_match(played.score);
            lines[usize::from(played.home)] += home;
            lines[usize::from(played.away)] += away;
            meetings.push(played.home, played.away, How::Played(played.score));
        }
        for (team, points) in league.adjustments {
            let index = state.index(*team).ok_or_else(|| ForecastError::Season {
                detail: format!("team {} has its points adjusted and does not play here", team.0),
            })?;
            lines[usize::from(index)] += packing.start(0, *points) - packing.start(0, 0);
        }
        let tally = Tally::empty(state, &lines, points_for_win);
        let mut plan = Self {
            rules: &league.rules,
            packing,
            lines,
            matches: Vec::with_capacity(state.remaining.len()),
            slots: Vec::new(),
            shapes: Vec::new(),
            meetings,
            doubt: None,
            tally,
        };
        plan.take_forecasts(league);
        Ok(plan)
    }

    fn take_forecasts(&mut self, league: &League<'_>) {
        let pairs: Vec<(u8, u8)> = league
            .state
            .remaining
            .iter()
            .filter_map(|f| Some((league.state.index(f.home)?, league.state.index(f.away)?)))
            .collect();
        let doubted: Vec<DoubtedMatch> = pairs
            .iter()
            .zip(league.forecasts)
            .filter(|_| league.carry_doubt)
            .filter_map(|((home, away), forecast)| Some((*home, *away, forecast.uncertainty?)))
            .collect();
        self.doubt = (!doubted.is_empty()).then(|| TeamDoubt::fit(self.lines.len(), &doubted));
        let mut builder = Builder::default();
        for (position, ((home, away), forecast)) in (0..).zip(pairs.into_iter().zip(league.forecasts)) {
            let (shape, first_slot) = (self.shape(forecast), self.slots.len());
            let scales = self
                .doubt
                .as_ref()
                .filter(|_| forecast.uncertainty.is_some())
                .map(|doubt| [doubt.scale(home, away), doubt.scale(away, home)]);
            let slots = &mut self.slots;
            let mut put = |weights: &[f64]| {
                let from = slots.len();
                slots.resize(from + weights.len(), Slot::default());
                builder.fill(&mut slots[from..], weights);
            };
            match forecast.uncertainty.filter(|_| scales.is_some()) {
                Some(uncertainty) => tilted(&forecast.distribution, &uncertainty, put),
                None => put(forecast.distribution.cells()),
            }
            self.matches.push(Match { home, away, shape, first_slot, scales });
            self.meetings.push(home, away, How::Simulated(position));
        }
    }

    fn shape(&mut self, forecast: &Predicted) -> usize {
        let n_cells = forecast.distribution.cells().len();
        let away_len = usize::from(forecast.distribution.away_max()) + 1;
        let same = |shape: &Shape| shape.away_len == away_len && shape.adds.len() == n_cells;
        self.shapes.iter().position(same).unwrap_or_else(|| {
            let adds = forecast.distribution.iter().map(|(score, _)| self.packing.of_match(score)).collect();
            self.shapes.push(Shape { away_len, adds });
            self.shapes.len() - 1
        })
    }

    /// Plays a block of seasons and counts the first `n` of them.
    fn play(&self, tally: &mut Tally, desk: &mut Desk, generator: &mut Xoshiro256PlusPlus, n: usize) {
        for (column, line) in desk.lines.chunks_exact_mut(BLOCK).zip(&self.lines) {
            column.fill(*line);
        }
        if let Some(doubt) = &self.doubt {
            for season in 0..BLOCK {
                doubt.draw(generator, |team, attack, defence| {
                    desk.attack[team * BLOCK + season] = attack;
                    desk.defence[team * BLOCK + season] = defence;
                });
            }
        }
        for (match_, cells) in self.matches.iter().zip(desk.cells.chunks_exact_mut(BLOCK)) {
            let columns = [match_.home, match_.away].map(|team| usize::from(team) * BLOCK);
            let ranges = columns.map(|first| first..first + BLOCK);
            let Ok([home, away]) = desk.lines.get_disjoint_mut(ranges) else { continue };
            let adds = &self.shapes[match_.shape].adds;
            let tables = &self.slots[match_.first_slot..];
            let lines = home.iter_mut().zip(away).zip(cells);
            if let Some(scales) = match_.scales {
                let [own, other] = columns;
                for (season, ((home, away), cell)) in lines.enumerate() {
                    let z_home = (desk.attack[own + season] + desk.defence[other + season]) * scales[0];
                    let z_away = (desk.attack[other + season] + desk.defence[own + season]) * scales[1];
                    let table = (node(z_home) * NODES + node(z_away)) * adds.len();
                    let drawn = draw(&tables[table..table + adds.len()], generator.next_u64());
                    settle(adds, drawn, home, away, cell);
                }
            } else {
                let table = &tables[..adds.len()];
                for ((home, away), cell) in lines {
                    settle(adds, draw(table, generator.next_u64()), home, away, cell);
                }
            }
        }
        self.count(tally, desk, generator, n);
    }

    fn count(&self, tally: &mut Tally, desk: &Desk, generator: &mut Xoshiro256PlusPlus, n: usize) {
        let n_teams = self.lines.len();
        let mut table = vec![0_i64; n_teams];
        for season in 0..n {
            for (line, column) in table.iter_mut().zip(desk.lines.chunks_exact(BLOCK)) {
                *line = column[season];
            }
            let score = |remaining: u32| {
                let cell = usize::from(desk.cells[remaining as usize * BLOCK + season]);
                let away_len = self.shapes[self.matches[remaining as usize].shape].away_len;
                Score::new((cell / away_len) as u16, (cell % away_len) as u16)
            };
            Judge {
                packing: &self.packing,
                steps: self.rules.tie_breaks,
                meetings: &self.meetings,
                score,
                generator,
            }
            .sort(&mut table);
            tally.count(&table);
        }
    }
}

#[inline]
fn settle(adds: &[[i64; 2]], drawn: u32, home: &mut i64, away: &mut i64, cell: &mut u16) {
    let [to_home, to_away] = adds[drawn as usize];
    *home += to_home;
    *away += to_away;
    *cell = drawn as u16;
}

/// What a thread works with: a column of [`BLOCK`] seasons per team and per match.
struct Desk {
    lines: Vec<i64>,
    cells: Vec<u16>,
    attack: Vec<f64>,
    defence: Vec<f64>,
}

impl Desk {
    fn of(plan: &Plan<'_>) -> Self {
        let n_shifts = if plan.doubt.is_some() { plan.lines.len() * BLOCK } else { 0 };
        Self {
            lines: vec![0; plan.lines.len() * BLOCK],
            cells: vec![0; plan.matches.len() * BLOCK],
            attack: vec![0.0; n_shifts],
            defence: vec![0.0; n_shifts],
        }
    }
}

#[cfg(test)]
mod tests;
