//! Matches summed per ordered pair of teams.
//!
//! At fixed rates the likelihood of all meetings of one pair depends on a few sums only, so a pass over the likelihood costs
//! as much as there are pairs, not matches. Laws that look at scores one by one find those of a pair side by side. With
//! covariates two meetings of a pair differ in their rates, and every match is a pair of its own.

use std::ops::Range;

use super::law::{Meetings, WeightedScore};
use crate::ForecastError;

/// One match as the likelihood sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchRow {
    /// Home side, an index below the number of teams.
    pub home: u32,
    /// Away side.
    pub away: u32,
    /// Goals of the home side.
    pub home_goals: u16,
    /// Goals of the away side.
    pub away_goals: u16,
    /// How much the match counts; 1 without time decay.
    pub weight: f64,
    /// Whether nobody is at home.
    pub neutral: bool,
    /// Home and away goals to count in place of the score, where chances are held to say more than goals do. Only laws that
    /// need no more than sums can do so; what they say of single scores looks at the score all the same. None for the
    /// likelihood as published.
    pub credited: Option<[f64; 2]>,
}

/// Something else that moves the rates: what it adds to ln lambda and ln mu of each row, per unit of its coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in reports.
    pub name: &'static str,
    /// By row, for the home and the away side.
    pub values: Vec<[f64; 2]>,
}

/// Sums over the meetings of one pair at one kind of venue.
#[derive(Debug, Clone, Default)]
pub(super) struct Pair {
    pub(super) home: usize,
    pub(super) away: usize,
    pub(super) neutral: bool,
    /// Sum of weights.
    weight: f64,
    /// Weighted goals of the home side.
    pub(super) home_goals: f64,
    /// Weighted goals of the away side.
    pub(super) away_goals: f64,
    /// Sum of `weight * (ln home_goals! + ln away_goals!)`.
    log_factorials: f64,
    /// Weights of the scores that a low-score correction touches, `[home][away]`.
    low: [[f64; 2]; 2],
    /// Where its scores stand.
    scores: Range<usize>,
    /// One of its rows; the only one where there are covariates.
    pub(super) row: usize,
}

/// What makes pairs of rows.
pub(super) struct Grouping<'a> {
    pub(super) model: &'static str,
    pub(super) n_teams: usize,
    pub(super) columns: &'a [Column],
    /// Whether single scores are kept.
    pub(super) by_score: bool,
}

/// All pairs that met, and what does not depend on the parameters.
#[derive(Debug, Clone)]
pub(super) struct Pairs {
    pub(super) n_teams: usize,
    pub(super) pairs: Vec<Pair>,
    /// Most goals of one side.
    pub(super) highest: u16,
    scores: Vec<WeightedScore>,
}

impl Pairs {
    /// Sums the rows in time proportional to rows and teams: a counting sort by home side, then one table of opponents.
    pub(super) fn of(rows: &[MatchRow], grouping: &Grouping<'_>) -> Result<Self, ForecastError> {
        check(rows, grouping)?;
        let by_home = sorted(rows.len(), grouping.n_teams, |i| rows[i].home as usize);
        let mut pairs = Self::sum(rows, &by_home, grouping);
        if grouping.by_score {
            pairs.0.keep_scores(rows, &pairs.1);
        }
        Ok(pairs.0)
    }

    /// The pairs, and which one each row belongs to.
    fn sum(rows: &[MatchRow], by_home: &[u32], grouping: &Grouping<'_>) -> (Self, Vec<u32>) {
        let n_teams = grouping.n_teams;
        let highest = rows.iter().map(|r| r.home_goals.max(r.away_goals)).max().unwrap_or(0);
        let ln_factorial = ln_factorials(highest);
        let mut pairs: Vec<Pair> = Vec::with_capacity(rows.len().min(n_teams * n_teams));
        let mut pair_of = vec![0; rows.len()];
        // Where the pair of an opponent stands; valid when at or after the first pair of this home side.
        let mut slots = vec![u32::MAX; 2 * n_teams];
        let mut first_of_home = 0;
        let mut last_home = u32::MAX;
        for i in by_home.iter().map(|i| *i as usize) {
            let row = &rows[i];
            if row.home != last_home {
                (last_home, first_of_home) = (row.home, pairs.len());
            }
            let slot = &mut slots[2 * row.away as usize + usize::from(row.neutral)];
            let known = *slot != u32::MAX && *slot as usize >= first_of_home && grouping.columns.is_empty();
            if !known {
                *slot = pairs.len() as u32;
                pairs.push(Pair {
                    home: row.home as usize,
                    away: row.away as usize,
                    neutral: row.neutral,
                    row: i,
                    ..Pair::default()
                });
            }
            pair_of[i] = *slot;
            pairs[*slot as usize].add(row, &ln_factorial);
        }
        (Self { n_teams, pairs, highest, scores: Vec::new() }, pair_of)
    }

