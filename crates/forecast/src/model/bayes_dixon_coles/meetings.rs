//! What was played, summed so that the likelihood of any strengths costs as much as there are pairs in a season.

use crate::ForecastError;

use super::NAME;

/// One match as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    /// Season, counted from 0 in order of time; a season without matches still counts.
    pub season: u32,
    /// Home side, an index below the number of teams.
    pub home: u32,
    /// Away side.
    pub away: u32,
    /// Goals of the home side.
    pub home_goals: u16,
    /// Goals of the away side.
    pub away_goals: u16,
    /// Whether nobody is at home.
    pub neutral: bool,
}

/// Cells of a row are counted four at a time.
pub(super) const LANES: usize = 4;

/// The matches of one season at one kind of venue.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) season: usize,
    pub(super) neutral: bool,
    /// Which strength each member has here.
    pub(super) strengths: Vec<usize>,
    /// Members rounded up to whole [`LANES`].
    pub(super) stride: usize,
    /// Meetings at home (row) of one member with another (column).
    pub(super) counts: Vec<f64>,
    /// Pairs of every match that ended 0-0, 0-1 and 1-0: those where the low-score correction depends on the teams.
    pub(super) low: [Vec<[usize; 2]>; 3],
}

/// A strength of one team: for all seasons, or for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) team: usize,
    /// The season it is of; the last one for strengths that never change.
    pub(super) season: usize,
}

/// All matches, and the sums that do not depend on the parameters.
#[derive(Debug, Clone)]
pub(super) struct Meetings {
    pub(super) n_teams: usize,
    pub(super) n_seasons: usize,
    pub(super) n_matches: usize,
    /// By team, then season.
    pub(super) slots: Vec<Slot>,
    pub(super) blocks: Vec<Block>,
    /// By strength.
    pub(super) scored: Vec<f64>,
    pub(super) conceded: Vec<f64>,
    pub(super) goals: f64,
    /// Goals of home sides that were at home, by season.
    pub(super) goals_at_home: Vec<f64>,
    /// Goals against them.
    pub(super) goals_against_home: Vec<f64>,
    /// Matches that ended 1-1, anywhere.
    pub(super) one_all: f64,
}

impl Meetings {
    /// Sums the rows. `by_season` gives a team a strength of its own in every season it plays.
    pub(super) fn of(rows: &[Meeting], n_teams: usize, by_season: bool) -> Result<Self, ForecastError> {
        check(rows, n_teams)?;
        let n_seasons = rows.iter().map(|row| row.season as usize + 1).max().unwrap_or(0);
        let slots = slots(rows, n_teams, n_seasons, by_season);
        let key = |row: &Meeting, team: u32| {
            let season = if by_season { row.season as usize } else { n_seasons - 1 };
            (team as usize, season)
        };
        let slot = |row: &Meeting, team: u32| {
            slots.binary_search_by_key(&key(row, team), |s| (s.team, s.season)).unwrap_or_default()
        };
        let mut all = Self {
            n_teams,
            n_seasons,
            n_matches: rows.len(),
            blocks: Vec::new(),
            scored: vec![0.0; slots.len()],
            conceded: vec![0.0; slots.len()],
            goals: 0.0,
            goals_at_home: vec![0.0; n_seasons],
            goals_against_home: vec![0.0; n_seasons],
            one_all: 0.0,
            slots: Vec::new(),
        };
        for season in 0..n_seasons {
            for neutral in [false, true] {
                let of_block = |row: &&Meeting| row.season as usize == season && row.neutral == neutral;
                let members: Vec<(&Meeting, [usize; 2])> = rows
                    .iter()
                    .filter(of_block)
                    .map(|row| (row, [slot(row, row.home), slot(row, row.away)]))
                    .collect();
                if !members.is_empty() {
                    all.blocks.push(Block::of(&members, season, neutral));
                    for (row, sides) in &members {
                        all.add(row, *sides);
                    }
                }
            }
        }
        Ok(Self { slots, ..all })
    }

    fn add(&mut self, row: &Meeting, [home, away]: [usize; 2]) {
        let (home_goals, away_goals) = (f64::from(row.home_goals), f64::from(row.away_goals));
        self.scored[home] += home_goals;
        self.conceded[home] += away_goals;
        self.scored[away] += away_goals;
        self.conceded[away] += home_goals;
        self.goals += home_goals + away_goals;
        if !row.neutral {
            self.goals_at_home[row.season as usize] += home_goals;
            self.goals_against_home[row.season as usize] += away_goals;
        }
        if (row.home_goals, row.away_goals) == (1, 1) {
            self.one_all += 1.0;
        }
    }
}

impl Block {
    fn of(matches: &[(&Meeting, [usize; 2])], season: usize, neutral: bool) -> Self {
        let mut strengths: Vec<usize> = matches.iter().flat_map(|(_, sides)| *sides).collect();
        strengths.sort_unstable();
        strengths.dedup();
        let stride = strengths.len().next_multiple_of(LANES);
        let mut block = Self {
            season,
            neutral,
            stride,
            counts: vec![0.0; strengths.len() * stride],
            low: Default::default(),
            strengths,
        };
        for (row, sides) in matches {
            let [home, away] = sides.map(|side| block.strengths.binary_search(&side).unwrap_or_default());
            block.counts[home * stride + away] += 1.0;
            match (row.home_goals, row.away_goals) {
                (0, 0) => block.low[0].push([home, away]),
                (0, 1) => block.low[1].push([home, away]),
                (1, 0) => block.low[2].push([home, away]),
                _ => {}
            }
        }
        block
    }
}

/// The strengths there are: one per team, or one per team and season it played in.
fn slots(rows: &[Meeting], n_teams: usize, n_seasons: usize, by_season: bool) -> Vec<Slot> {
    let mut slots: Vec<Slot> = if by_season {
        rows.iter()
            .flat_map(|row| [row.home, row.away].map(|team| (team, row.season)))
            .map(|(team, season)| Slot { team: team as usize, season: season as usize })
            .collect()
    } else {
        (0..n_teams).map(|team| Slot { team, season: n_seasons - 1 }).collect()
    };
    slots.sort_unstable_by_key(|slot| (slot.team, slot.season));
    slots.dedup();
    slots
}

fn check(rows: &[Meeting], n_teams: usize) -> Result<(), ForecastError> {
    let wrong = |detail: String| Err(ForecastError::Numerics { model: NAME, detail });
    let mut seen = vec![false; n_teams];
    for (i, row) in rows.iter().enumerate() {
        let sides = [row.home as usize, row.away as usize];
        if sides.iter().any(|side| *side >= n_teams) || row.home == row.away {
            return wrong(format!("row {i}: teams {} and {} of {n_teams}", row.home, row.away));
        }
        for side in sides {
            seen[side] = true;
        }
    }
    match seen.iter().position(|seen| !seen) {
        Some(team) => wrong(format!("team {team} of {n_teams} played no match")),
        None if n_teams < 2 => wrong(format!("{n_teams} teams")),
        None => Ok(()),
    }
}