    /// Puts the scores of each pair side by side.
    fn keep_scores(&mut self, rows: &[MatchRow], pair_of: &[u32]) {
        let order = sorted(rows.len(), self.pairs.len(), |i| pair_of[i] as usize);
        for (position, i) in order.iter().map(|i| *i as usize).enumerate() {
            let row = &rows[i];
            self.scores.push(WeightedScore {
                home: row.home_goals,
                away: row.away_goals,
                weight: row.weight,
            });
            let pair = &mut self.pairs[pair_of[i] as usize];
            if pair.scores.is_empty() {
                pair.scores = position..position;
            }
            pair.scores.end = position + 1;
        }
    }

    /// Weight, goals for and goals against of each team: what a first guess is made from.
    pub(super) fn team_totals(&self) -> Vec<[f64; 3]> {
        let mut totals = vec![[0.0; 3]; self.n_teams];
        for pair in &self.pairs {
            for (team, scored, conceded) in
                [(pair.home, pair.home_goals, pair.away_goals), (pair.away, pair.away_goals, pair.home_goals)]
            {
                totals[team][0] += pair.weight;
                totals[team][1] += scored;
                totals[team][2] += conceded;
            }
        }
        totals
    }

    pub(super) fn weight(&self) -> f64 {
        self.pairs.iter().map(|p| p.weight).sum()
    }

    /// What a law sees of a pair.
    pub(super) fn meetings(&self, pair: &Pair) -> Meetings<'_> {
        Meetings {
            weight: pair.weight,
            home_goals: pair.home_goals,
            away_goals: pair.away_goals,
            log_factorials: pair.log_factorials,
            low: pair.low,
            scores: self.scores.get(pair.scores.clone()).unwrap_or_default(),
        }
    }
}

/// The numbers below `n` in the order of their keys, equal ones in their own order: a counting sort.
fn sorted(n: usize, n_keys: usize, key: impl Fn(usize) -> usize) -> Vec<u32> {
    let mut next = vec![0_u32; n_keys + 1];
    for i in 0..n {
        next[key(i) + 1] += 1;
    }
    for k in 0..n_keys {
        next[k + 1] += next[k];
    }
    let mut order = vec![0_u32; n];
    for i in 0..n {
        let position = &mut next[key(i)];
        order[*position as usize] = i as u32;
        *position += 1;
    }
    order
}

impl Pair {
    fn add(&mut self, row: &MatchRow, ln_factorial: &[f64]) {
        let [home, away] = row.credited.unwrap_or([f64::from(row.home_goals), f64::from(row.away_goals)]);
        self.weight += row.weight;
        self.home_goals += row.weight * home;
        self.away_goals += row.weight * away;
        self.log_factorials += row.weight
            * (ln_factorial[usize::from(row.home_goals)] + ln_factorial[usize::from(row.away_goals)]);
        if row.home_goals < 2 && row.away_goals < 2 {
            self.low[usize::from(row.home_goals)][usize::from(row.away_goals)] += row.weight;
        }
    }
}

fn check(rows: &[MatchRow], grouping: &Grouping<'_>) -> Result<(), ForecastError> {
    let n_teams = grouping.n_teams;
    let wrong = |detail: String| Err(ForecastError::Numerics { model: grouping.model, detail });
    for (i, row) in rows.iter().enumerate() {
        if row.home as usize >= n_teams || row.away as usize >= n_teams || row.home == row.away {
            return wrong(format!("row {i}: teams {} and {} of {n_teams}", row.home, row.away));
        }
        let counted = row.credited.unwrap_or_default();
        if [row.weight, counted[0], counted[1]].iter().any(|x| !x.is_finite() || *x < 0.0) {
            return wrong(format!("row {i}: weight {}, credited {:?}", row.weight, row.credited));
        }
        if row.credited.is_some() && grouping.by_score {
            return wrong(format!("row {i}: this law counts scores and cannot count {:?}", row.credited));
        }
    }
    for column in grouping.columns {
        let finite = column.values.iter().flatten().all(|x| x.is_finite());
        if column.values.len() != rows.len() || !finite {
            let (have, need) = (column.values.len(), rows.len());
            return wrong(format!("{}: {have} values for {need} rows, all finite: {finite}", column.name));
        }
    }
    if !rows.iter().any(|row| row.weight > 0.0) {
        return wrong(format!("{} rows, none with weight", rows.len()));
    }
    Ok(())
}

/// `ln k!` for every k up to the highest.
fn ln_factorials(highest: u16) -> Vec<f64> {
    let mut table = vec![0.0; usize::from(highest) + 1];
    for k in 1..table.len() {
        table[k] = table[k - 1] + (k as f64).ln();
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(home: u32, away: u32, home_goals: u16, away_goals: u16, weight: f64, neutral: bool) -> MatchRow {
        MatchRow { home, away, home_goals, away_goals, weight, neutral, credited: None }
    }

    fn grouping(n_teams: usize, by_score: bool) -> Grouping<'static> {
        Grouping { model: "test", n_teams, columns: &[], by_score }
    }

    fn rows() -> [MatchRow; 5] {
        [
            row(2, 0, 3, 1, 0.5, false),
            row(0, 1, 0, 1, 1.0, false),
            row(2, 0, 1, 1, 1.0, false),
            row(0, 1, 2, 2, 1.0, true),
            row(0, 2, 0, 0, 1.0, false),
        ]
    }

    #[test]
    fn meetings_are_summed_by_pair_and_venue() {
        let pairs = Pairs::of(&rows(), &grouping(3, true)).unwrap();
        let keys: Vec<_> = pairs.pairs.iter().map(|p| (p.home, p.away, p.neutral)).collect();
        assert_eq!(keys, [(0, 1, false), (0, 1, true), (0, 2, false), (2, 0, false)]);
        let last = pairs.meetings(&pairs.pairs[3]);
        assert_eq!((last.weight, last.home_goals, last.away_goals, last.low[1][1]), (1.5, 2.5, 1.5, 1.0));
        assert!((last.log_factorials - 0.5 * 6_f64.ln()).abs() < 1e-15);
        let scores: Vec<_> = last.scores.iter().map(|s| (s.home, s.away, s.weight)).collect();
        assert_eq!(scores, [(3, 1, 0.5), (1, 1, 1.0)]);
        assert_eq!((pairs.team_totals()[2], pairs.highest), ([2.5, 2.5, 1.5], 3));
        let sums = Pairs::of(&rows(), &grouping(3, false)).unwrap();
        assert!(sums.meetings(&sums.pairs[3]).scores.is_empty());
    }

    #[test]
    fn with_covariates_every_match_stands_alone() {
        let columns = [Column { name: "rest", values: vec![[0.5, -0.5]; 5] }];
        let pairs = Pairs::of(&rows(), &Grouping { columns: &columns, ..grouping(3, true) }).unwrap();
        let of: Vec<_> = pairs.pairs.iter().map(|p| (p.row, pairs.meetings(p).scores.len())).collect();
        assert_eq!(of, [(1, 1), (3, 1), (4, 1), (0, 1), (2, 1)]);
        let short = [Column { name: "rest", values: vec![[0.5, -0.5]; 4] }];
        assert!(Pairs::of(&rows(), &Grouping { columns: &short, ..grouping(3, true) }).is_err());
    }

    #[test]
    fn credited_goals_replace_the_score_except_in_the_correction() {
        let credited = MatchRow { credited: Some([1.4, 0.6]), ..row(0, 1, 0, 0, 0.5, false) };
        let pairs = Pairs::of(&[credited], &grouping(2, false)).unwrap();
        let pair = &pairs.pairs[0];
        assert_eq!((pair.home_goals, pair.away_goals, pair.low[0][0]), (0.7, 0.3, 0.5));
        let negative = MatchRow { credited: Some([-0.1, 0.0]), ..credited };
        assert!(Pairs::of(&[negative], &grouping(2, false)).is_err());
        assert!(Pairs::of(&[credited], &grouping(2, true)).is_err(), "no score has 1.4 goals");
    }

    #[test]
    fn what_is_no_match_is_refused() {
        for bad in
            [row(0, 0, 1, 1, 1.0, false), row(0, 3, 1, 1, 1.0, false), row(0, 1, 1, 1, f64::NAN, false)]
        {
            assert!(Pairs::of(&[bad], &grouping(3, false)).is_err(), "{bad:?}");
        }
        let weightless = row(0, 1, 1, 1, 0.0, false);
        assert!(Pairs::of(&[weightless], &grouping(2, false)).is_err(), "nothing has weight");
        assert!(Pairs::of(&[], &grouping(2, false)).is_err());
    }
}
